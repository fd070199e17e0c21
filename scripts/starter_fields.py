"""Put the fields that the starter rules ask for into the schemas `sigma` and `windows`, where they lack them.

Run as: python scripts/starter_fields.py [--check]

Both schemas hold names of records as they are written by the systems themselves; the rules of this project
name fields of clouds and services that the taxonomy does not list.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen.detect.sigma.cache import load_set
from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.tasks.query.parts import tests

SCHEMAS = Path(__file__).parents[1] / "src/cybersecqwen/dialects/fields/schemas"


def main() -> int:
    """Write the two files, or with --check say whether they are complete."""
    missing = 0
    for name in ("sigma", "windows"):
        path = SCHEMAS / f"{name}.json"
        raw = orjson.loads(path.read_bytes())
        count = extended(raw["tables"], by_table=name == "sigma")
        missing += count
        if count and "--check" not in sys.argv:
            raw["tables"] = {table: dict(sorted(fields.items())) for table, fields in raw["tables"].items()}
            path.write_bytes(orjson.dumps(raw) + b"\n")
            print(f"{name}: {count} fields were added")
    return bool(missing and "--check" in sys.argv)


def extended(tables: dict[str, dict[str, str]], *, by_table: bool) -> int:
    """Add what is missing; gives how many fields."""
    count = 0
    for source, field, numeric in asked():
        table = tables.get(table_of(source) if by_table else "")
        if table is not None and field not in table:
            table[field] = "number" if numeric else "text"
            count += 1
    return count


def asked() -> Iterator[tuple[Logsource, str, bool]]:
    """(logsource, field, whether it is compared as a number) of every test of the starter rules."""
    for rule in load_set(SHIPPED).rules:
        for test, _ in tests(rule.expression):
            if test.field:
                yield rule.logsource, test.field, test.op.value in ("lt", "lte", "gt", "gte")
    ruleset: Any = load_set(SHIPPED)
    sources = {rule.about.id: rule.logsource for rule in ruleset.rules}
    sources |= {rule.about.name: rule.logsource for rule in ruleset.rules if rule.about.name}
    for one in ruleset.correlations:
        for name in one.rules:
            if name in sources:
                named = (field for field in one.group_by if field not in one.aliases)
                yield from ((sources[name], field, False) for field in named)


def table_of(source: Logsource) -> str:
    """What the schema `sigma` calls the records of a logsource: its parts, joined."""
    parts = (source.product, source.service, source.category)
    return "_".join(part.replace(".", "_") for part in parts if part)


if __name__ == "__main__":
    sys.exit(main())
