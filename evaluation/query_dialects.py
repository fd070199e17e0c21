"""Every Sigma rule written in every query language, parsed again and read back.

Run as: python -m evaluation.query_dialects DATA [--rules PATH] [--peers PYTHON] [--save FILE] [--only NAME]

DATA holds logs/sigma_rules.zip (https://github.com/SigmaHQ/sigma, DRL 1.1). For each language twice: with the
names of fields that the rules have (language alone), and with the names of a schema (csq's --to). A rule is
converted where the text was written, parses, and reads back as the same conditions; it is refused where the
language or the schema has no words for it, by name; anything else is a failure, and is listed.

PYTHON is an interpreter with pySigma (1.4 ≤ version < 2) and its backends: the same rules in the same run,
each parsed afresh for each backend.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.detect.sigma.rulefiles import parse_files, rule_files
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.fields.mapping import mapped
from cybersecqwen.dialects.fields.schemas import schema as named
from cybersecqwen.dialects.fields.types import fitted
from cybersecqwen.dialects.interface import Dialect
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import FieldError, QueryError, RuleError, UnsayableError

RULES = "logs/sigma_rules.zip"
SCHEMAS = (
    ("spl", "windows"),
    ("spl", "cim"),
    ("kql", "defender"),
    ("kql", "sentinel"),
    ("kql", "asim"),
    ("eql", "ecs"),
    ("esql", "ecs"),
    ("lucene", "ecs"),
    ("logscale", "falcon"),
    ("secops", "udm"),
    ("sqlite", "sigma"),
    ("duckdb", "sigma"),
    ("sigma", "sigma"),
)
"""Pairs of language and schema that `csq query --to` writes."""


@dataclass(slots=True)
class Outcome:
    """What became of the rules in one language."""

    name: str
    rules: int = 0
    converted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    """Title and reason of each rule whose text did not parse, or meant something else."""
    seconds: float = 0.0
    """For writing alone."""
    checked_s: float = 0.0
    """For parsing and reading back as well."""


def main() -> None:
    """Print Markdown for docs/queries.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--rules", type=Path, help="another set of rules")
    parser.add_argument("--peers", type=Path, help="interpreter that has pySigma")
    parser.add_argument("--save", type=Path, help="the figures as JSON")
    parser.add_argument("--only", default="", help="one language alone")
    parser.add_argument("--failures", type=int, default=10, help="failures that are named of each")
    arguments = parser.parse_args()
    path = arguments.rules or arguments.data / RULES
    ruleset = parse_files(rule_files(path))
    print(
        f"{len(ruleset.rules):,} rules are read; {len(ruleset.unsupported)} are not, by the engine's reasons."
    )
    alone = [outcome(name, ruleset.rules, "") for name in DIALECTS.names() if arguments.only in ("", name)]
    table("Language alone, fields as the rules name them", alone, arguments.failures)
    with_schema = [
        outcome(name, ruleset.rules, schema) for name, schema in SCHEMAS if arguments.only in ("", name)
    ]
    table("With the fields of a schema", with_schema, arguments.failures)
    peers: list[dict[str, Any]] = []
    if arguments.peers is not None:
        peers = list(of_peers(arguments.peers, path))
        peer_table(peers)
    if arguments.save is not None:
        figures = {
            "command": "python -m evaluation.query_dialects DATA --peers PYTHON --save FILE",
            "alone": [plain(one) for one in alone],
            "schemas": [plain(one) for one in with_schema],
            "peers": peers,
        }
        arguments.save.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def written(dialect: Dialect[Any], query: Query, schema: str) -> Any:
    """The tree of a query, as the types of the schema's fields ask for."""
    tree = dialect.write(query)
    return fitted(dialect, tree, named(schema)) if schema and schema != dialect.name else tree


