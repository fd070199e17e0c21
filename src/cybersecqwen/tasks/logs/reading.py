"""Scanning all inputs: in parts where that is faster, from where a stopped run was, until stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cybersecqwen.detect.scan.parts import scan_in_parts, worth_it
from cybersecqwen.detect.scan.scan import Scan
from cybersecqwen.detect.scan.scanner import Scanner
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.errors import InputError, OutputError, UsageError
from cybersecqwen.inputs import Blob, Reader
from cybersecqwen.inputs.events import nothing, records
from cybersecqwen.inputs.interface import RawRecord
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage
from cybersecqwen.tasks.interface import Request, Tools

from .checkpoint import Checkpoint, Position
from .interruption import Undisturbed
from .options import LogOptions

if TYPE_CHECKING:
    from cybersecqwen.detect.anomalies.baseline import Baseline

_SAVED_EVERY_S = 20.0
_HINT = "Start again without --resume."


@dataclass(slots=True)
class Reading:
    """What was scanned, and whether that is all of it."""

    scan: Scan
    stopped: bool = False
    """The user stopped it; the rest was not read."""
    resumed_from: int = 0
    """Records that an earlier run had read."""
    kept: bool = False
    """It was stopped and can be gone on with."""
    unkept: str = ""
    """Why it cannot, where keeping it failed."""


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
        reading.kept = run.save()
    else:
        checkpoint.drop()
    reading.unkept = run.unkept
    if not reading.scan.records and not reading.stopped:
        raise nothing(next(iter(reading.scan.damage.kept), None), request.paths)
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
        self._undisturbed = Undisturbed()
        self.unkept = ""
        """Why the run could not be kept."""

    def all(self, request: Request) -> None:
        """Every input behind the position."""
        passed = Position()
        wanted = self._position
        for at, item in enumerate(open_inputs(request.paths, self._tools.limits, stdin=request.stdin)):
            place = item.source if isinstance(item, Damage) else item[0]
            before, names = passed, passed.named(place.path, place.member)
            passed = Position(names=names)
            if at < wanted.inputs:
                continue
            if at == wanted.inputs:
                _check(wanted, passed if wanted.begun else before)
            if isinstance(item, Damage):
                with self._undisturbed:
                    self._scan.damage.add(item)
                    self._position = Position(inputs=at + 1, first=self._position.first, names=names)
                continue
            blob, reader = item
            if 0 <= blob.size < self._position.bytes:
                raise InputError(f"{blob.name} is shorter than it was when the run was stopped.", hint=_HINT)
            if not self._position.begun:
                with self._undisturbed:
                    self._scan.files.add((reader.name,))
                    self._position = replace(self._position, begun=1, names=names)
            # A file that was begun in one is gone on with in one: a part begins where a line does.
            in_parts = self._position.offset > 0 or not self._position.number
            if in_parts and worth_it(blob, reader, self._tools.workers):
                self._in_parts(blob, reader)
            else:
                self._in_one(blob, reader)
        if self._position is wanted:  # nothing was left to read, or less is there than was read
            _check(wanted, passed)

    def save(self) -> bool:
        """Keep what there is; says whether it is kept. Where that fails, the run goes on all the same."""
        kept = False
        if not self.unkept:
            try:
                kept = self._checkpoint.save(self._position, self._scan)
            except OutputError as error:
                self.unkept = error.message
        self._saved = time.monotonic()
        return kept

    def _in_parts(self, blob: Blob, reader: Reader) -> None:
        begun = self._position
        try:
            for part in scan_in_parts(
                blob,
                reader,
                self._rules,
                self._tools.limits,
                self._tools.workers,
                watch=self._options.anomalies,
                first=begun.first,
                start=begun.offset,
                lines=begun.number,
            ):
                with self._undisturbed:
                    self._scan.merge(part.scan)
                    self._reached(blob, part.lines, part.end, part.end)
        except InputError as error:  # it vanished, or failed, while parts of it were read
            with self._undisturbed:
                self._scan.damage.add(blob.damage(error.message, format=reader.name))
        self._ended(blob)

    def _in_one(self, blob: Blob, reader: Reader) -> None:
        begun = self._position

        def done(number: int, offset: int, damages: int) -> None:
            damages += begun.damages
            self._reached(blob, max(number, begun.number), 0, max(offset, self._position.bytes), damages)

        self._tools.progress(f"Reading {blob.name}", 0, 0)
        found: Iterable[RawRecord | Damage] = records(blob, reader, self._tools.limits)
        if begun.number or begun.damages:
            found = _behind(found, begun.number, begun.damages)
        self._scanner.scan(
            blob, reader.name, found, self._scan, first=begun.first, done=done, lock=self._undisturbed
        )
        self._ended(blob)

    def _reached(self, blob: Blob, number: int, offset: int, size: int, damages: int = 0) -> None:
        """Go on to a place in the input that is read; all before it is in the scan."""
        self._scan.bytes += size - self._position.bytes
        self._position = replace(self._position, number=number, damages=damages, offset=offset, bytes=size)
        self._tell(blob, size)

    def _ended(self, blob: Blob) -> None:
        with self._undisturbed:
            at = self._position
            self._scan.bytes += max(blob.size, at.bytes) - at.bytes
            self._position = Position(inputs=at.inputs + 1, first=at.first + at.number, names=at.names)

    def _tell(self, blob: Blob, at: int) -> None:
        now = time.monotonic()
        rate = (self._scan.records - self._before) / max(now - self._begun, 1e-3)
        self._tools.progress(f"Reading {blob.name}, {rate:,.0f} records/s", at, max(blob.size, at))
        if now - self._saved > _SAVED_EVERY_S:
            self.save()


def _check(wanted: Position, found: Position) -> None:
    """InputError where the inputs before a position are not those of the stopped run."""
    if wanted.names != found.names:
        raise InputError("The files are not those of the stopped run: some came, or went.", hint=_HINT)


def _behind(found: Iterable[RawRecord | Damage], number: int, damages: int) -> Iterator[RawRecord | Damage]:
    """What an earlier run has not looked at: it saw so many damages, and records up to `number`."""
    for record in found:
        if isinstance(record, Damage):
            if damages <= 0:
                yield record
            damages -= 1
        elif record[0] > number:
            yield record
