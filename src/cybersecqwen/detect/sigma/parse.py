"""From the mapping that a rule file holds to a `Rule` or a `Correlation`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

import re2

from cybersecqwen.errors import RuleError
from cybersecqwen.records import Severity

from .condition import all_of, any_of, parse_condition
from .model import About, Correlation, Counting, Expression, Logsource, Not, Op, Rule, Test
from .modifiers import ANY, MODIFIERS, ONE, WILD, Reading, Value, without_raw

_TECHNIQUE = re.compile(r"attack\.(t\d{4}(?:\.\d{3})?)", re.IGNORECASE)
_TACTIC = re.compile(r"attack\.([a-z][a-z_-]{2,40})", re.IGNORECASE)
_TIMESPAN = re.compile(r"(\d{1,9})\s?(s|m|h|d|w|M|y)")
_SECONDS = {
    "s": 1.0,
    "m": 60.0,
    "h": 3_600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "M": 2_629_746.0,
    "y": 31_556_952.0,
}
_BOUNDS = {"lt": Op.LESS, "lte": Op.AT_MOST, "gt": Op.GREATER, "gte": Op.AT_LEAST, "eq": Op.EQUALS}
_DEEPEST = 20
_MOST_VALUES = 50_000
_TEXT = 4_000  # characters kept of a description


def parse_rule(raw: Mapping[str, Any], path: str = "") -> Rule | Correlation:
    """The rule that a document holds. Raises RuleError, in one sentence, for what cannot be evaluated."""
    _bound(raw)
    about = _about(raw, path)
    if "correlation" in raw:
        return _correlation(raw["correlation"], about, generate=_generates(raw))
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
    expression = any_of([parse_condition(text, selections) for text in texts])
    if _always(expression):
        raise RuleError("It would match every record.")
    return Rule(
        about=about,
        logsource=_logsource(raw.get("logsource")),
        expression=expression,
    )


def _bound(raw: Any) -> None:
    """Refuse what unfolds to more values than any rule has: YAML lets one part stand in many places."""
    stack, count = [(raw, 0)], 0
    while stack:
        one, depth = stack.pop()
        count += 1
        if count > _MOST_VALUES or depth > _DEEPEST:
            raise RuleError(f"It holds more than {_MOST_VALUES:,} values, or nests too deep.")
        if isinstance(one, Mapping):
            stack += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            stack += [(inner, depth + 1) for inner in one]


def _about(raw: Mapping[str, Any], path: str) -> About:
    title = raw.get("title")
    if not isinstance(title, str) or not title.strip():
        raise RuleError("It has no title.")
    tags = tuple(tag for tag in _list(raw.get("tags")) if isinstance(tag, str))[:100]
    level = str(raw.get("level") or "medium").upper()
    severity = Severity.__members__.get(level)
    if severity is None:
        raise RuleError(f"Its level {str(raw['level'])[:40]!r} is none of the five.")
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
    parts = {name: str(raw.get(name) or "").strip().lower() for name in ("product", "category", "service")}
    if not any(parts.values()):
        raise RuleError("Its logsource names neither product, category nor service.")
    return Logsource(**parts)


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
    wild = not WILD.intersection(names)
    reading = Reading(tuple(_read(value) if wild else _scalar(value) for value in values))
    if not values:
        raise RuleError(f"The field {field!r} has an empty list of values.")
    for name in names:
        modifier = MODIFIERS.get(name)
        if modifier is None:
            raise RuleError(f"The modifier {name[:40]!r} is not known.")
        reading = modifier(reading)
    tests = _tests(field, reading)
    found = all_of(tests) if reading.every else any_of(_joined(tests))
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


def _tests(field: str, reading: Reading) -> list[Expression]:
    if reading.op in (Op.PRESENT, Op.NULL):
        return [Test(field, reading.op)]
    return [_test(field, value, reading) for value in reading.values]


def _test(field: str, value: Value, reading: Reading) -> Expression:
    op = reading.op
    if reading.reference:
        if not isinstance(value, str) or not field:
            raise RuleError("A reference to another field is no name.")
        name = value.replace(ANY, "*").replace(ONE, "?")
        return Test(field, Op.SAME_AS, (name, (op or Op.EQUALS).value), reading.cased)
    if value is None:
        return Test(field, Op.NULL)
    if op is Op.REGEX:
        return _regex(field, text_of(value), reading)
    if op is Op.CIDR:
        return Test(field, op, (_network(text_of(value)),))
    if op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST):
        return Test(field, op, (text_of(value),), part=reading.part)
    if reading.part:
        return Test(field, Op.EQUALS, (text_of(value),), part=reading.part)
    if not isinstance(value, str):
        text = text_of(value).lower()
        return Test(field, op or (Op.CONTAINS if not field else Op.EQUALS), (text,))
    return _text(field, without_raw(value), op, reading.cased)


def _text(field: str, value: str, op: Op | None, cased: bool) -> Expression:
    """The test for text with wildcards: the cheapest operation that says the same."""
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
        return Test(field, Op.GLOB, (f"(?s){pattern}",), cased)
    begins, ends = value.startswith(ANY), value.endswith(ANY)
    if begins and ends:
        return Test(field, Op.CONTAINS, (inner,), cased)
    return Test(field, Op.ENDS if begins else Op.STARTS if ends else Op.EQUALS, (inner,), cased)


def _regex(field: str, text: str, reading: Reading) -> Test:
    pattern = f"(?{reading.flags}){text}" if reading.flags else text
    try:
        options = re2.Options()
        options.log_errors = False
        re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise RuleError(f"Its regular expression is not one of linear time ({reason}).") from None
    return Test(field, Op.REGEX, (pattern,), cased=True)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise RuleError(f"{text[:60]!r} is no network.") from None


def _joined(tests: Sequence[Expression]) -> list[Expression]:
    """Tests of one field that differ in their values alone as one test: matched in one look-up."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    others: list[Expression] = []
    for test in tests:
        if isinstance(test, Test) and test.values and test.op is not Op.SAME_AS:
            key = (test.field, test.op, test.cased, test.part)
            groups.setdefault(key, []).extend(test.values)
        elif test not in others:
            others.append(test)
    made = [
        Test(field, op, tuple(dict.fromkeys(values)), cased, part)
        for (field, op, cased, part), values in groups.items()
    ]
    return [*made, *others]


