"""How languages write their regular expressions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Flavour:
    """How a language writes its expressions."""

    name: str
    flags: bool = True
    """Whether there are flags, named groups, edges and escapes by letters; Lucene has none."""
    quotes: bool = False
    """Whether text between double quotes stands for itself."""


RE2 = Flavour(name="RE2")
JAVA = Flavour(name="Java")
LUCENE = Flavour(name="Lucene", flags=False, quotes=True)
