"""Whether the code imports a package, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.packages.reach import imports_of, names_in, python_names, reached
from tests.amounts import draws

from .made import package

PYTHON = '''"""
import numpy
"""
import os, yaml as y; import bs4
# import flask
from google.cloud import storage
x = "import django"
s = """ import a """; import jwt
importlib.import_module("redis.client")
from . import local
from .flask import local
from PIL import (
    Image)
def f():
    from dateutil.parser import parse
'''
JAVASCRIPT = """import x from 'lodash/fp';
// import y from 'chalk'
/* import 'left-pad' */
const z = require("@babel/core/lib");
export * from './express';
import type {Q} from "koa";
await import('node:fs');
import 'side';
import {
  a,
  b } from "multi";
require(name); require(`p-${x}`);
"""
GO = """package main

import "example.org/alone"
import (
	"fmt"
	ssh "golang.org/x/crypto/ssh" // a comment
	_ "example.org/driver/v2"
)

func main() { x := "example.org/no" }
"""
SOURCES = (("app.py", "python", PYTHON), ("web/a.ts", "typescript", JAVASCRIPT), ("main.go", "go", GO))


@pytest.mark.parametrize(
    ("name", "ecosystem", "place"),
    [
        ("pyyaml", "PyPI", "app.py:4"),
        ("beautifulsoup4", "PyPI", "app.py:4"),
        ("google-cloud-storage", "PyPI", "app.py:6"),
        ("google-cloud-bigquery", "PyPI", ""),
        ("pyjwt", "PyPI", "app.py:8"),
        ("redis", "PyPI", "app.py:9"),
        ("pillow", "PyPI", "app.py:12"),
        ("python-dateutil", "PyPI", "app.py:15"),
        ("numpy", "PyPI", ""),
        ("flask", "PyPI", ""),
        ("django", "PyPI", ""),
        ("a", "PyPI", ""),
        ("lodash", "npm", "web/a.ts:1"),
        ("chalk", "npm", ""),
        ("left-pad", "npm", ""),
        ("@babel/core", "npm", "web/a.ts:4"),
        ("express", "npm", ""),
        ("@types/koa", "npm", "web/a.ts:6"),
        ("side", "npm", "web/a.ts:8"),
        ("multi", "npm", "web/a.ts:11"),
        ("example.org/alone", "Go", "main.go:3"),
        ("golang.org/x/crypto", "Go", "main.go:6"),
        ("golang.org/x/cry", "Go", ""),
        ("example.org/driver/v2", "Go", "main.go:7"),
        ("example.org/no", "Go", ""),
    ],
)
def test_where_a_package_is_imported(name: str, ecosystem: str, place: str) -> None:
    said, is_reached = reached(package(name, ecosystem=ecosystem), imports_of(SOURCES))
    assert is_reached is bool(place)
    assert said == (f"imported in {place}" if place else "not imported in the file")


def test_what_another_package_asks_for_is_unknown_unless_it_is_imported() -> None:
    found = imports_of(SOURCES)
    assert reached(package("numpy", direct=False), found) == ("", None)
    assert reached(package("pyyaml", direct=False), found)[1] is True


def test_of_a_go_module_the_affected_parts_count() -> None:
    found = imports_of(SOURCES)
    crypto = package("golang.org/x/crypto", ecosystem="Go")
    assert reached(crypto, found, parts=("golang.org/x/crypto/ssh",)) == ("imported in main.go:6", True)
    assert reached(crypto, found, parts=("golang.org/x/crypto/openpgp",)) == (
        "none of the affected parts is imported",
        False,
    )
    other = package("example.org/other", ecosystem="Go", direct=False)
    assert reached(other, found, parts=("example.org/other/x",)) == ("", None)


def test_without_sources_of_its_language_nothing_is_told() -> None:
    assert reached(package("pyyaml"), imports_of(SOURCES[1:])) == ("", None)
    assert reached(package("x", ecosystem="Maven"), imports_of(SOURCES)) == ("", None)


def test_names_are_looked_for_in_the_environment_then_the_table_then_the_name(tmp_path: Path) -> None:
    for name, top, record in (
        ("odd_thing-1.0", "strange\n_strange\n", ""),
        ("other-2.0", "", "other_mod.py,sha256=x,1\nother-2.0.dist-info/RECORD,,\n../../bin/x,,\n"),
        ("google_cloud_odd-1", "", "google/cloud/odd/__init__.py,,\n"),
        ("whole-1", "", "whole/__init__.py,,\nwhole/part/__init__.py,,\n"),
        ("empty-1", "", ""),
    ):
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        if top:
            (folder / "top_level.txt").write_text(top)
        (folder / "RECORD").write_text(record)
    found = names_in(tmp_path)
    assert found == {
        "odd-thing": ("strange", "_strange"),
        "other": ("other_mod",),
        "google-cloud-odd": ("google.cloud",),
        "whole": ("whole",),
    }
    assert python_names("Odd.Thing", found) == ("strange", "_strange")
    assert python_names("scikit-learn", found) == ("sklearn",)
    assert "telegram_tools" in python_names("python-telegram-tools")
    assert names_in(tmp_path / "nowhere") == {}


@given(
    st.sampled_from(["python", "javascript", "go"]),
    st.text(alphabet="import from'\"`()\n#/*{};.@ax_", max_size=200),
)
@draws(150)
def test_any_source_is_read(language: str, text: str) -> None:
    imports_of([("a", language, text), ("b", language, text[::-1])])


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece", ["import ", "import a,", "from ", '"', '"""', "require(", "from '", "\\", "#", " "]
)
def test_long_sources_are_read_in_time(piece: str) -> None:
    for text in (piece * 200_000, (piece + "\n") * 200_000, piece + " " * 1_000_000):
        for language in ("python", "javascript", "go"):
            imports_of([("a", language, text)])


@pytest.mark.timeout(20)
def test_a_string_that_does_not_end_is_looked_at_once() -> None:
    text = ('import "' + '\\"' * 1_900 + "\n") * 2_000
    assert imports_of([("a.py", "python", text + "import x\n")]).first("python", "x") == "a.py:2001"


@pytest.mark.timeout(60)
def test_many_imports_are_read_in_time() -> None:
    text = "".join(f"import x from 'p{n}';\n" for n in range(100_000))
    assert imports_of([("a.js", "javascript", text)]).first("javascript", "p99999") == "a.js:100000"
