"""The tasks about a query that is given: explain, translate, optimise."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, ClassVar

from cybersecqwen.dialects.fields.checking import unknown
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.improving import Improvement, improve
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.spending import Allowance, OutOfTime
from cybersecqwen.dialects.wording import span_words
from cybersecqwen.errors import QueryError, UnsayableError
from cybersecqwen.records import Problem, Report
from cybersecqwen.records.query import Changed, Checked, Explained, Improved, QueryResult, Suggested
from cybersecqwen.tasks.interface import Request, Task, Tools

from .agreeing import agreement
from .building import Built, WhoseOf, build, ran
from .construct import options_of, with_own
from .explaining import by_beginning, explained
from .given import READING_S, Given, given
from .learning import library_of, rules_of
from .options import QueryOptions
from .reporting import report_of
from .sigma_text import rule_text_of
from .targets import target_of
from .trial import made_examples, running_for, try_out
from .whose import whose

TITLE = "Translated query"
"""Title of a rule that was made from a query."""
_LEAST_S = 2.0
"""Processor time in which a query is read, and its names held against the schema, at least."""


def _schemas(options: QueryOptions) -> WhoseOf:
    return lambda name: whose(name, options.schemas)


def _understood(request: Request, *, reading_only: bool = True, seconds: float = READING_S) -> Given:
    options = options_of(request)
    return given(
        request.question,
        options.dialect,
        options.schema,
        _schemas(options),
        reading_only=reading_only,
        seconds=seconds,
    )


def _result(kind: str, one: Given) -> QueryResult:
    return QueryResult(
        kind=kind,
        asked=one.text.strip(),
        dialect=one.dialect.name,
        dialect_title=one.dialect.title,
        schema=one.whose.name if one.whose else "",
        span=span_words(one.query.span) if one.query and one.query.span else "",
    )


class Explain(Task):
    """A query → what it does, in plain words."""

    name: ClassVar[str] = "query-explain"
    help: ClassVar[str] = "Say in plain words what a query finds, and what else it may find."

    def assess(self, request: Request, tools: Tools) -> Report:
        """See `Task.assess`; raises what `given` raises."""
        begun = time.perf_counter()
        one = _understood(request, reading_only=False)
        library = library_of(rules_of(tools, options_of(request)))
        said = _explained(one, one.sigma or one.query, library)
        effects = [f"It does more than read: {e.command} {e.what}." for e in one.dialect.effects(one.tree)]
        invented = _unknown(one, READING_S)
        said = replace(said, warnings=(*effects, *invented, *said.warnings))
        result = replace(
            _result("explain", one), text=one.text.strip(), explained=said, assumptions=one.notes
        )
        if one.sigma is not None:
            result = replace(result, rule=rule_text_of(one.sigma, TITLE))
        return report_of(self.name, result, tools.store, begun, techniques=said.techniques)


def _unknown(one: Given, seconds: float) -> tuple[str, ...]:
    """The names that the schema has not, a sentence each; of what takes longer, a sentence that says so."""
    if one.schema is None:
        return ()
    try:
        with Allowance(seconds=seconds).held():
            return tuple(name.said for name in unknown(one.dialect.names(one.tree), one.schema)[:5])
    except OutOfTime:
        return ("Its names were not held against the schema: that takes too long.",)


def _explained(one: Given, query: Query | None, library: Any) -> Explained:
    """In the middle's words where it has them, else step by step in the language's own."""
    if query is not None:
        return explained(query, library)
    sentences = one.dialect.describe(one.tree)
    if sentences:
        beginning = _beginning(one)
        told = (
            by_beginning(beginning, library) if beginning is not None and library is not None else Explained()
        )
        return replace(told, sentences=sentences, sources=one.dialect.sources(one.tree))
    return Explained(sentences=(f"It cannot be told in full: {one.beyond}",))


def _beginning(one: Given) -> Query | None:
    """The filter that the query begins with in Sigma's names; None where it cannot be told."""
    tree = one.dialect.leading(one.tree)
    if tree is None or one.whose is None:
        return None
    try:
        return replace(one.whose.read_back(one.dialect.read(tree)).query, steps=())
    except QueryError:
        return None


