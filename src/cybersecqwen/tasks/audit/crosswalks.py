"""Relations between controls and what others call the same, as data files: see `crosswalks/`.

Each file says its source, edition, date and licence; it holds identifiers and nothing else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cybersecqwen.records.audit import Mapping

FOLDER = Path(__file__).with_name("crosswalks")
NAMES = ("baselines", "cwe", "iso27001", "cis")
"""One file each."""
_PARTS = re.compile(r"(\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Crosswalk:
    """One file."""

    about: Mapping
    table: Map[str, tuple[str, ...]]
    """Identifier to identifiers, in the order of the file."""

    def back(self) -> Map[str, tuple[str, ...]]:
        """The other way round, in the order of numbers."""
        turned: dict[str, list[str]] = {}
        for one, others in self.table.items():
            for other in others:
                turned.setdefault(other, []).append(one)
        return {key: tuple(turned[key]) for key in sorted(turned, key=in_order)}


@cache
def crosswalk(name: str) -> Crosswalk:
    """The file of this name, one of `NAMES`."""
    read = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    facts = {key: value for key, value in read.items() if isinstance(value, str)}
    table = next(value for value in read.values() if isinstance(value, dict))
    return Crosswalk(
        about=Mapping(name=name, **facts), table={key: tuple(value) for key, value in table.items()}
    )


def in_order(id: str) -> tuple[str | int, ...]:
    """A key that sorts AC-2 before AC-10 and A.5.9 before A.5.10."""
    return tuple(int(part) if part.isdigit() else part for part in _PARTS.split(id))
