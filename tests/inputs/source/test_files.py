"""Which files of a tree are reviewed, in which language, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.source.files import LARGEST, SourceFile, read_source, source_of, walk_sources
from cybersecqwen.inputs.source.languages import LANGUAGES, language_of
from cybersecqwen.records.review import Skipped


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("a/b.py", "", "python"),
        ("a.TSX", "", "tsx"),
        ("Dockerfile", "", "dockerfile"),
        ("docker/Dockerfile.dev", "", "dockerfile"),
        ("app.dockerfile", "", "dockerfile"),
        ("tool", "#!/usr/bin/env python3\n", "python"),
        ("tool", "#!/bin/sh -e\n", "shell"),
        ("tool", "#!/usr/bin/env -S node --x\n", "javascript"),
        ("tool", "no program", ""),
        (".github/workflows/ci.yml", "on: push", "github"),
        ("x/.github/workflows/ci.yaml", "on: push", "github"),
        ("action.yml", "name: a", "github"),
        ("deploy.yaml", "apiVersion: v1\nkind: Pod\n", "kubernetes"),
        ("list.yaml", "a: 1\n", "text"),
        (".env.local", "", "text"),
        ("settings.INI", "", "text"),
        ("requirements-dev.txt", "", "text"),
        ("notes.txt", "", ""),
        ("home/.ssh/id_rsa", "", "text"),
        ("README.md", "", ""),
        ("a.min.js", "", "javascript"),
        ("x.h", "", "c"),
        ("x.hpp", "", "cpp"),
        ("a\\b.rb", "", "ruby"),
    ],
)
def test_languages(path: str, head: str, language: str) -> None:
    assert language_of(path, head) == language
    assert not language or language in LANGUAGES


@given(path=st.text(max_size=60), head=st.text(max_size=200))
def test_any_name_has_a_language_or_none(path: str, head: str) -> None:
    assert language_of(path, head) in ("", *LANGUAGES)


@pytest.mark.parametrize(
    ("path", "data", "why"),
    [
        ("a.py", b"x = 1\0", "binary"),
        ("a.py", b"x" * (LARGEST + 1), "longer"),
        ("a.py", b" \n", "empty"),
        ("a.js", b"a;" * 40_000, "made by a program"),
        ("a.min.js", b"a;\n", "made by a program"),
    ],
)
def test_what_is_left_out_is_said(path: str, data: bytes, why: str) -> None:
    found = source_of(path, data)
    assert isinstance(found, Skipped)
    assert why in found.reason


def test_text_is_read_as_it_was_meant() -> None:
    for data in ("x = 'é'\n".encode(), "\ufeffx = 'é'\n".encode(), "x = 'é'\n".encode("latin-1")):
        found = source_of("a.py", data)
        assert isinstance(found, SourceFile)
        assert found.text == "x = 'é'\n"
    assert source_of("a.md", b"text") is None


@given(data=st.binary(max_size=300))
def test_any_bytes_are_text_or_left_out(data: bytes) -> None:
    assert isinstance(source_of("a.py", data), SourceFile | Skipped)


def test_a_tree_is_walked_without_leaving_it(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    (root / "node_modules" / "x").mkdir(parents=True)
    (root / "node_modules" / "x" / "a.js").write_text("eval(a)")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("[core]")
    (root / "b.py").write_text("b = 1")
    (tmp_path / "secret.py").write_text("s = 1")
    (root / "out.py").symlink_to(tmp_path / "secret.py")
    (root / "round").symlink_to(root)
    os.mkfifo(root / "pipe.py")
    found = list(walk_sources(str(root)))
    assert [one for one in found if isinstance(one, Path)] == [root / "b.py"]
    said = {Path(one.path).name: one.reason for one in found if isinstance(one, Skipped)}
    assert set(said) == {"node_modules", "out.py", "round", "pipe.py"}
    assert "packages of others" in said["node_modules"]


def test_one_file_is_a_tree() -> None:
    assert list(walk_sources(__file__)) == [Path(__file__)]
    with pytest.raises(InputError, match="no file or folder"):
        list(walk_sources("not-there"))


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert isinstance(read_source(tmp_path / "none.py"), Skipped)
    assert read_source(tmp_path) is None or isinstance(read_source(tmp_path), Skipped)
