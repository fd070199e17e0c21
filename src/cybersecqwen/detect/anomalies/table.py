"""Bounded counts that merge and have a JSON form; detectors and baselines are made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Self

from cybersecqwen.errors import InputError

Renamed = Callable[[str], str]
"""The name under which a token of another watcher ("#7" for template 7) is known in this one."""


def same(token: str) -> str:
    """The `Renamed` for tokens that mean the same everywhere."""
    return token


class Table(ABC):
    """Counts of one sort."""

    type: ClassVar[str]
    """What a baseline file calls it."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""

    @abstractmethod
    def restore(self, data: Any) -> None:
        """Take over what `to_json` wrote, in place of all that is here; raises InputError otherwise."""

    @abstractmethod
    def merge(self, other: Table, shift: int, renamed: Renamed = same) -> None:
        """Add the counts of a later part, whose first record has the number `shift`."""

    @abstractmethod
    def for_baseline(self, renamed: Renamed) -> Self:
        """A copy to keep: without lines, with tokens renamed to what they mean in any run."""

    @abstractmethod
    def amounts(self) -> dict[str, float]:
        """What it holds, flat: a readable name to a count; for showing and comparing baselines."""


def invalid(what: str) -> InputError:
    """The error for a state or a baseline that no watcher can have written."""
    return InputError(
        f"The baseline is damaged: {what}.", hint="Learn it again, or restore a copy of the file."
    )


def number(value: Any, what: str) -> float:
    """A finite number of a JSON document; raises InputError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise invalid(f"{what} is not a number")
    return float(value)


def count(value: Any, what: str) -> int:
    """A whole number from 0 of a JSON document; raises InputError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 62:
        raise invalid(f"{what} is not a count")
    return value


def time(value: Any, what: str) -> float | None:
    """A time of a JSON document, None for null; raises InputError otherwise."""
    return None if value is None else number(value, what)


def text(value: Any, what: str) -> str:
    """A text of a JSON document; raises InputError otherwise."""
    if not isinstance(value, str) or len(value) > 10_000:
        raise invalid(f"{what} is not a text")
    return value