def _always(expression: Expression) -> bool:
    """Whether nothing is asked: keywords that are a wildcard, and what is built of them alone."""
    if isinstance(expression, Test):
        return not expression.field and expression.op is Op.PRESENT
    if isinstance(expression, Not):
        return False
    return (all if hasattr(expression, "parts") and expression.__class__.__name__ == "And" else any)(
        map(_always, expression.parts)
    )


def _generates(raw: Mapping[str, Any]) -> bool:
    """Whether the counted rules report themselves; the key has stood inside and beside the correlation."""
    inside = raw["correlation"]
    return raw.get("generate") is True or (isinstance(inside, Mapping) and inside.get("generate") is True)


def _correlation(raw: Any, about: About, *, generate: bool) -> Correlation:
    if not isinstance(raw, Mapping):
        raise RuleError("Its correlation is no mapping.")
    kind = str(raw.get("type") or "")
    if kind not in tuple(Counting):
        raise RuleError(f"The correlation type {kind[:40]!r} is not known.")
    type_ = Counting(kind)
    rules = tuple(str(rule) for rule in _list(raw.get("rules")))[:200]
    if not rules:
        raise RuleError("The correlation names no rules.")
    found = _TIMESPAN.fullmatch(str(raw.get("timespan") or "").strip())
    if found is None:
        raise RuleError("The correlation has no timespan such as 5m.")
    condition = raw.get("condition")
    bounds, field, percentile = _bounds(condition, type_)
    aliases = raw.get("aliases") or {}
    if not isinstance(aliases, Mapping) or not all(isinstance(v, Mapping) for v in aliases.values()):
        raise RuleError("The aliases of the correlation are no mappings.")
    return Correlation(
        about=about,
        type=type_,
        rules=rules,
        group_by=tuple(str(name) for name in _list(raw.get("group-by")))[:20],
        timespan_s=int(found[1]) * _SECONDS[found[2]],
        bounds=bounds,
        counted=field,
        percentile=percentile,
        aliases={str(name): {str(r): str(f) for r, f in of.items()} for name, of in aliases.items()},
        generate=generate,
    )


def _bounds(condition: Any, type_: Counting) -> tuple[tuple[tuple[Op, float], ...], str, float]:
    if type_ in (Counting.TEMPORAL, Counting.TEMPORAL_ORDERED):
        if condition is not None:
            raise RuleError(f"A correlation of type {type_.value} with a condition is not supported.")
        return (), "", 0.0
    if not isinstance(condition, Mapping):
        raise RuleError("The correlation has no condition.")
    field = str(condition.get("field") or "")
    if type_ is not Counting.EVENT_COUNT and not field:
        raise RuleError(f"A correlation of type {type_.value} names no field.")
    bounds = []
    for name, value in condition.items():
        if name in ("field", "percentile"):
            continue
        if name not in _BOUNDS or isinstance(value, bool) or not isinstance(value, int | float):
            raise RuleError(f"The correlation's condition {str(name)[:40]!r} is not supported.")
        bounds.append((_BOUNDS[name], float(value)))
    if not bounds:
        raise RuleError("The correlation's condition has no number.")
    percentile = condition.get("percentile", 50)
    if isinstance(percentile, bool) or not isinstance(percentile, int | float) or not 0 <= percentile <= 100:
        raise RuleError("The percentile of the correlation is not between 0 and 100.")
    return tuple(bounds), field, float(percentile)
