"""`csq logs --follow`: what is found, line by line, as it happens."""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import UsageError
from cybersecqwen.records import Report
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.interface import Request

from .output import console_options, show

if TYPE_CHECKING:
    from cybersecqwen.tasks.logs import LogOptions

_MOST_OF_ONE = 20
"""Lines of one rule on a terminal; the report at the end counts all."""


def run_follow(paths: tuple[str, ...], options: LogOptions, format: str) -> int:
    """Follow until interrupted; then the report. Returns the exit code: 1 for a severity of high or more."""
    if format not in ("terminal", "ndjson"):
        raise UsageError(
            "--follow writes terminal lines or ndjson.", hint="Add --format ndjson for programs."
        )
    from cybersecqwen.tasks.logs.cost import Meter
    from cybersecqwen.tasks.logs.following import follow
    from cybersecqwen.tasks.logs.report import report_of

    app, stop, meter = App(load_settings()), threading.Event(), Meter()
    request = Request(paths=paths, stdin=sys.stdin.buffer if "-" in paths else None)
    teller: _Lines | _Objects = _Lines() if format == "terminal" else _Objects()
    rules = app.sigma(options.rules, options.only)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    inputs = "1 input" if len(paths) == 1 else f"{len(paths)} inputs"
    told = f"{inputs} with {len(rules.rules) + len(rules.correlations):,} rules; Ctrl-C ends it"
    print(f"csq: following {told}. Times are UTC.", file=sys.stderr)
    reading = follow(request, app.tools, rules, options, teller.tell, stop)
    report = report_of(request, app.tools, rules, options, reading, meter)
    _last(report, format)
    return 1 if report.severity.label in ("high", "critical") else 0


def _last(report: Report, format: str) -> None:
    if format == "terminal":
        show(report, format, console_options("brief"))
        return
    from cybersecqwen.render.ndjson import ndjson_line

    # What was found has been told; the summary closes the stream.
    counts = {"events": report.counts["events"], "verdict": report.verdict.value, **report.counts}
    sys.stdout.write(ndjson_line("summary", counts))
    sys.stdout.flush()


class _Objects:
    """NDJSON."""

    def tell(self, kind: str, found: Mapping[str, Any]) -> None:
        from cybersecqwen.render.ndjson import ndjson_line

        sys.stdout.write(ndjson_line(kind, found))
        sys.stdout.flush()


class _Lines:
    """A line for a person."""

    def __init__(self) -> None:
        self._told: Counter[str] = Counter()

    def tell(self, kind: str, found: Mapping[str, Any]) -> None:
        from cybersecqwen.render.defang import Defanger
        from cybersecqwen.render.wording import clock, day

        show, time, rule = Defanger().show, found.get("time"), str(found.get("rule", ""))
        self._told[rule] += 1
        if rule and self._told[rule] > _MOST_OF_ONE:
            if self._told[rule] == _MOST_OF_ONE + 1:
                print(show(f"  … {found['title']}: further hits are counted"), flush=True)
            return
        where = " ".join(str(found[key]) for key in ("host", "user") if found.get(key))
        values = [str(one["value"]) for one in found.get("evidence", ())] or [
            f"{name}={value}" for name, value in dict(found.get("group", {})).items()
        ]
        parts = [
            f"{day(time)} {clock(time)[:8]}".strip(),
            f"{found.get('level', kind)!s:<13} {found.get('title') or found.get('message')}",
            where,
            values[0][:120] if values else "",
        ]
        print(show("  ".join(part for part in parts if part)), flush=True)
