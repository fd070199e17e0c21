from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from cybersecqwen.errors import UnknownNameError, UsageError, WeightsError
from cybersecqwen.models.shelf import Shelf
from cybersecqwen.models.sources.interface import NoSpaceError, WrongHashError, disk_errors

from .tiny_gguf import gguf_bytes, small_model, tiny_adapter


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "My Model.Q4_K_M.gguf"
    path.write_bytes(small_model("CyberSecQwen 4B"))
    return path


def test_an_empty_shelf_knows_what_there_could_be(shelf: Shelf):
    assert shelf.list() == ()
    assert shelf.default() == "smollm2-135m-instruct"
    assert not shelf.directory.exists()
    assert [(entry.size, here) for entry, here in shelf.portfolio()] == [
        ("instant", None),
        ("standard", None),
        ("reference", None),
    ]
    with pytest.raises(WeightsError) as caught:
        shelf.show("standard")
    assert "csq model pull qwen2.5-coder-1.5b-instruct" in caught.value.hint


def test_import_copies_checks_and_records(shelf: Shelf, model_file: Path):
    model = shelf.import_file(model_file)
    assert (model.name, model.profile, model.architecture) == ("my-model.q4_k_m", "qwen3", "qwen3")
    assert shelf.path(model).read_bytes() == model_file.read_bytes()
    assert shelf.list() == (model,)
    assert shelf.show("my-model.q4_k_m") == shelf.verify("my-model.q4_k_m") == model
    assert shelf.default() == model.name
    assert {path.name for path in shelf.directory.iterdir()} == {"my-model.q4_k_m.gguf", "shelf.json"}


def test_import_can_link_instead_of_copying(shelf: Shelf, model_file: Path):
    model = shelf.import_file(model_file, "linked", link=True)
    assert shelf.path(model).stat().st_ino == model_file.stat().st_ino


def test_import_of_what_lies_in_the_folder_already(shelf: Shelf):
    shelf.directory.mkdir()
    inside = shelf.directory / "here.gguf"
    inside.write_bytes(small_model())
    assert shelf.import_file(inside).origin == "found in place"
    assert inside.read_bytes() == small_model()


def test_what_is_no_model_is_refused_and_nothing_is_left(shelf: Shelf, tmp_path: Path):
    text = tmp_path / "notes.txt"
    text.write_text("hello " * 100)
    empty = tmp_path / "empty.gguf"
    empty.write_bytes(gguf_bytes({"general.architecture": "qwen3"}))
    for path in (text, empty, tiny_adapter(tmp_path / "lora.gguf"), tmp_path / "missing.gguf"):
        with pytest.raises(WeightsError) as caught:
            shelf.import_file(path)
        assert caught.value.message.count(".") >= 1
        assert "\n" not in caught.value.message
    assert not shelf.directory.exists()


@pytest.mark.parametrize("name", ["../evil", "a/b", "A", ".hidden", "x" * 65, "a b"])
def test_names_cannot_leave_the_folder(shelf: Shelf, model_file: Path, name: str):
    with pytest.raises(UsageError):
        shelf.import_file(model_file, name)


def test_use_show_remove(shelf: Shelf, model_file: Path):
    shelf.import_file(model_file, "one")
    shelf.import_file(model_file, "two", profile_name="llama")
    assert shelf.show("two").profile == "llama"
    assert shelf.use("two").name == shelf.default() == shelf.show().name == "two"
    assert Shelf(shelf.directory).default() == "two"
    shelf.remove("two")
    assert [one.name for one in shelf.list()] == ["one"]
    assert shelf.default() == "one"
    with pytest.raises(UnknownNameError) as caught:
        shelf.use("two")
    assert "one" in caught.value.hint
    with pytest.raises(UnknownNameError):
        shelf.import_file(model_file, "three", profile_name="nonsense")


def test_a_changed_file_is_noticed(shelf: Shelf, model_file: Path):
    model = shelf.import_file(model_file, "one")
    with shelf.path(model).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    with pytest.raises(WrongHashError):
        shelf.verify("one")
    shelf.path(model).unlink()
    assert shelf.list() == ()


def test_a_damaged_record_is_one_sentence(shelf: Shelf, model_file: Path):
    shelf.import_file(model_file, "one")
    record = shelf.directory / "shelf.json"
    for damage in (b"", b"{", b"[]", b'{"models": []}', b"[" * 100_000, b"\xff"):
        record.write_bytes(damage)
        with pytest.raises(WeightsError, match=r"shelf\.json cannot be read"):
            shelf.list()


def test_records_that_point_outside_are_ignored(shelf: Shelf, model_file: Path):
    shelf.import_file(model_file, "one")
    record = shelf.directory / "shelf.json"
    state = json.loads(record.read_bytes())
    state["models"]["two"] = {**state["models"]["one"], "name": "two", "file": "../My Model.Q4_K_M.gguf"}
    state["models"]["three"] = {"name": "three"}
    state["models"]["four"] = 4
    record.write_text(json.dumps(state))
    assert [one.name for one in shelf.list()] == ["one"]


def test_a_full_disk_is_typed(tmp_path: Path):
    with pytest.raises(NoSpaceError), disk_errors(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(WeightsError, match="cannot be written: Permission denied"), disk_errors(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_record_of_models_that_cannot_be_written_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"shelf\.json cannot be written: Not a directory"):
        Shelf(tmp_path / "file" / "models")._write({"models": {}})

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpaceError, match=r"shelf\.json could not be written"):
        Shelf(tmp_path)._write({"models": {}})
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_a_file(tmp_path: Path, model_file: Path):
    (tmp_path / "models").write_text("x")
    with pytest.raises(WeightsError):
        Shelf(tmp_path / "models").import_file(model_file)
