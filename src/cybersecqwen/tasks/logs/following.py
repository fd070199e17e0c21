"""Following growing files: a thread for each, one scan for all, and what is found is told at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from cybersecqwen.detect.anomalies.observed import Anomaly
from cybersecqwen.detect.scan.scanner import Gathered, Scanner
from cybersecqwen.detect.sigma.correlation import Burst
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Rule, Ruleset
from cybersecqwen.errors import CsqError
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.follow import open_followed
from cybersecqwen.records import Event, Evidence
from cybersecqwen.tasks.interface import Request, Tools

from .options import LogOptions
from .reading import Reading, baseline_of

_EVERY_S = 5.0
"""Between two looks at correlations and anomalies at least: both look at everything so far …"""
_SHARE = 0.1
"""… and at most this share of the time is spent on them."""

Tell = Callable[[str, Mapping[str, Any]], None]
"""Told of each thing found: its kind ("detection", "correlation", "anomaly", "problem") and what it is."""


def follow(
    request: Request, tools: Tools, rules: Ruleset, options: LogOptions, tell: Tell, stop: threading.Event
) -> Reading:
    """Read what is there and what comes, until `stop` is set or every input has ended.

    An input that cannot be followed, or not any further, is told as a problem, and the others go on. Raises
    InputError where none can be followed or the baseline cannot be read.
    """
    run = _Following(request, tools, rules, options, tell, stop)
    run.all()
    return Reading(run.scan, stopped=False)


class _Following:
    def __init__(
        self,
        request: Request,
        tools: Tools,
        rules: Ruleset,
        options: LogOptions,
        tell: Tell,
        stop: threading.Event,
    ) -> None:
        self._request, self._tools, self._tell, self._stop = request, tools, tell, stop
        self._scanner = Scanner(Engine(rules), tools.limits, watch=options.anomalies)
        self._scanner.on_hit = self._hit
        self.scan = self._scanner.empty()
        if self.scan.watcher is not None:
            self.scan.watcher.baseline = baseline_of(options)
        self._lock = threading.Lock()
        self._look_at = time.monotonic() + _EVERY_S
        self._told: set[tuple[Any, ...]] = set()
        self._errors: list[CsqError] = []
        self._first = 1

    def all(self) -> None:
        """Every input in a thread, until they end."""
        threads = [threading.Thread(target=self._one, args=(path,)) for path in self._request.paths]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(5.0)
        if len(self._errors) == len(threads):
            raise self._errors[0]
        with self._lock:
            self._look()

    def _one(self, path: str) -> None:
        gathered: Gathered | None = None

        def idle() -> None:
            if gathered is not None:
                with self._lock:
                    gathered.flush()
                    self._look_if_due()

        try:
            blob, reader = open_followed(
                path, self._tools.limits, stop=self._stop, on_idle=idle, stdin=self._request.stdin
            )
        except CsqError as error:
            with self._lock:
                self._errors.append(error)
                if len(self._errors) < len(self._request.paths):
                    self._tell("problem", {"source": path, "message": error.message})
            return
        with self._lock:
            self.scan.files.add((reader.name,))
            # Numbers of records leave room for what other files still bring.
            # Also where lines come without a pause, what they mean together is looked at now and then.
            done = self._look_if_due
            gathered = Gathered(
                self._scanner, blob, reader.name, self.scan, self._first, 0, 0, lambda *_: done()
            )
            gathered.lock = self._lock
            self._first += 1 << 40
        try:
            gathered.take(records(blob, reader, self._tools.limits))
        except CsqError as error:
            self._tell("problem", {"source": path, "message": error.message})

    def _hit(self, rule: Rule, event: Event, evidence: tuple[Evidence, ...]) -> None:
        self._tell(
            "detection",
            {
                "time": event.time,
                "level": rule.about.level.label,
                "title": rule.about.title,
                "rule": rule.about.id,
                "techniques": list(rule.about.techniques),
                "host": event.host,
                "user": event.user,
                "source": str(event.source),
                "evidence": [{"field": one.field, "value": one.value} for one in evidence],
            },
        )

    def _look_if_due(self) -> None:
        begun = time.monotonic()
        if begun >= self._look_at:
            self._look()
            now = time.monotonic()
            self._look_at = now + max(_EVERY_S, (now - begun) / _SHARE)

    def _look(self) -> None:
        """Correlations and anomalies that have not been told yet."""
        key: tuple[Any, ...]
        for burst in self.scan.collector.bursts():
            key = ("correlation", burst.correlation.about.id, burst.group, burst.first)
            if key not in self._told:
                self._told.add(key)
                self._tell("correlation", _burst(burst))
        if self.scan.watcher is not None:
            for anomaly in self.scan.watcher.findings():
                # Numbers in a sentence go on changing; where and when it began does not.
                key = ("anomaly", anomaly.kind, anomaly.template, anomaly.hosts, anomaly.users, anomaly.first)
                if key not in self._told:
                    self._told.add(key)
                    self._tell("anomaly", _anomaly(anomaly))


def _burst(burst: Burst) -> dict[str, Any]:
    about = burst.correlation.about
    return {
        "time": burst.first,
        "level": about.level.label,
        "title": about.title,
        "rule": about.id,
        "techniques": list(about.techniques),
        "group": dict(zip(burst.correlation.group_by, burst.group, strict=True)),
        "count": burst.count,
        "last": burst.last,
    }


def _anomaly(anomaly: Anomaly) -> dict[str, Any]:
    return {
        "time": anomaly.first,
        "level": anomaly.severity.label,
        "title": anomaly.sentence,
        "kind_of_anomaly": anomaly.kind,
        "count": anomaly.count,
        "lines": [{"source": str(source), "text": text} for source, text in anomaly.lines],
    }
