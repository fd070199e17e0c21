"""Rules about configuration: paths of keys, and what must or must not stand there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .parts import Part
from .rule import Condition, DocumentMatch, KeyCondition

_MOST_STEPS = 300_000
"""Parts that are looked at for one rule."""

Holds = Callable[[str, Condition], bool]
"""Whether a text is what a condition asks for."""


def parts_of(documents: Sequence[Part], matches: Sequence[DocumentMatch], holds: Holds) -> Iterator[Part]:
    """The parts that a rule is about: the key that it names, or the part that lacks one."""
    walk = _Walk()
    for match in matches:
        for document in documents:
            for part in walk.below(document, match.each):
                found = _found(part, match, walk, holds)
                if found is not None:
                    yield found


def _found(part: Part, match: DocumentMatch, walk: _Walk, holds: Holds) -> Part | None:
    named: Part | None = None
    for one in match.where:
        at = _holds(part, one, walk, holds)
        if at is None:
            return None
        if named is None and at is not part:
            named = at
    if any(_holds(part, one, walk, holds) is not None for one in match.unless):
        return None
    return named or part


def _holds(part: Part, one: KeyCondition, walk: _Walk, holds: Holds) -> Part | None:
    """Where a condition holds: the part that it is about, or the part around where that is missing."""
    anything = False
    for inner in walk.below(part, one.path):
        anything = True
        if one.condition.missing is not True and _is(inner, one.condition, holds):
            return inner
    return part if not anything and one.condition.missing is not False else None


def _is(part: Part, condition: Condition, holds: Holds) -> bool:
    if part.text is not None:
        return holds(part.text, condition)
    return not condition.asks_for_text or any(_is(one, condition, holds) for one in part.items)


class _Walk:
    """Steps along paths, bounded over all of a rule."""

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def below(self, part: Part, path: tuple[str, ...]) -> Iterator[Part]:
        """The parts that a path leads to; () leads to the part itself.

        A name is a key, "*" any key or item, "-1" the last item, "**" any number of steps. A list stands for
        each of its items where a key is asked for.
        """
        self._left -= 1
        if self._left < 0:
            return
        if not path:
            yield part
            return
        first, rest = path[0], path[1:]
        if first == "**":
            yield from self.below(part, rest)
            for _, inner in part.keys:
                yield from self.below(inner, path)
            for inner in part.items:
                yield from self.below(inner, path)
        elif first == "*":
            for _, inner in part.keys:
                yield from self.below(inner, rest)
            for inner in part.items:
                yield from self.below(inner, rest)
        elif first == "-1":
            for inner in part.items[-1:]:
                yield from self.below(inner, rest)
        else:
            for name, inner in part.keys:
                if name == first:
                    yield from self.below(inner, rest)
            for inner in part.items:
                yield from self.below(inner, path)
