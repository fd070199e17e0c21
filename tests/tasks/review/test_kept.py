"""What is kept between runs: found again, made anew where it is damaged, shared by processes."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.tasks.review import kept as room
from cybersecqwen.tasks.review.kept import Kept, Seen

BAD = "import os\ndef run(host):\n    os.system('ping ' + host)\n    eval(input())\n"


@pytest.fixture(scope="module")
def seen() -> Seen:
    look = Look(SourceFile(path="app.py", language="python", text=BAD))
    found = look.findings(CodeRules.shipped().of("python"))
    assert len(found) >= 2
    return Seen(tuple(found), None)


def keep(folder: Path, seen: Seen, version: str = "1", count: int = 1) -> list[bytes]:
    kept = Kept(folder, version)
    keys = [kept.key(f"{number}.py", "python", BAD.encode()) for number in range(count)]
    kept.keep((key, seen) for key in keys)
    kept.close()
    return keys


def found(folder: Path, keys: list[bytes], version: str = "1") -> dict[bytes, Seen]:
    kept = Kept(folder, version)
    try:
        return kept.find(keys)
    finally:
        kept.close()


def test_what_is_kept_is_found_as_it_was(tmp_path: Path, seen: Seen) -> None:
    keys = keep(tmp_path, seen, count=1_200)
    assert found(tmp_path, [*keys, b"unknown"]) == dict.fromkeys(keys, seen)


def test_keys_differ_by_rules_name_language_and_content(tmp_path: Path) -> None:
    one, other = Kept(tmp_path, "1"), Kept(tmp_path, "2")
    keys = {
        one.key("a", "python", b"x"),
        other.key("a", "python", b"x"),
        one.key("b", "python", b"x"),
        one.key("a", "ruby", b"x"),
        one.key("a", "python", b"y"),
        one.key("a\0python", "", b"x"),
        one.key("a", "python\0001", b"x"),
        one.key("\udcff", "python", b"x"),
    }
    assert len(keys) == 8
    one.close()
    other.close()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"5",
        b"[]",
        b"{}",
        b"null",
        b'"x"',
        b'{"findings": 5, "crossing": null}',
        b'{"findings": [5], "crossing": null}',
        b'{"findings": [{}], "crossing": null}',
        b'{"findings": [], "crossing": 5}',
        b'{"findings": [], "crossing": {}}',
        b'{"findings": [{"rule": [1], "fix": 5}], "crossing": []}',
        b"\xff\xfe",
    ],
)
def test_a_row_that_cannot_be_read_counts_as_none(data: bytes, tmp_path: Path, seen: Seen) -> None:
    keys = keep(tmp_path, seen)
    base = sqlite3.connect(tmp_path / "review.sqlite")
    base.execute("UPDATE kept SET findings = ?", (data,))
    base.commit()
    base.close()
    assert found(tmp_path, keys) == {}
    keep(tmp_path, seen)
    assert found(tmp_path, keys) == dict.fromkeys(keys, seen)


@pytest.mark.parametrize("data", [b"", b"no database at all " * 100, b"SQLite format 3\0" + b"\xff" * 4_096])
def test_a_file_that_is_no_database_is_made_anew(data: bytes, tmp_path: Path, seen: Seen) -> None:
    tmp_path.joinpath("review.sqlite").write_bytes(data)
    keys = keep(tmp_path, seen)
    assert found(tmp_path, keys) == dict.fromkeys(keys, seen)


def test_a_file_that_is_damaged_inside_is_given_up_and_made_anew(tmp_path: Path, seen: Seen) -> None:
    keys = keep(tmp_path, seen, count=400)
    path = tmp_path / "review.sqlite"
    data = bytearray(path.read_bytes())
    data[4_096:] = b"\xa5" * (len(data) - 4_096)
    path.write_bytes(data)
    assert found(tmp_path, keys) == {}
    keep(tmp_path, seen, count=400)
    keep(tmp_path, seen, count=400)
    assert found(tmp_path, keys) == dict.fromkeys(keys, seen)


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path, seen: Seen) -> None:
    tmp_path.joinpath("cache").write_text("a file")
    keys = keep(tmp_path / "cache", seen)
    assert found(tmp_path / "cache", keys) == {}


def test_a_file_that_another_process_holds_is_left_alone(
    tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_PATIENCE", 0.0)
    keys = keep(tmp_path, seen)
    held = sqlite3.connect(tmp_path / "review.sqlite", isolation_level=None)
    held.execute("PRAGMA journal_mode=DELETE")
    held.execute("BEGIN EXCLUSIVE")
    before = tmp_path.joinpath("review.sqlite").stat().st_ino
    assert found(tmp_path, keys) == {}
    held.execute("COMMIT")
    held.close()
    assert tmp_path.joinpath("review.sqlite").stat().st_ino == before
    assert found(tmp_path, keys) == dict.fromkeys(keys, seen)


def test_what_waiting_does_not_mend_is_not_waited_for(
    tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    def sleep(seconds: float) -> None:
        raise AssertionError(f"waits {seconds} s")

    monkeypatch.setattr(room.sqlite3, "connect", connect)
    monkeypatch.setattr(room.time, "sleep", sleep)
    assert found(tmp_path, keep(tmp_path, seen)) == {}


@pytest.mark.timeout(60)
def test_several_open_a_new_file_at_once(tmp_path: Path, seen: Seen) -> None:
    for number in range(60):
        folder = tmp_path / str(number)
        together = threading.Barrier(4)

        def write(name: str, folder: Path = folder, together: threading.Barrier = together) -> None:
            together.wait()
            kept = Kept(folder, "1")
            kept.keep([(kept.key(name, "python", b""), seen)])
            kept.close()

        some = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
        for one in some:
            one.start()
        for one in some:
            one.join()
        kept = Kept(folder, "1")
        assert len(kept.find([kept.key(name, "python", b"") for name in "abcd"])) == 4
        kept.close()


@pytest.mark.timeout(60)
def test_several_write_at_once(tmp_path: Path, seen: Seen) -> None:
    def write(first: int) -> None:
        kept = Kept(tmp_path, "1")
        for number in range(first, first + 40):
            kept.keep([(kept.key(f"{number}.py", "python", b""), seen)])
        kept.close()

    some = [threading.Thread(target=write, args=(40 * number,)) for number in range(4)]
    for one in some:
        one.start()
    for one in some:
        one.join()
    kept = Kept(tmp_path, "1")
    keys = [kept.key(f"{number}.py", "python", b"") for number in range(160)]
    assert len(kept.find(keys)) >= 150, "one that waits too long for the others loses a row, not the file"
    kept.close()


def test_the_oldest_go_first(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_MOST", 5)
    keys = keep(tmp_path, seen, count=4)
    more = keep(tmp_path, seen, version="2", count=3)
    assert set(found(tmp_path, keys + more)) == {*keys[2:], *more}


def test_only_a_file_of_ones_own_is_used(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write what is kept can say that nothing was found."""
    file = tmp_path / "review.sqlite"
    (key,) = keep(tmp_path, seen)
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)  # as it was made before
    assert found(tmp_path, [key]) and file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o620)
    assert not found(tmp_path, [key])
    file.chmod(0o600)
    with monkeypatch.context() as patch:
        patch.setattr("os.geteuid", lambda: file.stat().st_uid + 1)
        assert not found(tmp_path, [key])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "review.sqlite").symlink_to(file)
    assert not found(elsewhere, [key])
    assert found(tmp_path, [key])
