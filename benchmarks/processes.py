"""What a command costs as a whole: its process with everything that it starts.

From Linux: `wait4` gives the CPU time, /proc the memory of the tree while it runs. (What `wait4` says of
memory begins with what the measuring process held when it forked.)
"""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and of those that it waited for."""
    largest_mb: float
    """The largest resident set that any one process has had (VmHWM), in 10^6 bytes."""
    tree_mb: float
    """The most that all processes had together, seen every 0.25 s; shared pages count in each of them."""
    load: float
    """Load average of the last minute when it began: above the number of cores others were working too."""

    def to_json(self) -> dict[str, float]:
        """Rounded for a file."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def run(
    command: Sequence[str], output: Path, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Cost:
    """Run a command to its end with its output in a file. Raises RuntimeError where it fails."""
    load = os.getloadavg()[0]
    begun = perf_counter()
    with output.open("wb") as out, output.with_suffix(".stderr").open("wb") as err:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
        most, over = Most(), threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, most, over), daemon=True)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - begun
        over.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = output.with_suffix(".stderr").read_text("utf-8", "replace")[-2_000:]
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said}")
    return Cost(
        wall_s=wall,
        cpu_s=usage.ru_utime + usage.ru_stime,
        largest_mb=most.one / 1e6,
        tree_mb=max(most.together, most.one) / 1e6,
        load=load,
    )


@dataclass(slots=True)
class Most:
    """The most memory seen so far, in bytes."""

    one: int = 0
    together: int = 0


def _watch(root: int, most: Most, over: threading.Event) -> None:
    while not over.wait(_EVERY_S):
        sizes = [_memory(pid) for pid in _tree(root)]
        most.one = max(most.one, *(peak for peak, _ in sizes))
        most.together = max(most.together, sum(now for _, now in sizes))


def _tree(root: int) -> list[int]:
    found, left = [root], [root]
    while left:
        for task in Path(f"/proc/{left.pop()}/task").glob("*/children"):
            try:
                children = [int(pid) for pid in task.read_text(encoding="ascii").split()]
            except OSError:  # it has ended meanwhile
                continue
            found += children
            left += children
    return found


def _memory(pid: int) -> tuple[int, int]:
    """(the most, now) of a process; zeros where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0, 0
    found = dict(line.split(":", 1) for line in lines if line.startswith(("VmHWM:", "VmRSS:")))
    return _bytes(found.get("VmHWM", "0 kB")), _bytes(found.get("VmRSS", "0 kB"))


def _bytes(text: str) -> int:
    return int(text.split()[0]) * 1024


def median(costs: Iterable[Mapping[str, Any]], name: str) -> float:
    """The median of one figure over runs."""
    return statistics.median(float(cost[name]) for cost in costs)
