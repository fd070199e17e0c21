r"""One JSON object a line, raw, for programs that read as it comes: SIEM shippers, `jq -c`, `grep`.

Each line has its `type` first: detection, anomaly, incident, finding, problem, and summary, which is the
last. A text that stops half way holds whole lines and no summary, so that a reader knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from cybersecqwen.records import Report

from .interface import Renderer, RenderOptions
from .json import envelope, finding_object, plain
from .json_types import as_mapping, as_mappings
from .logs import is_logs
from .logs_story import beside_logs
from .read_logs import MOST, logs_view
from .story import outside_incidents

_APART = ("incidents", "findings", "problems")
"""Keys of the envelope whose items have lines of their own."""
_LOGS_APART = ("detections", "anomalies")


class NdjsonRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "ndjson"
    media_type = "application/x-ndjson"
    extension = "ndjson"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        return "".join(ndjson_line(kind, one) for kind, one in report_lines(report))


def ndjson_line(kind: str, mapping: Mapping[str, Any]) -> str:
    """One line: `type` first, then what `mapping` holds (its own `type`, if any, as `kind_of_thing`).

    Takes any JSON types; what JSON cannot hold is written as text. Ends with a line break.
    """
    rest = {("kind_of_thing" if key == "type" else key): value for key, value in mapping.items()}
    made = {"type": kind, **rest}
    option = orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    try:
        return orjson.dumps(made, option=option).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits, foreign types
        return orjson.dumps(plain(made), option=option).decode()


def report_lines(report: Report) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The lines of a report as pairs of type and object, the summary last."""
    whole = envelope(report)
    logs = as_mapping(report.extra.get("logs")) if is_logs(report) else {}
    told: Counter[str] = Counter()
    for kind, one in _lines(report, whole, logs):
        told[kind] += 1
        yield kind, one
    yield "summary", _summary(whole, logs, told)


def _lines(
    report: Report, whole: Mapping[str, Any], logs: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind, key in (("detection", "detections"), ("anomaly", "anomalies")):
        yield from ((kind, one) for one in as_mappings(logs.get(key), MOST))
    yield from (("incident", one) for one in whole["incidents"])
    rest = beside_logs(report, logs_view(report), techniques=False) if logs else report
    findings, _, _ = outside_incidents(rest)
    yield from (("finding", finding_object(one)) for one in findings)
    yield from (("problem", one) for one in whole["problems"])


def _summary(whole: dict[str, Any], logs: Mapping[str, Any], told: Mapping[str, int]) -> dict[str, Any]:
    """The envelope without what has lines of its own, and how many lines of each type there were."""
    kept = {key: value for key, value in whole.items() if key not in _APART}
    kept["lines"] = dict(told)
    if logs:
        rest = {key: value for key, value in logs.items() if key not in _LOGS_APART}
        kept["extra"] = {**whole["extra"], "logs": rest}
    return kept
