"""Bundles that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen.knowledge import Store
from cybersecqwen.knowledge.builder import build

from . import official


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small files in the form of the official ones."""
    return official.write(tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="session")
def full_bundle(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full bundle of them. Not to be changed."""
    path = tmp_path_factory.mktemp("bundle") / "full.sqlite"
    build(folder, path, created="2026-06-07T00:00:00+00:00")
    return path


@pytest.fixture(scope="session")
def full(full_bundle: Path) -> Iterator[Store]:
    with Store.open(full_bundle) as store:
        yield store


@pytest.fixture(scope="session")
def starter() -> Iterator[Store]:
    """The bundle that ships with the package."""
    with Store.open() as store:
        yield store