class Translate(Task):
    """A query → the same in another language, both run."""

    name: ClassVar[str] = "query-translate"
    help: ClassVar[str] = "Write a query in another language, and run both on the same events."

    def assess(self, request: Request, tools: Tools) -> Report:
        """See `Task.assess`.

        Raises what `given` raises, UnsayableError where the middle or the other language has no words for a
        part, FieldError where the other schema has no home for a field.
        """
        begun = time.perf_counter()
        options = options_of(request)
        one = given(request.question, options.dialect, options.from_schema, _schemas(options))
        if one.query is None:
            raise UnsayableError(
                f"The query cannot be translated: {one.beyond}", what="what the middle cannot say"
            )
        if one.sigma is None:
            raise UnsayableError(
                f"The query cannot be said with other fields: {one.nameless}",
                what="fields without a Sigma name",
                hint="Leave these parts out, or name the schema that the fields are from with --from-schema.",
            )
        built = build(one.sigma, target_of(options.to, options.schema), _schemas(options), TITLE)
        result = _translated(one, built)
        result = replace(result, checks=(*result.checks, *_agreed(one, built)))
        problems: tuple[Problem, ...] = ()
        if request.paths:
            result, problems = with_own(result, built, request, tools)
        return report_of(self.name, result, tools.store, begun, problems=problems)


def _translated(one: Given, built: Built) -> QueryResult:
    assert one.query is not None and one.sigma is not None
    running = running_for(one.query, one.schema, one.dialect)
    original = ran(try_out(one.dialect, one.tree, made_examples(one.query, running), running))
    checks = (*built.checks, replace(original, name="the original runs"))
    made = replace(
        _result("translate", one),
        dialect=built.dialect.name,
        dialect_title=built.dialect.title,
        schema=built.whose.name,
        source_text=one.text.strip(),
        source_dialect=one.dialect.title,
        assumptions=tuple(dict.fromkeys((*one.notes, *built.mapped.notes))),
        checks=checks,
        trial=built.trial,
        explained=explained(one.sigma),
        rule=rule_text_of(one.sigma, TITLE),
    )
    if not built.sound:
        failed = next(check.said for check in built.checks if not check.passed)
        return replace(made, refused=f"What was written failed a check: {failed}")
    return replace(made, text=built.text)


def _agreed(one: Given, built: Built) -> list[Checked]:
    """Whether both find the same of the same records; [] where that cannot be tried."""
    tried = agreement(one, built)
    if tried is None:
        return []
    records, same, both = tried
    said = f"Of {records} records, each in the names of both, both find {both}; they agree on {same}."
    return [Checked(name="finds the same", passed=same == records and both > 0, said=said)]


class Optimise(Task):
    """A query → a cheaper one that finds the same, with the proof."""

    name: ClassVar[str] = "query-optimise"
    help: ClassVar[str] = "Make a query cheaper, and prove that it still finds the same."

    def assess(self, request: Request, tools: Tools) -> Report:
        """See `Task.assess`; raises what `given` raises."""
        begun = time.perf_counter()
        options = options_of(request)
        allowance = Allowance(seconds=options.proof_seconds)
        one = _understood(request, seconds=max(_LEAST_S, allowance.left))
        made = improve(
            one.dialect,
            one.text,
            context=Context(schema=one.schema),
            proof_events=options.proof_events,
            seconds=allowance.left,
            tree=one.tree,
        )
        improved = _improved(made)
        result = replace(_result("optimise", one), text=improved.after, improved=improved)
        problems = [Problem(stage="optimise", message=text) for text in made.problems]
        problems += [
            Problem(stage="schema", message=text) for text in _unknown(one, max(_LEAST_S, allowance.left))
        ]
        return report_of(self.name, result, tools.store, begun, problems=problems)


def _improved(made: Improvement) -> Improved:
    return Improved(
        before=made.before,
        after=made.after,
        cost_before=made.cost_before,
        cost_after=made.cost_after,
        steps=tuple(
            Changed(rule=one.rule, reason=one.reason, source=one.source, gain=one.gain) for one in made.steps
        ),
        suggestions=tuple(
            Suggested(rule=one.rule, reason=one.reason, source=one.source, caveat=one.caveat, text=one.text)
            for one in made.suggestions
        ),
        withdrawn=made.withdrawn,
        proof=made.proof.said if made.proof else "",
        proven=bool(made.proof and made.proof.holds),
    )
