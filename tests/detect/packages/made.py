"""Packages and advisories, made for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cybersecqwen.knowledge.advisories import Advisories
from cybersecqwen.knowledge.advisories.writer import write
from cybersecqwen.records.review import Package, Place


def package(name: str = "acme", version: str = "1.0", ecosystem: str = "PyPI", **fields: Any) -> Package:
    """A package that a project names."""
    place = Place(path=fields.pop("path", "requirements.txt"), line=fields.pop("line", 1))
    return Package(ecosystem=ecosystem, name=name, version=version, place=place, **fields)


def advisories(folder: Path, *records: dict[str, Any]) -> Advisories:
    """An open file of these records."""
    to = folder / "advisories.sqlite"
    write(to, ((f"{n}.json", json.dumps(record).encode()) for n, record in enumerate(records)), anew=())
    return Advisories.open(to)
