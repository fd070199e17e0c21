"""What a run cost, and what the same lines would have cost a service that asks for tokens."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

_ENERGY = "/sys/class/powercap"
BYTES_PER_TOKEN = 3.0
"""Bytes of a log line to a token, kept high so that the price is not made to look worse than it is: the
tokeniser of SmolLM2 takes 1.5 to 1.7 bytes a token (docs/logs.md, "What it costs")."""


class Meter:
    """Seconds and, where the machine tells, joules between two moments."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._before = _energies()

    def seconds(self) -> float:
        """Seconds since the meter was made."""
        return time.perf_counter() - self._begun

    def joules(self) -> float | None:
        """Joules of the processor packages since then; None where the machine does not tell.

        Linux's powercap counters (RAPL) count everything on the machine, and start afresh now and then.
        """
        now = _energies()
        if not self._before or now.keys() != self._before.keys():
            return None
        total = 0.0
        for name, (energy, most) in now.items():
            spent = energy - self._before[name][0]
            total += spent if spent >= 0 else spent + most
        return round(total / 1e6, 1)


def _energies() -> Mapping[str, tuple[int, int]]:
    found = {}
    for folder in sorted(Path(_ENERGY).glob("intel-rapl:?")):
        try:
            energy = int((folder / "energy_uj").read_text())
            most = int((folder / "max_energy_range_uj").read_text())
        except (OSError, ValueError):
            continue
        found[folder.name] = (energy, most)
    return found


def priced(size: int, price_per_million: float | None) -> float | None:
    """What `size` bytes of lines would cost at a price for a million tokens; None without a price."""
    if price_per_million is None:
        return None
    return round(size / BYTES_PER_TOKEN / 1e6 * price_per_million, 4)
