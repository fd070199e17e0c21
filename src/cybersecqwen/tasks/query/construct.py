"""From a question in words to a checked query."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.wording import span_words
from cybersecqwen.errors import FieldError, UnsayableError
from cybersecqwen.records import Problem, Report
from cybersecqwen.records.query import Basis, Heard, QueryResult
from cybersecqwen.tasks.interface import Ask, Request, Task, Tools

from .asking import Library, read_question
from .asking.asked import Asked, Sure
from .asking.filling import OWN_SKILL, fill
from .building import Built, build
from .explaining import explained
from .learning import library_of, rules_of
from .options import QueryOptions
from .own_events import on_own, read_own
from .reporting import report_of
from .sigma_text import rule_text_of
from .targets import Target, target_of
from .whose import whose

if TYPE_CHECKING:
    from cybersecqwen.dialects.fields.schema import Schema
    from cybersecqwen.models.interface import LanguageModel

_SURE = {Sure.STATED: 1.0, Sure.KNOWN: 0.9, Sure.LEARNED: 0.6, Sure.ASSUMED: 0.4, Sure.MODEL: 0.5}


class Construct(Task):
    """Words → a query that parses, names what there is, and was run here."""

    name: ClassVar[str] = "query"
    help: ClassVar[str] = "Write a query from words, for any of ten query languages, and run it on examples."

    def assess(self, request: Request, tools: Tools) -> Report:
        """What can be read without a model; see `Task.assess`.

        Raises UsageError for a text that asks for nothing, UnknownNameError for a language or schema.
        """
        begun = time.perf_counter()
        options = options_of(request)
        target = target_of(options.to, options.schema)
        library = library_of(rules_of(tools, options))
        asked = _asked(request.question, library, tools, options)
        return answered(asked, target, request, tools, begun)

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """A model is only consulted, and only where nothing of the question became a condition.

        With a schema of one's own also where what was read has no column in it: its names may be ones that
        only its owner, or a model fitted to it, understands.
        """
        del tools
        query = report.query
        open_ = query is not None and not query.text and "request" in report.extra
        if open_ and query is not None and query.refused:
            open_ = _own(options_of(_request(report))) is not None
        return Ask(instructions="", material=(), question="", max_tokens=0) if open_ else None

    def consult(self, report: Report, tools: Tools, model: LanguageModel, timeout_s: float) -> Report:
        """The report with what a model placed of the question; see `asking.filling`. Raises ModelError."""
        assert report.query is not None
        begun = time.perf_counter()
        request = _request(report)
        options = options_of(request)
        library = library_of(rules_of(tools, options))
        asked = _asked(report.query.asked, library, tools, options)
        if asked.contradictions or (report.query.refused and OWN_SKILL not in model.fitted):
            return report  # who was not fitted to these names would guess
        filled = fill(asked, model, library=library, own=_own(options), timeout_s=timeout_s / 2)
        if filled is asked:
            return report
        return answered(filled, target_of(options.to, options.schema), request, tools, begun)


def _asked(text: str, library: Library, tools: Tools, options: QueryOptions) -> Asked:
    """The question as it is read, with the names of fields of the schema that was imported."""
    return read_question(text, library=library, store=tools.store, now=time.time(), own=_own(options))


def _own(options: QueryOptions) -> Schema | None:
    """The schema that was imported, where one is asked for."""
    theirs = whose(options.schema, options.schemas) if options.schema else None
    return theirs.schema if theirs is not None and theirs.imported else None


def options_of(request: Request) -> QueryOptions:
    """The options of a request."""
    return request.parameters if isinstance(request.parameters, QueryOptions) else QueryOptions()


def _request(report: Report) -> Request:
    """What was asked for, from the report that was made of it; standard input is not read again."""
    raw = report.extra["request"]
    options = QueryOptions(
        to=raw["to"],
        schema=raw["schema"],
        rules=tuple(map(Path, raw["rules"])),
        schemas=Path(raw["schemas"]) if raw["schemas"] else None,
    )
    paths = tuple(path for path in raw["events"] if path != "-")
    return Request(paths=paths, question=str(report.query.asked if report.query else ""), parameters=options)


def _said(request: Request) -> dict[str, Any]:
    """What was asked for, as JSON types."""
    options = options_of(request)
    return {
        "to": options.to,
        "schema": options.schema,
        "rules": [str(path) for path in options.rules],
        "schemas": str(options.schemas or ""),
        "events": list(request.paths),
    }


def answered(asked: Asked, target: Target, request: Request, tools: Tools, begun: float) -> Report:
    """The report on a question as it was read."""
    options = options_of(request)
    result = _heard(asked, target)
    problems = [Problem(stage="read", message=one) for one in asked.contradictions]
    if _has_something(asked.query) and not asked.contradictions:
        try:
            built = build(asked.query, target, lambda name: whose(name, options.schemas), asked.text)
        except (FieldError, UnsayableError) as error:
            result = replace(result, refused=error.message)
            problems += [Problem(stage="query", message=error.hint)] if error.hint else []
        else:
            result = _with(result, built, asked)
            if request.paths:
                result, unread = with_own(result, built, request, tools)
                problems += unread
    return report_of(
        "query",
        result,
        tools.store,
        begun,
        problems=problems,
        techniques=asked.techniques,
        models=asked.models,
        extra={"request": _said(request)},
    )


def _has_something(query: Query) -> bool:
    return query.where is not None or bool(query.steps)


def _heard(asked: Asked, target: Target) -> QueryResult:
    dialect = DIALECTS.get(target.dialect)
    return QueryResult(
        kind="construct",
        asked=asked.text,
        dialect=target.dialect,
        dialect_title=dialect.title,
        span=span_words(asked.query.span) if asked.query.span else "",
        heard=tuple(Heard(words=one.words, meaning=one.became, sure=_SURE[one.sure]) for one in asked.parts),
        assumptions=asked.assumptions,
        left_over=asked.unplaced,
        question=" ".join(asked.questions),
        refused=" ".join(asked.contradictions),
        based_on=tuple(_bases(asked)),
    )


def _bases(asked: Asked) -> Iterator[Basis]:
    used = {one.id for one in asked.based_on}
    for one in asked.based_on:
        yield Basis(id=one.id, title=one.title, likeness=min(1.0, one.score / 2), used="fields and values")
    for one in asked.nearest:
        if one.id not in used:
            yield Basis(id=one.id, title=one.title, likeness=min(1.0, one.score / 2))


def _with(result: QueryResult, built: Built, asked: Asked) -> QueryResult:
    """The result with what was built; a query that failed a check that matters is not given out."""
    failed = [one.said for one in built.checks if not one.passed]
    made = replace(
        result,
        schema=built.whose.name,
        assumptions=(*result.assumptions, *built.mapped.notes),
        checks=built.checks,
        trial=built.trial,
        explained=explained(asked.query),
        rule=rule_text_of(asked.query, result.asked, asked.techniques),
    )
    if not built.sound:
        return replace(made, refused=f"What was written failed a check: {failed[0]}")
    return replace(made, text=built.text)


def with_own(
    result: QueryResult, built: Built, request: Request, tools: Tools
) -> tuple[QueryResult, tuple[Problem, ...]]:
    """The result with what the query finds among the person's events, and what of them could not be read."""
    if not result.text or result.trial is None:
        return result, ()
    own = read_own(request.paths, tools.limits, request.stdin)
    running = replace(built.running, now=time.time())
    trial = on_own(built.dialect, built.tree, built.whose, own, result.trial, running)
    return replace(result, trial=trial), own.problems
