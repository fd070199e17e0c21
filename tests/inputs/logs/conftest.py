"""Recorded lines of many systems."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def logs_2k(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 lines each of sixteen systems."""
    packed = data_dir / "logs" / "loghub_2k.zip"
    if not packed.is_file():
        pytest.skip("loghub_2k.zip is not among the development data")
    folder = tmp_path_factory.mktemp("loghub")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    [root] = {path.parent.parent for path in folder.rglob("Linux_2k.log")}
    return root
