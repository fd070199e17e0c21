"""What a function of values is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MANY = 1_000


@dataclass(frozen=True, slots=True)
class Function:
    """A function and the numbers of arguments that it takes."""

    run: Callable[..., Any]
    """Takes values, gives a value; null where they are not of its kind."""
    least: int
    """Arguments that must be given."""
    most: int
    """Arguments that may be given."""


def takes(run: Callable[..., Any], least: int, most: int | None = None) -> Function:
    """A function of a number of arguments, or of any number between two."""
    return Function(run, least, least if most is None else most)
