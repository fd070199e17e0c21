"""The starter bundle is what the builder makes of the official files, and nothing else."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from cybersecqwen.knowledge import Store
from cybersecqwen.knowledge.builder import build
from cybersecqwen.knowledge.store import STARTER

pytestmark = [pytest.mark.data, pytest.mark.slow]


def cwe_catalogue() -> Path | None:
    """The CWE 4.14 catalogue: named by CSQ_CWE_XML, or in the package cwe2, which carries it."""
    if named := os.environ.get("CSQ_CWE_XML", ""):
        return Path(named)
    spec = importlib.util.find_spec("cwe2")
    folders = spec.submodule_search_locations if spec is not None else None
    return next((path for folder in folders or () for path in Path(folder).rglob("cwec_v*.xml")), None)


@pytest.fixture(scope="module")
def gathered(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gathered")
    for path in (data_dir / "knowledge").glob("*.gz"):
        shutil.copy(path, folder)
    shutil.copy(data_dir / "cve" / "known_exploited_vulnerabilities.json.gz", folder)
    return folder


def test_the_starter_is_reproducible(gathered: Path, tmp_path: Path) -> None:
    xml = cwe_catalogue()
    if xml is None:
        pytest.skip("the CWE catalogue is not here: set CSQ_CWE_XML or install cwe2")
    folder = Path(shutil.copytree(gathered, tmp_path / "all"))
    shutil.copy(xml, folder)
    with Store.open(STARTER) as store:
        expected = store.manifest
    made = build(folder, tmp_path / "s.sqlite", starter=True, created=expected.created)
    assert made == expected


def test_all_but_cwe_is_reproducible(gathered: Path, tmp_path: Path) -> None:
    build(gathered, tmp_path / "s.sqlite", starter=True)
    with Store.open(tmp_path / "s.sqlite") as made, Store.open(STARTER) as shipped:
        for type in (
            "technique",
            "group",
            "software",
            "attack-pattern",
            "countermeasure",
            "control",
            "vulnerability",
        ):
            assert made.names(type) == shipped.names(type)
            assert all(made.get(id) == shipped.get(id) for id in made.names(type))
