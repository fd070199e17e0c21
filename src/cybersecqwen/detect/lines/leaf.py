"""The templates at one end of the tree, found by look-ups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from operator import eq, itemgetter
from typing import Any

from .shape import WILD
from .template import Template

_WINDOW = 64
"""Templates of a leaf that a new line is compared with: the latest."""
_WINDOW_WORDS = 1600
"""Words that these may have together; eight templates are always compared."""


class Leaf:
    """Templates that share a number of words and the beginning."""

    __slots__ = ("_by_positions", "templates")

    def __init__(self) -> None:
        self.templates: dict[int, Template] = {}
        self._by_positions: dict[tuple[int, ...], tuple[Callable[[Any], Any], dict[Any, Template]]] = {}

    def find(self, words: Sequence[str]) -> Template | None:
        """A template that takes the words as they are; the one with the fewest parameters."""
        for constants, known in self._by_positions.values():
            found = known.get(constants(words))
            if found is not None:
                return found
        return None

    def near(self, words: list[str], similar: float) -> list[tuple[Template, list[int]]]:
        """The latest templates of whose constant words a line repeats that share, and where it differs."""
        found = []
        for template in self.latest(len(words)):
            own = template.words
            constant = len(own) - own.count(WILD)
            if (
                sum(map(eq, own, words)) >= similar * constant
            ):  # counts shared parameters too: at least as many
                differing = template.differences(words)
                if constant - len(differing) >= similar * constant:
                    found.append((template, differing))
        return found

    def latest(self, words: int) -> list[Template]:
        """The templates that a line of so many words is compared with, oldest first."""
        most = min(_WINDOW, max(8, _WINDOW_WORDS // max(1, words)))
        return list(islice(reversed(self.templates.values()), most))[::-1]

    def add(self, template: Template) -> None:
        """Put a template in."""
        self.templates[template.id] = template
        positions = template.constant_positions()
        entry = self._by_positions.get(positions)
        if entry is None:
            entry = self._by_positions[positions] = (_getter(positions), {})
            ordered = sorted(self._by_positions, key=lambda p: (-len(p), p))
            self._by_positions = {p: self._by_positions[p] for p in ordered}
        entry[1].setdefault(entry[0](template.words), template)

    def remove(self, template: Template) -> None:
        """Take a template out, before its words change."""
        del self.templates[template.id]
        positions = template.constant_positions()
        constants, known = self._by_positions[positions]
        key = constants(template.words)
        if known.get(key) is template:
            del known[key]
            if not known:
                del self._by_positions[positions]


def _getter(positions: tuple[int, ...]) -> Callable[[Any], Any]:
    return itemgetter(*positions) if positions else lambda _words: None
