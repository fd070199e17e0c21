"""Put the fields that the starter rules ask for into the schemas `sigma` and `windows`, where they lack them.

Run as: python scripts/starter_fields.py [--check]

Both schemas hold names of records as they are written by the systems themselves; the rules of this project
name fields of clouds and services that the taxonomy does not list.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from cybersecqwen.detect.sigma.cache import load_set
from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.tasks.query.parts import tests

SCHEMAS = Path(__file__).parents[1] / "src/cybersecqwen/dialects/fields/schemas"
Asked = tuple[Logsource, str, bool]
"""(logsource, field, whether it is compared as a number)"""


def main() -> int:
    """Write the two files, or with --check say what they lack."""
    check, missing, named = "--check" in sys.argv, 0, list(asked())
    for name in ("sigma", "windows"):
        path = SCHEMAS / f"{name}.json"
        raw = orjson.loads(path.read_bytes())
        count = extended(raw["tables"], named, by_table=name == "sigma")
        missing += count
        if count and check:
            print(
                f"{name}.json lacks {count} fields of the starter rules: run {sys.argv[0]}", file=sys.stderr
            )
        elif count:
            raw["tables"] = {table: dict(sorted(fields.items())) for table, fields in raw["tables"].items()}
            path.write_bytes(orjson.dumps(raw) + b"\n")
            print(f"{name}: {count} fields were added")
    return int(check and missing > 0)


def extended(tables: dict[str, dict[str, str]], named: Iterable[Asked], *, by_table: bool) -> int:
    """Add what is missing of these; gives how many fields."""
    count = 0
    for source, field, numeric in named:
        table = tables.get(table_of(source) if by_table else "")
        if table is not None and field not in table:
            table[field] = "number" if numeric else "text"
            count += 1
    return count


def asked() -> Iterator[Asked]:
    """What every test and every group of the starter rules names."""
    ruleset = load_set(SHIPPED)
    for rule in ruleset.rules:
        for test, _ in tests(rule.expression):
            if test.field:
                yield rule.logsource, test.field, test.op.value in ("lt", "lte", "gt", "gte")
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
