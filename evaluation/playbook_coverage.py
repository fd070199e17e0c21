"""Which share of what responders expect the action library has a counterpart for.

The judgements are data: judged/playbook_counterparts.tsv, one row per distinct text of a collection, made by
reading, not by likeness of strings. A counterpart does the same thing to the same kind of object; a wider
action counts only where its text tells to do that thing. Where there is none, `why` says which of `REASONS`
it is.
docs/playbook-coverage.md has the rules and the figures.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.tasks.playbook.library import Library
from evaluation.playbook_expected import PHASES, Expected, expected
from evaluation.rates import Rate

TABLE = Path(__file__).with_name("judged") / "playbook_counterparts.tsv"
REASONS = {
    "programme": "a standing programme or a long project, nothing that is done in one incident",
    "no action": "a slogan, a remark, advice to everybody, or words that name no thing to do",
    "out of scope": "private advice to one person, paying, buying",
    "missing": "could be done in an incident, and the library does not tell it",
}
"""Why an action has no counterpart."""
NO_STEP = frozenset(("programme", "no action", "out of scope"))
"""Reasons for which no action of a response could be written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What was found for one text of a collection."""

    source: str
    id: str
    """Where the text stands first."""
    digest: str
    ours: tuple[str, ...]
    """Ids of actions of the library; () where there is none."""
    why: str
    """One of `REASONS`; "" where there is a counterpart."""


def read_table(path: Path = TABLE) -> list[Judged]:
    """The judgements. Raises ValueError for a row that is neither answered nor explained, or stands twice."""
    found: dict[tuple[str, str], Judged] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            ours = tuple(row["ours"].split())
            one = Judged(source=row["source"], id=row["id"], digest=row["digest"], ours=ours, why=row["why"])
            if bool(ours) == bool(one.why) or (one.why and one.why not in REASONS):
                raise ValueError(f"{one.id} has neither a counterpart nor a known reason, or both.")
            if (one.source, one.digest) in found:
                raise ValueError(f"{one.id} stands in the table twice.")
            found[one.source, one.digest] = one
    return list(found.values())


def measure(
    given: Sequence[Expected], table: Sequence[Judged], without: Collection[str] = ()
) -> dict[str, Any]:
    """The figures as JSON; `without` names actions that are counted as if the library had none of them."""
    by_text = {(one.source, one.digest): _less(one, without) for one in table}
    known = [one for one in given if (one.source, one.digest) in by_text]
    pairs = [(one, by_text[one.source, one.digest]) for one in known]
    made: dict[str, Any] = {
        "not in the table": sorted(one.id for one in given if (one.source, one.digest) not in by_text),
        "not in the archives": sorted(_gone(given, table)),
        "unknown actions of ours": unknown(table),
    }
    for source in ("react", "card"):
        of_source = [pair for pair in pairs if pair[0].source == source]
        made[source] = {
            **_both(of_source),
            "by phase": {
                phase: _both([pair for pair in of_source if pair[0].phase == phase])
                for phase in PHASES.values()
            },
            "without counterpart": _reasons(of_source),
        }
    made["missing"] = sorted(
        {f"{judged.source} {judged.id}" for _, judged in pairs if judged.why == "missing"}
    )
    return made


def unknown(table: Iterable[Judged]) -> list[str]:
    """Ids in the table that the library does not have."""
    return sorted({one for judged in table for one in judged.ours} - set(Library.shipped().by_id))


def _less(judged: Judged, without: Collection[str]) -> Judged:
    ours = tuple(one for one in judged.ours if one not in without)
    why = judged.why or ("" if ours else "missing")
    return Judged(source=judged.source, id=judged.id, digest=judged.digest, ours=ours, why=why)


def _gone(given: Iterable[Expected], table: Iterable[Judged]) -> set[str]:
    have = {(one.source, one.digest) for one in given}
    return {one.id for one in table if (one.source, one.digest) not in have}


_Pairs = Sequence[tuple[Expected, Judged]]


def _both(pairs: _Pairs) -> dict[str, Any]:
    """Shares over every occurrence and over distinct texts: of all, and of those that a step could be."""
    distinct = list({one.digest: (one, judged) for one, judged in pairs}.values())
    made = {}
    for name, some in (("occurrences", pairs), ("distinct", distinct)):
        made[name] = {
            "all": _plain(some, lambda _: True),
            "what a step can be": _plain(some, lambda judged: judged.why not in NO_STEP),
        }
    return made


def _plain(pairs: _Pairs, counts: Callable[[Judged], bool]) -> dict[str, Any]:
    chosen = [judged for _, judged in pairs if counts(judged)]
    rate = Rate(hits=sum(bool(one.ours) for one in chosen), of=len(chosen))
    low, high = rate.interval
    share = round(rate.hits / rate.of, 4) if rate.of else None
    return {"hits": rate.hits, "of": rate.of, "share": share, "low": round(low, 4), "high": round(high, 4)}


def _reasons(pairs: _Pairs) -> dict[str, dict[str, int]]:
    every = Counter(judged.why for _, judged in pairs if judged.why)
    distinct = Counter(
        judged.why for judged in {one.digest: judged for one, judged in pairs}.values() if judged.why
    )
    return {why: {"occurrences": every[why], "distinct": distinct[why]} for why in REASONS if every[why]}


def show(table: Mapping[str, Any]) -> None:
    """Prints the figures."""
    for source in ("react", "card"):
        of_source = table[source]
        print(f"\n{source}: with counterpart, of all, and of what a step of a response can be")
        for name, row in (("all", of_source), *of_source["by phase"].items()):
            for way in ("occurrences", "distinct"):
                shares = "   ".join(_text(row[way][kind]) for kind in ("all", "what a step can be"))
                print(f"  {name:16} {way:12} {shares}")
        for why, counts in of_source["without counterpart"].items():
            print(f"  {why:16} {counts['occurrences']:5} occurrences, {counts['distinct']:4} distinct")
    for name in ("missing", "not in the table", "not in the archives", "unknown actions of ours"):
        print(f"\n{name}: {len(table[name])}\n  {', '.join(table[name]) or '–'}")


def _text(row: Mapping[str, Any]) -> str:
    if row["share"] is None:
        return "–".rjust(34)
    return f"{row['hits']:5}/{row['of']:<5} {row['share']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


def run(data: Path, out: Path | None, without: Collection[str] = ()) -> bool:
    """Measures, prints and writes; whether the table and the archives fit each other and the library."""
    table = measure(expected(data / "playbooks"), read_table(), without)
    show(table)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return not any(
        table[name] for name in ("not in the table", "not in the archives", "unknown actions of ours")
    )
