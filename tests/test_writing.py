"""Files written whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cybersecqwen.errors import OutputError
from cybersecqwen.writing import whole_file, write_together, write_whole


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / ("ü" * 120)
    write_whole(file, b"one")
    ordinary = tmp_path / "ordinary"
    ordinary.write_bytes(b"")
    assert file.stat().st_mode == ordinary.stat().st_mode
    file.chmod(0o750)
    write_whole(file, b"two")
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o750
    write_whole(file, b"two", mode=0o600)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("precious")
    link = tmp_path / "link"
    link.symlink_to(other)
    write_whole(link, b"new")
    assert other.read_text() == "precious"
    assert link.read_bytes() == b"new" and not link.is_symlink()


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "folder", b"x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "none" / "file", b"x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "nu\0ll", b"x")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_a_folder_is_made_where_that_is_asked(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b", b"x", mode=0o600, folder_mode=0o700)
    assert (tmp_path / "a" / "b").read_bytes() == b"x"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "file" / "b", b"x", folder_mode=0o777)


def test_what_is_written_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, synced = tmp_path / "file", []

    def sync(handle: int) -> None:
        assert not file.exists()
        synced.append(os.fstat(handle).st_size)

    monkeypatch.setattr(os, "fsync", sync)
    write_whole(file, b"four")
    assert synced == [4] and file.read_bytes() == b"four"


def test_of_files_that_belong_together_none_is_replaced_before_all_are_written(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "nu\0ll"
    first.write_bytes(b"old")
    with pytest.raises(OutputError, match="ll' cannot be written"):
        write_together({first: b"new", second: b"new"})
    assert first.read_bytes() == b"old" and [one.name for one in tmp_path.iterdir()] == ["first"]
    write_together({first: b"new", tmp_path / "second": b"other"})
    assert first.read_bytes() == b"new" and (tmp_path / "second").read_bytes() == b"other"


SOURCE = Path(write_whole.__code__.co_filename).parent
OWN = {"writing.py"}


def test_nobody_else_gives_what_is_written_a_name_that_can_be_known() -> None:
    named = [
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if re.search(r"""\.new["'`]""", file.read_text("utf-8"))
    ]
    assert set(named) == OWN


def test_a_large_file_is_filled_beside_and_put_in_place(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "large.bin"
    with whole_file(path) as fresh:
        fresh.write_bytes(b"old")
        assert not path.exists() and fresh.parent == path.parent
    path.chmod(0o640)
    with pytest.raises(KeyError), whole_file(path) as fresh:
        fresh.write_bytes(b"half")
        raise KeyError
    assert path.read_bytes() == b"old"
    with whole_file(path) as fresh:
        fresh.write_bytes(b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert [one.name for one in path.parent.iterdir()] == ["large.bin"]
    with pytest.raises(OutputError, match="cannot be written"), whole_file(path / "below" / "x"):
        raise AssertionError
