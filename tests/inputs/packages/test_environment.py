"""What is installed: environments of Python and folders node_modules, hostile ones included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.packages.environment import read_environment, read_node_modules
from cybersecqwen.records import Limits

LIMITS = Limits()


def installed(
    site: Path, folder: str, text: str, *, requested: bool = False, named: str = "METADATA"
) -> None:
    (site / folder).mkdir(parents=True)
    (site / folder / named).write_text(text)
    if requested:
        (site / folder / "REQUESTED").touch()


def module(folder: Path, entry: object) -> None:
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps(entry))


def test_environment(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    installed(
        site, "Flask-2.3.3.dist-info", "Metadata-Version: 2.1\nName: Flask\nVersion: 2.3.3\n", requested=True
    )
    body = "Metadata-Version: 2.1\nName: click\nVersion: 8.1.7\n\nName: not-this\n"
    installed(site, "click-8.1.7.dist-info", body)
    installed(site, "old.egg-info", "Name: old_one\nVersion: 1.0\n", named="PKG-INFO")
    installed(site, "odd-1.dist-info", "Name: odd\nVersion: of course\n")
    (site / "empty-1.dist-info").mkdir()
    (site / "flask").mkdir()
    manifest = read_environment(tmp_path, LIMITS)
    found = [(one.ecosystem, one.name, one.version, one.direct) for one in manifest.packages]
    assert found == [
        ("PyPI", "flask", "2.3.3", True),
        ("PyPI", "click", "8.1.7", False),
        ("PyPI", "old-one", "1.0", True),
    ]
    assert len(manifest.skipped) == 2
    assert manifest.packages[0].place.path.endswith("Flask-2.3.3.dist-info/METADATA")
    assert read_environment(site, LIMITS).packages == manifest.packages


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    installed(outside, "a-1.dist-info", "Name: a\nVersion: 1\n")
    module(outside / "b", {"name": "b", "version": "1.0.0"})
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "a-1.dist-info").symlink_to(outside / "a-1.dist-info")
    (site / "c-1.dist-info").mkdir()
    (site / "c-1.dist-info" / "METADATA").symlink_to(outside / "a-1.dist-info" / "METADATA")
    assert read_environment(site, LIMITS).packages == ()
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "b").symlink_to(outside / "b")
    (modules / "loop").symlink_to(modules)
    (modules / "self").mkdir()
    (modules / "self" / "node_modules").symlink_to(modules)
    assert read_node_modules(modules, LIMITS).packages == ()


def test_node_modules(tmp_path: Path) -> None:
    root = tmp_path / "node_modules"
    module(root / "express", {"name": "express", "version": "4.18.2"})
    module(root / "express" / "node_modules" / "ms", {"name": "ms", "version": "2.0.0"})
    module(root / "@babel" / "core", {"name": "@babel/core", "version": "7.24.0"})
    module(root / ".pnpm" / "a@1.0.0" / "node_modules" / "a", {"name": "a", "version": "1.0.0"})
    module(root / ".bin", {"name": "no", "version": "1.0.0"})
    module(root / "odd", {"name": "odd", "version": "latest"})
    module(root / "nameless", {})
    module(root / "list", [])
    (root / "broken").mkdir()
    (root / "broken" / "package.json").write_bytes(b"\xff{" * 20)
    manifest = read_node_modules(root, LIMITS)
    assert sorted((one.name, one.version) for one in manifest.packages) == [
        ("@babel/core", "7.24.0"),
        ("a", "1.0.0"),
        ("express", "4.18.2"),
        ("ms", "2.0.0"),
    ]
    assert not any(one.direct for one in manifest.packages)
    assert len(manifest.skipped) == 4


@pytest.mark.parametrize("read", [read_environment, read_node_modules])
def test_a_folder_that_is_not_there(read: object, tmp_path: Path) -> None:
    assert callable(read)
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "none", LIMITS)
