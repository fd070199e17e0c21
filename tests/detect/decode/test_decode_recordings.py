"""On recorded attacks: every encoded command is read, and ordinary fields hide nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen.detect.decode import decode
from cybersecqwen.records import Limits

pytestmark = pytest.mark.data
SMALL = 150_000  # bytes of a packed recording that is read here


def events(data_dir: Path) -> Iterator[dict[str, object]]:
    with zipfile.ZipFile(data_dir / "logs" / "otrf_windows_dev.zip") as archive:
        for info in archive.infolist():
            if info.filename.endswith(".zip") and info.file_size < SMALL:
                with zipfile.ZipFile(io.BytesIO(archive.read(info))) as recording:
                    for name in recording.namelist():
                        for line in recording.read(name).splitlines() if name.endswith(".json") else ():
                            yield json.loads(line)


@pytest.fixture(scope="module")
def values(data_dir: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"CommandLine": set(), "Image": set(), "TargetFilename": set()}
    found["ParentCommandLine"] = found["CommandLine"]
    for event in events(data_dir):
        for name, seen in found.items():
            value = event.get(name)
            if isinstance(value, str):
                seen.add(value)
    return found


def test_encoded_commands_are_read(values: dict[str, set[str]]) -> None:
    encoded = [text for text in values["CommandLine"] if " -enc" in text.lower()]
    assert encoded
    for text in encoded:
        assert any("utf-16" in layer.how for layer in decode(text, Limits())), text[:200]


def test_paths_hide_nothing(values: dict[str, set[str]]) -> None:
    paths = values["Image"] | values["TargetFilename"]
    assert len(paths) > 50
    assert [path for path in paths if decode(path, Limits())] == []


def test_few_ordinary_commands_seem_to_hide_something(values: dict[str, set[str]]) -> None:
    ordinary = [text for text in values["CommandLine"] if " -enc" not in text.lower()]
    depths = [max((layer.depth for layer in decode(text, Limits())), default=0) for text in ordinary]
    assert sum(depth > 0 for depth in depths) <= len(depths) * 0.02
