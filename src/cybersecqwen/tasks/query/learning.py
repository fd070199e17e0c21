"""The library of rules that questions are read with, kept between questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.tasks.interface import Tools

from .asking.library import Library
from .options import QueryOptions

_KEPT_S = 60.0
"""Seconds after which rule sets are looked at again: a third of a second for those of SigmaHQ."""

Load = Callable[[Sequence[Path], bool], Ruleset]


class _Kept:
    """The rule sets that were loaded last, and when."""

    def __init__(self) -> None:
        self._key: tuple[Load, tuple[Path, ...]] | None = None
        self._rules = Ruleset()
        self._until = 0.0

    def rules(self, load: Load, paths: tuple[Path, ...]) -> Ruleset:
        """The rules, loaded anew where others are asked for or a minute has passed."""
        if self._key != (load, paths) or time.monotonic() > self._until:
            self._rules = load(paths, False)
            self._key, self._until = (load, paths), time.monotonic() + _KEPT_S
        return self._rules


_KEPT = _Kept()


def rules_of(tools: Tools, options: QueryOptions) -> Ruleset:
    """The starter rules, the imported ones, and those that the user names."""
    return _KEPT.rules(tools.load_sigma, options.rules)


def library_of(rules: Ruleset) -> Library:
    """The index over them; the last ones made are kept."""
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
