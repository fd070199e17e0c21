"""The library of rules that questions are read with, kept between questions."""

from __future__ import annotations

from functools import lru_cache

from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.tasks.interface import Tools

from .asking.library import Library
from .options import QueryOptions


def rules_of(tools: Tools, options: QueryOptions) -> Ruleset:
    """The starter rules, the imported ones, and those that the user names."""
    return tools.load_sigma(options.rules, False)


def library_of(rules: Ruleset) -> Library:
    """The index over them; the last one made is kept."""
    return _library(_Once(rules))


class _Once:
    """A rule set as a key: by version and size, since hashing every rule takes longer than the work."""

    def __init__(self, rules: Ruleset) -> None:
        self.rules = rules
        self._key = (rules.version, len(rules.rules))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other._key == self._key


@lru_cache(maxsize=2)
def _library(rules: _Once) -> Library:
    return Library(rules.rules.rules)
