"""Batches made for the tests: ordinary records of some days, and one that is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cybersecqwen.detect.anomalies.observed import Anomaly, Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines import TemplateMiner

START = 1_700_006_400.0
"""2023-11-15 00:00 UTC, a Wednesday."""
HOUR, DAY = 3_600.0, 86_400.0


def batch(
    rows: Sequence[Mapping[str, Any]],
    kind: str = "Test 1",
    *,
    first: int = 1,
    path: str = "made.jsonl",
    miner: TemplateMiner | None = None,
) -> Observed:
    """One batch of rows with time, host, user, text and any other field."""
    own = ("time", "host", "user", "text")
    names = dict.fromkeys(name for row in rows for name in row if name not in own)
    texts = [row.get("text", "") for row in rows] if any("text" in row for row in rows) else None
    return Observed(
        kind=kind,
        path=path,
        format="jsonl",
        numbers=list(range(first, first + len(rows))),
        times=[row.get("time") for row in rows],
        hosts=[row.get("host", "") for row in rows],
        users=[row.get("user", "") for row in rows],
        texts=texts,
        templates=miner.add(texts) if miner is not None and texts is not None else None,
        columns={name: [row.get(name) for row in rows] for name in names},
    )


def batches(
    rows: Sequence[Mapping[str, Any]],
    kind: str = "Test 1",
    *,
    size: int = 500,
    miner: TemplateMiner | None = None,
) -> list[Observed]:
    """The rows in batches of a size."""
    starts = range(0, len(rows), size)
    return [batch(rows[i : i + size], kind, first=i + 1, miner=miner) for i in starts]


def watched(
    observed: Iterable[Observed], only: str = "", *, baseline: Any = None, miner: TemplateMiner | None = None
) -> Watcher:
    """A watcher that has seen the batches."""
    watcher = Watcher(templates=miner, baseline=baseline, only=(only,) if only else ())
    for one in observed:
        watcher.observe(one)
    return watcher


def found(
    rows: Sequence[Mapping[str, Any]], only: str, *, kind: str = "Test 1", baseline: Any = None
) -> list[Anomaly]:
    """What one kind of anomaly finds in rows, texts being given templates."""
    miner = TemplateMiner()
    return watched(batches(rows, kind, miner=miner), only, baseline=baseline, miner=miner).findings()


def every(step: float, days: float, row: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    """A row every `step` seconds for some days; `row` is given its number."""
    return [{"time": START + i * step, **row(i)} for i in range(int(days * DAY / step))]
