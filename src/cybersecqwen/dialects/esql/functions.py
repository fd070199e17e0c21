"""The functions of ES|QL, as its reference describes them, and what its patterns match.

https://www.elastic.co/docs/reference/query-languages/esql/functions-operators
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.values import address_of
from cybersecqwen.dialects.elastic.comparing import Moment, moment, number
from cybersecqwen.dialects.elastic.evaluation import (
    Machine,
    Matcher,
    Value,
    glob_matcher,
    re2_matcher,
    unsayable,
)
from cybersecqwen.dialects.elastic.parsing import UNITS
from cybersecqwen.dialects.elastic.regexes import Case, whole_re2

from .comparisons import wildcards_of
from .dates import bucket, date_diff, date_extract, date_trunc
from .networks import is_within

_LONGEST = 1_000_000


def _text(function: Callable[..., Any]) -> Callable[..., Any]:
    """For functions of a text that give a text or a number: a list gives a list."""

    @wraps(function)
    def of_value(value: Any, *others: Any) -> Any:
        if isinstance(value, list):
            return [function(text_of(one), *others) for one in value if one is not None]
        return function(text_of(value), *others)

    return of_value


def _single(function: Callable[..., Any]) -> Callable[..., Any]:
    """For functions that give null for lists."""

    @wraps(function)
    def of_values(*values: Any) -> Any:
        single = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in values]
        return None if any(isinstance(value, list) for value in single) else function(*single)

    return of_values


def _whole(value: Any) -> int:
    return int(number(value) or 0)


def _substring(text: str, start: Any, length: Any = None) -> str:
    first = _whole(start)
    begin = first - 1 if first > 0 else max(0, len(text) + first) if first else 0
    return text[begin : None if length is None else begin + max(0, _whole(length))]


def _concat(*values: Any) -> str | None:
    text = "".join(map(text_of, values))
    return text if len(text) <= _LONGEST else None


def _locate(text: Any, part: Any, start: Any = 1) -> int:
    return text_of(text).find(text_of(part), max(0, _whole(start) - 1)) + 1


def _numeric(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def of_numbers(*values: Any) -> Any:
        numbers = [number(value) for value in values]
        if None in numbers:
            return None
        try:
            found = function(*numbers)
        except (ValueError, OverflowError, ZeroDivisionError):
            return None
        return found if not isinstance(found, complex) and abs(found) < 1e300 else None

    return of_numbers


def _round(value: float, digits: float = 0) -> float:
    shift = 10.0 ** max(-300, min(300, int(digits)))
    found = math.floor(abs(value) * shift + 0.5) / shift * (1 if value >= 0 else -1)
    return int(found) if not digits else found


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    found = number(value)
    text = text_of(value).lower()
    return text == "true" if text in ("true", "false") or found is None else found != 0


def _integer(value: Any) -> int | None:
    found = number(value)
    return None if found is None else int(_round(found))


def _double(value: Any) -> float | None:
    found = moment(value) if isinstance(value, Moment) else number(value)
    return None if found is None else float(found)


def _datetime(value: Any) -> Moment | None:
    if isinstance(value, int | float) and not isinstance(value, Moment):
        return Moment(value / 1_000)
    found = moment(value)
    return None if found is None else Moment(found)


def _ip(value: Any) -> str | None:
    text = text_of(value)
    return text if address_of(text) is not None else None


CASTS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("string", "keyword", "text"), lambda value: text_of(value)),
    **dict.fromkeys(("int", "integer", "long"), _integer),
    "double": _double,
    **dict.fromkeys(("bool", "boolean"), _boolean),
    **dict.fromkeys(("datetime", "date"), _datetime),
    "ip": _ip,
}


def _items(value: Any) -> list[Any]:
    return [one for one in value if one is not None] if isinstance(value, list) else [value]


def _sorted(value: Any, order: Any = "asc") -> list[Any]:
    def key(one: Any) -> tuple[bool, float, str]:
        return isinstance(one, str), one if isinstance(one, int | float) else 0.0, str(one)

    return sorted(_items(value), key=key, reverse=text_of(order).lower() == "desc")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "TO_LOWER": _text(str.lower),
    "TO_UPPER": _text(str.upper),
    "TRIM": _text(str.strip),
    "LTRIM": _text(str.lstrip),
    "RTRIM": _text(str.rstrip),
    "REVERSE": _text(lambda text: text[::-1]),
    "LENGTH": _single(lambda text: len(text_of(text))),
    "BYTE_LENGTH": _single(lambda text: len(text_of(text).encode("utf-8", "replace"))),
    "SUBSTRING": _single(lambda text, *more: _substring(text_of(text), *more)),
    "LEFT": _single(lambda text, count: text_of(text)[: max(0, _whole(count))]),
    "RIGHT": _single(lambda text, count: text_of(text)[max(0, len(text_of(text)) - max(0, _whole(count))) :]),
    "CONCAT": _single(_concat),
    "LOCATE": _single(_locate),
    "STARTS_WITH": _single(lambda text, part: text_of(text).startswith(text_of(part))),
    "ENDS_WITH": _single(lambda text, part: text_of(text).endswith(text_of(part))),
    "CONTAINS": _single(lambda text, part: text_of(part) in text_of(text)),
    "SPLIT": _single(lambda text, at: text_of(text).split(text_of(at) or None)),
    "TO_BASE64": _single(lambda text: base64.b64encode(text_of(text).encode("utf-8", "replace")).decode()),
    "FROM_BASE64": _single(lambda text: _decoded(text_of(text))),
    "MD5": _single(lambda text: _md5(text_of(text))),
    "SHA256": _single(lambda text: hashlib.sha256(text_of(text).encode("utf-8", "replace")).hexdigest()),
    "CIDR_MATCH": _single(lambda value, *nets: is_within(text_of(value), tuple(map(text_of, nets)))),
    "TO_STRING": _text(lambda text: text),
    **dict.fromkeys(("TO_INTEGER", "TO_INT", "TO_LONG"), _single(_integer)),
    **dict.fromkeys(("TO_DOUBLE", "TO_DBL"), _single(_double)),
    **dict.fromkeys(("TO_BOOLEAN", "TO_BOOL"), _single(_boolean)),
    **dict.fromkeys(("TO_DATETIME", "TO_DT"), _single(_datetime)),
    "TO_IP": _single(_ip),
    "ABS": _single(_numeric(abs)),
    "CEIL": _single(_numeric(math.ceil)),
    "FLOOR": _single(_numeric(math.floor)),
    "ROUND": _single(_numeric(_round)),
    "SQRT": _single(_numeric(math.sqrt)),
    "LOG10": _single(_numeric(math.log10)),
    "POW": _single(_numeric(lambda base, power: float(base) ** power)),
    "DATE_TRUNC": _single(date_trunc),
    "DATE_EXTRACT": _single(date_extract),
    "DATE_DIFF": _single(date_diff),
    "BUCKET": _single(bucket),
    "MV_COUNT": lambda value: len(_items(value)),
    "MV_FIRST": lambda value: next(iter(_items(value)), None),
    "MV_LAST": lambda value: next(iter(reversed(_items(value))), None),
    "MV_MIN": lambda value: next(iter(_sorted(value)), None),
    "MV_MAX": lambda value: next(iter(_sorted(value, "desc")), None),
    "MV_SORT": _sorted,
    "MV_DEDUPE": lambda value: list(dict.fromkeys(_items(value))),
    "MV_CONCAT": lambda value, between: text_of(between).join(map(text_of, _items(value))),
    "MV_CONTAINS": lambda value, part: all(one in _items(value) for one in _items(part)),
}


def _coalesce(args: Sequence[Value]) -> Value:
    return lambda record: next((found for arg in args if (found := arg(record)) is not None), None)


def _case(args: Sequence[Value]) -> Value:
    """Conditions with their values, and at last what is left; null where nothing is."""
    pairs = list(zip(args[::2], args[1::2], strict=False))
    rest: Value = args[-1] if len(args) % 2 else lambda _record: None

    def value(record: Any) -> Any:
        for condition, found in pairs:
            if condition(record) is True:
                return found(record)
        return rest(record)

    return value


def _extreme(greatest: bool) -> Callable[[Sequence[Value]], Value]:
    def made(args: Sequence[Value]) -> Value:
        def value(record: Any) -> Any:
            found = [one for arg in args for one in _items(arg(record)) if one is not None]
            return next(iter(_sorted(found, "desc" if greatest else "asc")), None)

        return value

    return made


def matcher(op: str, text: str) -> Matcher:
    """What tells whether a text matches a value behind LIKE or RLIKE. Raises UnsayableError for `:`."""
    if op == ":":
        raise unsayable("full-text search")
    if op == "rlike":
        return re2_matcher(whole_re2(text, Case.KEPT))
    return glob_matcher(wildcards_of(text), folded=False)


def machine(now: float) -> Machine:
    """The functions, with the moment that `NOW()` gives."""
    moment_now = Moment(now)
    return Machine(
        functions={**FUNCTIONS, "NOW": lambda: moment_now},
        folding={},
        special={
            "COALESCE": _coalesce,
            "CASE": _case,
            "GREATEST": _extreme(True),
            "LEAST": _extreme(False),
        },
        matcher=matcher,
        any_element=False,
        casts=CASTS,
        units=UNITS,
    )
