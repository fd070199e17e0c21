"""The upper part of the tree: how the first two words of a masked line lead to a leaf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .shape import WILD

CHILDREN = 100
"""Words that the tree tells apart at one place; further ones share a branch."""

Key = tuple[int, str, str]
"""Number of words and the first two words; `<*>` for a parameter and for words beyond `CHILDREN`."""


class Branches:
    """Which words have a branch of their own; never more than there were lines of different beginnings."""

    def __init__(self) -> None:
        self._first: dict[int, dict[str, None]] = {}
        self._second: dict[tuple[int, str], dict[str, None]] = {}

    def key(self, words: Sequence[str]) -> Key:
        """The leaf that a masked line belongs to; grows a branch where there is room."""
        count = len(words)
        first = second = ""
        if count:
            first = _child(self._first.setdefault(count, {}), _beginning(words[0]))
        if count > 1:
            second = _child(self._second.setdefault((count, first), {}), _beginning(words[1]))
        return count, first, second

    def grow(self, key: Key) -> None:
        """Have the branches of a leaf that is there."""
        count, first, second = key
        if count and first != WILD:
            self._first.setdefault(count, {})[first] = None
        if count > 1 and second != WILD:
            self._second.setdefault((count, first), {})[second] = None

    def state(self) -> list[list[int | str]]:
        """All branches, as JSON types."""
        firsts: list[list[int | str]] = [
            [count, word] for count, words in self._first.items() for word in words
        ]
        seconds: list[list[int | str]] = [
            [count, first, word] for (count, first), words in self._second.items() for word in words
        ]
        return [*firsts, *seconds]

    def restore(self, saved: Sequence[Sequence[int | str]]) -> None:
        """Grow the branches of a state; raises ValueError where it is none."""
        for count, *words in saved:
            if not isinstance(count, int) or not words or not all(isinstance(word, str) for word in words):
                raise ValueError
            if len(words) == 1:
                self._first.setdefault(count, {})[str(words[0])] = None
            else:
                self._second.setdefault((count, str(words[0])), {})[str(words[1])] = None


def beginnings(words: Sequence[str]) -> Iterator[Key]:
    """The leaves where a template for a masked line can be: its own first, then wider ones."""
    count = len(words)
    first = _beginning(words[0]) if count else ""
    second = _beginning(words[1]) if count > 1 else ""
    yield count, first, second
    if first != WILD and count:
        yield count, WILD, second
    if second != WILD and count > 1:
        yield count, first, WILD
        yield count, WILD, WILD


def _beginning(word: str) -> str:
    return word if WILD not in word else WILD


def _child(known: dict[str, None], word: str) -> str:
    if word == WILD or word in known:
        return word
    if len(known) < CHILDREN:
        known[word] = None
        return word
    return WILD
