"""What a query's page shows in every format: sections of text, rows and code, in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from cybersecqwen.records.query import Explained, Improved, QueryResult, Trial

from .interface import Detail
from .sections import Line, Part, Sections
from .wording import percent

_RECORD = 600
"""Characters shown of an event."""


def query_sections(query: QueryResult, detail: Detail) -> Sections:
    """The page."""
    return Sections(
        kind="query",
        banner=banner(query),
        good=good(query),
        parts=parts(query, detail),
        basis="The query was parsed, held against the schema and run on this machine; what could not be shown"
        " is said above.",
    )


def banner(query: QueryResult) -> str:
    """What was achieved, in one or two words."""
    if not query.text and query.kind != "explain":
        return "QUESTION BACK" if query.question and not query.refused else "NO QUERY"
    if query.kind == "explain":
        return "EXPLAINED"
    if query.kind == "optimise":
        improved = query.improved
        if improved is None or not improved.steps:
            return "NOTHING TO CHANGE"
        return "IMPROVED" if improved.proven else "IMPROVED, NOT PROVEN"
    return "CHECKED QUERY" if all(one.passed for one in query.checks) else "QUERY WITH DOUBTS"


def good(query: QueryResult) -> bool:
    """Whether the page is good news from end to end."""
    return banner(query) in ("CHECKED QUERY", "EXPLAINED", "IMPROVED", "NOTHING TO CHANGE")


def parts(query: QueryResult, detail: Detail) -> tuple[Part, ...]:
    """The sections; those that have nothing to say are left out."""
    made = [
        *_answer(query),
        *_improved(query.improved, detail),
        *_reading(query, detail),
        *_checks(query),
        *_events(query.trial, detail),
        *_explained(query.explained, detail if query.kind != "explain" else "full"),
        *_behind(query, detail),
    ]
    return tuple(part for part in made if part.code or part.lines)


def _answer(query: QueryResult) -> Iterator[Part]:
    left = f"These words found no place: {', '.join(query.left_over)}." if query.left_over else ""
    if query.question or query.refused or left:
        lines = [Line(body=text, good=False) for text in (query.refused, query.question, left) if text]
        missing = "What is missing" if not query.text else "Worth saying"
        yield Part(heading=missing, lines=tuple(lines))
    if query.kind == "translate" and query.source_text:
        yield Part(heading="From", remark=query.source_dialect, code=query.source_text)
    if query.text and query.kind != "optimise":
        remark = ", ".join(
            part
            for part in (
                query.dialect_title,
                f"fields of {query.schema}" if query.schema else "",
                query.span,
            )
            if part
        )
        yield Part(heading="Query", remark=remark, code=query.text)


def _improved(improved: Improved | None, detail: Detail) -> Iterator[Part]:
    if improved is None:
        return
    yield Part(heading="Before", remark=f"estimated cost {improved.cost_before:,.0f}", code=improved.before)
    if improved.steps:
        gain = f"estimated cost {improved.cost_after:,.0f}, {percent(improved.gain)} less"
        yield Part(heading="After", remark=gain, code=improved.after)
        yield Part(
            heading="What was changed",
            lines=tuple(
                Line(
                    lead=step.rule,
                    body=step.reason,
                    note=f"{percent(step.gain)} less",
                    link=step.source,
                )
                for step in improved.steps
            ),
        )
    if improved.proof:
        yield Part(heading="Proof", lines=(Line(body=improved.proof, good=improved.proven),))
    yield Part(heading="Taken back", lines=tuple(Line(body=text, good=False) for text in improved.withdrawn))
    if improved.suggestions and detail != "brief":
        yield Part(
            heading="To decide yourself",
            remark="may change what is found",
            lines=tuple(
                Line(lead=one.rule, body=f"{one.reason} {one.caveat}".strip(), link=one.source)
                for one in improved.suggestions
            ),
        )
        if detail == "full":
            for one in improved.suggestions:
                yield Part(heading=f"With {one.rule}", code=one.text)


def _reading(query: QueryResult, detail: Detail) -> Iterator[Part]:
    if detail == "brief":
        return
    heard = [
        Line(lead=one.words, body=one.meaning, note="" if one.sure >= 0.6 else "not sure")
        for one in query.heard
    ]
    yield Part(heading="How the question was read", lines=tuple(heard))
    yield Part(heading="Taken for granted", lines=tuple(Line(body=text) for text in query.assumptions))
    if query.based_on:
        yield Part(
            heading="Rules that were near",
            lines=tuple(
                Line(lead=percent(one.likeness), body=one.title, note=one.used or "only near")
                for one in query.based_on[: 3 if detail == "normal" else 20]
            ),
        )


def _checks(query: QueryResult) -> Iterator[Part]:
    lines = [Line(lead=one.name, body=one.said, good=one.passed) for one in query.checks]
    trial = query.trial
    if trial is not None:
        lines += [Line(body=one.why, note=_shown(one.record), good=False) for one in trial.missed]
        lines += [Line(body=trial.note)] if trial.note else []
    yield Part(heading="Checks", lines=tuple(lines))


def _events(trial: Trial | None, detail: Detail) -> Iterator[Part]:
    if trial is None or not trial.events:
        return
    most = {"brief": 1, "normal": 3, "full": 5}[detail]
    found = f"{trial.events_matched:,} of {trial.events:,} events"
    rows = tuple(Line(body=_shown(row), code=True) for row in trial.first[:most])
    yield Part(
        heading="Your events", remark=found, lines=rows or (Line(body="None of them is found by it."),)
    )


def _shown(record: object) -> str:
    try:
        text = orjson.dumps(record, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        text = str(record)
    return text if len(text) <= _RECORD else text[: _RECORD - 1] + "…"


def _explained(explained: Explained | None, detail: Detail) -> Iterator[Part]:
    if explained is None or detail == "brief":
        return
    yield Part(heading="In words", lines=tuple(Line(body=text) for text in explained.sentences))
    yield Part(heading="Odd", lines=tuple(Line(body=text, good=False) for text in explained.warnings))
    yield Part(heading="Data it needs", lines=tuple(Line(body=text) for text in explained.sources))
    yield Part(
        heading="Techniques",
        lines=tuple(Line(lead=one, body=explained.reasons.get(one, "")) for one in explained.techniques),
    )
    yield Part(heading="Ordinary activity it may find", lines=tuple(map(_plain, explained.false_positives)))


def _plain(text: str) -> Line:
    return Line(body=text)


def _behind(query: QueryResult, detail: Detail) -> Iterator[Part]:
    if query.rule and query.rule != query.text and detail == "full":
        yield Part(heading="The same as Sigma", code=query.rule)
