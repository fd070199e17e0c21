"""Whether two templates are the same line seen by miners that had learned more or less."""

from __future__ import annotations

from collections.abc import Iterable

WILD = "<*>"


class Covering:
    """Templates of one kind; asks whether another one is a generalisation or a special case of any."""

    def __init__(self, templates: Iterable[str]) -> None:
        self._by_length: dict[int, list[list[str]]] = {}
        self._exact = set()
        for template in templates:
            self._exact.add(template)
            words = template.split()
            self._by_length.setdefault(len(words), []).append(words)

    def knows(self, template: str) -> bool:
        """True where some template agrees with it in all words, one of them having a parameter or not.

        At least half of the words must be the same text, so that a template of parameters alone covers none.
        """
        if template in self._exact:
            return True
        words = template.split()
        return any(_agree(words, other) for other in self._by_length.get(len(words), ()))


def _agree(words: list[str], other: list[str]) -> bool:
    same = 0
    for one, two in zip(words, other, strict=True):
        if one == two:
            same += 1
        elif WILD not in one and WILD not in two:
            return False
    return same * 2 >= len(words)
