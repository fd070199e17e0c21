"""A query of the middle in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import And, Logsource, Not
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
from cybersecqwen.dialects.wording import MOST, duration, joined, said, span_words

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
            yield f"Keeps records where {joined([said(part) for part in kept], 'and')}."
        if dropped:
            yield f"Leaves out those where {joined([said(part.inner) for part in dropped], 'or')}."
    for step in query.steps:
        yield _step(step)


def looked_at(query: Query) -> str:
    """What is read: kinds of record, or tables."""
    source = query.logsource
    if source.product or source.category or source.service:
        return logsource_words(source)
    return joined(list(query.tables[:MOST]), "and") if query.tables else "every record"


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


def _step(step: Step) -> str:
    if isinstance(step, Aggregate):
        within = f" in stretches of {duration(step.bucket_s)}" if step.bucket_s else ""
        by = f" for each {joined(list(step.by), 'and')}" if step.by else ""
        return f"Tells {joined([_measure(one) for one in step.measures], 'and')}{by}{within}."
    if isinstance(step, Keep):
        return f"Of that it keeps rows where {said(step.where)}."
    if isinstance(step, Sort):
        keys = [f"{name} ({'greatest' if down else 'least'} first)" for name, down in step.keys]
        return f"Sorts by {joined(keys, 'then')}."
    if isinstance(step, Limit):
        return f"Gives the first {step.count:,}."
    if isinstance(step, Columns):
        return f"Shows {joined(list(step.fields), 'and')}."
    if isinstance(step, Unique):
        return f"Gives every combination of {joined(list(step.fields), 'and')} once."
    return _sequence(step)


def _measure(measure: Measure) -> str:
    said_ = _MEASURES[measure.function].format(measure.field)
    return f"{said_} there are" if measure.function is Measured.COUNT else said_


def _sequence(step: Sequence) -> str:
    stages = [f"a record where {said(stage.where)}" for stage in step.stages]
    order = "followed by" if step.ordered else "and, in any order,"
    same = f" with the same {joined(list(step.by), 'and')}" if step.by else ""
    within = f" within {duration(step.within_s)}" if step.within_s else ""
    return f"Finds {f' {order} '.join(stages)}{same}{within}."
