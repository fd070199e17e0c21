"""Queries of others made cheaper: how many are, how much by the estimate, and what their proofs are worth.

Run as: python -m evaluation.query_optimise DATA [--only spl|kql] [--every N] [--events N] [--save FILE]

Every query is parsed, improved without a proof, and improved with a proof on N made events in each draw;
both are timed in time of the processor. An improvement counts as proven where both queries gave the same rows
on every draw, and some that they do not give for no events; as weak where they gave none; as not run where
this machine cannot run it: then it is only suggested. With --log FILE the outcome of each query is written as
a line, and a run that was broken off goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.improving import Improvement, improve
from cybersecqwen.dialects.interface import Dialect
from cybersecqwen.errors import CsqError, EffectError, QueryError

from .query_texts import Text, kql, spl

_SOURCES = {"spl": spl, "kql": kql}
_SCHEMAS = {"spl": ("cim",), "kql": ("sentinel", "defender")}


def main() -> None:
    """Print Markdown for docs/queries.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=sorted(_SOURCES))
    parser.add_argument("--every", type=int, default=1, help="look at each N-th query alone")
    parser.add_argument("--limit", type=int, help="queries of each language")
    parser.add_argument("--events", type=int, default=10_000, help="made events of a draw")
    parser.add_argument("--log", type=Path, help="one line for each query; a broken run goes on from it")
    parser.add_argument("--save", type=Path, help="the figures as JSON")
    parser.add_argument("--failures", type=int, default=10, help="of each kind that are named")
    arguments = parser.parse_args()
    done = _done(arguments.log)
    figures = []
    for name in [arguments.only] if arguments.only else sorted(_SOURCES):
        texts = list(islice(_SOURCES[name](arguments.data), 0, arguments.limit, arguments.every))
        outcomes = list(_outcomes(texts, arguments.events, done, arguments.log))
        figures.append(summary(name, outcomes, arguments.events))
        print("\n".join(table(figures[-1], outcomes, arguments.failures)))
    if arguments.save is not None:
        found = {
            "command": f"python -m evaluation.query_optimise DATA --events {arguments.events}",
            "python": platform.python_version(),
            "limit": arguments.limit,
            "every": arguments.every,
            "languages": figures,
        }
        arguments.save.parent.mkdir(parents=True, exist_ok=True)
        arguments.save.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _done(log: Path | None) -> dict[str, dict[str, Any]]:
    if log is None or not log.exists():
        return {}
    lines = log.read_text(encoding="utf-8").splitlines()
    return {one["path"]: one for one in map(json.loads, lines)}


def _outcomes(
    texts: Sequence[Text], count: int, done: dict[str, dict[str, Any]], log: Path | None
) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(texts):
        if sys.stderr.isatty() or number % 100 == 99:
            print(f"\r{text.dialect}: {number + 1:,} of {len(texts):,} ", end="", file=sys.stderr, flush=True)
        found = done.get(text.path)
        if found is None:
            found = outcome(text, count)
            if log is not None:
                with log.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(found, ensure_ascii=False) + "\n")
        yield found
    print(file=sys.stderr)


def outcome(text: Text, count: int) -> dict[str, Any]:
    """What became of one query, as JSON types."""
    dialect: Dialect[Any] = DIALECTS.get(text.dialect)()
    found: dict[str, Any] = {"path": text.path, "dialect": text.dialect, "kind": "", "said": ""}
    try:
        tree = dialect.parse(text.text)
    except CsqError as error:
        return found | {"kind": "unparsed", "said": error.message}
    try:
        context = Context(schema=_schema(dialect, tree, text.dialect))
        start = time.process_time()
        improve(dialect, text.text, context=context, proof_events=0)
        bare = time.process_time()
        made = improve(dialect, text.text, context=context, proof_events=count)
        proven = time.process_time()
    except EffectError as error:
        return found | {"kind": "effects", "said": error.message}
    except QueryError as error:
        return found | {"kind": "refused", "said": error.message}
    except Exception as error:  # A fault of this program: counted and named, so that the others are measured.
        return found | {"kind": "crashed", "said": f"{type(error).__name__}: {error}"[:300]}
    return found | {
        "kind": _kind(made),
        "said": made.proof.said if made.proof else "",
        "gain": made.gain,
        "rules": [step.rule for step in made.steps],
        "suggested": [one.rule for one in made.suggestions],
        "withdrawn": list(made.withdrawn),
        "problems": list(made.problems),
        "rows": made.proof.rows if made.proof else 0,
        "bare_ms": (bare - start) * 1_000,
        "proof_ms": (proven - bare) * 1_000,
    }


