"""Runs every kind of anomaly over the batches of an input, and ranks what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from . import DETECTORS
from .batch import Batch
from .clock import Clock
from .detector import Detector, Known
from .observed import Anomaly, Observed, Templates
from .table import Table, invalid, same
from .thresholds import Thresholds
from .tokens import renumbered, token_text

if TYPE_CHECKING:
    from .baseline import Baseline

_VERSION = 1
_KINDS = 20_000


class Watcher:
    """Counts what comes in, in bounded memory, and says at the end (or at any time) what is unusual.

    Watchers of later parts of the same input merge into the one of the first part; each part may have been
    counted in a process of its own.
    """

    def __init__(
        self,
        *,
        templates: Templates | None = None,
        baseline: Baseline | None = None,
        thresholds: Thresholds | None = None,
        only: Iterable[str] = (),
    ) -> None:
        """Watch for every kind of anomaly, or for those that `only` names.

        `templates` is the miner whose ids the batches carry. UnknownNameError for a kind that is not there.
        """
        self.thresholds = thresholds or Thresholds()
        self.baseline = baseline
        self.clock = Clock()
        self.left_out: dict[str, int] = {}
        """Anomalies of each kind beyond the cap, after `findings`."""
        self._templates = templates
        self._fields: dict[str, tuple[str, ...]] = {}
        names = tuple(only) or DETECTORS.names()
        self._detectors = {name: DETECTORS.get(name)(self.thresholds, templates) for name in names}
        for detector in self._detectors.values():
            if detector.shares in self._detectors:
                detector.share(self._detectors[detector.shares])
        self._counting = [detector for detector in self._detectors.values() if detector.owns]

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the fields that `Observed.columns` should hold where a kind of record has them."""
        names = (name for detector in self._detectors.values() for name in detector.columns)
        return tuple(dict.fromkeys(names))

    def fields_of(self, kind: str, column: Callable[[str], Sequence[Any]]) -> tuple[str, ...]:
        """Those of `wanted` that a kind of record has, found out once for each kind.

        `column` gives the values of a field for a sample of the kind's records, a few dozen. Fields that none
        of them has are not looked at in the rest: a hundred empty columns would cost more than all else.
        """
        found = self._fields.get(kind)
        if found is None:
            if len(self._fields) >= _KINDS:
                self._fields.clear()
            present = (name for name in self.wanted if any(v not in (None, "") for v in column(name)))
            found = self._fields[kind] = tuple(present)
        return found

    def observe(self, observed: Observed) -> None:
        """Count a batch; nothing that stands in it raises."""
        batch = Batch(observed, self.clock.records)
        if not batch.size:
            return
        for detector in self._counting:
            detector.observe(batch)
        self.clock.add(batch.size, batch.timed, batch.earliest, batch.latest)

    def settle(self) -> None:
        """Count what waits for the next batch; done before anything is decided, saved or merged."""
        for detector in self._counting:
            detector.settle()

    def findings(self) -> list[Anomaly]:
        """What is unusual: most severe first, then the rarest; capped for each kind (see `left_out`)."""
        out: list[Anomaly] = []
        self.left_out = {}
        for name, detector in self._detectors.items():
            detector.settle()
            found = detector.findings(self.clock, self._known(detector))
            found.sort(key=_rank)
            out += found[: self.thresholds.shown]
            if len(found) > self.thresholds.shown:
                self.left_out[name] = len(found) - self.thresholds.shown
        return sorted(out, key=_rank)

    def _known(self, detector: Detector) -> Known | None:
        if self.baseline is None:
            return None
        name = detector.reads or detector.name
        return Known(self.baseline.tables.get(name, {}), self.baseline.clock)

    def learned(self) -> Baseline:
        """A baseline of what has been counted."""
        from .baseline import Baseline

        tables: dict[str, dict[str, Table]] = {}
        renamed = partial(token_text, self._templates)
        for name, detector in self._detectors.items():
            detector.settle()
            kept = {
                part: detector.tables[part].for_baseline(renamed if part in detector.token_tables else same)
                for part in detector.learns
            }
            if kept:
                tables[name] = kept
        clock = Clock()
        clock.merge(self.clock)
        return Baseline(clock=clock, tables=tables)

    def state(self) -> dict[str, Any]:
        """All counts as JSON types, to go on later or in another process.

        Template ids stand in it: the miner's own state belongs to it.
        """
        self.settle()
        states = {detector.name: detector.state() for detector in self._counting}
        return {"version": _VERSION, "clock": self.clock.to_json(), "detectors": states}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave; raises InputError for anything else."""
        if not isinstance(state, Mapping) or state.get("version") != _VERSION:
            raise invalid("its version is another one")
        states = state.get("detectors")
        if not isinstance(states, Mapping):
            raise invalid("it has no counts")
        clock = Clock.from_json(state.get("clock"))
        for detector in self._counting:
            if isinstance(states.get(detector.name), Mapping):
                detector.restore(states[detector.name])
        self.clock = clock

    def merge(self, other: Watcher, template_ids: Mapping[int, int] | None = None) -> None:
        """Add the counts of a later part of the input.

        `template_ids` says which id of this watcher's miner each id of the other's miner has; without it
        both have one miner.
        """
        renamed = partial(renumbered, template_ids) if template_ids is not None else same
        for detector in self._counting:
            theirs = other._detectors.get(detector.name)
            if theirs is not None:
                detector.settle()
                theirs.settle()
                detector.merge(theirs, self.clock.records, renamed)
        self.clock.merge(other.clock)


def _rank(anomaly: Anomaly) -> tuple[int, float, float, str]:
    return -anomaly.severity, -anomaly.score, anomaly.first or 0.0, anomaly.sentence
