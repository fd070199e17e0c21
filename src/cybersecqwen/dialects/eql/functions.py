"""The functions of EQL, as its reference describes them, and what its patterns match.

https://www.elastic.co/docs/reference/query-languages/eql/eql-function-ref
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.values import address_of
from cybersecqwen.dialects import globs
from cybersecqwen.dialects.elastic.comparing import divided, number
from cybersecqwen.dialects.elastic.evaluation import Machine, Matcher, glob_matcher, re2_matcher
from cybersecqwen.dialects.elastic.regexes import Case, whole_re2

_LONGEST = 1_000_000


def _elements(test: Callable[..., Any]) -> Callable[..., Any]:
    """A list is looked at element by element: one that holds is enough."""

    @wraps(test)
    def holds(value: Any, *others: Any) -> Any:
        if isinstance(value, list):
            return any(test(one, *others) for one in value if one is not None)
        return test(value, *others)

    return holds


def _contains(text: Any, part: Any) -> bool:
    return bool(part) and text_of(part) in text_of(text)


def _starts(text: Any, part: Any) -> bool:
    return text_of(text).startswith(text_of(part))


def _ends(text: Any, part: Any) -> bool:
    return text_of(text).endswith(text_of(part))


def _folding(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def folded(*values: Any) -> Any:
        return function(*(_lower(value) for value in values))

    return folded


def _lower(value: Any) -> Any:
    if isinstance(value, list):
        return [_lower(one) for one in value]
    return value.lower() if isinstance(value, str) else value


def _cidr(value: Any, *networks: Any) -> bool:
    address = address_of(text_of(value))
    return address is not None and any(_within(address, text_of(network)) for network in networks)


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network.strip(), strict=False)
    except ValueError:
        return False


def _between(folded: bool) -> Callable[..., Any]:
    def between(text: Any, left: Any, right: Any, greedy: Any = False) -> str:
        whole, before, behind = text_of(text), text_of(left), text_of(right)
        looked = whole.lower() if folded else whole
        if folded:
            before, behind = before.lower(), behind.lower()
        start = looked.find(before)
        if start < 0 or not whole:
            return ""
        start += len(before)
        end = looked.rfind(behind, start) if greedy else looked.find(behind, start)
        return whole[start:end] if end >= 0 else ""

    return between


def _index(text: Any, part: Any, start: Any = 0) -> int | None:
    whole, at = text_of(text), max(0, int(number(start) or 0))
    found = whole.find(text_of(part), at) if at <= len(whole) else -1
    return found if found >= 0 else None


def _number(value: Any, base: Any = None) -> int | float | None:
    text = text_of(value).strip()
    try:
        radix = 16 if text.lower().lstrip("+-").startswith("0x") else int(number(base) or 10)
        return int(text, radix) if radix != 10 else number(text) if len(text) < 400 else None
    except ValueError:
        return None


def _substring(text: Any, start: Any, end: Any = None) -> str:
    first, last = number(start), number(end)
    return text_of(text)[int(first or 0) : None if last is None else int(last)]


def _concat(*values: Any) -> str | None:
    text = "".join(map(text_of, values))
    return text if len(text) <= _LONGEST else None


def _sum(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    @wraps(function)
    def computed(left: Any, right: Any) -> Any:
        one, other = number(left), number(right)
        if one is None or other is None:
            return None
        found = function(one, other)
        return found if found is None or abs(found) < 1e300 else None

    return computed


def _modulo(left: Any, right: Any) -> Any:
    if not isinstance(left, int) or not isinstance(right, int):
        return 0
    return None if not right else abs(left) % abs(right) * (1 if left >= 0 else -1)


_TESTS = {"stringContains": _contains, "startsWith": _starts, "endsWith": _ends}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _elements(test) for name, test in _TESTS.items()},
    "cidrMatch": _elements(_cidr),
    "between": _between(False),
    "indexOf": _index,
    "number": _number,
    "string": text_of,
    "substring": _substring,
    "concat": _concat,
    "length": lambda text: len(text_of(text)),
    "add": _sum(lambda a, b: a + b),
    "subtract": _sum(lambda a, b: a - b),
    "multiply": _sum(lambda a, b: a * b),
    "divide": _sum(divided),
    "modulo": _sum(_modulo),
}
FOLDING: dict[str, Callable[..., Any]] = {
    **{name: _folding(_elements(test)) for name, test in _TESTS.items()},
    "between": _between(True),
    "indexOf": _folding(_index),
}


def matcher(op: str, text: str) -> Matcher:
    """What tells whether a text matches a value behind `op`."""
    if op == "in~":
        wanted = text.lower()
        return lambda value: value.lower() == wanted
    folded = op in (":", "like~", "regex~")
    if op in ("regex", "regex~"):
        return re2_matcher(whole_re2(text, Case.FOLDED if folded else Case.KEPT))
    wild = text.replace("*", globs.ANY).replace("?", globs.ONE)
    return glob_matcher(wild, folded=folded)


MACHINE = Machine(
    functions=FUNCTIONS,
    folding=FOLDING,
    special={},
    matcher=matcher,
    any_element=True,
)
