"""Look-alikes, packages that ended, package URLs, and the lists behind them."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cybersecqwen.detect.packages as room
from cybersecqwen.detect.packages.lookalikes import likeness, look_alikes, popular
from cybersecqwen.detect.packages.unmaintained import ended, unmaintained
from cybersecqwen.inputs.packages.names import canonical
from cybersecqwen.inputs.packages.purl import TYPES
from cybersecqwen.knowledge.advisories.interface import name_key
from tests.amounts import draws

from .made import package

DATA = Path(room.__file__).parent


@pytest.mark.parametrize(
    ("ecosystem", "name", "to"),
    [
        ("PyPI", "reqeusts", "requests"),
        ("PyPI", "requets", "requests"),
        ("PyPI", "djanga", "django"),
        ("PyPI", "colourama", "colorama"),
        ("PyPI", "jeIlyfish", "jellyfish"),
        ("PyPI", "python3-dateutil", "python-dateutil"),
        ("PyPI", "urlib3", "urllib3"),
        ("PyPI", "nurnpy", "numpy"),
        ("PyPI", "numpyy", "numpy"),
        ("PyPI", "setup-tools", "setuptools"),
        ("PyPI", "fastapi-fixed", "fastapi"),
        ("npm", "crossenv", "cross-env"),
        ("npm", "mongose", "mongoose"),
        ("npm", "expres", "express"),
        ("npm", "loadsh", "lodash"),
        ("npm", "jquery.js", "jquery"),
        ("npm", "electorn", "electron"),
    ],
)
def test_names_that_look_like_popular_ones(ecosystem: str, name: str, to: str) -> None:
    found = likeness(ecosystem, name)
    assert found is not None and found.to == to
    (finding,) = look_alikes([package(name, ecosystem=ecosystem)])
    assert finding.kind == "look-alike" and to in finding.title and finding.instead


@pytest.mark.parametrize(
    ("ecosystem", "name"),
    [
        ("PyPI", "requests"),
        ("PyPI", "psycopg"),
        ("PyPI", "boto"),
        ("PyPI", "pyaml"),
        ("PyPI", "Flask_SQLAlchemy"),
        ("PyPI", "celerys"),
        ("npm", "preact"),
        ("npm", "uglify-es"),
        ("npm", "mysql2"),
        ("npm", "@acme/lodahs"),
        ("npm", "request"),
        ("Go", "requets"),
        ("PyPI", "ab"),
        ("npm", "x" * 300),
    ],
)
def test_names_that_are_real_or_near_by_chance(ecosystem: str, name: str) -> None:
    assert likeness(ecosystem, name) is None


def test_what_is_known_to_be_real_is_no_look_alike() -> None:
    assert look_alikes([package("djanga")], known=lambda ecosystem, name: name == "djanga") == ()


@given(st.sampled_from(["PyPI", "npm"]), st.text(max_size=40))
@draws(100)
def test_any_name_is_judged(ecosystem: str, name: str) -> None:
    likeness(ecosystem, name)


def test_few_names_with_advisories_look_like_others(data_dir: Path) -> None:
    # vulns/NAME/PYSEC-….yaml
    with zipfile.ZipFile(data_dir / "code" / "pypa_advisories_osv.zip") as archive:
        names = {name.split("/")[1] for name in archive.namelist() if name.endswith(".yaml")}
    assert len(names) > 600
    assert sum(likeness("PyPI", name) is not None for name in names) <= 2


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm"])
def test_lists_of_popular_names_are_in_order_of_nothing_but_hold_each_once(ecosystem: str) -> None:
    file = {"PyPI": "popular_pypi.txt", "npm": "popular_npm.txt"}[ecosystem]
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    assert any("Source: own list" in line for line in lines)
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert len(words) == len(set(words)) >= 400
    assert all(word == name_key(ecosystem, word).lower() for word in words)
    assert popular(ecosystem) == frozenset(words)


def test_packages_that_ended() -> None:
    (finding,) = unmaintained([package("PyCrypto"), package("nose", direct=False), package("pytest")])
    assert finding.kind == "unmaintained" and "pycryptodome" in finding.instead and "2013" in finding.title


def test_the_list_of_packages_that_ended() -> None:
    entries = ended()
    assert len(entries) >= 100
    assert {ecosystem for ecosystem, _ in entries} == set(TYPES)
    for (ecosystem, name), entry in entries.items():
        assert 2005 <= entry.since <= 2026, name
        assert entry.use and entry.why and not entry.why.endswith("."), name
        assert entry.use != name, (ecosystem, name)


def test_the_table_of_import_names() -> None:
    table = tomllib.loads((DATA / "import_names.toml").read_text(encoding="utf-8"))
    assert len(table) >= 80
    for name, modules in table.items():
        assert name == name_key("PyPI", name)
        assert modules and all(re.fullmatch(r"[A-Za-z_][\w.]*", module) for module in modules)


@given(
    st.sampled_from(sorted(TYPES)),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}[A-Za-z0-9]", fullmatch=True),
)
@draws(100)
def test_manifests_and_advisories_tell_names_apart_alike(ecosystem: str, name: str) -> None:
    """Facts and readers of files stand side by side, and each has its own form of a name."""
    written = {"Maven": f"g:{name}", "Packagist": f"Me/{name}", "crates.io": name.replace(".", "_")}
    name = written.get(ecosystem, name)
    read = canonical(ecosystem, name)
    assert read
    assert name_key(ecosystem, read) == name_key(ecosystem, name)
    assert canonical(ecosystem, read) == read
    if ecosystem != "NuGet":  # shown as it is written, compared without its case
        assert name_key(ecosystem, name) == read
