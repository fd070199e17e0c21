"""One test as a line of a selection: `field|modifiers: values`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.detect.sigma.modifiers import RESERVED
from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects.globs import ANY, ONE, wildcards_of
from cybersecqwen.errors import UnsayableError


@dataclass(frozen=True, slots=True)
class Item:
    """A key of a selection, and its values of which one must hold."""

    key: str
    values: tuple[Any, ...]

    @property
    def content(self) -> Any:
        """The value, or a list of them."""
        return self.values[0] if len(self.values) == 1 else list(self.values)


_NUMERIC = frozenset((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST))
_FLAGS = re.compile(r"\(\?([ims]{1,3})\)(.*)", re.DOTALL)


def items_of(test: Test) -> list[Item]:
    """The lines that ask for a test: one must hold. Raises UnsayableError for what rules cannot ask."""
    if "|" in test.field:
        raise UnsayableError(f"The name {test.field[:40]!r} has a bar in it.", what="names with a bar")
    if test.op is Op.NULL or test.op is Op.PRESENT:
        if not test.field:
            raise UnsayableError("A rule asks nothing of a whole record but its text.", what="whole records")
        if test.op is Op.NULL:
            return [Item(test.field, (None,))]
        return [Item(f"{test.field}|exists", (True,))]
    if not test.values:
        raise UnsayableError("A test without values never holds.", what="what never holds")
    if test.part:
        return _numbers(test, [test.part, *([_SIGNS[test.op]] if test.op in _SIGNS else [])])
    if test.op in _NUMERIC:
        return _numbers(test, [_SIGNS[test.op]])
    if test.op is Op.DIFFERS:
        raise UnsayableError("A rule has no number that differs.", what="numbers that differ")
    if test.op is Op.SAME_AS:
        return [_reference(test)]
    if test.op is Op.REGEX:
        return _expressions(test)
    if test.op is Op.CIDR:
        return [Item(f"{test.field}|cidr", test.values)]
    return _texts(test)


_SIGNS = {Op.LESS: "lt", Op.AT_MOST: "lte", Op.GREATER: "gt", Op.AT_LEAST: "gte"}
_PLACES = {Op.CONTAINS: "contains", Op.STARTS: "startswith", Op.ENDS: "endswith"}


def _key(*parts: str) -> str:
    return "|".join(parts)


def _numbers(test: Test, modifiers: list[str]) -> list[Item]:
    if not test.field:
        raise UnsayableError(
            "Numbers are not looked for in the text of a record.", what="numbers in keywords"
        )
    return [Item(_key(test.field, *modifiers), tuple(map(number_of, test.values)))]


def number_of(text: str) -> Any:
    """The number that YAML reads back as the same text."""
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text and abs(value) < 1e300:
            return value
    return text


def _reference(test: Test) -> Item:
    other, op = test.values
    if not test.field:
        raise UnsayableError("The text of a record is not compared with a field.", what="whole records")
    place = [_PLACES[Op(op)]] if Op(op) in _PLACES else []
    cased = ["cased"] if test.cased else []
    return Item(_key(test.field, "fieldref", *place, *cased), (_escaped(other),))


def _expressions(test: Test) -> list[Item]:
    """By the flags that stand at their beginning."""
    groups: dict[str, list[str]] = {}
    for value in test.values:
        found = _FLAGS.fullmatch(value)
        flags = found[1] if found and len(set(found[1])) == len(found[1]) else ""
        groups.setdefault(flags, []).append(found[2] if found and flags else value)
    return [Item(_key(test.field, "re", *flags), tuple(values)) for flags, values in groups.items()]


def _texts(test: Test) -> list[Item]:
    """By where in the value they stand."""
    groups: dict[str, list[Any]] = {}
    for wanted in wildcards_of(test):
        _check(test, wanted)
        begins, ends = wanted.startswith(ANY), wanted.endswith(ANY)
        if wanted and not wanted.strip(ANY):
            raise UnsayableError("A text is asked for that every value has.", what="any text")
        if not test.field:
            groups.setdefault("" if begins and ends else _outer(begins, ends), []).append(
                _escaped(wanted[int(begins) : len(wanted) - int(ends)])
            )
        elif begins or ends:
            groups.setdefault(_outer(begins, ends), []).append(
                _escaped(wanted[int(begins) : len(wanted) - int(ends)])
            )
        else:
            groups.setdefault("", []).append(_whole(wanted, cased=test.cased))
    cased = ["cased"] if test.cased else []
    return [
        Item(_key(test.field, *filter(None, [place]), *cased), tuple(values))
        for place, values in groups.items()
    ]


def _outer(begins: bool, ends: bool) -> str:
    if not begins and not ends:
        raise UnsayableError("The text of a record is compared as a whole.", what="whole records")
    return "contains" if begins and ends else "endswith" if begins else "startswith"


def _check(test: Test, wanted: str) -> None:
    if not test.cased and wanted != wanted.lower():
        raise UnsayableError(
            "Capital letters are asked for where case does not matter.", what="what never holds"
        )
    if any(not RESERVED.isdisjoint(value) for value in test.values) or _is_broken(wanted):
        raise UnsayableError(
            "A value has a character that rules do not take.", what="characters beyond rules"
        )


def _is_broken(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


def _whole(wanted: str, *, cased: bool) -> Any:
    """Whole values as YAML has them: numbers and truth values without quotes."""
    if not cased and wanted in ("true", "false"):
        return wanted == "true"
    if (
        not cased
        and re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", wanted, re.ASCII)
        and text_of(int(wanted)) == wanted
    ):
        return int(wanted)
    return _escaped(wanted)


def _escaped(wanted: str) -> str:
    """Text with wildcards as a rule writes it.

    A backslash is doubled only where it would escape what follows: a star, a question mark, a backslash.
    """
    out: list[str] = []
    for at, c in enumerate(wanted):
        if c in "*?":
            out.append("\\" + c)
        elif c == "\\" and wanted[at + 1 : at + 2] in ("\\", "*", "?", ANY, ONE):
            out.append("\\\\")
        else:
            out.append("*" if c == ANY else "?" if c == ONE else c)
    return "".join(out)


def with_all(key: str) -> str:
    """The key that asks for all of its values."""
    field, *modifiers = key.split("|")
    after = [name for name in modifiers if name in ("cased",)]
    return _key(field, *(name for name in modifiers if name not in after), "all", *after)


def joined(items: Iterable[Item]) -> list[Item]:
    """Lines with the same key as one."""
    groups: dict[str, list[Any]] = {}
    for item in items:
        groups.setdefault(item.key, []).extend(item.values)
    return [Item(key, tuple(_once(values))) for key, values in groups.items()]


def _once(values: list[Any]) -> list[Any]:
    """Each value once; true is no 1 here."""
    return list({(type(value), value): value for value in values}.values())
