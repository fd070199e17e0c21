"""How well words become KQL for Microsoft Sentinel: descriptions of queries, asked and held against these.

Run as: python -m evaluation.query_kql DATA [--limit N] [--every N] [--events N] [--save FILE] [--log FILE]

DATA/queries/kql_azure_sentinel.zip (https://github.com/Azure/Azure-Sentinel, MIT): YAML files with a name, a
description and a query. All of it is an exam. The question is a description, or a name and its description;
what answers is what answers `csq query --to sentinel`, with the starter rules and those of
DATA/logs/sigma_rules.zip as a user's own. The original is cut down to the records that it looks at
(`query_kql_records`), and so is the answer; both are run on the same made records (`query_kql_agreement`). F1
of an item is over the records of three draws, and 0 where there is no answer, or none about a table of the
original; the mean has a bootstrap interval (95 %, 2,000 draws, seed 0). An original that cannot be compared
is counted apart with the reason. Beside it stands what the bare table of the original would get.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import yaml

from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.dialects.fields.checking import unknown
from cybersecqwen.dialects.fields.mapping import mapping_for
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.errors import CsqError, QueryError
from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.building import Built, build
from cybersecqwen.tasks.query.targets import target_of
from cybersecqwen.tasks.query.whose import whose

from .query_kql_agreement import KQL, NotRun, agreement, same_table
from .query_kql_records import Apart, Looked, looked_at
from .query_kql_summary import summary, table

ARCHIVE, RULES = "queries/kql_azure_sentinel.zip", "logs/sigma_rules.zip"
QUESTIONS = ("description", "name and description")
_TARGET = target_of("sentinel")
_NOW = 1_700_000_000.0
_QUOTES = "'\""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A query of others with what it is said to find."""

    path: str
    name: str
    description: str
    query: str

    def question(self, kind: str) -> str:
        """The words that are asked."""
        return self.description if kind == QUESTIONS[0] else f"{self.name}. {self.description}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Original:
    """What an item's own query is compared by."""

    looked: Looked | None
    apart: str = ""
    """Why nothing is compared; "" where something is."""
    in_schema: bool = False
    """Whether the schema has every table that it names."""
    bare: float = 0.0
    """F1 of its tables without any condition."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a question."""

    path: str
    kind: str
    """Of `QUESTIONS`."""
    apart: str
    in_schema: bool
    bare: float
    seconds: float
    """From words to a checked query, or to the refusal, by the clock."""
    processor: float
    """The same in time of the processor, which others on the machine do not lengthen."""
    refused: str = ""
    """Why there is no query."""
    text: str = ""
    parses: bool = False
    peer: str = ""
    """What duckdb_kql's parser says: yes, no, or "lacks" for what it does not know."""
    unknown: tuple[str, ...] = ()
    """Names that the schema lacks."""
    same_table: bool = False
    not_run: str = ""
    f1: float = 0.0


def main() -> None:
    """Print Markdown for docs/queries.md."""
    arguments = _arguments()
    for name in _TARGET.schemas:
        mapping_for(name)  # One that cannot be read would look like questions that have no answer.
    rules = (*load_rules([arguments.data / RULES]).rules, *load_rules([SHIPPED]).rules)
    library = Library(rules)
    chosen = list(islice(items(arguments.data), 0, arguments.limit, arguments.every))
    outcomes = list(_outcomes(chosen, library, arguments.events, arguments.log))
    found = {
        "command": f"python -m evaluation.query_kql DATA --events {arguments.events}",
        "python": platform.python_version(),
        "limit": arguments.limit,
        "every": arguments.every,
        "rules": len(rules),
        **summary([asdict(one) for one in outcomes], QUESTIONS),
    }
    print("\n".join(table(found)))
    if arguments.save is not None:
        arguments.save.parent.mkdir(parents=True, exist_ok=True)
        arguments.save.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def items(data: Path) -> Iterator[Item]:
    """The queries of the archive that have a description."""
    with zipfile.ZipFile(data / ARCHIVE) as opened:
        for path in sorted(opened.namelist()):
            if not path.endswith((".yml", ".yaml")):
                continue
            found = yaml.load(opened.read(path).decode("utf-8-sig", "replace"), Loader=yaml.CSafeLoader)
            if isinstance(found, dict) and found.get("description") and isinstance(found.get("query"), str):
                yield Item(
                    path=path,
                    name=plain(found.get("name", "")),
                    description=plain(found["description"]),
                    query=found["query"],
                )


def plain(text: object) -> str:
    """A text without the quotes around it, on one line."""
    whole = re.sub(r"\s+", " ", str(text)).strip()
    if len(whole) > 1 and whole[0] == whole[-1] and whole[0] in _QUOTES:
        return whole[1:-1].strip()
    return whole


