"""What a step of a pipeline does: names, values, conditions and refusals, each read from its options."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from typing import Any

import re2

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Or, Test
from cybersecqwen.detect.sigma.modifiers import ANY, ONE
from cybersecqwen.detect.sigma.parse import text_of, text_test
from cybersecqwen.dialects.globs import test_of, wildcards_of
from cybersecqwen.errors import QueryError

from .expressions import either, renamed

Options = Map[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change; of its fields one is set."""

    name: Callable[[str], tuple[str, ...]] | None = None
    """Field to its other names; () where it keeps its own."""
    test: Callable[[Test], Expression] | None = None
    """A test with its field renamed."""
    value: Callable[[Test], Expression] | None = None
    """A test with its values changed."""
    condition: Expression | None = None
    """What is asked besides."""
    logsource: Callable[[Logsource], Logsource] | None = None
    drops: bool = False
    refuses_rule: str = ""
    refuses_field: str = ""


Made = tuple[Change, tuple[str, ...]]
"""The change, and the options that were used."""


def _renaming(name: Callable[[str], tuple[str, ...]]) -> Change:
    def test(one: Test) -> Expression:
        names = name(one.field)
        if one.op is Op.SAME_AS:
            other = name(one.values[0])
            one = replace(one, values=((other or (one.values[0],))[0], one.values[1]))
        if not names:
            return one
        tests = tuple(renamed(one, to) for to in names)
        if len(tests) == 1:
            return tests[0]
        return And(tests) if one.op is Op.NULL else Or(tests)

    return Change(name=name, test=test)


def _names(options: Options) -> Made:
    raw = options.get("mapping")
    if not isinstance(raw, dict):
        raise QueryError("A field_name_mapping of the pipeline has no mapping.")
    names = {
        str(key or ""): tuple(map(str, value)) if isinstance(value, list) else (str(value or ""),)
        for key, value in raw.items()
    }
    return _renaming(lambda field: names.get(field, ())), ("mapping",)


def _prefixes(options: Options) -> Made:
    raw = options.get("mapping")
    if not isinstance(raw, dict):
        raise QueryError("A field_name_prefix_mapping of the pipeline has no mapping.")
    prefixes = [
        (str(key), [str(one) for one in (value if isinstance(value, list) else [value])])
        for key, value in raw.items()
    ]

    def name(field: str) -> tuple[str, ...]:
        for before, others in prefixes:
            if field.startswith(before):
                return tuple(other + field[len(before) :] for other in others)
        return ()

    return _renaming(name), ("mapping",)


def _prefix(options: Options) -> Made:
    before = str(options.get("prefix", ""))
    return _renaming(lambda field: (before + field,) if field else ()), ("prefix",)


def _suffix(options: Options) -> Made:
    behind = str(options.get("suffix", ""))
    return _renaming(lambda field: (field + behind,) if field else ()), ("suffix",)


def _condition(options: Options) -> Made:
    raw = options.get("conditions")
    if not isinstance(raw, dict) or not raw:
        raise QueryError("An add_condition of the pipeline has no conditions.")
    if options.get("template"):
        raise QueryError("An add_condition with 'template' is not supported: templates are never evaluated.")
    parts = [_asked(str(name), value) for name, value in raw.items()]
    made = parts[0] if len(parts) == 1 else And(tuple(parts))
    used = ("conditions", "name", "template", "negated")
    return Change(condition=Not(made) if options.get("negated") else made), used


def _asked(name: str, value: Any) -> Expression:
    values = value if isinstance(value, list) else [value]
    if not values or any(isinstance(one, dict | list) for one in values):
        raise QueryError(f"The condition on {name[:60]!r} that the pipeline adds has no plain values.")
    return either(
        Test(name, Op.NULL)
        if one is None
        else text_test(name, text_of(one).replace("*", ANY).replace("?", ONE))
        for one in values
    )


def _logsource(options: Options) -> Made:
    given = {
        key: str(options[key] or "").lower() for key in ("category", "product", "service") if key in options
    }
    # What is not named becomes empty, as with pySigma: the new logsource replaces the old.
    wanted = Logsource(**given)
    return Change(logsource=lambda _one: wanted), ("category", "product", "service")


def _replace(options: Options) -> Made:
    text, replacement = str(options.get("regex", "")), str(options.get("replacement", ""))
    settings = re2.Options()
    settings.log_errors = False
    try:
        pattern = re2.compile(f"(?i){text}", settings)
    except re2.error:
        raise QueryError(
            f"The expression {text[:80]!r} of replace_string is not one of linear time."
        ) from None

    def value(test: Test) -> Expression:
        texts = wildcards_of(test)
        if not texts:
            return test
        made = []
        for one in texts:
            changed = _substituted(pattern, replacement, one)
            made.append(test_of(test.field, changed if test.cased else changed.lower(), cased=test.cased))
        return either(made)

    return Change(value=value), ("regex", "replacement")


def _substituted(pattern: Any, replacement: str, text: str) -> str:
    try:
        return str(pattern.sub(replacement, text))
    except (re2.error, re.error, IndexError) as error:
        raise QueryError(f"The replacement {replacement[:80]!r} of replace_string is none.") from error


def _values(options: Options) -> Made:
    raw = options.get("mapping")
    if not isinstance(raw, dict):
        raise QueryError("A map_string of the pipeline has no mapping.")
    values = {
        str(key).lower(): [str(one) for one in (other if isinstance(other, list) else [other])]
        for key, other in raw.items()
    }

    def value(test: Test) -> Expression:
        if test.op is not Op.EQUALS or not any(one.lower() in values for one in test.values):
            return test
        made = [other for one in test.values for other in values.get(one.lower(), [one])]
        return either(test_of(test.field, one, cased=test.cased) for one in made)

    return Change(value=value), ("mapping",)


def _refuse_rule(options: Options) -> Made:
    return Change(refuses_rule=str(options.get("message") or "no reason given")[:300]), ("message",)


def _refuse_field(options: Options) -> Made:
    return Change(refuses_field=str(options.get("message") or "no reason given")[:300]), ("message",)


def _drop(_options: Options) -> Made:
    return Change(drops=True), ()


CHANGES: dict[str, Callable[[Options], Made]] = {
    "field_name_mapping": _names,
    "field_name_prefix_mapping": _prefixes,
    "field_name_prefix": _prefix,
    "field_name_suffix": _suffix,
    "add_condition": _condition,
    "change_logsource": _logsource,
    "drop_detection_item": _drop,
    "replace_string": _replace,
    "map_string": _values,
    "rule_failure": _refuse_rule,
    "detection_item_failure": _refuse_field,
}
"""Transformations that are supported, by their names."""
