"""The report of a task about queries: the result, and what goes with every report."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from cybersecqwen import __version__
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Problem, Provenance, Report, Severity, Technique, Verdict
from cybersecqwen.records.query import QueryResult


def report_of(
    task: str,
    result: QueryResult,
    store: Store,
    begun: float,
    *,
    problems: Iterable[Problem] = (),
    techniques: Iterable[str] = (),
    models: tuple[str, ...] = (),
    confidence: float = 1.0,
    extra: dict[str, Any] | None = None,
) -> Report:
    """A report that carries a result; `begun` is of `time.perf_counter`."""
    return Report(
        task=task,
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=confidence,
        title=" ".join(result.asked.split())[:300],
        counts={"events": result.trial.events} if result.trial and result.trial.events else {},
        techniques=tuple(_techniques(techniques, store)),
        problems=tuple(problems),
        timings_ms={"query": round((time.perf_counter() - begun) * 1000, 2)},
        provenance=Provenance(version=__version__, knowledge=store.version, models=models),
        extra=extra or {},
        query=result,
    )


def _techniques(ids: Iterable[str], store: Store) -> Iterator[Technique]:
    """Those that the store knows, each once and in the order given; revoked ones by their successor."""
    seen: set[str] = set()
    for id in ids:
        resolved = store.resolve(id)
        entity = store.get(resolved.successor) if resolved.successor else resolved.entity
        if entity is not None and entity.id not in seen:
            seen.add(entity.id)
            yield Technique(id=entity.id, name=entity.name, tactics=store.tactics(entity.id))
