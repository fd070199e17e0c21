"""How well descriptions of rules become queries that match the same events.

Run as: python -m evaluation.query_words DATA_DIR [--set exam|development] [--rules N] [--save FILE]
        [--model GGUF_FILE [--answers FILE]]

Of the rules of logs/sigma_rules.zip that are evaluated, in order of the SHA-256 of their id, the first 300
are the exam and the next 300 are for development. The question is the description of a rule, or its title and
description; the library is the other rules (for development without the exam's) and the starter rules. Query
and rule are run on the same events: (a) the records of logs/otrf_windows_dev.zip, over the rules that match
any of them, (b) events made from the rule by the project's own generator (`dialects.examples`: positives of
each alternative, near misses), and (c) the same by a generator that makes events as records have them
(`query_words_events`); to both come events of other rules of its logsource. What counts is F1 of the events
that are matched, a mean over rules with a bootstrap interval (2,000 draws, seed 0). Beside it stand the
nearest rule copied whole, reading without any rules, and a ceiling for what can be taken from the words: the
rule itself, with only those values that stand in the question. With a model also the questions of which it
filled what stayed open; its answers are kept in a file, with which a run that was stopped goes on. Prints
Markdown for docs/queries.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from cybersecqwen.detect.sigma.bounds import bound_expression
from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.model import Expression, Logsource, Rule
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.examples import examples
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import CsqError
from cybersecqwen.tasks.query.asking import Library
from cybersecqwen.tasks.query.asking.library import tests
from evaluation.query_words_events import (
    Event,
    applies,
    completed,
    f1,
    near_misses,
    positives,
)
from evaluation.query_words_model import remembered
from evaluation.query_words_recordings import fired
from evaluation.query_words_ways import Made, Reader, ways

RULES = "logs/sigma_rules.zip"
_SIZE = 300
_POSITIVES, _MISSES, _OTHERS = 16, 24, 60
_NOW = 1_700_000_000.0
_DRAWS = 2_000

Due = tuple[list[Event], list[bool]]
"""Events, and whether the rule matches each."""
Maker = Callable[[Rule, int, int, random.Random], list[Event]]


@dataclass(slots=True)
class Judged:
    """How one way of reading did on one kind of question."""

    made: dict[str, Made] = field(default_factory=dict)
    """Id of a rule to what its question became."""
    scores: list[float] = field(default_factory=list)
    """(b), by rule."""
    like_records: list[float] = field(default_factory=list)
    """(c), by rule."""
    recorded: list[float] = field(default_factory=list)
    """(a), for the rules that match a record."""
    both: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Time of the processor."""
    fields: list[bool] = field(default_factory=list)
    """Whether each field that is asked about is one that rules of the logsource test."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sets:
    """The rules, parted."""

    chosen: tuple[Rule, ...]
    library: tuple[Rule, ...]
    every: tuple[Rule, ...]


def main() -> None:
    arguments = _arguments()
    sets = parted(arguments.data, arguments.set, arguments.rules)
    library = Library(sets.library)
    events = dict(_events(sets, _examples))
    others = dict(_events(sets, _like_records))
    model = remembered(arguments.model, arguments.answers) if arguments.model else None
    read = dict(ways(library, model))
    found: dict[tuple[str, str], Judged] = {}
    for kind, asked in (("description", _description), ("title and description", _titled)):
        for way, reader in read.items():
            found[kind, way] = _read(sets, events, others, reader, asked)
    if not arguments.without_recordings:
        _on_recordings(arguments.data, sets, events, found)
    print("\n".join(_table(arguments.set, sets, found)))
    if arguments.save:
        figures = _as_json(arguments.set, sets, found)
        arguments.save.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if model is not None:
        print(f"\n{model.said()}")


def ordered(rules: Sequence[Rule]) -> list[Rule]:
    """By the SHA-256 of their ids."""
    return sorted(rules, key=lambda rule: hashlib.sha256(rule.about.id.encode()).hexdigest())


def parted(data: Path, name: str, most: int = _SIZE) -> Sets:
    """The rules that are asked about, and those to learn from."""
    every = ordered(load_rules([data / RULES]).rules)
    exam, development, rest = every[:_SIZE], every[_SIZE : 2 * _SIZE], every[2 * _SIZE :]
    starter = load_rules([SHIPPED]).rules
    if name == "exam":
        chosen, others = exam, [*development, *rest]
    else:
        chosen, others = development, rest
    return Sets(chosen=tuple(chosen[:most]), library=(*others, *starter), every=tuple(every))


def _description(rule: Rule) -> str:
    return rule.about.description or rule.about.title


def _titled(rule: Rule) -> str:
    return f"{rule.about.title}. {rule.about.description}"


def _events(sets: Sets, make: Maker) -> Iterator[tuple[str, Due]]:
    """Id of each rule with its events, and whether it matches them."""
    by_source: dict[Logsource, list[Rule]] = defaultdict(list)
    for rule in sets.every:
        by_source[rule.logsource].append(rule)
    first: dict[str, list[Event]] = {}
    for rule in sets.chosen:
        draw = random.Random(rule.about.id)
        made = make(rule, _POSITIVES, _MISSES, draw)
        others = [other for other in by_source[rule.logsource] if other is not rule]
        draw.shuffle(others)
        for other in others[:_OTHERS]:
            id_ = other.about.id
            if id_ not in first:
                first[id_] = make(other, 1, 0, random.Random(id_))
            made += first[id_]
        yield rule.about.id, (made, [holds(rule.expression, event) for event in made])


def _like_records(rule: Rule, most: int, misses: int, draw: random.Random) -> list[Event]:
    found = positives(rule, most, draw)
    return [*found, *near_misses(rule, found, misses, draw)]


def _examples(rule: Rule, most: int, misses: int, _draw: random.Random) -> list[Event]:
    made = examples(Query(logsource=rule.logsource, where=rule.expression), most=max(most, misses))
    found = [completed(dict(one.records[0]), rule) for one in made.positives[:most]]
    return [*found, *(dict(one.records[0]) for one in made.near_misses[:misses])]


def _read(
    sets: Sets,
    events: Mapping[str, Due],
    others: Mapping[str, Due],
    reader: Reader,
    asked: Callable[[Rule], str],
) -> Judged:
    judged = Judged()
    known: dict[Logsource, set[str]] = defaultdict(set)
    for rule in sets.every:
        known[rule.logsource].update(test.field for test, _ in tests(rule.expression))
    for rule in sets.chosen:
        text = asked(rule)
        begun = time.process_time()  # others may use the machine
        source, expression = reader(rule, text)
        judged.seconds.append(time.process_time() - begun)
        judged.made[rule.about.id] = (source, _valid(expression))
        if expression is not None:
            judged.fields += [test.field in known[source] for test, _ in tests(expression)]
        for scores, of in ((judged.scores, events), (judged.like_records, others)):
            made, expected = of[rule.about.id]
            scores.append(f1(expected, _matched(source, expression, rule, made)))
    return judged


def _matched(
    source: Logsource, expression: Expression | None, rule: Rule, made: Sequence[Event]
) -> list[bool]:
    if expression is None or not applies(source, rule.logsource):
        return [False] * len(made)
    return [holds(expression, event) for event in made]


def _valid(expression: Expression | None) -> Expression | None:
    """The expression, if a rule may have it."""
    if expression is None:
        return None
    try:
        bound_expression(expression)
    except CsqError:
        return None
    return expression


def _on_recordings(
    data: Path,
    sets: Sets,
    events: Mapping[str, Due],
    found: Mapping[tuple[str, str], Judged],
) -> None:
    """Every rule and everything that was made, in one pass over the records."""
    numbered: list[Rule] = list(sets.chosen)
    place: dict[tuple[str, str, str], int] = {}
    for (kind, way), judged in found.items():
        for rule in sets.chosen:
            source, expression = judged.made[rule.about.id]
            if expression is not None and source != Logsource():
                place[kind, way, rule.about.id] = len(numbered)
                numbered.append(
                    replace(
                        rule,
                        about=replace(rule.about, id=f"{len(numbered)}"),
                        logsource=source,
                        expression=expression,
                    )
                )
    matched = fired(data, numbered)
    for (kind, way), judged in found.items():
        for number, rule in enumerate(sets.chosen):
            expected = matched.get(number, set())
            got = matched.get(place.get((kind, way, rule.about.id), -1), set())
            if expected:
                judged.recorded.append(2 * len(expected & got) / (len(expected) + len(got)))
            made, due = events[rule.about.id]
            source, expression = judged.made[rule.about.id]
            seen = _matched(source, expression, rule, made)
            both = len(expected & got) + sum(a and b for a, b in zip(due, seen, strict=True))
            total = len(expected) + len(got) + sum(due) + sum(seen)
            judged.both.append(2 * both / total if total else 1.0)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Percentile bootstrap of the mean, 95 %."""
    draw = random.Random(0)
    means = sorted(fmean(draw.choices(values, k=len(values))) for _ in range(_DRAWS))
    return means[int(0.025 * _DRAWS)], means[int(0.975 * _DRAWS)]


