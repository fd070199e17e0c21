"""Lookers whose candidates are found by their shape and not by words near them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from cybersecqwen.detect.text.matches import Match

from .anchors import Anchors
from .interface import Looker


class Finder(Protocol):
    """An extractor that can be told where alone its matches may begin."""

    def __call__(self, text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
        """Matches from left to right; see `detect.text.matches.over`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ShapedLooker(Looker):
    """A looker that is asked once for the whole text, with the offsets at which to try."""

    find_at: Finder
    """The same as `find`, at given offsets."""
    starts: Callable[[Anchors], Any]
    """Ascending offsets (array of integers) that hold all at which a match can begin."""


def shaped(find: Finder, starts: Callable[[Anchors], Any]) -> ShapedLooker:
    """A looker of one finder."""
    return ShapedLooker(find=find, find_at=find, starts=starts)


@dataclass(frozen=True, kw_only=True, slots=True)
class LinedLooker(Looker):
    """A looker that is asked about the lines around marks which are found by their shape."""

    marks: Callable[[Anchors], Any]
    """Ascending offsets (array of integers), one at least in each stretch that it can find."""
