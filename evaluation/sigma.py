"""Whether Sigma's rules fire where they must, and on what else they fire.

Run as: python -m evaluation.sigma DATA_DIR [--rules PATH] [--quotes N]

DATA_DIR holds logs/sigma_rules.zip and logs/sigma_regression_dev.zip (rules, and events that each must fire
on; https://github.com/SigmaHQ/sigma, DRL 1.1) and logs/evtx_ordinary_hosts.zip (logs without an attack,
https://github.com/omerbenamram/evtx, MIT/Apache-2.0). Every rule of the set is evaluated on every record.
Prints Markdown for docs/sigma.md: the share of cases whose rule fires, by form of the file, and every rule
that fires on the ordinary hosts with the values that made it fire, for a person to judge.
"""

from __future__ import annotations

import argparse
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cybersecqwen.detect.rows import Kind, RowReader, Rows, rows
from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.detect.sigma.plain import reasons
from cybersecqwen.detect.sigma.rulefiles import documents
from cybersecqwen.detect.sigma.values import whole_text
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits
from evaluation.rates import Rate

RULES = "logs/sigma_rules.zip"
CASES = "logs/sigma_regression_dev.zip"
ORDINARY = "logs/evtx_ordinary_hosts.zip"
_BATCH = 4_096
_QUOTED = 160  # characters of a value


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A file on which a rule must fire."""

    path: Path
    rules: tuple[str, ...]
    """Ids of the rules."""


@dataclass(slots=True)
class Fired:
    """Where one rule fired."""

    count: int = 0
    quotes: list[str] = field(default_factory=list)
    """For the first events, what made it fire."""


def main() -> None:
    arguments = _arguments()
    engine = Engine(load_rules([arguments.rules or arguments.data / RULES]))
    loaded, left_out = len(engine.ruleset.rules), len(engine.ruleset.unsupported)
    print(f"{loaded:,} rules are evaluated, {left_out} cannot be.\n")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(arguments.data / CASES) as archive:
        archive.extractall(folder)
        print("\n".join(_case_table(engine, Path(folder))))
    print("\n".join(_ordinary_table(engine, arguments.data / ORDINARY, arguments.quotes)))


def cases(folder: Path) -> Iterator[Case]:
    """Every file beside an info.yml that names the rules it must fire."""
    for info in sorted(folder.rglob("info.yml")):
        (about,) = documents(info.read_bytes())
        ids = tuple(str(one["id"]) for one in about["rule_metadata"])
        for path in sorted(info.parent.iterdir()):
            if path != info:
                yield Case(path=path, rules=ids)


def fired(engine: Engine, path: Path, quotes: int = 0) -> tuple[dict[str, Fired], int]:
    """Rules by id that fire on a file, and how many records it holds."""
    found: dict[str, Fired] = defaultdict(Fired)
    count = 0
    for kind, batch in _batches(path):
        count += len(batch)
        taken = rows(kind, batch)
        for number, positions in engine.run(taken):
            rule = engine.ruleset.rules[number]
            one = found[rule.about.id]
            one.count += len(positions)
            for at in positions[: max(quotes - len(one.quotes), 0)]:
                one.quotes.append(_quote(rule, rows(kind, [batch[at]])))
    return found, count


def _batches(path: Path) -> Iterator[tuple[Kind, list[Mapping[str, Any]]]]:
    limits = Limits()
    for item in open_inputs([path], limits):
        if isinstance(item, Damage):
            continue
        blob, reader = item
        kinds, waiting = RowReader(), defaultdict[Kind, list[Mapping[str, Any]]](list)
        for record in records(blob, reader, limits):
            if isinstance(record, Damage):
                continue
            kind = kinds.kind_of(record[2])
            batch = waiting[kind]
            batch.append(record[2])
            if len(batch) >= _BATCH:
                yield kind, waiting.pop(kind)
        yield from waiting.items()


def _quote(rule: Rule, record: Rows) -> str:
    def get(name: str) -> Any:
        return record.column(name)[0] if name else whole_text(record.raws[0])

    parts = list(dict.fromkeys(reasons(rule.expression, get)))
    said = "; ".join(f"{name or 'text'} = {' '.join(text.split())[:_QUOTED]}" for name, text in parts)
    return f"{record.kind.label}: {said or 'only what is absent'}".replace("|", "\\|")


def _case_table(engine: Engine, folder: Path) -> Iterator[str]:
    hits, total, missed = defaultdict[str, int](int), defaultdict[str, int](int), list[str]()
    for case in cases(folder):
        form = case.path.suffix[1:]
        found, _ = fired(engine, case.path)
        for id_ in case.rules:
            total[form] += 1
            hits[form] += id_ in found
            if id_ not in found:
                missed.append(f"{case.path.relative_to(folder)}: {id_}")
    yield "| form | cases whose rule fires, share and 95 % interval |"
    yield "|---|---|"
    for form, count in sorted(total.items()):
        yield f"| {form} | {Rate(hits=hits[form], of=count)} |"
    yield ""
    yield from (f"- not fired: {one}" for one in missed)


def _ordinary_table(engine: Engine, archive: Path, quotes: int) -> Iterator[str]:
    found, count = fired(engine, archive, quotes)
    rules = {rule.about.id: rule for rule in engine.ruleset.rules}
    events = sum(one.count for one in found.values())
    yield f"{count:,} records of ordinary hosts; {len(found)} rules fire, {events} times in all.\n"
    yield "| level | rule | events | what made it fire |"
    yield "|---|---|---|---|"
    order: Sequence[str] = sorted(found, key=lambda id_: (-rules[id_].about.level, rules[id_].about.title))
    for id_ in order:
        about = rules[id_].about
        quoted = "<br>".join(f"`{quote}`" for quote in found[id_].quotes)
        yield f"| {about.level.name.lower()} | {about.title} | {found[id_].count} | {quoted} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with logs/*.zip")
    parser.add_argument("--rules", type=Path, help="another rule set")
    parser.add_argument("--quotes", type=int, default=1, help="events quoted for each rule")
    return parser.parse_args()


if __name__ == "__main__":
    main()
