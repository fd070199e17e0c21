"""Files written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.errors import OutputError
from cybersecqwen.writing import write_whole


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
