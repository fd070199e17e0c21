"""Following a file that grows, is moved away, is cut short, or is a pipe."""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.follow import open_followed
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Damage, Limits

Step = Callable[[], None]


class Script:
    """What happens to the file while the reader waits: one step each time that it is idle, then `stop`."""

    def __init__(self, *steps: Step) -> None:
        self.stop = Event()
        self._steps = list(steps)

    def __call__(self) -> None:
        if self._steps:
            self._steps.pop(0)()
        else:
            self.stop.set()


def follow(path: Path, *steps: Step, limits: Limits | None = None, **more: Any) -> Iterator[Any]:
    script = Script(*steps)
    limits = limits or Limits()
    blob, reader = open_followed(str(path), limits, stop=script.stop, on_idle=script, poll_s=0.001, **more)
    return reader.read(blob, limits)


def lines_of(found: Iterator[Any]) -> list[tuple[int, int, str]]:
    return [(number, offset, raw[KEY]) for number, offset, raw in found]


def append(path: Path, text: str) -> Step:
    def step() -> None:
        with path.open("a") as stream:
            stream.write(text)

    return step


def moved(path: Path, text: str) -> Step:
    def step() -> None:
        path.rename(path.with_suffix(f".{len(list(path.parent.iterdir()))}"))
        path.write_text(text)

    return step


def test_lines_come_when_they_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\nha")
    found = follow(path, append(path, "lf"), append(path, "\nthree\n"), append(path, "end"))
    assert lines_of(found) == [(1, 0, "one"), (2, 4, "half"), (3, 9, "three"), (4, 15, "end")]


def test_rotation_keeps_the_last_half_line_apart_and_begins_offsets_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    found = follow(
        path, append(path, "half"), moved(path, "two\n"), append(path, "three\n"), moved(path, "four\n")
    )
    assert lines_of(found) == [(1, 0, "one"), (2, 4, "half"), (3, 0, "two"), (4, 4, "three"), (5, 0, "four")]


def test_what_is_written_to_the_old_file_before_it_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    with path.open("a", buffering=1) as old:

        def rotate() -> None:
            old.write("late\n")
            moved(path, "two\n")()

        assert [text for _, _, text in lines_of(follow(path, rotate))] == ["one", "late", "two"]


def test_what_stands_in_the_next_file_when_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\nha")
    stop = Event()

    def rotate_and_stop() -> None:
        if not stop.is_set():
            moved(path, "two\n")()
            stop.set()

    blob, reader = open_followed(str(path), Limits(), stop=stop, on_idle=rotate_and_stop, poll_s=0.001)
    assert [text for _, _, text in lines_of(reader.read(blob, Limits()))] == ["one", "ha", "two"]


def test_a_name_that_is_gone_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    found = follow(path, path.unlink, lambda: None, lambda: path.write_text("two\n") and None)
    assert [text for _, _, text in lines_of(found)] == ["one", "two"]


def test_truncation(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("first line\nsecond")
    found = follow(path, lambda: os.truncate(path, 0), append(path, "new\n"))
    assert lines_of(found) == [(1, 0, "first line"), (2, 11, "second"), (3, 0, "new")]


def test_from_the_end_with_the_names_of_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "dns.log"
    path.write_text("#separator \\x09\n#fields\tts\tuid\n#types\ttime\tstring\n1.5\told\n1.6\tha")
    [(number, offset, raw)] = follow(path, append(path, "lf\n"), from_end=True)
    assert (raw["uid"], offset) == ("half", path.read_text().index("1.6"))
    assert number == 4
    table = tmp_path / "t.csv"
    table.write_text("time,host,user\n1,a,b\n2,c,d\n")
    [(_, offset, raw)] = follow(table, append(table, "3,e,f\n"), from_end=True)
    assert (raw, offset) == ({"time": "3", "host": "e", "user": "f"}, 27)


def test_a_file_that_is_empty_at_first(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.touch()
    found = follow(path, lambda: None, append(path, "Jan  2 03:04:05 h p"), append(path, "[1]: x\n"))
    [(_, _, raw)] = found
    assert raw["program"] == "p"
    path.write_text("")
    assert list(follow(path)) == []
    with pytest.raises(InputError, match="empty"):
        open_followed("-", Limits(), stop=Event(), stdin=io.BytesIO())


def test_other_encodings_and_lines_beyond_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes("é\n".encode("utf-16"))

    def more() -> None:
        with path.open("ab") as stream:
            stream.write("ü\n".encode("utf-16-le"))

    assert lines_of(follow(path, more)) == [(1, -1, "é"), (2, -1, "ü")]
    path.write_text("a\n")
    found = list(
        follow(
            path,
            append(path, "x" * 50),
            append(path, "y\nb\n"),
            moved(path, "z" * 60),
            limits=Limits(line_bytes=20),
        )
    )
    assert [item[2][KEY] for item in found if not isinstance(item, Damage)] == ["a", "b"]
    assert [(item.source.record, item.source.offset) for item in found if isinstance(item, Damage)] == [
        (2, 2),
        (4, 0),
    ]


def test_a_pipe() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream:
        script = Script(
            lambda: os.write(writing, b'{"a":1}\n') and None,
            lambda: os.write(writing, b'{"a"') and None,
            lambda: os.write(writing, b':2}\n') and None,
            lambda: os.close(writing),
        )  # fmt: skip
        stop = Event()
        blob, reader = open_followed("-", Limits(), stop=stop, on_idle=script, poll_s=0.001, stdin=stream)
        assert reader.name == "jsonl"
        assert [raw for _, _, raw in reader.read(blob, Limits())] == [{"a": 1}, {"a": 2}]
        assert not stop.is_set()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b"x\n"), "is read as gz"),
        (b"ElfFile\x00" + b"\n" * 4_096, "is read as evtx"),
        (b"[\n{}]", "is read as json"),
        (b"\x00\xff\n" * 99, "no known format"),
    ],
)
def test_formats_that_cannot_be_followed(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        follow(path)


@pytest.mark.parametrize("name", ["missing", "folder", "pipe", "a\x00b"])
def test_what_is_no_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError):
        follow(tmp_path / name)


def test_stdin_is_the_default_for_a_dash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_text("one\n")
    with path.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        blob, reader = open_followed("-", Limits(), stop=Event(), poll_s=0.001)
        assert lines_of(reader.read(blob, Limits())) == [(1, 0, "one")]
