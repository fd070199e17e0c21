"""Scanning: records are gathered by kind, and each batch goes through rules, templates and anomalies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from cybersecqwen.detect.anomalies.observed import Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines.miner import TemplateMiner
from cybersecqwen.detect.rows import Kind, RowReader, Rows
from cybersecqwen.detect.rows import rows as batch_of
from cybersecqwen.detect.sigma.correlation import Collector, Seen, fields_for
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Correlation, Rule
from cybersecqwen.detect.sigma.plain import reasons
from cybersecqwen.detect.sigma.values import texts_of, whole_text
from cybersecqwen.inputs import SHAPES, Blob
from cybersecqwen.inputs.events import GOES_ON_UP, failure
from cybersecqwen.inputs.interface import RawRecord
from cybersecqwen.records import Category, Damage, Event, Evidence, Limits, Source

from .detection import SAMPLES
from .scan import Scan

BATCH_RECORDS = 8_192
"""Records gathered before they are looked at …"""
BATCH_BYTES = 24 << 20
"""… or bytes, whichever comes first."""
_EVIDENCE = 12
_SAMPLE = 64  # records that tell which fields a kind has
_MOST_GUIDED = 2_000
"""Kinds whose fields anomalies look at. No network has more; a file made to do harm has a new one in every
record, and asking each for a hundred fields takes a millisecond."""
_VALUE = 500  # characters of an evidence value (records.Evidence)

OnHit = Callable[[Rule, Event, tuple[Evidence, ...]], None]
"""Told of every record on which a rule fires, as it happens: for following a growing file."""

Done = Callable[[int, int, int], None]
"""Told after each batch the number and the offset of the last record that is through with everything before
it (0 and -1 before the first one), and how many damages are."""


class Scanner:
    """Scans records with one set of rules; one for each process."""

    def __init__(self, engine: Engine, limits: Limits, *, watch: bool = True) -> None:
        self._counted = replace(engine.ruleset, rules=(), unsupported=())
        """What collectors need of the rules: it travels with every part that another process scanned."""
        self.engine = engine
        self.limits = limits
        self.watch = watch
        """Whether to look for anomalies and templates as well."""
        self.on_hit: OnHit | None = None
        self._guide = Watcher() if watch else None
        """Says which fields a kind of record has that anomalies look at; counts nothing."""
        self._guided: set[Kind] = set()
        self._counted_by: dict[int, list[tuple[Correlation, str]]] = {}

    def empty(self) -> Scan:
        """A scan of nothing, to be filled."""
        miner = TemplateMiner() if self.watch else None
        watcher = Watcher(templates=miner) if self.watch else None
        return Scan(collector=Collector(self._counted), watcher=watcher, miner=miner)

    def scan(
        self,
        blob: Blob,
        format: str,
        records: Iterable[RawRecord | Damage],
        out: Scan,
        *,
        first: int = 1,
        lines: int = 0,
        begin: int = 0,
        done: Done | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> Gathered:
        """Scan the records of one input into `out`.

        `first` is the number in the whole run of the record with number 1. Where `records` are a stretch
        of a file and count afresh, `lines` and `begin` are the lines and bytes before it. `lock` is held
        while a batch is looked at and `done` told. Gives what gathers the records, so that a caller who
        waits for more can have what is there looked at (`flush`).
        """
        gathered = Gathered(self, blob, format, out, first, lines, begin, done)
        if lock is not None:
            gathered.lock = lock
        gathered.take(records)
        return gathered

    def look(self, batch: Batch, out: Scan) -> None:
        """One batch of one kind through everything.

        Whatever may fail on a value is done before anything is counted. Where it does, the halves of the
        batch are looked at by themselves, until the record is found that it fails on: that one is damaged.
        """
        try:
            batched = batch_of(batch.kind, batch.raws)
            form = batched.form
            times, hosts, users = form.times(batched), form.hosts(batched), form.users(batched)
            found = self.engine.run(batched)
            watched = out.watcher is not None
            texts = form.messages(batched) if watched else None
            columns = self._columns(batched) if watched else {}
        except GOES_ON_UP:
            raise
        except Exception as error:
            if len(batch.raws) > 1:
                for half in batch.halves():
                    self.look(half, out)
                return
            out.records -= 1
            out.damage.add(batch.failure(0, error))
            return
        self._count(batch, out, times, hosts, users)
        plan = self.engine.plan(batch.kind)
        if plan is not None:
            out.applicable |= plan.ids
        try:
            if found:
                self._keep(batch, batched, found, times, hosts, users, out)
            if out.watcher is not None:
                self._watch(batch, times, hosts, users, texts, columns, out)
        except GOES_ON_UP:
            raise
        except Exception as error:  # the records are counted, and what was found in them so far is kept
            out.damage.add(batch.failure(0, error))

    def _count(
        self,
        batch: Batch,
        out: Scan,
        times: Sequence[float | None],
        hosts: Sequence[str],
        users: Sequence[str],
    ) -> None:
        out.kinds.count(batch.kind.label, len(batch.raws))
        out.hosts.add(hosts)
        out.users.add(users)
        known = [time for time in times if time is not None]
        if known:
            low, high = min(known), max(known)
            out.first = low if out.first is None else min(out.first, low)
            out.last = high if out.last is None else max(out.last, high)
            out.minutes.add([int(time // 60) for time in known])

    def _keep(
        self,
        batch: Batch,
        rows: Rows,
        found: list[tuple[int, list[int]]],
        times: Sequence[float | None],
        hosts: Sequence[str],
        users: Sequence[str],
        out: Scan,
    ) -> None:
        events: dict[int, Event] = {}
        for number, positions in found:
            rule = self.engine.ruleset.rules[number]
            counted_by = self._counted_by.get(number)
            if counted_by is None:
                counted_by = out.collector.wanted(rule.about.id, rule.about.name)
                self._counted_by[number] = counted_by
            for correlation, name in counted_by:
                self._collect(correlation, name, batch, rows, positions, times, out, events)
            if not rule.generate:
                continue
            detection = out.detection(rule.about.id)
            detection.add(
                [times[at] for at in positions],
                [hosts[at] for at in positions],
                [users[at] for at in positions],
                batch.kind.label,
            )
            wanted = positions if self.on_hit is not None else positions[: SAMPLES - len(detection.samples)]
            for at in wanted:
                event = self._event(batch, at, events, out)
                evidence = self._evidence(rule, rows, at, event.id)
                if len(detection.samples) < SAMPLES:
                    detection.samples.append((batch.first + batch.numbers[at] - 1, evidence))
                    out.samples[batch.first + batch.numbers[at] - 1] = event
                if self.on_hit is not None:
                    self.on_hit(rule, event, evidence)

    def _collect(
        self,
        correlation: Correlation,
        name: str,
        batch: Batch,
        rows: Rows,
        positions: list[int],
        times: Sequence[float | None],
        out: Scan,
        events: dict[int, Event],
    ) -> None:
        out.collector.labels[correlation.about.id] = batch.kind.label
        names, counted = fields_for(correlation, name)
        columns = [rows.column(field) for field in names]
        values = rows.column(counted) if counted else None
        kept = out.collector.seen.get(correlation.about.id, ())
        room = 4 * SAMPLES - len(kept)
        for at in positions:
            time = times[at]
            if time is None:
                out.collector.add(correlation, None)
                continue
            group = tuple(_first(column[at]) for column in columns)
            number, ref = batch.first + batch.numbers[at] - 1, ""
            if room > 0:
                # The first of many are kept whole, so that a burst can be shown.
                room -= 1
                out.samples[number] = self._event(batch, at, events, out)
                ref = str(number)
            value = _first(values[at]) if values is not None else ""
            out.collector.add(correlation, Seen(time, name, group, value, ref))

    def _event(self, batch: Batch, at: int, events: dict[int, Event], out: Scan) -> Event:
        event = events.get(at)
        if event is None:
            id, source = f"e{batch.first + batch.numbers[at] - 1}", batch.source(at)
            shape = SHAPES.get(batch.kind.shape)()
            try:
                event = shape.normalise(batch.raws[at], id=id, source=source, limits=self.limits)
            except GOES_ON_UP:
                raise
            except Exception as error:  # the rule fired all the same, and its place is known
                out.damage.add(batch.failure(at, error))
                event = Event(id=id, category=Category.OTHER, fields={}, source=source)
            events[at] = event
        return event

    def _evidence(self, rule: Rule, rows: Rows, at: int, event: str) -> tuple[Evidence, ...]:
        """The fields that made the rule fire, under the names that the rule has for them."""

        def get(name: str) -> Any:
            return whole_text(rows.raws[at]) if not name else rows.column(name)[at]

        found: dict[str, str] = {}
        try:
            for name, text in reasons(rule.expression, get):
                found.setdefault(name, text)
                if len(found) >= _EVIDENCE:
                    break
        except GOES_ON_UP:
            raise
        except Exception:  # the rule fired all the same: it is told without the rest of its reasons
            found.setdefault("", "")
        return tuple(
            Evidence(event=event, field=name or "Message", value=_cut(text)) for name, text in found.items()
        )

    def _watch(
        self,
        batch: Batch,
        times: Sequence[float | None],
        hosts: Sequence[str],
        users: Sequence[str],
        texts: list[str] | None,
        columns: Mapping[str, Sequence[Any]],
        out: Scan,
    ) -> None:
        assert out.watcher is not None and out.miner is not None
        blob = batch.blob
        out.watcher.observe(
            Observed(
                kind=batch.kind.label,
                product=batch.kind.product,
                path=blob.path,
                member=blob.member,
                format=batch.format,
                numbers=batch.numbers,
                offsets=batch.offsets,
                times=times,
                hosts=hosts,
                users=users,
                texts=texts,
                templates=out.miner.add(texts) if texts is not None else None,
                columns=columns,
            )
        )

    def _columns(self, rows: Rows) -> Mapping[str, Sequence[Any]]:
        assert self._guide is not None
        if rows.kind not in self._guided:
            if len(self._guided) >= _MOST_GUIDED:
                return {}
            self._guided.add(rows.kind)
        sample = rows.raws[:_SAMPLE]
        first = rows if len(sample) == len(rows.raws) else batch_of(rows.kind, sample)
        return {name: rows.column(name) for name in self._guide.fields_of(rows.kind.label, first.column)}


class Batch:
    """Records of one kind from one input, in order."""

    __slots__ = ("blob", "first", "format", "kind", "numbers", "offsets", "raws")

    def __init__(self, kind: Kind, blob: Blob, format: str, first: int) -> None:
        self.kind, self.blob, self.format, self.first = kind, blob, format, first
        self.numbers: list[int] = []
        self.offsets: list[int] = []
        self.raws: list[Mapping[str, Any]] = []

    def halves(self) -> Iterator[Batch]:
        """The same records as two batches."""
        middle = len(self.raws) // 2
        for part in (slice(None, middle), slice(middle, None)):
            half = Batch(self.kind, self.blob, self.format, self.first)
            half.numbers, half.offsets = self.numbers[part], self.offsets[part]
            half.raws = self.raws[part]
            yield half

    def failure(self, at: int, error: Exception) -> Damage:
        """The damage for a record on which this program failed."""
        return failure(self.blob, error, record=self.numbers[at], offset=self.offsets[at], format=self.format)

    def source(self, at: int) -> Source:
        """Where a record stands."""
        return Source(
            path=self.blob.path,
            member=self.blob.member,
            record=self.numbers[at],
            offset=self.offsets[at],
            format=self.format,
        )


class Gathered:
    """Records of one input, by kind, until there are enough of them to be looked at together."""

    def __init__(
        self,
        scanner: Scanner,
        blob: Blob,
        format: str,
        out: Scan,
        first: int,
        lines: int,
        begin: int,
        done: Done | None,
    ) -> None:
        self._scanner, self._blob, self._format, self._out = scanner, blob, format, out
        self._first, self._done = first, done
        self._lines, self._begin = lines, begin
        self._reader = RowReader()
        self._batches: dict[Kind, Batch] = {}
        self._damage: list[Damage] = []
        self._damages = 0  # looked at
        self.last = (0, -1)
        """Number and offset of the last record."""
        self.lock: AbstractContextManager[Any] = nullcontext()
        """Held while a batch is looked at: several inputs may be scanned at once, or be interrupted."""

    def take(self, records: Iterable[RawRecord | Damage]) -> None:
        """Take records until there are no more, looking at them batch by batch."""
        kind_of, batches = self._reader.kind_of, self._batches
        waiting, begun, size, number, offset = 0, -1, 0, 0, -1
        lines, begin = self._lines, self._begin
        for record in records:
            waiting += 1
            if isinstance(record, Damage):
                self._damage.append(self._placed(record))
            else:
                number, offset, raw = record
                number += lines
                if offset >= 0:
                    offset += begin
                try:
                    kind = kind_of(raw)
                except GOES_ON_UP:
                    raise
                except Exception as error:
                    self._damage.append(
                        failure(self._blob, error, record=number, offset=offset, format=self._format)
                    )
                    continue
                batch = batches.get(kind)
                if batch is None:
                    batch = batches[kind] = Batch(kind, self._blob, self._format, self._first)
                batch.numbers.append(number)
                batch.offsets.append(offset)
                batch.raws.append(raw)
                if offset >= 0:
                    if begun < 0:
                        begun = offset
                    size = offset - begun
                else:
                    size += _size(raw)
            if waiting >= BATCH_RECORDS or size >= BATCH_BYTES:
                self.last = (number, offset)
                with self.lock:
                    self.flush()
                waiting, begun, size = 0, -1, 0
        self.last = (number, offset)
        with self.lock:
            self.flush()

    def _placed(self, damage: Damage) -> Damage:
        """The damage with its place in the whole file."""
        source = damage.source
        if not source.record or not (self._lines or self._begin):
            return damage
        offset = source.offset + self._begin if source.offset >= 0 else source.offset
        return replace(damage, source=replace(source, record=source.record + self._lines, offset=offset))

    def flush(self) -> None:
        """Look at what is there. It may be called while `take` waits for more, from the same thread."""
        batches, damage = list(self._batches.values()), list(self._damage)
        self._batches.clear()
        self._damage.clear()
        for one in damage:
            self._out.damage.add(one)
        self._damages += len(damage)
        for batch in batches:
            self._out.records += len(batch.raws)
            self._scanner.look(batch, self._out)
        if self._done is not None and (batches or damage):
            self._done(*self.last, self._damages)


def _size(raw: Mapping[str, Any]) -> int:
    """About the bytes of a record whose place in the file is not known."""
    return 200 + sum(len(value) if value.__class__ is str else 64 for value in raw.values())


def _first(value: Any) -> str:
    texts = texts_of(value)
    return texts[0][:_VALUE] if texts else ""


def _cut(text: str) -> str:
    return text if len(text) <= _VALUE else text[:_VALUE]
