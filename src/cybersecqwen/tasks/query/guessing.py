"""Which language a query is written in, by its text."""

from __future__ import annotations

import re

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.errors import QueryError, QuerySyntaxError, UsageError

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("sigma", re.compile(r"(?m)^(?:title|logsource|detection|correlation)\s*:")),
    ("duckdb", re.compile(r"(?is)^\s*(?:select\b|with\b.{0,2000}?\bas\s*\()")),
    ("eql", re.compile(r"(?i)^\s*(?:sequence\b|sample\s+by\b|[a-z_]{1,40}\s+where\b)")),
    ("esql", re.compile(r"(?i)^\s*(?:from\s+[\w.*:\-\",\s]{1,400}?(?:\||$|metadata\b)|row\b|show\b)")),
    ("spl", re.compile(r"(?i)^\s*(?:\||`|search\b|index\s*=|sourcetype\s*=|source\s*=|eventtype\s*=)")),
    ("kql", re.compile(r"(?i)^\s*(?:let\s+\w|[A-Za-z_]\w{2,60}\s*(?:\||$)|union\b|search\s+in\b)")),
    ("secops", re.compile(r"(?i)\b(?:principal|target|metadata|src|network)\.[a-z_.]{3,}\s*(?:=|!=)")),
    ("logscale", re.compile(r"(?i)#\w+\s*=|=\s*/.{0,400}/[a-z]*\s*(?:\||$)|\bgroupBy\s*\(")),
    ("spl", re.compile(r"(?i)\|\s*(?:stats|eval|table|rex|tstats|where)\b")),
    ("lucene", re.compile(r"\w[\w.@]*\s*:")),
)
"""Looked for in this order; a language is taken where its mark stands and the text parses in it."""


def dialect_of(text: str, named: str = "") -> str:
    """The language: the one that is named, else the first whose marks the text has and that takes it.

    Raises UsageError where no language takes the text, QuerySyntaxError where only one could be meant.
    """
    if named:
        from .targets import target_of

        return target_of(named).dialect
    problems: list[tuple[str, QueryError]] = []
    for name, shape in _SHAPES:
        if any(name == tried for tried, _ in problems) or not shape.search(text[:4_000]):
            continue
        try:
            dialect = DIALECTS.get(name)()
            dialect.parse(text)
        except QueryError as error:
            problems.append((name, error))
            continue
        return name
    if len(problems) == 1 and isinstance(problems[0][1], QuerySyntaxError):
        raise problems[0][1]
    tried = ", ".join(name for name, _ in problems)
    raise UsageError(
        f"The language of the query cannot be told{f'; it is not valid {tried}' if tried else ''}.",
        hint="Name it: --from splunk, kql, eql, esql, lucene, logscale, secops, sqlite, duckdb or sigma.",
    )
