"""What every kind of anomaly implements: counting, deciding, and passing on what it has counted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .batch import Batch
from .clock import Clock
from .observed import Anomaly, Templates
from .table import Renamed, Table, same
from .thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Known:
    """What a detector is given of a baseline."""

    tables: Mapping[str, Table]
    """Tables that the detector learned, by name; empty where the baseline has none of it."""
    clock: Clock
    """From when to when it was learned."""


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
    token_tables: ClassVar[tuple[str, ...]] = ()
    """Names of the tables in which "#7" is template 7 of this run's miner (`tokens`)."""
    reads: ClassVar[str] = ""
    """Name of the detector whose part of a baseline it looks at; "" for its own."""

    shares: ClassVar[str] = ""
    """Name of the detector that counts the same; where it runs too, its tables are used and none are kept."""

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        self.thresholds = thresholds
        self.templates = templates
        self.tables: dict[str, Table] = {}
        self.owns = True
        """False where the tables are another detector's, which counts, saves and merges them."""

    def share(self, other: Detector) -> None:
        """Use the tables of the detector that `shares` names, which has the same under the same names."""
        self.tables = other.tables
        self.owns = False

    @abstractmethod
    def observe(self, batch: Batch) -> None:
        """Count a batch; decide nothing; raise for nothing that stands in it."""

    @abstractmethod
    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """What is unusual in the input of which `clock` tells the extent; not yet ranked and capped."""

    def settle(self) -> None:
        """Count what still waits for the next batch; called before anything is decided, saved or merged."""
        return

    def state(self) -> dict[str, Any]:
        """All that it has counted, as JSON types."""
        return {name: table.to_json() for name, table in self.tables.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave; raises InputError for what it cannot have given."""
        for name, table in self.tables.items():
            table.restore(state.get(name))

    def merge(self, other: Detector, shift: int, renamed: Renamed) -> None:
        """Add the counts of a later part of the input; `shift` records came before it."""
        for name, table in self.tables.items():
            table.merge(other.tables[name], shift, renamed if name in self.token_tables else same)
