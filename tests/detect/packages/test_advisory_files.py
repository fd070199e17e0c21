"""Archives and folders of advisories, as hostile ones may be."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from cybersecqwen.detect.packages.advisory_files import LIMITS, documents
from cybersecqwen.errors import InputError
from cybersecqwen.records import Damage, Limits
from tests.knowledge.advisories.records import record

ONE = json.dumps(record("A-1", ("introduced", "0"))).encode()


def packed(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def found(path: Path, limits: Limits = LIMITS) -> tuple[list[str], list[Damage]]:
    damages: list[Damage] = []
    return [name for name, _ in documents([path], limits=limits, damaged=damages.append)], damages


def test_json_and_yaml_are_taken_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(
        packed(
            ("x/A-1.json", ONE), ("b.YAML", b"id: x"), ("LICENSE", b"x"), ("c.exe", b"MZ"), ("d.json", b"")
        )
    )
    assert found(path) == (["A-1.json", "b.YAML", "d.json"], [])


def test_folders_are_walked_without_leaving_them(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.json").write_bytes(ONE)
    (tmp_path / "secret.json").write_bytes(ONE)
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    names, damages = found(folder)
    assert names == ["a.json"] and "out of the folder" in damages[0].reason


def test_names_of_members_are_labels_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(("../../etc/a.json", ONE), ("/b.json", ONE)))
    assert found(path)[0] == ["a.json", "b.json"]


def test_archives_in_archives_have_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = packed(("a.json", ONE))
    for depth in range(4):
        data = packed((f"{depth}.zip", data))
    path.write_bytes(data)
    names, damages = found(path)
    assert names == [] and "inside 2 others" in damages[0].reason


def test_too_many_members_are_left(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(*((f"{n}.json", ONE) for n in range(20))))
    names, damages = found(path, Limits(members=5))
    assert len(names) == 5 and "more than 5 members" in damages[0].reason


@pytest.mark.timeout(60)
def test_what_unpacks_to_more_than_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cybersecqwen.detect.packages.advisory_files.LARGEST", 1 << 20)
    path = tmp_path / "a.zip"
    path.write_bytes(packed(("bomb.json", b" " * (64 << 20)), ("a.json", ONE)))
    names, damages = found(path)
    assert names == ["a.json"] and any("more than 1 MiB" in damage.reason for damage in damages)


def test_damaged_archives_give_what_can_be_had(tmp_path: Path) -> None:
    whole = packed(("a.json", ONE), ("b.json", ONE))
    path = tmp_path / "a.zip"
    for data in (whole[:-30], whole[: len(whole) // 2], whole[:5], b"PK\x03\x04" + b"\0" * 100):
        path.write_bytes(data)
        found(path)
    path.write_bytes(whole[:-30])
    assert "a.json" in found(path)[0]


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        found(tmp_path / "nowhere.zip")