def _outcomes(chosen: Sequence[Item], library: Library, count: int, log: Path | None) -> Iterator[Outcome]:
    sentinel = schema("sentinel")
    for number, item in enumerate(chosen):
        if sys.stderr.isatty() or number % 50 == 49:
            print(f"\r{number + 1:,} of {len(chosen):,} ", end="", file=sys.stderr, flush=True)
        original = original_of(item.query, sentinel, count)
        for kind in QUESTIONS:
            outcome = asked(item, kind, original, library, sentinel, count)
            if log is not None:
                with log.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
            yield outcome
    print(file=sys.stderr)


def original_of(text: str, sentinel: Schema, count: int) -> Original:
    """An original, as far as it can be compared: run on records of its own, it must find some."""
    in_schema = False
    try:
        tree = KQL.parse(text)
        tables = KQL.names(tree).tables
        in_schema = bool(tables) and not any(
            one.kind == "table" for one in unknown(KQL.names(tree), sentinel)
        )
        looked = looked_at(tree)
        if not looked.conditions:
            raise Apart("it has no conditions before it counts, joins or expands")
        found = agreement(looked, None, sentinel, count)
    except QueryError as error:
        return Original(looked=None, apart=f"it does not parse: {error.message}", in_schema=in_schema)
    except (Apart, NotRun) as error:
        return Original(looked=None, apart=str(error), in_schema=in_schema)
    if not found.original:
        return Original(looked=None, apart="it finds none of the made records", in_schema=in_schema)
    bare = 2 * found.original / (found.original + found.records)
    return Original(looked=looked, in_schema=in_schema, bare=bare)


def asked(
    item: Item, kind: str, original: Original, library: Library, sentinel: Schema, count: int
) -> Outcome:
    """What becomes of one question."""
    begun, busy = time.perf_counter(), time.process_time()
    built, refused = answer(item.question(kind), library)
    outcome = Outcome(
        path=item.path,
        kind=kind,
        apart=original.apart,
        in_schema=original.in_schema,
        bare=original.bare,
        seconds=time.perf_counter() - begun,
        processor=time.process_time() - busy,
        refused=refused,
    )
    if built is None:
        return outcome
    outcome = _checked(outcome, built)
    if not outcome.parses or original.looked is None:
        return outcome
    return _compared(outcome, original.looked, sentinel, count)


def answer(question: str, library: Library) -> tuple[Built | None, str]:
    """The query that is given out, or why there is none."""
    try:
        read = read_question(question, library=library, store=None, now=_NOW)
        if read.contradictions:
            return None, "it contradicts itself"
        if read.query.where is None and not read.query.steps:
            return None, "nothing in it became a condition"
        built = build(read.query, _TARGET, whose, read.text)
    except CsqError as error:
        return None, f"{type(error).__name__}: {error.message}"
    except Exception as error:  # A fault of this program: counted and named, so that the others are measured.
        return None, f"crashed: {type(error).__name__}: {error}"[:300]
    failed = [one for one in built.checks if not one.passed]
    return (built, "") if built.sound else (None, f"withheld: {failed[0].name}: {failed[0].said}")


def _checked(outcome: Outcome, built: Built) -> Outcome:
    """With what parsers and the schema say of a text."""
    given = replace(outcome, text=built.text, peer=peer(built.text))
    try:
        tree = KQL.parse(built.text)
    except QueryError:
        return given
    assert built.whose.schema is not None
    missing = unknown(KQL.names(tree), built.whose.schema)
    return replace(given, parses=True, unknown=tuple(one.name.text for one in missing))


def peer(text: str) -> str:
    """What the parser of duckdb_kql says of a text."""
    import duckdb_kql

    try:
        return "yes" if duckdb_kql.parse(text).ok else "no"
    except duckdb_kql.KqlSyntaxError:
        return "no"
    except (duckdb_kql.KqlError, RecursionError):
        return "lacks"


def _compared(outcome: Outcome, original: Looked, sentinel: Schema, count: int) -> Outcome:
    try:
        mine = looked_at(KQL.parse(outcome.text))
    except Apart as error:
        return replace(outcome, not_run=str(error))
    if not same_table(original.tables, mine.tables):
        return outcome
    try:
        f1 = agreement(original, mine, sentinel, count).f1
    except NotRun as error:
        return replace(outcome, same_table=True, not_run=str(error))
    return replace(outcome, same_table=True, f1=f1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, help="look at the first so many alone")
    parser.add_argument("--every", type=int, default=1, help="look at each N-th alone")
    parser.add_argument("--events", type=int, default=2_000, help="made records of a draw, of three")
    parser.add_argument("--save", type=Path, help="the figures as JSON")
    parser.add_argument("--log", type=Path, help="one line for each question")
    return parser.parse_args()


if __name__ == "__main__":
    main()
