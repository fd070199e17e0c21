"""What every kind of anomaly implements: counting, deciding, and passing on what it has counted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from .batch import Batch
from .clock import Clock
from .observed import Anomaly, Templates
from .table import Renamed, Table
from .thresholds import Thresholds


class Detector(ABC):
    """One kind of anomaly, in one file; `DETECTORS` has one line for it.

    It counts into `tables`, which are bounded, merge and have a JSON form, so that a detector has only to
    say how it counts and how it decides.
    """

    name: ClassVar[str]
    """Name in the registry, and `Anomaly.kind`."""
    columns: ClassVar[tuple[str, ...]] = ()
    """Fields by their Sigma names that it looks at."""
    learns: ClassVar[tuple[str, ...]] = ()
    """Names of the tables that a baseline keeps."""
    has_tokens: ClassVar[bool] = False
    """Whether "#7" in its tables is template 7 of this run's miner (`tokens`)."""

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        self.thresholds = thresholds
        self.templates = templates
        self.tables: dict[str, Table] = {}

    @abstractmethod
    def observe(self, batch: Batch) -> None:
        """Count a batch; decide nothing; raise for nothing that stands in it."""

    @abstractmethod
    def findings(self, clock: Clock, known: Mapping[str, Table], known_clock: Clock | None) -> list[Anomaly]:
        """What is unusual, not yet ranked and capped.

        `known` holds the tables of the baseline and `known_clock` from when to when it was learned; without
        a baseline they are empty and None.
        """

    def settle(self) -> None:
        """Count what still waits for the next batch; called before anything is decided, saved or merged."""
        return

    def state(self) -> dict[str, Any]:
        """All that it has counted, as JSON types."""
        return {name: table.to_json() for name, table in self.tables.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave; raises InputError for what it cannot have given."""
        for name, table in self.tables.items():
            self.tables[name] = type(table).from_json(state.get(name))

    def merge(self, other: Detector, shift: int, renamed: Renamed) -> None:
        """Add the counts of a later part of the input; `shift` records came before it."""
        for name, table in self.tables.items():
            table.merge(other.tables[name], shift, renamed)
