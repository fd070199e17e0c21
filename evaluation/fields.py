"""Fields by meaning: how often the right one is suggested first, or among the first three.

Run as: python -m evaluation.fields [--half tune|held] [--show]

The labels are evaluation/judged/fields.toml. The half `tune` was looked at while the lexicon was changed,
`held` was not; the figures are those of `held`. A phrase counts for a schema that has a field for it. "As if
imported" takes the same fields under a name that the lexicon does not know: it shows what is lost without its
lists.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from pathlib import Path
from typing import Any

from cybersecqwen.dialects.fields.meaning import suggest
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.fields.schemas import schema

from .rates import Rate

LABELS = Path(__file__).parent / "judged" / "fields.toml"
SCHEMAS = ("windows", "ecs", "defender", "cim", "asim", "udm")


def labels(half: str) -> list[tuple[str, dict[str, list[str]]]]:
    """The phrases of a half with the right fields of each schema."""
    raw: dict[str, Any] = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    return [(phrase, {name: one[name] for name in SCHEMAS}) for one in raw["label"] for phrase in one[half]]


def stranger(known: Schema) -> Schema:
    """The same fields under a name that no lexicon has: what an imported schema is to `suggest`."""
    tables = {name: Table(name=name, fields=table.fields) for name, table in known.tables.items()}
    return Schema(name="stranger", tables=tables, time_field=known.time_field)


def ranks(half: str, name: str, target: Schema, show: bool) -> list[int]:
    """The place of the right field for each phrase, 0 for the first; 99 where it is not among five."""
    made = []
    for phrase, right in labels(half):
        if not right[name]:
            continue
        found = [one.field for one in suggest(phrase, target)]
        rank = next((at for at, field in enumerate(found) if field in right[name]), 99)
        made.append(rank)
        if show and rank:
            given, wanted = ", ".join(found[:3]) or "nothing", ", ".join(right[name])
            print(f"    {name}: {phrase!r} gives {given}, not {wanted}")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description="How often the right field is suggested.")
    parser.add_argument("--half", choices=("tune", "held"), default="held")
    parser.add_argument("--show", action="store_true", help="list the misses (of the half to tune on)")
    options = parser.parse_args()
    if options.show and options.half == "held":
        parser.error("the held half is not looked at")
    started, count = time.perf_counter(), 0
    for kind in ("built-in", "as if imported"):
        every: list[int] = []
        for name in SCHEMAS:
            target = schema(name) if kind == "built-in" else stranger(schema(name))
            found = ranks(options.half, name, target, options.show)
            every += found
            print(f"{kind}, {name}: {_said(found)}")
        print(f"{kind}, all: {_said(every)}")
        count += len(every)
    print(f"{(time.perf_counter() - started) / count * 1e3:.1f} ms a phrase")


def _said(found: list[int]) -> str:
    first = Rate(hits=sum(rank == 0 for rank in found), of=len(found))
    three = Rate(hits=sum(rank < 3 for rank in found), of=len(found))
    return f"first {first}, among three {three}"


if __name__ == "__main__":
    main()
