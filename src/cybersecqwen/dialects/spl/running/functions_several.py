"""Functions of several values: mvindex, mvcount, mvfind, mvjoin, mvappend, mvfilter, mvmap and their like."""

from __future__ import annotations

from typing import Any

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl.tree import Call, Field
from cybersecqwen.dialects.spl.walking import fields_in
from cybersecqwen.errors import LimitError

from .fields import LONGEST, Get, bounded, number, packed, several, text
from .making import Asking, Make, matching, of_values


def _mvindex(value: Any, start: Any, end: Any = None) -> Any:
    values, first = several(value), number(start)
    if first is None:
        return None
    begin = int(first) + (len(values) if first < 0 else 0)
    last = begin if end is None else int(number(end) or 0)
    last += len(values) if end is not None and last < 0 else 0
    return packed(values[begin : last + 1]) if 0 <= begin < len(values) and last >= begin else None


def _mvcount(args: list[Get], asking: Asking, call: Call) -> Get:
    (only,) = args
    return lambda row: len(several(only(row))) or None


def _mvfind(args: list[Get], asking: Asking, call: Call) -> Get:
    subject, _ = args
    found = matching(args, call)

    def mvfind(row: Any) -> int | None:
        expression = found(row)
        if expression is None:
            return None
        texts = texts_of(subject(row))
        return next((place for place, one in enumerate(texts) if expression.search(one) is not None), None)

    return mvfind


def _mvappend(args: list[Get], asking: Asking, call: Call) -> Get:
    return lambda row: packed([one for arg in args for one in several(arg(row))])


def _mvjoin(value: Any, between: Any) -> str:
    parts, mark = texts_of(value), text(between) or ""
    if len(parts) * len(mark) > LONGEST:
        raise LimitError(f"A text gets longer than {LONGEST:,} characters.")
    return bounded(mark.join(parts))


def _mvdedup(value: Any) -> Any:
    seen: dict[str, Any] = {}
    for one in several(value):
        seen.setdefault(text(one) or "", one)
    return packed(list(seen.values()))


def _mvsort(value: Any) -> Any:
    return packed(sorted(texts_of(value)))


def _mvzip(one: Any, other: Any, between: Any = ",") -> Any:
    pairs = zip(texts_of(one), texts_of(other), strict=False)
    return packed([f"{left}{text(between)}{right}" for left, right in pairs])


_MOST = 10_000


def _mvrange(start: Any, end: Any, step: Any = 1) -> Any:
    numbers = number(start), number(end), number(step)
    if None in numbers or not numbers[2]:
        return None
    found = range(int(numbers[0] or 0), int(numbers[1] or 0), int(numbers[2]))
    return packed(list(found[:_MOST]))


def _over(kind: str) -> Make:
    """Mvfilter and mvmap: an expression for each value of the one field that it names."""

    def make(args: list[Get], asking: Asking, call: Call) -> Get:
        from .values import compiled

        subject = call.args[0] if kind == "map" else None
        inner = call.args[-1]
        name = subject.name if isinstance(subject, Field) else next(iter(fields_in(inner)), "")
        if not name or len(args) != (2 if kind == "map" else 1):
            raise ValueError
        each, source = compiled(inner, asking), args[0] if kind == "map" else compiled(Field(name), asking)

        def over(row: Any) -> Any:
            values = several(source(row))
            results = [(value, each({**row, name: value})) for value in values]
            if kind == "filter":
                return packed([value for value, result in results if result is True])
            return packed([one for _, result in results for one in several(result)])

        return over

    return make


SEVERAL: dict[str, Make] = {
    "mvindex": of_values(_mvindex, 2, 3),
    "mvcount": _mvcount,
    "mvfind": _mvfind,
    "mvappend": _mvappend,
    "mvjoin": of_values(_mvjoin, 2, 2),
    "mvdedup": of_values(_mvdedup),
    "mvsort": of_values(_mvsort),
    "mvzip": of_values(_mvzip, 2, 3),
    "mvrange": of_values(_mvrange, 2, 3),
    "mvfilter": _over("filter"),
    "mvmap": _over("map"),
}