def _schema(dialect: Dialect[Any], tree: Any, name: str) -> Schema | None:
    """The schema that has most of the tables that a query names."""
    tables = [one.text for one in dialect.names(tree).tables]
    tried = [schema(one) for one in _SCHEMAS[name]]
    return max(tried, key=lambda one: sum(one.table(table) is not None for table in tables))


def _kind(made: Improvement) -> str:
    if made.proof is not None and made.proof.not_run:
        return "not run"
    if not made.steps:
        return "withdrawn" if made.withdrawn else "unchanged"
    if made.proof is None:
        return "unproven"
    return "weak" if made.proof.weak else "proven"


def summary(name: str, outcomes: Sequence[dict[str, Any]], count: int) -> dict[str, Any]:
    """The figures of a language."""
    kinds = Counter(one["kind"] for one in outcomes)
    timed = [one for one in outcomes if "bare_ms" in one]
    return {
        "language": name,
        "queries": len(outcomes),
        "parsed": len(outcomes) - kinds["unparsed"],
        "kinds": dict(kinds.most_common()),
        "gain": quartiles([one["gain"] for one in outcomes if one["kind"] in ("proven", "weak")]),
        "steps_withdrawn": sum(len(one["withdrawn"]) for one in timed),
        "events_a_draw": count,
        "without_proof_ms": percentiles([one["bare_ms"] for one in timed]),
        "with_proof_ms": percentiles([one["proof_ms"] for one in timed]),
        "rules": dict(Counter(rule for one in timed for rule in set(one["rules"])).most_common()),
        "suggested": dict(Counter(rule for one in timed for rule in set(one["suggested"])).most_common()),
    }


def quartiles(values: Iterable[float]) -> dict[str, float] | None:
    """Median and the quartiles around it; None for fewer than two values."""
    found = sorted(values)
    if len(found) < 2:
        return None
    low, middle, high = statistics.quantiles(found, n=4, method="inclusive")
    return {"median": round(middle, 4), "from": round(low, 4), "to": round(high, 4), "n": len(found)}


def percentiles(values: Iterable[float]) -> dict[str, float] | None:
    """The 50th, 95th and 100th percentile; None where there are no values."""
    found = sorted(values)
    if not found:
        return None
    return {
        "p50": round(statistics.median(found), 2),
        "p95": round(found[min(len(found) - 1, int(len(found) * 0.95))], 2),
        "most": round(found[-1], 2),
    }


def table(found: dict[str, Any], outcomes: Sequence[dict[str, Any]], failures: int) -> list[str]:
    """The figures as lines of Markdown."""
    lines = [f"\n### {found['language']}\n", "| what | figure |", "|---|---|"]
    for name, value in found.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {one:,}" for key, one in value.items()) or "–"
        lines.append(f"| {name} | {value} |")
    for kind in ("unparsed", "crashed", "refused", "withdrawn"):
        named = [one for one in outcomes if one["kind"] == kind][:failures]
        lines += [f"- {kind}: {one['path']}: {one['said'] or one.get('withdrawn')}" for one in named]
    reasons = Counter(one["said"] for one in outcomes if one["kind"] == "not run")
    lines += [f"- not run, {count}: {said}" for said, count in reasons.most_common(failures)]
    return lines


if __name__ == "__main__":
    main()
