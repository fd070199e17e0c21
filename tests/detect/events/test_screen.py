"""Looking at records before they are normalised, and remembering silent ones, changes no result."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from cybersecqwen.detect.events.rulebook import shipped_rulebook
from cybersecqwen.detect.events.screen import Screen, Screened
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits

SAMPLES = Path(__file__).parents[3] / "samples"
RECORDINGS = ("cmd_sam_copy_esentutl", "cmd_mshta_javascript_getobject_sct", "empire_launcher_vbs")


class Plain(Screen):
    """Normalises and matches every record that any signal could be about."""

    def __init__(self) -> None:
        super().__init__(shipped_rulebook(), Limits())
        self._peekable = set()

    def _remember(self, key: int) -> bool:
        return False


def hits(screen: Screen, *files: Path) -> set[tuple[str, str]]:
    out = Screened()
    for item in open_inputs([str(file) for file in files], screen.limits):
        assert not isinstance(item, Damage)
        blob, reader = item
        found = records(blob, reader, screen.limits)
        screen.screen(blob, reader.name, found, out, first_id=out.records + 1)
    return {(hit.event.id, hit.signal.id) for hit in out.hits}


def both_ways(*files: Path) -> set[tuple[str, str]]:
    plain = hits(Plain(), *files)
    assert hits(Screen(shipped_rulebook(), Limits()), *files) == plain
    return plain


def test_samples_twice_over() -> None:
    """Twice, so that the second reading meets what the first one remembered."""
    files = sorted(SAMPLES.glob("*.jsonl"))
    assert len(both_ways(*files, *files)) >= 8


@pytest.mark.data
@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings(name: str, data_dir: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(data_dir / "logs" / "otrf_windows_dev.zip") as archive:
        member = next(n for n in archive.namelist() if n.endswith(f"/{name}.zip"))
        with zipfile.ZipFile(BytesIO(archive.read(member))) as inner:
            events = next(n for n in inner.namelist() if not n.startswith("__MACOSX"))
            (tmp_path / "recording.json").write_bytes(inner.read(events))
    assert both_ways(tmp_path / "recording.json")
