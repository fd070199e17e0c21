"""What the user may name, and what becomes of it."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest

from cybersecqwen.errors import InputError, NothingAnalysedError
from cybersecqwen.inputs.events import read_events
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Damage, Event, Limits

from .fuzzing import SAMPLES
from .test_archives import zipped

LINE = b'{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\\\a.exe"}\n'


def events(
    *paths: Path | str, stdin: bytes | None = None, limits: Limits | None = None
) -> list[Event | Damage]:
    source = io.BytesIO(stdin) if stdin is not None else None
    return list(read_events(paths, limits or Limits(), stdin=source))


@pytest.mark.parametrize(
    ("name", "data", "reader"),
    [
        ("a.log", LINE * 2, "jsonl"),
        ("a.bin", b"[" + LINE + b"]", "json"),
        ("a", b'{"Records": [' + LINE + b"]}", "json"),
        ("a.json", b"time,host,Image\n2024,h,a\n2025,h,b\n", "csv"),
        ("a.csv", b"a;b\n1;2\n", "csv"),
        ("a", "Jan  2 03:04:05 host sshd[1]: é\n".encode("utf-16"), "syslog"),
        ("a.evtx", b"ElfFile\x00" + bytes(4_096), "evtx"),
        ("a.csv", b"<Events><Event xmlns='x'><System/></Event></Events>", "winxml"),
        ("a", b"[2024-01-01 10:00:00] started\n", "text"),
    ],
)
def test_content_decides(name: str, data: bytes, reader: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    [item] = open_inputs([tmp_path / name], Limits())
    assert not isinstance(item, Damage)
    assert item[1].name == reader


def test_a_folder_of_everything(tmp_path: Path) -> None:
    import zstandard

    for name in (
        "syslog",
        "auditd",
        "zeek",
        "w3c",
        "access",
        "weberror",
        "cef",
        "leef",
        "journal",
        "csv",
        "json",
    ):
        (tmp_path / name).write_bytes(SAMPLES[name])
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(SAMPLES["syslog"]))
    (tmp_path / "b.log.zst").write_bytes(zstandard.compress(SAMPLES["access"]))
    (tmp_path / "c.zip").write_bytes(zipped({"in.zst": zstandard.compress(SAMPLES["zeek"])}))
    (tmp_path / "d").write_bytes(b"\x7fELF" + bytes(range(256)) * 4)
    found = {}
    for item in open_inputs([tmp_path], Limits()):
        if isinstance(item, Damage):
            assert "Linux program" in item.reason
            continue
        blob, reader = item
        records = [record for record in reader.read(blob, Limits()) if not isinstance(record, Damage)]
        found[f"{Path(blob.path).name}!{blob.member}"] = reader.name
        assert records
        assert all(offset >= 0 for _, offset, _ in records) or reader.name == "json"
        with blob.open() as stream:
            data = stream.read()
        for _, offset, raw in records:
            line = raw.get(KEY)
            if line is not None:  # the offset is where the line stands
                assert data[offset:].startswith(line.encode())
    assert found == {
        **{f"{name}!": name for name in ("syslog", "auditd", "zeek", "w3c", "access", "weberror")},
        **{f"{name}!": name for name in ("cef", "leef", "journal", "csv", "json")},
        "a.log.gz!a.log": "syslog",
        "b.log.zst!b.log": "access",
        "c.zip!in.zst!in": "zeek",
    }


def test_ids_and_sources_through_archives(tmp_path: Path) -> None:
    inner = zipped({"deep.jsonl": LINE * 2})
    (tmp_path / "b.zip").write_bytes(zipped({"in.zip": inner, "x.gz": gzip.compress(LINE)}))
    found = events(tmp_path / "b.zip")
    assert [event.id for event in found if isinstance(event, Event)] == ["e1", "e2", "e3"]
    assert [str(event.source).partition("b.zip")[2] for event in found] == [
        "!in.zip!deep.jsonl:1", "!in.zip!deep.jsonl:2", "!x.gz!x:1",
    ]  # fmt: skip


def test_archives_in_archives_have_a_bound(tmp_path: Path) -> None:
    data = LINE
    for _ in range(6):
        data = zipped({"a": data})
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(NothingAnalysedError, match="inside 4 others"):
        events(tmp_path / "a.zip")


def test_standard_input() -> None:
    [event] = events("-", stdin=gzip.compress(LINE))
    assert isinstance(event, Event)
    assert str(event.source) == "-!-:1"
    with pytest.raises(NothingAnalysedError, match="more than 10 bytes"):
        events("-", stdin=LINE, limits=Limits(unpacked_bytes=10))


def test_a_folder_in_order_without_leaving_it(tmp_path: Path) -> None:
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "outside.jsonl").write_bytes(LINE)
    for name in ("b.jsonl", "a.jsonl", "sub/c.jsonl"):
        (root / name).write_bytes(LINE)
    (root / "out").symlink_to(tmp_path / "outside.jsonl")
    (root / "loop").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    os.mkfifo(root / "pipe")
    found = events(root)
    assert [Path(e.source.path).name for e in found if isinstance(e, Event)] == [
        "a.jsonl",
        "b.jsonl",
        "c.jsonl",
    ]
    damaged = {Path(d.source.path).name: d.reason for d in found if isinstance(d, Damage)}
    assert set(damaged) == {"out", "loop", "self", "pipe"}
    assert "leads out" in damaged["out"]


def test_damaged_files_are_said_and_the_others_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n" + bytes(500))
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "c").write_bytes(LINE)
    found = events(tmp_path)
    assert [type(item).__name__ for item in found] == ["Damage", "Damage", "Event"]
    assert "PNG image" in found[0].reason  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "word"), [(b"", "is empty"), (b"\x00\xff\x01" * 99, "format is unknown"), (b"   \n", "format")]
)
def test_nothing_to_analyse_is_exit_code_3(data: bytes, word: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(NothingAnalysedError, match=word) as caught:
        events(tmp_path / "x")
    assert caught.value.exit_code == 3
    assert caught.value.hint


@pytest.mark.parametrize("path", ["/no/such/file", "/dev/zero", "a\x00b", "/etc/hostname/x"])
def test_a_path_that_cannot_be_read_stops_before_the_first_event(path: str, tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(LINE)
    with pytest.raises(InputError) as caught:
        next(read_events([tmp_path / "good", path], Limits()))
    assert caught.value.exit_code == 2


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NothingAnalysedError, match="nothing to analyse"):
        events(tmp_path)
