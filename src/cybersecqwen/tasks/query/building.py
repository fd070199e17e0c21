"""From a query in Sigma's terms to the text of a language: mapped, written, checked, tried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.examples import Examples
from cybersecqwen.dialects.fields.checking import unknown
from cybersecqwen.dialects.fields.mapping import Mapped
from cybersecqwen.dialects.fields.types import fitted
from cybersecqwen.dialects.interface import Dialect, Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.wording import span_words
from cybersecqwen.errors import FieldError, QueryError, QuerySyntaxError, UnsayableError
from cybersecqwen.records.query import Checked, Trial

from .sameness import differing
from .sigma_text import rule_text
from .targets import Target
from .trial import made_examples, running_for, try_elsewhere, try_out
from .whose import Whose

WhoseOf = Callable[[str], Whose]
"""Gives the names of a schema by its name; raises UnknownNameError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """A query that was written, with everything that was found out about it."""

    dialect: Dialect[Any]
    whose: Whose
    mapped: Mapped
    """The query in the schema's names."""
    text: str
    tree: Any
    checks: tuple[Checked, ...]
    trial: Trial
    running: Running

    @property
    def sound(self) -> bool:
        """Whether it may be given out: it parses, only reads, and names what there is."""
        return all(one.passed for one in self.checks if one.name in NEEDED)


PARSES, READS, NAMES, MEANS, RUNS = "parses", "only reads", "names what there is", "says the same", "runs"
ELSEWHERE = "runs elsewhere"
NEEDED = frozenset((PARSES, READS, NAMES, MEANS))
"""Checks without which a query is not given out."""


def build(
    query: Query, target: Target, whose_of: WhoseOf, asked: str = "", *, run_elsewhere: bool = True
) -> Built:
    """The query in the first schema of the target that has a home for it; `asked` is the title of a rule.

    Without `run_elsewhere` it is not run by a second engine, which costs more than all else and is no check
    that a query must pass.

    Raises FieldError or UnsayableError, with what the first schema lacks, where none has a home for it or the
    language cannot say it.
    """
    dialect: Dialect[Any] = DIALECTS.get(target.dialect)()
    first: QueryError | None = None
    for name in target.schemas:
        try:
            return _built(query, dialect, whose_of(name), asked, run_elsewhere)
        except (FieldError, UnsayableError) as error:
            first = first or error
    assert first is not None
    raise first


def _built(query: Query, dialect: Dialect[Any], whose: Whose, asked: str, run_elsewhere: bool) -> Built:
    if dialect.name == "sigma":
        made = _as_rule(query)
        text = rule_text(made.query, asked) if asked else dialect.render(dialect.write(made.query))
    else:
        made = whose.mapped(query)
        made = replace(made, query=dialect.prepared(made.query))
        written = dialect.write(made.query)
        if whose.schema is not None:
            written = dialect.timed(written, whose.schema.time_field)
            written = fitted(dialect, written, whose.schema)
        made = replace(made, notes=(*made.notes, *dialect.presumes(written)))
        text = dialect.render(written)
    running = running_for(made.query, whose.schema, dialect)
    checks, tree = checked(dialect, text, made.query, whose)
    trial = Trial()
    if tree is not None:
        tried = made_examples(made.query, running)
        trial = try_out(dialect, tree, tried, running)
        checks.append(ran(trial))
        if dialect.other_engine and run_elsewhere:
            checks += elsewhere(dialect, text, tried, running)
    return Built(
        dialect=dialect,
        whose=whose,
        mapped=made,
        text=text,
        tree=tree,
        checks=tuple(checks),
        trial=trial,
        running=running,
    )


def _as_rule(query: Query) -> Mapped:
    """Sigma names its log source itself, so nothing is mapped; it has no words for when a rule is run."""
    if query.span is None:
        return Mapped(query=query)
    said = f"A rule does not say when it is run: “{span_words(query.span)}” is left to whoever runs it."
    return Mapped(query=replace(query, span=None), notes=(said,))


def checked(dialect: Dialect[Any], text: str, query: Query, whose: Whose) -> tuple[list[Checked], Any]:
    """The checks on a text that is to mean the query, and its tree; None where it does not parse."""
    try:
        tree = dialect.parse(text)
    except QueryError as error:
        return [Checked(name=PARSES, passed=False, said=error.message)], None
    made = [Checked(name=PARSES, passed=True, said=f"It is {dialect.title}.")]
    made += [reads(dialect, tree), names(dialect, tree, whose), means(dialect, tree, query)]
    return made, tree


def reads(dialect: Dialect[Any], tree: Any) -> Checked:
    """Whether a query does nothing but read."""
    effects = dialect.effects(tree)
    said = "; ".join(f"{one.command} {one.what}" for one in effects[:3])
    return Checked(name=READS, passed=not effects, said=said or "It writes, deletes and sends nothing.")


def names(dialect: Dialect[Any], tree: Any, whose: Whose) -> Checked:
    """Whether every table and field stands in the schema."""
    if whose.schema is None:
        return Checked(name=NAMES, passed=True, said=f"Its fields are those that {whose.name} gives.")
    found = dialect.names(tree)
    missing = unknown(found, whose.schema)
    if missing:
        return Checked(name=NAMES, passed=False, said=missing[0].said)
    count = len({(one.table, one.text) for one in found.fields})
    said = f"Its field stands in the schema {whose.name}."
    if count != 1:
        said = f"Its {count} fields stand in the schema {whose.name}."
    return Checked(name=NAMES, passed=True, said=said)


def means(dialect: Dialect[Any], tree: Any, query: Query) -> Checked:
    """Whether a text, read back, says what it was written from: when, where, what, and every step."""
    try:
        back = dialect.read(tree)
    except QueryError as error:
        return Checked(name=MEANS, passed=False, said=error.message)
    other = differing(back, query)
    said = f"Read back, it says something else: {other}." if other else _SAME
    return Checked(name=MEANS, passed=not other, said=said)


_SAME = "Read back, it has the conditions that were asked for."


def ran(trial: Trial) -> Checked:
    """What running it on examples showed."""
    if not trial.positives and not trial.near_misses:
        said = trial.note or "No example could be made."
        return Checked(name=RUNS, passed=False, said=said)
    said = (
        f"Run by {trial.engine}, it finds {trial.positives_matched} of {trial.positives} examples that it"
        f" must find, and {trial.near_misses_matched} of {trial.near_misses} near misses."
    )
    return Checked(name=RUNS, passed=trial.clean, said=said)


def elsewhere(dialect: Dialect[Any], text: str, made: Examples, running: Running) -> list[Checked]:
    """What an engine of other makers finds of the same examples; [] where it cannot run the query."""
    try:
        trial = try_elsewhere(dialect, text, made, running)
    except QuerySyntaxError as error:
        said = f"{dialect.other_engine} does not take it for a query: {error.message}"
        return [Checked(name=ELSEWHERE, passed=False, said=said)]
    return [replace(ran(trial), name=ELSEWHERE)] if trial.positives else []
