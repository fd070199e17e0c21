"""Patterns for names, and zstandard files."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.open import named, open_inputs
from cybersecqwen.inputs.zst import ZstdUnpacker
from cybersecqwen.records import Damage, Limits

from .blobs import blob_of

ROWS = random.Random(2).randbytes(150_000).hex().encode()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.log", "b.log", "c.txt", ".hidden.log", "sub/d.log", "sub/deep/e.log", "sub/deep/[x].log"):
        (tmp_path / "logs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "logs" / name).write_text("x\n")
    (tmp_path / "logs" / "link").symlink_to(tmp_path / "logs" / "sub")
    os.mkfifo(tmp_path / "logs" / "z.log")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("logs/*.log", "a.log b.log"),
        ("logs/[ab].*", "a.log b.log"),
        ("logs/?.txt", "c.txt"),
        ("logs/.*", ".hidden.log"),
        ("logs/**/*.log", "a.log b.log sub/d.log sub/deep/[x].log sub/deep/e.log"),
        ("logs/**/deep/*", "sub/deep/[x].log sub/deep/e.log"),
        ("logs/**", "a.log b.log c.txt sub/d.log sub/deep/[x].log sub/deep/e.log"),
        ("logs/**/**/e.log", "sub/deep/e.log"),
        ("l*/s*/d*/e.log", "sub/deep/e.log"),
        ("logs/s*", "sub"),
        ("./logs//*.txt", "c.txt"),
    ],
)
def test_patterns(pattern: str, names: str, tree: Path) -> None:
    assert [name.removeprefix("logs/") for name in named([pattern])] == names.split()
    whole = [name.removeprefix(f"{tree}/logs/") for name in named([f"{tree}/{pattern}"])]
    assert whole == names.split()


def test_a_name_that_exists_is_no_pattern(tree: Path) -> None:
    assert named(["logs/sub/deep/[x].log", "-", "logs/a.log"]) == ["logs/sub/deep/[x].log", "-", "logs/a.log"]
    with pytest.raises(InputError, match="fits the pattern"):
        named(["logs/*.nothing"])
    with pytest.raises(InputError, match="fits the pattern"):
        named(["*/" * 1_000])
    found = [
        item[0].path
        for item in open_inputs(["logs/s*", "logs/*.txt"], Limits())
        if not isinstance(item, Damage)
    ]
    assert found == ["logs/sub/d.log", "logs/sub/deep/[x].log", "logs/sub/deep/e.log", "logs/c.txt"]


def unpacked(data: bytes, limits: Limits | None = None) -> tuple[bytes, list[str], str]:
    """(bytes, reasons of damages, name of the member)"""
    text, member, reasons = b"", "", []
    for item in ZstdUnpacker().unpack(blob_of(data, "a.log.zst"), limits or Limits(), 1):
        if isinstance(item, Damage):
            reasons.append(item.reason)
        else:
            member = item.member
            with item.open() as stream:
                text = stream.read()
    return text, reasons, member


@given(st.lists(st.binary(max_size=3_000), min_size=1, max_size=4), st.integers(1, 19))
@settings(deadline=None, max_examples=40)
def test_frames_one_behind_the_other(parts: list[bytes], level: int) -> None:
    skipped = b"\x53\x2a\x4d\x18\x03\x00\x00\x00abc"
    data = skipped.join(zstandard.compress(part, level) for part in parts)
    assert unpacked(data) == (b"".join(parts), [], "a.log")


def test_streamed_frames_without_a_size() -> None:
    engine = zstandard.ZstdCompressor().compressobj()
    data = engine.compress(ROWS) + engine.flush()
    assert unpacked(data) == (ROWS, [], "a.log")


def test_damage() -> None:
    data = zstandard.ZstdCompressor(write_checksum=True).compress(ROWS)
    text, [reason], _ = unpacked(data[: len(data) // 2])
    assert "cut off" in reason
    assert ROWS.startswith(text)
    assert len(text) > 10_000
    broken = bytearray(data)
    broken[len(data) // 2] ^= 0xFF
    _, [reason], _ = unpacked(bytes(broken))
    assert "damaged" in reason
    assert unpacked(zstandard.compress(b"one") + b"junk")[:2] == (
        b"one",
        ["4 bytes or more behind the end are not zstd."],
    )
    assert unpacked(b"\x28\xb5\x2f\xfd")[1]


def test_bounds() -> None:
    bomb = zstandard.compress(bytes(64 << 20), 19)
    text, [reason], _ = unpacked(bomb)
    assert "400 times" in reason
    assert len(text) <= (16 << 20) + (32 << 20)
    text, [reason], _ = unpacked(zstandard.compress(ROWS), Limits(unpacked_bytes=1_000))
    assert (text, "more than 1,000 bytes" in reason) == (b"", True)
    wide = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True)
    ).compressobj()
    data = wide.compress(ROWS) + wide.flush()
    assert "damaged" in unpacked(data)[1][0]
