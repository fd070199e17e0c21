"""Functions that a framework calls with what stands in the address of a request."""

from __future__ import annotations

import re
from functools import cache

from cybersecqwen.detect.code.tree import Node

from .model import Model

_LONGEST = 500
"""Characters of a decorator, and of a type."""


class Entries:
    """What is known of them in one language."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def of(self, function: Node) -> list[str]:
        """The decorators, as they are written, by which a framework calls a function."""
        parent, entries = function.parent(), self._model.entries
        if entries is None or parent is None or parent.kind() != "decorated_definition":
            return []
        texts = [one.text()[:_LONGEST] for one in parent.named_children() if one.kind() == "decorator"]
        return [one for one in texts if entries.search(one)]

    def is_number(self, function: Node, name: str) -> bool:
        """Whether the framework gives a parameter of an entry nothing but numbers and the like."""
        routes = self.of(function)
        return bool(routes) and all(self._takes_numbers(one, function, name) for one in routes)

    def _takes_numbers(self, route: str, function: Node, name: str) -> bool:
        if any(_placed(one, name).search(route) for one in self._model.entry_numbers):
            return True
        # Where places are written in braces the framework holds values to their types, as FastAPI does;
        # with angle brackets, as in Flask, it reads no type.
        return "{" in route and "<" not in route and self._is_typed(function, name)

    def _is_typed(self, function: Node, name: str) -> bool:
        given = function.field("parameters")
        for one in given.named_children() if given is not None else ():
            kind, known = one.field("type"), one.field("name")
            if known is None:
                known = next((each for each in one.named_children() if each.kind() == "identifier"), None)
            if kind is not None and known is not None and known.text() == name:
                return is_of(kind.text()[:_LONGEST], self._model.types)
        return False


def is_of(text: str, types: frozenset[str]) -> bool:
    """Whether a type as it is written is one of some, or nothing."""
    bare = text.replace(" ", "").removeprefix("typing.")
    for opened in ("Optional[", "Annotated["):
        if bare.startswith(opened):
            bare = bare.removeprefix(opened).removesuffix("]").partition(",")[0]
    parts = [one for one in bare.strip("?").split("|") if one not in ("None", "null")]
    return bool(parts) and all(one in types for one in parts)


@cache
def _placed(pattern: str, name: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("NAME", re.escape(name)))
