"""From the mapping that a rule file holds to a `Rule` or a `Correlation`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

import re2

from cybersecqwen.errors import RuleError
from cybersecqwen.records import Severity

from .bounds import bound, bound_expression
from .condition import Budget, all_of, any_of, parse_condition
from .model import About, And, Correlation, Expression, Logsource, Not, Op, Rule, Test
from .modifiers import (
    ANY,
    BEFORE_REGEX,
    MODIFIERS,
    ONE,
    RESERVED,
    WITH_REGEX,
    Reading,
    Value,
    number_text,
    without_raw,
)
from .parse_correlation import parse_correlation

_TECHNIQUE = re.compile(r"attack\.(t\d{4}(?:\.\d{3})?)", re.IGNORECASE)
_TACTIC = re.compile(r"attack\.([a-z][a-z_-]{2,40})", re.IGNORECASE)
_DEEPEST = 20
_TEXT = 4_000  # characters kept of a description


def parse_rule(raw: Mapping[str, Any], path: str = "") -> Rule | Correlation:
    """The rule that a document holds. Raises RuleError, in one sentence, for what cannot be evaluated."""
    bound(raw)
    about = _about(raw, path)
    if "correlation" in raw:
        return parse_correlation(raw, about)
    if "filter" in raw and "detection" not in raw:
        raise RuleError("It is a filter for other rules, which is not applied.")
    detection = raw.get("detection")
    if not isinstance(detection, Mapping):
        raise RuleError("It has no detection.")
    if "timeframe" in detection:
        raise RuleError("It counts within a timeframe, which the specification has dropped.")
    selections = {str(name): _selection(part, 0) for name, part in detection.items() if name != "condition"}
    conditions = detection.get("condition")
    texts = [text for text in _list(conditions) if isinstance(text, str)]
    if not texts or len(texts) != len(_list(conditions)):
        raise RuleError("It has no condition.")
    budget = Budget()
    expression = any_of([parse_condition(text, selections, budget) for text in texts])
    bound_expression(expression)
    if _always(expression):
        raise RuleError("It would match every record.")
    return Rule(
        about=about,
        logsource=_logsource(raw.get("logsource")),
        expression=expression,
    )


def _about(raw: Mapping[str, Any], path: str) -> About:
    title = raw.get("title")
    if not isinstance(title, str) or not title.strip():
        raise RuleError("It has no title.")
    tags = tuple(tag for tag in _list(raw.get("tags")) if isinstance(tag, str))[:100]
    level = str(raw.get("level") or "medium")
    severity = Severity.__members__.get(level.upper())
    if severity is None:
        raise RuleError(f"Its level {level[:40]!r} is none of the five.")
    identifier = str(raw.get("id") or "").strip()[:100] or f"{path or title.strip()}"[:200]
    techniques = tuple(dict.fromkeys(m[1].upper() for tag in tags if (m := _TECHNIQUE.fullmatch(tag))))
    tactics = tuple(
        dict.fromkeys(
            m[1].lower().replace("_", "-")
            for tag in tags
            if (m := _TACTIC.fullmatch(tag)) and not re.fullmatch(r"[tgs]\d{4}", m[1].lower())
        )
    )
    return About(
        id=identifier,
        title=title.strip()[:300],
        name=str(raw.get("name") or "")[:200],
        description=str(raw.get("description") or "").strip()[:_TEXT],
        level=severity,
        status=str(raw.get("status") or "")[:40],
        techniques=techniques,
        tactics=tactics,
        tags=tags,
        falsepositives=_some(raw.get("falsepositives")),
        references=_some(raw.get("references")),
        author=str(raw.get("author") or "")[:300],
        license=str(raw.get("license") or "")[:100],
        path=path,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _some(value: Any) -> tuple[str, ...]:
    return tuple(str(item)[:500] for item in _list(value)[:50])


def _logsource(raw: Any) -> Logsource:
    if not isinstance(raw, Mapping):
        raise RuleError("It has no logsource.")
    names = [raw.get(name) for name in ("product", "category", "service")]
    if not all(name is None or isinstance(name, str) for name in names):
        raise RuleError("A part of its logsource is no text.")
    product, category, service = (str(name or "").strip().lower() for name in names)
    if not (product or category or service):
        raise RuleError("Its logsource names neither product, category nor service.")
    return Logsource(product=product, category=category, service=service)


def _selection(raw: Any, depth: int) -> Expression:
    """A named part of the detection: a mapping, a list of mappings, or keywords."""
    if depth > _DEEPEST:
        raise RuleError(f"Its detection nests deeper than {_DEEPEST} levels.")
    if isinstance(raw, Mapping):
        if not raw:
            raise RuleError("A part of its detection is empty.")
        return all_of([_item(str(key), value) for key, value in raw.items()])
    if isinstance(raw, list):
        if not raw:
            raise RuleError("A part of its detection is empty.")
        if any(isinstance(part, Mapping | list) for part in raw):
            return any_of([_selection(part, depth + 1) for part in raw])
    return _item("", raw)


def _item(key: str, raw: Any) -> Expression:
    """The tests of one field: `name|modifier|modifier: value or values`."""
    field, *names = key.split("|")
    values = raw if isinstance(raw, list) else [raw]
    if any(isinstance(value, Mapping | list) for value in values):
        raise RuleError(f"The values of {field or 'a list of keywords'!r} are nested.")
    if not values:
        raise RuleError(f"The field {field!r} has an empty list of values.")
    read = _scalar if "re" in names else _read
    reading = Reading(tuple((read(value),) for value in values))
    if "re" in names and not (
        WITH_REGEX.issuperset(names) and BEFORE_REGEX.issuperset(names[: names.index("re")])
    ):
        raise RuleError("The modifier re stands beside one that is not for expressions.")
    for name in names:
        modifier = MODIFIERS.get(name)
        if modifier is None:
            raise RuleError(f"The modifier {name[:40]!r} is not known.")
        reading = modifier(reading)
    found = _tests(field, reading)
    return Not(found) if reading.negated else found


def _scalar(value: Any) -> Value:
    """A value as YAML gives it; dates and the like, which nobody meant, as the text that they were."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def _read(given: Any) -> Value:
    r"""A value with its wildcards marked. A backslash escapes `*`, `?` and itself, else it is a character."""
    value = _scalar(given)
    if not isinstance(value, str):
        return value
    if not RESERVED.isdisjoint(value):
        raise RuleError("A value has a character for private use, which stands for a wildcard here.")
    if "\\" not in value:
        return value.replace("*", ANY).replace("?", ONE)
    out, escaped = [], False
    for c in value:
        if escaped:
            out.append(c if c in "*?\\" else "\\" + c)
            escaped = False
        elif c == "\\":
            escaped = True
        else:
            out.append({"*": ANY, "?": ONE}.get(c, c))
    return "".join(out) + ("\\" if escaped else "")