def _shown(values: Sequence[float]) -> str:
    if not values:
        return "–"
    low, high = interval(values)
    return f"{fmean(values):.3f} [{low:.3f}, {high:.3f}] ({len(values)})"


def _table(name: str, sets: Sets, found: Mapping[tuple[str, str], Judged]) -> Iterator[str]:
    yield f"Set {name}: {len(sets.chosen)} rules; library {len(sets.library):,} rules.\n"
    yield (
        "| question | reading | F1 (a) recordings | F1 (b) examples | F1 (a) and (b) | F1 (c) like records "
        "| valid rule "
        "| logsource | fields known | p50, ms | p95, ms |"
    )
    yield "|---|---|---|---|---|---|---:|---:|---:|---:|---:|"
    for (kind, way), one in found.items():
        valid, right, known, p50, p95 = _shares(one, sets)
        yield (
            f"| {kind} | {way} | {_shown(one.recorded)} | {_shown(one.scores)} | {_shown(one.both)} "
            f"| {_shown(one.like_records)} "
            f"| {valid:.3f} | {right:.3f} | {known:.3f} | {p50:.1f} | {p95:.1f} |"
        )


def _shares(one: Judged, sets: Sets) -> tuple[float, float, float, float, float]:
    """Shares of valid rules, of right logsources and of known fields; p50 and p95 of the time in ms."""
    valid = fmean(expression is not None for _, expression in one.made.values())
    right = fmean(
        one.made[rule.about.id][0] != Logsource() and applies(one.made[rule.about.id][0], rule.logsource)
        for rule in sets.chosen
    )
    known = fmean(one.fields) if one.fields else 0.0
    times = sorted(one.seconds)
    p50, p95 = (1_000 * times[int(share * len(times))] for share in (0.5, 0.95))
    return valid, right, known, p50, p95


