"""Scanning all inputs: in parts where that is faster, from where a stopped run was, until stopped."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cybersecqwen.detect.scan.parts import scan_in_parts, worth_it
from cybersecqwen.detect.scan.scan import Scan
from cybersecqwen.detect.scan.scanner import Scanner
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.errors import UsageError
from cybersecqwen.inputs import Blob, Reader
from cybersecqwen.inputs.events import nothing, records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage
from cybersecqwen.tasks.interface import Request, Tools

from .checkpoint import Checkpoint, Position
from .options import LogOptions

if TYPE_CHECKING:
    from cybersecqwen.detect.anomalies.baseline import Baseline

_SAVED_EVERY_S = 20.0


@dataclass(slots=True)
class Reading:
    """What was scanned, and whether that is all of it."""

    scan: Scan
    stopped: bool = False
    """The user stopped it; the rest was not read."""
    resumed_from: int = 0
    """Records that an earlier run had read."""


def read(request: Request, tools: Tools, rules: Ruleset, options: LogOptions) -> Reading:
    """Scan what the user named.

    An interruption (KeyboardInterrupt) ends the reading, not the run: what has been scanned is given back,
    and kept for `--resume`. Raises NothingAnalysedError where nothing could be read, and InputError for a
    bad baseline before anything is.
    """
    known = baseline_of(options)
    scanner = Scanner(Engine(rules), tools.limits, watch=options.anomalies)
    reading = Reading(scanner.empty())
    if reading.scan.watcher is not None:
        reading.scan.watcher.baseline = known
    names = [name if name == "-" else os.path.realpath(name) for name in request.paths]
    checkpoint = Checkpoint(options.state, names, rules.version, options.anomalies)
    position = Position()
    if options.resume:
        position = checkpoint.load(reading.scan)
        reading.resumed_from = reading.scan.records
    run = _Run(scanner, rules, reading.scan, tools, options, checkpoint, position)
    try:
        run.all(request)
    except KeyboardInterrupt:
        reading.stopped = True
        run.save()
    else:
        checkpoint.drop()
    if not reading.scan.records and not reading.stopped:
        raise nothing(reading.scan.damage[0] if reading.scan.damage else None, request.paths)
    return reading


def baseline_of(options: LogOptions) -> Baseline | None:
    """What is ordinary, where the user named it; raises InputError where it cannot be read."""
    if options.baseline is None:
        return None
    if not options.anomalies:
        raise UsageError("A baseline says what is unusual; without anomalies it says nothing.")
    from cybersecqwen.detect.anomalies.baseline import Baseline

    return Baseline.load(options.baseline)


class _Run:
    def __init__(
        self,
        scanner: Scanner,
        rules: Ruleset,
        scan: Scan,
        tools: Tools,
        options: LogOptions,
        checkpoint: Checkpoint,
        position: Position,
    ) -> None:
        self._scanner, self._rules, self._scan = scanner, rules, scan
        self._tools, self._options, self._checkpoint = tools, options, checkpoint
        self._position = position
        """Up to where everything is in `scan`."""
        self._begun = time.monotonic()
        self._saved = self._begun
        self._before = scan.records

    def all(self, request: Request) -> None:
        """Every input behind the position."""
        skipped = self._position.inputs
        for at, item in enumerate(open_inputs(request.paths, self._tools.limits, stdin=request.stdin)):
            if at < skipped:
                continue
            if isinstance(item, Damage):
                self._scan.add_damage(item)
            else:
                blob, reader = item
                if not self._position.number:
                    self._scan.files.add((reader.name,))
                self._one(blob, reader)
            self._position = Position(inputs=at + 1, first=self._position.first)

    def save(self) -> None:
        """Keep what there is."""
        self._checkpoint.save(self._position, self._scan)
        self._saved = time.monotonic()

    def _one(self, blob: Blob, reader: Reader) -> None:
        if worth_it(blob, reader, self._tools.workers):
            self._in_parts(blob, reader)
        else:
            self._in_one(blob, reader)

    def _in_parts(self, blob: Blob, reader: Reader) -> None:
        begun = self._position
        lines, at = begun.number, begun.offset
        for part in scan_in_parts(
            blob,
            reader,
            self._rules,
            self._tools.limits,
            self._tools.workers,
            watch=self._options.anomalies,
            first=begun.first,
            start=at,
            lines=lines,
        ):
            self._scan.merge(part.scan)
            self._scan.bytes += part.end - at
            lines, at = part.lines, part.end
            self._position = replace(begun, number=lines, offset=at)
            self._tell(blob, at)
        self._position = replace(begun, first=begun.first + lines, number=0, offset=0)

    def _in_one(self, blob: Blob, reader: Reader) -> None:
        begun, last = self._position, 0

        def done(number: int, offset: int) -> None:
            nonlocal last
            last = number
            self._position = replace(begun, number=number)
            self._tell(blob, max(offset, 0))

        self._tools.progress(f"Reading {blob.name}", 0, 0)
        found = records(blob, reader, self._tools.limits)
        if begun.number:
            found = (r for r in found if isinstance(r, Damage) or r[0] > begun.number)
        gathered = self._scanner.scan(blob, reader.name, found, self._scan, first=begun.first, done=done)
        self._scan.bytes += max(blob.size, 0)
        last = max(last, gathered.last[0])
        self._position = replace(begun, first=begun.first + last, number=0, offset=0)

    def _tell(self, blob: Blob, at: int) -> None:
        now = time.monotonic()
        rate = (self._scan.records - self._before) / max(now - self._begun, 1e-3)
        self._tools.progress(f"Reading {blob.name}, {rate:,.0f} records/s", at, max(blob.size, at))
        if now - self._saved > _SAVED_EVERY_S:
            self.save()
