"""The figures of `query_kql`, and how they are printed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from .query_optimise import percentiles
from .query_words import interval

_NAMED = 12
"""Reasons that are named."""


def summary(outcomes: Sequence[Mapping[str, Any]], questions: Sequence[str]) -> dict[str, Any]:
    """All figures, as JSON types: of the originals once, then of each kind of question."""
    once = [one for one in outcomes if one["kind"] == questions[0]]
    apart = Counter(_reason(one["apart"]) for one in once if one["apart"])
    found: dict[str, Any] = {
        "originals": {
            "items": len(once),
            "tables within the schema": sum(one["in_schema"] for one in once),
            "compared": sum(not one["apart"] for one in once),
            "compared, within the schema": sum(not one["apart"] and one["in_schema"] for one in once),
            "apart": dict(apart.most_common(_NAMED)),
        },
        "questions": [],
    }
    for kind in questions:
        mine = [one for one in outcomes if one["kind"] == kind]
        for of, chosen in (("all", mine), ("within the schema", [one for one in mine if one["in_schema"]])):
            found["questions"].append({"question": kind, "of": of, **figures(chosen)})
    refused = Counter(_reason(one["refused"]) for one in outcomes if one["refused"])
    found["refused"] = dict(refused.most_common(_NAMED))
    not_run = Counter(_reason(one["not_run"]) for one in outcomes if one["not_run"])
    found["not run"] = dict(not_run.most_common(_NAMED))
    found["unknown"] = sorted({name for one in outcomes for name in one["unknown"]})
    return found


def figures(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of one kind of question, over some items."""
    given = [one for one in outcomes if one["text"]]
    judged = [one for one in given if one["peer"] != "lacks"]
    compared = [one for one in outcomes if not one["apart"]]
    answered = [one for one in compared if one["text"]]
    same = [one for one in compared if one["same_table"]]
    return {
        "asked": len(outcomes),
        "given": _share(len(given), len(outcomes)),
        "parses": _share(sum(one["parses"] for one in given), len(given)),
        "parses by duckdb_kql": _share(sum(one["peer"] == "yes" for one in judged), len(judged)),
        "schema-valid": _share(sum(one["parses"] and not one["unknown"] for one in given), len(given)),
        "compared": len(compared),
        "same table": _share(len(same), len(compared)),
        "same table, of those given": _share(len(same), len(answered)),
        "f1": mean([one["f1"] for one in compared]),
        "f1 of those given": mean([one["f1"] for one in answered]),
        "f1 of the same table": mean([one["f1"] for one in same]),
        "f1 of the bare table": mean([one["bare"] for one in compared]),
        "f1 of the bare table, same items": mean([one["bare"] for one in same]),
        "milliseconds": percentiles([1_000 * one["seconds"] for one in outcomes]),
        "milliseconds of the processor": percentiles([1_000 * one["processor"] for one in outcomes]),
    }


def _share(hits: int, of: int) -> dict[str, Any]:
    return {"hits": hits, "of": of, "share": round(hits / of, 4) if of else None}


def mean(values: Sequence[float]) -> dict[str, Any]:
    """A mean with its bootstrap interval."""
    if not values:
        return {"n": 0, "mean": None, "low": None, "high": None}
    low, high = interval(values)
    return {
        "n": len(values),
        "mean": round(fmean(values), 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _reason(said: str) -> str:
    """What a sentence has in common with its like: without places, names and numbers of the one case."""
    said = re.sub(r"Line \d+, column \d+: ", "", said)
    return re.sub(r"'[^']{1,200}'|\"[^\"]{1,200}\"|“[^”]{1,200}”", "…", said)[:140]


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """The figures as lines of Markdown."""
    of = found["originals"]
    yield (
        f"{of['items']} queries; {of['tables within the schema']} name only tables of the schema;"
        f" {of['compared']} can be compared ({of['compared, within the schema']} within the schema);"
        f" library {found['rules']:,} rules.\n"
    )
    yield (
        "| question | items | query given | parses | by duckdb_kql | schema-valid | same table"
        " | F1 | F1, bare table of the original | F1 where the table is the same (bare)"
        " | p50, ms (processor) | p95, ms (processor) |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---:|---:|"
    for one in found["questions"]:
        times, busy = one["milliseconds"], one["milliseconds of the processor"]
        same, bare = one["f1 of the same table"], one["f1 of the bare table, same items"]
        yield (
            f"| {one['question']} | {one['of']} | {_shown(one['given'])} | {_shown(one['parses'])}"
            f" | {_shown(one['parses by duckdb_kql'])} | {_shown(one['schema-valid'])}"
            f" | {_shown(one['same table'])} | {_ranged(one['f1'])} | {_ranged(one['f1 of the bare table'])}"
            f" | {_ranged(same)} ({_ranged(bare)})"
            f" | {_timed(times, busy, 'p50')} | {_timed(times, busy, 'p95')} |"
        )
    for title, reasons in (
        ("Apart", of["apart"]),
        ("Refused", found["refused"]),
        ("Not run", found["not run"]),
    ):
        yield ""
        yield from (f"- {title}, {count}: {said}" for said, count in reasons.items())
    if found["unknown"]:
        yield f"\nNames that the schema lacks: {', '.join(found['unknown'])}."


def _shown(share: Mapping[str, Any]) -> str:
    return "–" if share["share"] is None else f"{share['share']:.3f} ({share['hits']}/{share['of']})"


def _ranged(one: Mapping[str, Any]) -> str:
    return "–" if not one["n"] else f"{one['mean']:.3f} [{one['low']:.3f}, {one['high']:.3f}] (n {one['n']})"


def _timed(clock: Mapping[str, float] | None, busy: Mapping[str, float] | None, part: str) -> str:
    return f"{clock[part]:.0f} ({busy[part]:.0f})" if clock and busy else "–"