def _as_json(name: str, sets: Sets, found: Mapping[tuple[str, str], Judged]) -> dict[str, Any]:
    """The figures of the table, with means and their intervals apart."""
    rows = []
    for (kind, way), one in found.items():
        valid, right, known, p50, p95 = _shares(one, sets)
        row: dict[str, Any] = {"question": kind, "reading": way}
        for what, scores in (
            ("recordings", one.recorded),
            ("examples", one.scores),
            ("recordings and examples", one.both),
            ("like records", one.like_records),
        ):
            if scores:
                low, high = interval(scores)
                row[what] = {"n": len(scores), "f1": fmean(scores), "low": low, "high": high}
        row |= {"valid rule": valid, "logsource": right, "fields known": known, "p50_ms": p50, "p95_ms": p95}
        rows.append(row)
    return {
        "command": f"python -m evaluation.query_words DATA --set {name}",
        "set": name,
        "rules": len(sets.chosen),
        "library": len(sets.library),
        "rows": rows,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with logs/*.zip")
    parser.add_argument("--set", choices=("development", "exam"), default="development")
    parser.add_argument("--rules", type=int, default=_SIZE, help="only the first so many rules of the set")
    parser.add_argument("--model", type=Path, help="GGUF file of a model that fills what stays open")
    parser.add_argument(
        "--answers",
        type=Path,
        default=Path("query_words.answers.jsonl"),
        help="where the model's answers are kept, for going on later (default: %(default)s)",
    )
    parser.add_argument("--save", type=Path, help="where the figures are written as JSON")
    parser.add_argument("--without-recordings", action="store_true", help="made events alone")
    arguments = parser.parse_args()
    if arguments.model and not arguments.model.is_file():
        parser.error(
            f"{arguments.model} is no file; name the GGUF file of a model (`csq model list` says where)"
        )
    return arguments


if __name__ == "__main__":
    main()
