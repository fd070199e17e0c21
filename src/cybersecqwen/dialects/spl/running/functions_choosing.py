"""Functions that choose and compare: if, case, coalesce, match, like, cidrmatch, isnull and their like."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any

import re2

from cybersecqwen.detect.sigma.plain import Pattern
from cybersecqwen.detect.sigma.plain import pattern as remembered
from cybersecqwen.detect.sigma.values import address_of, texts_of
from cybersecqwen.dialects.spl.tree import Call, Text

from .fields import Get, number, text
from .making import Asking, Make, matching


def _if(args: list[Get], asking: Asking, call: Call) -> Get:
    condition, then, otherwise = args
    return lambda row: then(row) if condition(row) is True else otherwise(row)


def _case(args: list[Get], asking: Asking, call: Call) -> Get:
    if len(args) % 2 or not args:
        raise ValueError
    pairs = list(zip(args[::2], args[1::2], strict=True))

    def case(row: Any) -> Any:
        return next((value(row) for condition, value in pairs if condition(row) is True), None)

    return case


def _validate(args: list[Get], asking: Asking, call: Call) -> Get:
    if len(args) % 2 or not args:
        raise ValueError
    pairs = list(zip(args[::2], args[1::2], strict=True))
    return lambda row: next((value(row) for condition, value in pairs if condition(row) is not True), None)


def _coalesce(args: list[Get], asking: Asking, call: Call) -> Get:
    return lambda row: next((value for arg in args if (value := arg(row)) is not None), None)


def _match(args: list[Get], asking: Asking, call: Call) -> Get:
    subject, _ = args
    found = matching(args, call)

    def match(row: Any) -> bool | None:
        value, expression = subject(row), found(row)
        if value is None or expression is None:
            return None
        if value.__class__ is str:
            return expression.search(value) is not None
        return any(expression.search(one) is not None for one in texts_of(value))

    return match


@lru_cache(maxsize=10_000)
def _like_pattern(pattern: str) -> Pattern:
    parts = (".*" if sign == "%" else "." if sign == "_" else re2.escape(sign) for sign in pattern)
    return remembered("(?s)" + "".join(parts))


def _like(args: list[Get], asking: Asking, call: Call) -> Get:
    subject, given = args

    def like(row: Any) -> bool | None:
        value, wanted = subject(row), text(given(row))
        if value is None or wanted is None:
            return None
        expression = _like_pattern(wanted)
        return any(expression.fullmatch(one) is not None for one in texts_of(value))

    return like


@lru_cache(maxsize=10_000)
def _network(written: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(written.strip(), strict=False)
    except ValueError:
        return None


def _cidrmatch(args: list[Get], asking: Asking, call: Call) -> Get:
    given, subject = args

    def cidrmatch(row: Any) -> bool | None:
        written, value = text(given(row)), subject(row)
        network = _network(written) if written is not None else None
        if network is None or value is None:
            return None
        addresses = [address_of(one) for one in texts_of(value)]
        return any(address is not None and address in network for address in addresses)

    return cidrmatch


def _in(args: list[Get], asking: Asking, call: Call) -> Get:
    subject, *others = args
    if all(isinstance(arg, Text) for arg in call.args[1:]):
        wanted = frozenset(arg.value for arg in call.args[1:] if isinstance(arg, Text))

        def fixed(row: Any) -> bool | None:
            value = subject(row)
            if value.__class__ is str:
                return value in wanted
            return None if value is None else any(one in wanted for one in texts_of(value))

        return fixed

    def among(row: Any) -> bool | None:
        value = subject(row)
        found = {one for other in others for one in texts_of(other(row))}
        return None if value is None else any(one in found for one in texts_of(value))

    return among


def _searchmatch(args: list[Get], asking: Asking, call: Call) -> Get:
    from cybersecqwen.dialects.spl.parse import parse
    from cybersecqwen.dialects.spl.stages import Search

    from .found import compiled

    given = call.args[0]
    stage = parse(given.value).stages[0] if isinstance(given, Text) else None
    if not isinstance(stage, Search):
        raise ValueError
    return compiled(stage.where, lambda _sub: (), asking.time_field)


def _is(kind: str) -> Make:
    def make(args: list[Get], asking: Asking, call: Call) -> Get:
        (only,) = args
        if kind == "null":
            return lambda row: only(row) is None
        if kind == "notnull":
            return lambda row: only(row) is not None
        if kind == "num":
            return lambda row: number(only(row)) is not None
        if kind == "int":
            return lambda row: isinstance(number(only(row)), int)
        if kind == "bool":
            return lambda row: only(row).__class__ is bool
        return lambda row: isinstance(value := only(row), str) and number(value) is None

    return make


def _constant(value: Any) -> Make:
    def make(args: list[Get], asking: Asking, call: Call) -> Get:
        if args:
            raise ValueError
        return lambda _row: value

    return make


def _nullif(args: list[Get], asking: Asking, call: Call) -> Get:
    one, other = args
    return lambda row: None if texts_of(value := one(row)) == texts_of(other(row)) else value


CHOOSING: dict[str, Make] = {
    "if": _if,
    "case": _case,
    "validate": _validate,
    "coalesce": _coalesce,
    "match": _match,
    "like": _like,
    "cidrmatch": _cidrmatch,
    "in": _in,
    "searchmatch": _searchmatch,
    "nullif": _nullif,
    "isnull": _is("null"),
    "isnotnull": _is("notnull"),
    "isnum": _is("num"),
    "isint": _is("int"),
    "isstr": _is("str"),
    "isbool": _is("bool"),
    "true": _constant(True),
    "false": _constant(False),
    "null": _constant(None),
}
