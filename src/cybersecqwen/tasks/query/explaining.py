"""A query in plain words: what it does, what it needs, its techniques, what else it may find.

Techniques and false positives are those of rules that find the same: a rule counts where it holds for at
least half of the examples that are made from the query. Nothing is said from likeness alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from cybersecqwen.detect.sigma.model import Logsource, Op, Rule
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.examples import Examples
from cybersecqwen.dialects.interface import Record
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import CsqError
from cybersecqwen.records.query import Explained

from .asking.library import Library
from .parts import tests
from .trial import TIME, made_examples, running_for
from .wording import logsource_words, sentences

_CANDIDATES = 60
"""Rules that are held against the examples."""
_WORDS = 60
"""Values of the query that candidates are looked up by."""
_SHARE = 0.5


def explained(query: Query, library: Library | None = None) -> Explained:
    """What can be said of a query in Sigma's names; without a library nothing about techniques."""
    made = _examples(query)
    kin = _kin(query, made, library) if library is not None and made is not None else []
    reasons: dict[str, str] = {}
    for rule in kin:
        for technique in rule.about.techniques:
            reasons.setdefault(technique, f"The rule “{rule.about.title}” finds the same.")
    ordinary = dict.fromkeys(text for rule in kin for text in rule.about.falsepositives if _says(text))
    return Explained(
        sentences=sentences(query),
        sources=tuple(needs(query)),
        techniques=tuple(reasons),
        reasons=reasons,
        false_positives=tuple(ordinary)[:6],
        warnings=tuple(_warnings(query, made)),
    )


def by_beginning(query: Query, library: Library) -> Explained:
    """Techniques and ordinary activity of rules that find what a filter finds, with which a query begins."""
    told = explained(query, library)
    reasons = {
        technique: reason.replace("finds the same.", "finds what its first filter finds.")
        for technique, reason in told.reasons.items()
    }
    return Explained(techniques=told.techniques, reasons=reasons, false_positives=told.false_positives)


def _examples(query: Query) -> Examples | None:
    try:
        running = running_for(query, None)
        timed = replace(running, time_field=running.time_field or TIME)
        return made_examples(query, timed, most=12)
    except CsqError:
        return None


def _kin(query: Query, made: Examples, library: Library) -> list[Rule]:
    """Rules of the same logsource that hold for at least half of the examples, nearest first."""
    records = [one.records[0] for one in made.positives if len(one.records) == 1]
    if not records or query.where is None:
        return []
    values = [value for test, negated in tests(query.where) if not negated for value in test.values]
    near = library.nearest(" ".join(values[:_WORDS]), _CANDIDATES)
    return [one.rule for one in near if _alike(one.rule.logsource, query) and _finds(one.rule, records)]


def _alike(source: Logsource, query: Query) -> bool:
    asked = query.logsource
    return all(
        not one or not other or one == other
        for one, other in (
            (source.product, asked.product),
            (source.category, asked.category),
            (source.service, asked.service),
        )
    )


def _finds(rule: Rule, records: Sequence[Record]) -> bool:
    return sum(holds(rule.expression, record) for record in records) >= _SHARE * len(records)


_EMPTY = ("unknown", "unlikely", "none", "legitimate use", "")


def _says(text: str) -> bool:
    return text.strip().strip(".").lower() not in _EMPTY


def _warnings(query: Query, made: Examples | None) -> Iterator[str]:
    if made is not None and made.impossible:
        yield "It can never find anything: its conditions contradict each other."
    yield from made.unreachable[:5] if made is not None else ()
    if query.where is None:
        return
    asked = [(test, negated) for test, negated in tests(query.where)]
    if asked and all(negated for _, negated in asked):
        yield "It only says what is left out, and so finds nearly everything."
    for test, negated in asked:
        if not negated and test.op in (Op.CONTAINS, Op.STARTS, Op.ENDS):
            short = [value for value in test.values if len(value) < 3]
            if short:
                where = test.field or "The whole text"
                yield f"{where} is asked for {short[0]!r}, which stands in many values."


def needs(query: Query) -> Iterator[str]:
    """The data that must be there for the query to find anything."""
    source = query.logsource
    if not (source.product or source.category or source.service):
        if query.tables:
            yield f"The tables {', '.join(query.tables[:8])}."
        return
    for product, category, service, text in _sources():
        if (
            _fits(product, source.product)
            and _fits(category, source.category)
            and _fits(service, source.service)
        ):
            yield f"{logsource_words(source)}: {text}"
            return
    yield logsource_words(source)


def _fits(wanted: str, given: str) -> bool:
    return not wanted or wanted == given


@lru_cache(maxsize=1)
def _sources() -> tuple[tuple[str, str, str, str], ...]:
    text = files(__package__).joinpath("sources.toml").read_text(encoding="utf-8")
    found = []
    for one in tomllib.loads(text)["source"]:
        product, category, service = str(one["for"]).split("/")
        found.append((product, category, service, str(one["needs"])))
    return tuple(found)
