"""EVTX: sound and damaged files, and a parser that dies or hangs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cybersecqwen.inputs import evtx as evtx_module
from cybersecqwen.inputs.evtx import EvtxReader
from cybersecqwen.records import Damage, Limits

from .blobs import file_blob, read
from .evtx_maker import CHUNK, FILE_HEADER, chunk, evtx

FILE = evtx(chunk(1, 5), chunk(6, 5), chunk(11, 5))


def commands(records: list[tuple[int, int, dict]]) -> list[int]:  # type: ignore[type-arg]
    return [int(raw["Event"]["EventData"]["CommandLine"].rpartition(" ")[2]) for _, _, raw in records]


def test_records_with_numbers_and_chunk_offsets(tmp_path: Path) -> None:
    path = tmp_path / "a.evtx"
    path.write_bytes(FILE)
    for records, damages in (
        read(EvtxReader(), FILE),
        (list(EvtxReader().read(file_blob(path), Limits())), []),
    ):
        assert damages == []
        assert commands(records) == list(range(1, 16))
        assert [number for number, _, _ in records] == list(range(1, 16))
        assert [offset for _, offset, _ in records[::5]] == [FILE_HEADER + CHUNK * n for n in range(3)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_it_is_read_where_memory_is_bounded_already(tmp_path: Path) -> None:
    (tmp_path / "a.evtx").write_bytes(FILE)
    worker = Path(evtx_module.__file__).with_name("evtx_worker.py")
    bounded = (
        "import os, resource, sys; "
        "resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20)); "
        "os.execv(sys.executable, [sys.executable, '-I', *sys.argv[1:]])"
    )
    with (tmp_path / "a.evtx").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", bounded, str(worker), "0", "100000"],
            stdin=file,
            capture_output=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"CommandLine") == 15


def test_a_damaged_file_header_does_not_matter() -> None:
    records, damages = read(EvtxReader(), b"\xff" * FILE_HEADER + FILE[FILE_HEADER:])
    assert (commands(records), damages) == (list(range(1, 16)), [])
    assert EvtxReader().recognise(b"\xff" * FILE_HEADER + FILE[FILE_HEADER:], "x") > 90


def test_a_damaged_chunk_costs_one_chunk() -> None:
    at = FILE_HEADER + CHUNK
    records, damages = read(EvtxReader(), FILE[:at] + b"garbage!" + FILE[at + 8 :])
    assert commands(records) == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    assert [(damage.source.offset, damage.records) for damage in damages] == [(at, 1)]


def test_a_damaged_record_costs_one_record() -> None:
    second = FILE.index(b"**\x00\x00", FILE_HEADER + 513 + 4)
    wrong_size = FILE[: second + 4] + bytes(4) + FILE[second + 8 :]
    assert commands(read(EvtxReader(), wrong_size)[0]) == list(range(1, 16))
    damaged = wrong_size[: second + 24] + b"\xff" * 60 + wrong_size[second + 84 :]
    records, damages = read(EvtxReader(), damaged)
    assert commands(records) == [1, *range(3, 16)]
    assert [damage.records for damage in damages] == [1]
    assert damages[0].source.offset == FILE_HEADER


def test_a_file_that_is_cut_off() -> None:
    records, damages = read(EvtxReader(), FILE[: FILE_HEADER + CHUNK + 1_700])
    found = commands(records)
    assert found[:5] == [1, 2, 3, 4, 5]
    assert 5 <= len(found) < 10
    assert sum(damage.records for damage in damages) == 10 - len(found)


def test_a_large_record_is_damage() -> None:
    records, damages = read(EvtxReader(), evtx(chunk(1, 3)), Limits(line_bytes=100))
    assert records == []
    assert damages[0].records == 3


WORKER = """
import os, signal, sys, time
sys.path.append({folder!r})
import evtx_worker
parse = evtx_worker._parse
def broken(chunk):
    if b"\\x06\\x00\\x00\\x00\\x00\\x00\\x00\\x00" == chunk[8:16]:
        {deed}
    return parse(chunk)
evtx_worker._parse = broken
evtx_worker.main(sys.argv)
"""


@pytest.mark.parametrize(
    ("deed", "word"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", f"status {-signal.SIGSEGV}"),
        ("time.sleep(60)", "did not answer"),
        ("raise MemoryError", "status 1"),
    ],
)
def test_a_parser_that_dies_or_hangs_costs_one_chunk(
    deed: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(Path(evtx_module.__file__).parent)
    (tmp_path / "evtx_worker.py").write_text(WORKER.format(folder=folder, deed=deed))
    monkeypatch.setattr(evtx_module, "__file__", str(tmp_path / "evtx.py"))
    monkeypatch.setattr(evtx_module, "_SECONDS", 1)
    found = list(EvtxReader().read(file_blob(_write(tmp_path)), Limits()))
    assert commands([item for item in found if not isinstance(item, Damage)]) == [
        *range(1, 6),
        *range(11, 16),
    ]
    damages = [item for item in found if isinstance(item, Damage)]
    assert [(damage.source.offset, damage.records) for damage in damages] == [(FILE_HEADER + CHUNK, 5)]
    assert word in damages[0].reason


def _write(folder: Path) -> Path:
    path = folder / "sample.evtx"
    path.write_bytes(FILE)
    return path
