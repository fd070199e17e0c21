"""What is ordinary, learned from an input: a JSON file that is inspected, updated and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .clock import Clock
from .table import Table


@dataclass(slots=True)
class Baseline:
    """Counts by kind of anomaly, and from when to when they were made."""

    clock: Clock = field(default_factory=Clock)
    tables: Mapping[str, Mapping[str, Table]] = field(default_factory=dict)
