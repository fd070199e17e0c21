"""All patterns that signals hold against one field, matched together.

They run on RE2, which takes time linear in the text whatever pattern and text are. RE2's filter
finds the literals that patterns demand in one pass and tries only those patterns whose literals
are there (https://github.com/google/re2, filtered_re2.h).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cybersecqwen.errors import RuleError

_CACHED_CHARS = 4_096  # longer texts hardly come twice
_MEMORY = 32 << 20  # bytes for one pattern's automaton; RE2 starts it afresh when that is full


class FieldPatterns:
    """The patterns for one field; ids are given in the order in which they are added."""

    def __init__(self, *, check: bool = True) -> None:
        self._check = check
        self._sources: dict[str, int] = {}
        self._filter: Any = None
        self._short = lru_cache(maxsize=4_096)(self._search)

    def add(self, source: str) -> int:
        """The id of a pattern; raises RuleError where RE2 does not take it and `check` is on."""
        if self._check:
            compiled(source)
        self._filter = None
        return self._sources.setdefault(source, len(self._sources))

    def hits(self, text: str) -> frozenset[int]:
        """The ids of all patterns that match somewhere in the text."""
        return self._short(text) if len(text) <= _CACHED_CHARS else self._search(text)

    def _search(self, text: str) -> frozenset[int]:
        if self._filter is None:
            self._filter = self._build()
        return frozenset(self._filter.Match(encoded(text)) or ())

    def _build(self) -> Any:
        import re2

        found = re2.Filter()
        for source in self._sources:
            found.Add(source, _options())
        found.Compile()
        return found


class PatternBook:
    """The patterns of a rulebook, by field; `check` is off for files that were checked before."""

    def __init__(self, *, check: bool = True) -> None:
        self._check = check
        self._fields: dict[str, FieldPatterns] = {}

    def of(self, name: str) -> FieldPatterns:
        """The patterns for the field called `name`."""
        return self._fields.setdefault(name, FieldPatterns(check=self._check))


def encoded(text: str) -> bytes:
    """UTF-8, with what cannot be written in it replaced: lone surrogates come out of damaged logs."""
    return text.encode("utf-8", "replace")


def searcher(sources: tuple[str, ...]) -> Callable[[str], bool]:
    """A function that says whether any of the patterns matches."""
    return lambda text: any(compiled(source).search(encoded(text)) is not None for source in sources)


@lru_cache(maxsize=2048)
def compiled(source: str) -> Any:
    """One pattern; raises RuleError where RE2 does not take it."""
    import re2

    try:
        return re2.compile(source.encode(), _options())
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if error.args else "invalid"
        hint = "Patterns are RE2's: no look-around, no back-references."
        raise RuleError(f"the pattern {source!r} is not valid: {said}.", hint=hint) from error


def _options() -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    return options
