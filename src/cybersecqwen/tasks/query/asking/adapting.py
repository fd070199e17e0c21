"""What the nearest rules say that the question does not: taken only where most of them agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .library import Near
from .placing import Place, Placed


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapted:
    """Tests taken from rules, and from which."""

    placed: tuple[Placed, ...] = ()
    rules: tuple[Near, ...] = ()


def adapt(text: str, place: Place, near: Sequence[Near], wanted: Sequence[Placed]) -> Adapted:
    """Tests that near rules of the same logsource share, and that the question says nothing against."""
    return Adapted()
