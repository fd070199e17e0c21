"""A query of the middle in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Test
from cybersecqwen.dialects.globs import ANY, ONE, wildcards
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sequence,
    Sort,
    Span,
    Step,
    Unique,
)

_MOST = 8
"""Values that are named of one test."""

_VERBS = {
    Op.EQUALS: "is",
    Op.CONTAINS: "contains",
    Op.STARTS: "begins with",
    Op.ENDS: "ends with",
    Op.GLOB: "looks like",
    Op.REGEX: "matches the pattern",
    Op.CIDR: "is an address in",
    Op.LESS: "is less than",
    Op.AT_MOST: "is at most",
    Op.GREATER: "is greater than",
    Op.AT_LEAST: "is at least",
}
_MEASURES = {
    Measured.COUNT: "how many",
    Measured.DISTINCT: "how many different values of {}",
    Measured.SUM: "the sum of {}",
    Measured.MEAN: "the mean of {}",
    Measured.MEDIAN: "the median of {}",
    Measured.PERCENTILE: "a percentile of {}",
    Measured.LEAST: "the least {}",
    Measured.MOST: "the greatest {}",
    Measured.VALUES: "the values of {}",
}


def sentences(query: Query) -> tuple[str, ...]:
    """What a query does, one sentence for each thing that it does, in that order."""
    return tuple(_sentences(query))


def _sentences(query: Query) -> Iterator[str]:
    yield f"Looks at {looked_at(query)}{_during(query.span)}."
    if query.where is not None:
        parts = query.where.parts if isinstance(query.where, And) else (query.where,)
        kept = [part for part in parts if not isinstance(part, Not)]
        dropped = [part for part in parts if isinstance(part, Not)]
        if kept:
            yield f"Keeps records where {_joined([said(part) for part in kept], 'and')}."
        if dropped:
            yield f"Leaves out those where {_joined([said(part.inner) for part in dropped], 'or')}."
    for step in query.steps:
        yield _step(step)


def looked_at(query: Query) -> str:
    """What is read: kinds of record, or tables."""
    source = query.logsource
    if source.product or source.category or source.service:
        return logsource_words(source)
    return _joined(list(query.tables[:_MOST]), "and") if query.tables else "every record"


_CATEGORIES = {
    "process_creation": "starts of processes",
    "process_access": "accesses of one process to another",
    "create_remote_thread": "threads started in other processes",
    "image_load": "modules loaded into processes",
    "driver_load": "drivers loaded",
    "file_event": "files created",
    "file_delete": "files deleted",
    "file_access": "files opened",
    "file_change": "times of files changed",
    "file_rename": "files renamed",
    "network_connection": "network connections of processes",
    "dns_query": "names looked up by processes",
    "dns": "requests to name servers",
    "registry_set": "registry values set",
    "registry_add": "registry keys created",
    "registry_delete": "registry keys and values deleted",
    "registry_event": "changes of the registry",
    "pipe_created": "named pipes",
    "wmi_event": "WMI subscriptions",
    "ps_script": "script blocks of PowerShell",
    "ps_module": "commands of PowerShell modules",
    "ps_classic_start": "starts of PowerShell",
    "proxy": "requests through the proxy",
    "webserver": "requests to web servers",
    "firewall": "connections at the firewall",
    "antivirus": "findings of the antivirus",
    "authentication": "sign-ins",
}
_PRODUCTS = {"windows": "Windows", "linux": "Linux", "macos": "macOS", "aws": "AWS", "gcp": "Google Cloud"}
_PRODUCTS |= {"azure": "Azure", "m365": "Microsoft 365", "okta": "Okta", "github": "GitHub"}


def logsource_words(source: Logsource) -> str:
    """A logsource in words: "starts of processes on Windows"."""
    what = _CATEGORIES.get(source.category, source.category.replace("_", " "))
    if source.service:
        what = f"{what} in the log {source.service}" if what else f"the log {source.service}"
    where = _PRODUCTS.get(source.product, source.product)
    return f"{what} on {where}" if what and where else what or f"records of {where}"


def _during(span: Span | None) -> str:
    return f", {span_words(span)}" if span else ""


def span_words(span: Span) -> str:
    """A span in words: "in the last day"."""
    if span.last_s is not None:
        return f"in the last {duration(span.last_s)}"
    start = _moment(span.start) if span.start is not None else ""
    end = _moment(span.end) if span.end is not None else ""
    return f"from {start} to {end}" if start and end else f"since {start}" if start else f"before {end}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def duration(seconds: float) -> str:
    """A length of time in the largest unit that is whole: "10 minutes", "day"."""
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return unit if count == 1 else f"{count:,} {unit}s"
    return f"{seconds:g} seconds"


def said(expression: Expression) -> str:
    """A condition as it follows "where": "Image ends with cmd.exe"."""
    if isinstance(expression, Test):
        return _test(expression)
    if isinstance(expression, Not):
        return f"it is not so that {said(expression.inner)}"
    word = "and" if isinstance(expression, And) else "or"
    return "(" + _joined([said(part) for part in expression.parts], word) + ")"


def _test(test: Test) -> str:
    if test.op is Op.NULL:
        return f"there is no {test.field}"
    if test.op is Op.PRESENT:
        return f"there is a {test.field}"
    if test.op is Op.SAME_AS:
        other, op = test.values
        return f"{test.field} {'is the same as' if op == Op.EQUALS else _VERBS[Op(op)]} {other}"
    values = [_value(test, value) for value in test.values]
    shown = values[:_MOST] + ([f"{len(values) - _MOST} more"] if len(values) > _MOST else [])
    verb = _VERBS[test.op]
    subject = f"the {test.part} of {test.field}" if test.part else test.field
    case = " (letters' case matters)" if test.cased and test.op is not Op.REGEX else ""
    if not test.field:
        return f"{_joined(shown, 'or')} stands anywhere{case}"
    return f"{subject} {verb} {_joined(shown, 'or')}{case}"


def _value(test: Test, value: str) -> str:
    if test.op is Op.GLOB:
        value = wildcards(value).replace(ANY, "*").replace(ONE, "?")
    return value if value else "nothing"


def _joined(parts: list[str], word: str) -> str:
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _step(step: Step) -> str:
    if isinstance(step, Aggregate):
        within = f" in stretches of {duration(step.bucket_s)}" if step.bucket_s else ""
        by = f" for each {_joined(list(step.by), 'and')}" if step.by else ""
        return f"Tells {_joined([_measure(one) for one in step.measures], 'and')}{by}{within}."
    if isinstance(step, Keep):
        return f"Of that it keeps rows where {said(step.where)}."
    if isinstance(step, Sort):
        keys = [f"{name} ({'greatest' if down else 'least'} first)" for name, down in step.keys]
        return f"Sorts by {_joined(keys, 'then')}."
    if isinstance(step, Limit):
        return f"Gives the first {step.count:,}."
    if isinstance(step, Columns):
        return f"Shows {_joined(list(step.fields), 'and')}."
    if isinstance(step, Unique):
        return f"Gives every combination of {_joined(list(step.fields), 'and')} once."
    return _sequence(step)


def _measure(measure: Measure) -> str:
    said_ = _MEASURES[measure.function].format(measure.field)
    return f"{said_} there are" if measure.function is Measured.COUNT else said_


def _sequence(step: Sequence) -> str:
    stages = [f"a record where {said(stage.where)}" for stage in step.stages]
    order = "followed by" if step.ordered else "and, in any order,"
    same = f" with the same {_joined(list(step.by), 'and')}" if step.by else ""
    within = f" within {duration(step.within_s)}" if step.within_s else ""
    return f"Finds {f' {order} '.join(stages)}{same}{within}."
