"""The tests of a signal: field, modifier, values, compiled to functions that take linear time.

Modifiers are those of Sigma (https://github.com/SigmaHQ/sigma-specification, appendix modifiers),
as far as signals need them: equals, contains, startswith, endswith, re, cidr, gt, ge, lt, le,
exists, and `all`. Text is compared without regard to case.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cybersecqwen.errors import RuleError

from .patterns import FieldPatterns, PatternBook, searcher
from .view import View

_LIST = re.compile(r"@[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Test:
    """One line of a table: `name|modifier = values`."""

    name: str
    """Field, as recorded or derived."""
    modifier: str
    values: tuple[str, ...]
    """Lower case, lists already put in."""
    match: Callable[[str], bool] | None = field(compare=False)
    """Whether one (lower-case) value of the field satisfies the test; None for `exists`."""
    want: bool = True
    """For `exists`: whether it should."""
    patterns: FieldPatterns | None = field(default=None, compare=False)
    """For `re`: all patterns of the field, of which `ids` are this test's."""
    ids: frozenset[int] = frozenset()

    def holds(self, view: View) -> bool:
        """Whether any value of the field in this event satisfies the test."""
        if self.patterns is not None:
            return not self.ids.isdisjoint(view.pattern_hits(self.name, self.patterns))
        values = view.values(self.name)
        match = self.match
        if match is None:
            return bool(values) == self.want
        for value in values:  # a loop, because any() over a generator takes twice as long
            if match(value):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Alternative:
    """Tests that must all hold."""

    tests: tuple[Test, ...]

    def holds(self, view: View) -> bool:
        """Whether all of them do."""
        for test in self.tests:
            if not test.holds(view):
                return False
        return True


def compile_alternatives(
    tables: Sequence[Mapping[str, Any]],
    lists: Mapping[str, Sequence[str]],
    patterns: PatternBook | None = None,
) -> tuple[Alternative, ...]:
    """Compile the `when` or `unless` of a signal; cheap tests are put first."""
    patterns = patterns or PatternBook()
    out = []
    for table in tables:
        if not table:
            raise RuleError("an alternative without a test would match everything.")
        tests = [_compile(key, value, lists, patterns) for key, value in table.items()]
        out.append(Alternative(tuple(sorted(tests, key=_cost))))
    return tuple(out)


def _cost(test: Test) -> int:
    return (test.name.startswith(("Command.", "Ancestors."))) * 4 + (test.modifier == "re") * 2


def _compile(key: str, value: Any, lists: Mapping[str, Sequence[str]], patterns: PatternBook) -> Test:
    name, *modifiers = key.split("|")
    want_all = "all" in modifiers
    modifiers = [m for m in modifiers if m != "all"]
    if len(modifiers) > 1:
        raise RuleError(f"{key!r} has more than one modifier.")
    modifier = modifiers[0] if modifiers else "equals"
    if modifier == "exists":
        if not isinstance(value, bool):
            raise RuleError(f"{key!r} needs true or false.")
        return Test(name, modifier, (), None, value)
    values = _patterns(value) if modifier == "re" else _values(value, lists)
    make = _MAKERS.get(modifier)
    if make is None:
        raise RuleError(
            f"{key!r} uses the unknown modifier {modifier!r}.", hint=f"Known: {', '.join(_MAKERS)}."
        )
    if want_all:
        parts = [make((v,)) for v in values]
        return Test(name, modifier + "|all", values, lambda text: all(part(text) for part in parts))
    if modifier == "re":
        book = patterns.of(name)
        return Test(name, modifier, values, make(values), patterns=book, ids=frozenset(map(book.add, values)))
    return Test(name, modifier, values, make(values))


def _patterns(value: Any) -> tuple[str, ...]:
    r"""Patterns keep their case: \S is not \s."""
    if not value:
        raise RuleError("an empty list of values can never match.")
    return tuple(map(str, value if isinstance(value, list) else [value]))


def _values(value: Any, lists: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    out: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        text = str(item).lower() if not isinstance(item, bool) else ("true" if item else "false")
        if _LIST.fullmatch(text):
            if text[1:] not in lists:
                raise RuleError(
                    f"the list {text!r} is not defined.", hint="Lists stand in signals/lists.toml."
                )
            out += [entry.lower() for entry in lists[text[1:]]]
        else:
            out.append(text)
    if not out:
        raise RuleError("an empty list of values can never match.")
    return tuple(out)


def _equals(values: tuple[str, ...]) -> Callable[[str], bool]:
    return frozenset(values).__contains__


def _contains(values: tuple[str, ...]) -> Callable[[str], bool]:
    if len(values) == 1:
        only = values[0]
        return lambda text: only in text
    if len(values) < 6:
        return lambda text: any(value in text for value in values)
    return _anywhere(values)


def _anywhere(values: tuple[str, ...]) -> Callable[[str], bool]:
    """One alternation of literals, which `re` searches in C; made when it is first needed."""
    search: Callable[[str], object] | None = None

    def found(text: str) -> bool:
        nonlocal search
        if search is None:
            search = re.compile("|".join(re.escape(v) for v in sorted(values, key=len, reverse=True))).search
        return search(text) is not None

    return found


def _cidr(values: tuple[str, ...]) -> Callable[[str], bool]:
    try:
        networks = [ipaddress.ip_network(value, strict=False) for value in values]
    except ValueError as error:
        raise RuleError(f"{error}.") from error

    def inside(text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in networks)

    return inside


def _compare(test: Callable[[float, float], bool]) -> Callable[[tuple[str, ...]], Callable[[str], bool]]:
    def make(values: tuple[str, ...]) -> Callable[[str], bool]:
        bound = _number(values[0])
        if bound is None or len(values) > 1:
            raise RuleError("a comparison needs exactly one number.")

        def holds(text: str) -> bool:
            number = _number(text)
            return number is not None and test(number, bound)

        return holds

    return make


def _number(text: str) -> float | None:
    try:
        return float(int(text, 16)) if text.startswith("0x") else float(text)
    except ValueError:
        return None


_MAKERS: Mapping[str, Callable[[tuple[str, ...]], Callable[[str], bool]]] = {
    "equals": _equals,
    "contains": _contains,
    "startswith": lambda values: lambda text: text.startswith(values),
    "endswith": lambda values: lambda text: text.endswith(values),
    "re": searcher,
    "cidr": _cidr,
    "gt": _compare(lambda a, b: a > b),
    "ge": _compare(lambda a, b: a >= b),
    "lt": _compare(lambda a, b: a < b),
    "le": _compare(lambda a, b: a <= b),
}