def outcome(dialect_name: str, rules: Sequence[Rule], schema: str) -> Outcome:
    """Write, parse and read back every rule."""
    dialect = DIALECTS.get(dialect_name)()
    found = Outcome(f"{dialect_name}, {schema}" if schema else dialect_name)
    for number, rule in enumerate(rules):
        if number % 200 == 0 and sys.stderr.isatty():
            print(f"\r{found.name}: {number:,} of {len(rules):,} ", end="", file=sys.stderr)
        found.rules += 1
        meant = Query(logsource=rule.logsource, where=rule.expression)
        start = time.perf_counter()
        try:
            query = (
                mapped(meant, schema).query
                if schema and schema != dialect_name
                else alone_in(dialect_name, meant)
            )
            query = dialect.prepared(query)
            text = dialect.render(written(dialect, query, schema))
        except (UnsayableError, FieldError) as error:
            found.refused[reason(error)] += 1
            continue
        finally:
            found.seconds += time.perf_counter() - start
        start = time.perf_counter()
        problem = checked(dialect, text, query)
        found.checked_s += time.perf_counter() - start
        if problem:
            found.failed.append(f"{rule.about.title}: {problem}")
        else:
            found.converted += 1
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    return found


def alone_in(dialect: str, meant: Query) -> Query:
    """The query with the rule's own names; SecOps has one table for all, and Sigma log sources."""
    if dialect == "sigma":
        return meant
    return Query(tables=() if dialect == "secops" else ("t",), where=meant.where)


def reason(error: QueryError) -> str:
    """The kind of refusal."""
    return error.what if isinstance(error, UnsayableError) else "a field that the schema has not"


def checked(dialect: Dialect[Any], text: str, query: Query) -> str:
    """What is wrong with a text; "" where it parses and means the query."""
    try:
        tree = dialect.parse(text)
    except QueryError as error:
        return f"does not parse: {error.message}"
    try:
        back = dialect.read(tree)
    except (QueryError, RuleError) as error:
        return f"is not read back: {error.message}"
    return "" if equivalent(back.where, query.where) else "is read back as something else"


def table(title: str, outcomes: Sequence[Outcome], failures: int) -> None:
    """One row for each language, then the reasons and the failures."""
    print(f"\n### {title}\n")
    print("| language | converted | refused | failed | rules a second, written | and read back |")
    print("|---|---|---|---|---|---|")
    for one in outcomes:
        refused = sum(one.refused.values())
        print(
            f"| {one.name} | {one.converted:,} ({one.converted / one.rules:.1%})"
            f" | {refused:,} | {len(one.failed):,}"
            f" | {one.rules / one.seconds:,.0f} | {one.rules / (one.seconds + one.checked_s):,.0f} |"
        )
    print("\n| language | refused because of | rules |\n|---|---|---|")
    for one in outcomes:
        for what, count in one.refused.most_common(8):
            print(f"| {one.name} | {what} | {count:,} |")
    for one in outcomes:
        for text in one.failed[:failures]:
            print(f"- {one.name}: {text}")


def plain(one: Outcome) -> dict[str, Any]:
    """An outcome as JSON types."""
    return {
        "name": one.name,
        "rules": one.rules,
        "converted": one.converted,
        "refused": dict(one.refused.most_common()),
        "failed": len(one.failed),
        "rules_a_second": round(one.rules / one.seconds),
        "checked_a_second": round(one.rules / (one.seconds + one.checked_s)),
    }


def of_peers(python: Path, path: Path) -> Iterator[dict[str, Any]]:
    """What pySigma's backends make of the same rules, one result for each."""
    script = Path(__file__).with_name("query_dialects_peer.py")
    # -P: the folder of the script has a module of the name that pySigma has.
    with subprocess.Popen(
        [str(python), "-P", str(script), str(path)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)


def peer_table(peers: Sequence[dict[str, Any]]) -> None:
    """One row for each backend."""
    print("\n### pySigma, the same rules in the same run\n")
    print("| backend and pipeline | converted | refused | rules a second |\n|---|---|---|---|")
    for one in peers:
        print(
            f"| {one['name']} | {one['converted']:,} ({one['converted'] / one['rules']:.1%})"
            f" | {one['rules'] - one['converted']:,} | {one['rules'] / one['seconds']:,.0f} |"
        )


if __name__ == "__main__":
    main()
