"""What is ordinary, learned from an input: a JSON file that is inspected, updated and compared."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError, OutputError

from .clock import Clock
from .comparison import Comparison, Section, compared, section
from .comparison_lines import comparison_lines, summary_lines
from .grouped import Grouped
from .series import Series
from .spread import Spread
from .stays import Stays
from .table import Table, invalid, same, text
from .windows import Windows

FORMAT = "csq-baseline"
VERSION = 1
FILE_BYTES = 512 << 20
"""Largest file that is read."""
TABLES: tuple[type[Table], ...] = (Grouped, Series, Spread, Windows, Stays)
_TOP = 20


@dataclass(slots=True)
class Baseline:
    """Counts by kind of anomaly, and from when to when they were made.

    It knows what has been seen, not whether that was good: learn it from a time without an incident.
    """

    clock: Clock = field(default_factory=Clock)
    tables: dict[str, dict[str, Table]] = field(default_factory=dict)
    """Name of the detector to its tables."""
    miner: Mapping[str, Any] | None = None
    """State of the template miner, so that the same lines get the same templates; opaque here."""
    name: str = ""
    """What it is of, for people."""
    learned: int = 1
    """How often it was learned: once, and once more for each update."""

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a file; raises InputError where it cannot be read or is no sound baseline."""
        file = Path(path)
        try:
            if file.stat().st_size > FILE_BYTES:
                raise InputError(f"{file} is larger than a baseline can be ({FILE_BYTES:,} bytes).")
            data = json.loads(file.read_bytes())
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error
        except (ValueError, RecursionError) as error:
            raise InputError(f"{file} is no baseline: it is not JSON.") from error
        try:
            return cls.from_json(data)
        except InputError as error:
            raise InputError(f"{file}: {error.message}", hint=error.hint) from error

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file, whole or not at all; raises OutputError where it cannot be written."""
        file = Path(path)
        try:
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
        except OSError as error:
            raise OutputError(f"{file} cannot be written: {error.strerror or error}.") from error
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(self.to_json(), stream, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(file)
        except (OSError, ValueError) as error:
            temporary.unlink(missing_ok=True)
            raise OutputError(f"{file} cannot be written: {error}.") from error
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def merge(self, other: Baseline) -> None:
        """Add what another one has learned; the same input learned twice counts twice.

        The state of the miner stays that of this one: set `miner` to that of the merged miner.
        """
        for name, tables in other.tables.items():
            own = self.tables.setdefault(name, {})
            for part, table in tables.items():
                if part in own and type(own[part]) is type(table):
                    own[part].merge(table, self.clock.records)
                else:
                    own[part] = table.for_baseline(same)
        self.clock.merge(other.clock)
        self.learned += other.learned

    def summary(self, top: int = 5) -> str:
        """What is in it, for a person, in lines."""
        return "\n".join(summary_lines(self.name, self.clock, self.learned, self.sections(top)))

    def compare(self, other: Baseline, top: int = _TOP) -> list[str]:
        """What is new, gone, more and less frequent in another one, for a person, in lines."""
        return comparison_lines(self.clock, other.clock, self.comparisons(other, top))

    def sections(self, top: int = _TOP) -> dict[str, Section]:
        """What is in it: for each subject its number of entries and the `top` most frequent."""
        return {name: section(amounts, top) for name, amounts in self._amounts().items()}

    def comparisons(self, other: Baseline, top: int = _TOP) -> dict[str, Comparison]:
        """What is new, gone, more and less frequent in another one, seen from this one."""
        mine, theirs = self._amounts(), other._amounts()
        return {
            name: compared(mine.get(name, {}), theirs.get(name, {}), self.clock.days, other.clock.days, top)
            for name in dict.fromkeys((*mine, *theirs))
        }

    def _amounts(self) -> dict[str, dict[str, float]]:
        """Subject to its entries and their counts."""
        out: dict[str, dict[str, float]] = {}
        kinds = self.tables.get("new-template", {}).get("kinds")
        if isinstance(kinds, Grouped):
            out["kinds"], out["hosts"] = {}, {}
            for (host,), members in kinds.groups.items():
                out["hosts"][host] = members.count
                for kind, seen in members.keys.items():
                    out["kinds"][kind] = out["kinds"].get(kind, 0.0) + seen.count
        series = self.tables.get("rate-change", {}).get("series")
        if isinstance(series, Series):
            out["hours of the day (UTC)"] = series.by_hour_of_day()
        for detector, tables in self.tables.items():
            for name, table in tables.items():
                if (detector, name) not in (("new-template", "kinds"), ("rate-change", "series")):
                    out[_SUBJECTS.get((detector, name), f"{detector} {name}")] = table.amounts()
        return out

    def to_json(self) -> dict[str, Any]:
        """JSON types."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "clock": self.clock.to_json(),
            "name": self.name,
            "learned": self.learned,
            "tables": {
                detector: {name: table.to_json() for name, table in tables.items()}
                for detector, tables in self.tables.items()
            },
            "miner": self.miner,
        }

    @classmethod
    def from_json(cls, data: Any) -> Baseline:
        """What `to_json` wrote; raises InputError for anything else."""
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise invalid("it is no baseline")
        if data.get("version") != VERSION:
            raise invalid(f"it has version {data.get('version')!r}, and {VERSION} is read")
        tables, miner, learned = data.get("tables"), data.get("miner"), data.get("learned")
        if not isinstance(tables, dict) or not (miner is None or isinstance(miner, dict)):
            raise invalid("it has no tables")
        if isinstance(learned, bool) or not isinstance(learned, int):
            raise invalid("it does not say what it was learned from")
        name = text(data.get("name"), "its name")
        out = cls(Clock.from_json(data.get("clock")), {}, miner, name, learned)
        for detector, parts in tables.items():
            if not isinstance(parts, dict):
                raise invalid("a kind of anomaly has no tables")
            out.tables[detector] = {name: _table(part) for name, part in parts.items()}
        return out


_SUBJECTS = {
    ("new-template", "templates"): "templates",
    ("new-pair", "pairs"): "pairs",
    ("unusual-value", "values"): "values",
    ("unusual-value", "numbers"): "numbers",
    ("broken-sequence", "steps"): "sequences",
    ("brute-force", "windows"): "failed sign-ins",
    ("impossible-travel", "stays"): "places of sign-ins",
}


def _table(data: Any) -> Table:
    type = data.get("type") if isinstance(data, dict) else None
    for table in TABLES:
        if table.type == type:
            out = table()
            out.restore(data)
            return out
    raise invalid("it has a table of an unknown type")