def text_of(value: object) -> str:
    """A scalar of a rule or a record as the text that is compared: true, false, 5 for 5.0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _tests(field: str, reading: Reading) -> Expression:
    """What is asked of a field: one of the values, or each of them in one of its forms."""
    if reading.op in (Op.PRESENT, Op.NULL):
        if not field:
            raise RuleError("The modifier exists stands without a field.")
        return Test(field, reading.op)
    tests = [[_test(field, value, reading) for value in forms] for forms in reading.values]
    if reading.every:
        return all_of([any_of(_joined(forms)) for forms in tests])
    return any_of(_joined([test for forms in tests for test in forms]))


_NUMERIC = frozenset((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST))


def _test(field: str, value: Value, reading: Reading) -> Expression:
    op = reading.op
    if not field and (value is None or reading.part or op is Op.CIDR or op in _NUMERIC):
        raise RuleError("It asks the whole text of a record for null, a number, a time or a network.")
    if reading.reference:
        if not isinstance(value, str) or not field or reading.part:
            raise RuleError("A reference to another field is no name.")
        if op not in (None, Op.CONTAINS, Op.STARTS, Op.ENDS):
            raise RuleError(f"A reference to another field is not compared by {op}.")
        if not RESERVED.isdisjoint(value):
            raise RuleError("A reference to another field has a wildcard in it, or is encoded.")
        return Test(field, Op.SAME_AS, (value, (op or Op.EQUALS).value), reading.cased)
    if value is None:
        return Test(field, Op.NULL)
    if reading.part and op is not None and op not in _NUMERIC:
        raise RuleError(f"The {reading.part} of a time is a number, and is not compared by {op}.")
    if reading.part or op in _NUMERIC:
        number = number_text(value)
        if reading.part and not float(number).is_integer():
            raise RuleError(f"{number[:60]!r} is no {reading.part} of a time.")
        return Test(field, op or Op.EQUALS, (number,), part=reading.part)
    if op is Op.REGEX:
        return _regex(field, text_of(value), reading)
    if op is Op.CIDR:
        return Test(field, op, (_network(text_of(value)),))
    if not isinstance(value, str):
        text = text_of(value).lower()
        return Test(field, op or (Op.CONTAINS if not field else Op.EQUALS), (text,))
    return text_test(field, without_raw(value), op, reading.cased)


def text_test(field: str, value: str, op: Op | None = None, cased: bool = False) -> Expression:
    """The test for text with wildcards (`ANY`, `ONE`): the cheapest operation that says the same."""
    if not cased:
        value = value.lower()
    if op in (Op.CONTAINS, Op.ENDS) or (op is None and not field):
        value = ANY + value
    if op in (Op.CONTAINS, Op.STARTS) or (op is None and not field):
        value += ANY
    inner = value.strip(ANY)
    if not inner:
        return Test(field, Op.PRESENT) if value else Test(field, Op.EQUALS, ("",), cased)
    if ANY in inner or ONE in inner:
        pattern = "".join(".*" if c == ANY else "." if c == ONE else re2.escape(c) for c in value)
        return Test(field, Op.GLOB, (_compiled(f"(?s){pattern}"),), cased)
    begins, ends = value.startswith(ANY), value.endswith(ANY)
    if begins and ends:
        return Test(field, Op.CONTAINS, (inner,), cased)
    return Test(field, Op.ENDS if begins else Op.STARTS if ends else Op.EQUALS, (inner,), cased)


def _regex(field: str, text: str, reading: Reading) -> Test:
    pattern = f"(?{reading.flags}){text}" if reading.flags else text
    return Test(field, Op.REGEX, (_compiled(pattern),), cased=True)


def _compiled(pattern: str) -> str:
    """The pattern, if RE2 takes it."""
    try:
        options = re2.Options()
        options.log_errors = False
        re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise RuleError(f"Its expression is not one of linear time ({str(reason)[:200]}).") from None
    return pattern


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise RuleError(f"{text[:60]!r} is no network.") from None


def _joined(tests: Sequence[Expression]) -> list[Expression]:
    """Tests of one field that differ in their values alone as one test: matched in one look-up."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    others: dict[Expression, None] = {}
    for test in tests:
        if isinstance(test, Test) and test.values and test.op is not Op.SAME_AS:
            key = (test.field, test.op, test.cased, test.part)
            groups.setdefault(key, []).extend(test.values)
        else:
            others[test] = None
    made = [
        Test(field, op, tuple(dict.fromkeys(values)), cased, part)
        for (field, op, cased, part), values in groups.items()
    ]
    return [*made, *others]


_PROBES = ("", "\x01", "é\n7")


def _always(expression: Expression) -> bool:
    """Whether nothing is asked: keywords that any text has, or something and its contrary."""
    if isinstance(expression, Test):
        return not expression.field and (
            expression.op is Op.PRESENT
            or (
                expression.op in (Op.REGEX, Op.GLOB) and any(_takes_all(value) for value in expression.values)
            )
        )
    if isinstance(expression, Not):
        return False
    if isinstance(expression, And):
        return all(map(_always, expression.parts))
    parts = set(expression.parts)
    return any(_always(one) or (isinstance(one, Not) and one.inner in parts) for one in expression.parts)


def _takes_all(pattern: str) -> bool:
    compiled = re2.compile(pattern)
    return all(compiled.search(probe) is not None for probe in _PROBES)
