"""`csq query` and its commands: optimise, explain, translate, schema, fields, test."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from .options import Detail, Format, Model, Save

if TYPE_CHECKING:
    from cybersecqwen.records import Report
    from cybersecqwen.tasks.query.options import QueryOptions

Words = Annotated[
    list[str],
    typer.Argument(metavar="WORDS...", help="What to look for, in plain words; - reads standard input."),
]
Text = Annotated[
    str,
    typer.Argument(
        metavar="QUERY", help="The query itself, or a file that holds it; - reads standard input."
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="LANGUAGE",
        help="splunk, kql, defender, sentinel, asim, eql, esql, lucene, opensearch, logscale, secops, sqlite,"
        " duckdb or sigma.",
    ),
]
From = Annotated[
    str,
    typer.Option(
        "--from", metavar="LANGUAGE", help="What the query is written in; left out, it is told by the text."
    ),
]
SchemaName = Annotated[
    str,
    typer.Option(
        "--schema",
        metavar="NAME",
        help="Whose fields: one that comes along, or one of `csq query schema import`.",
    ),
]
RunOn = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option("--run-on", metavar="FILE", help="Events of your own to run the query on; may be repeated."),
]
Rules = Annotated[
    Optional[list[Path]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option("--rules", metavar="PATH", help="More Sigma rules to learn from: folder, zip or file."),
]
LONGEST = 1_000_000
"""Characters of a query that is read from a file."""


def query(
    words: Words,
    to: To = "sigma",
    schema: SchemaName = "",
    run_on: RunOn = None,
    rules: Rules = None,
    format: Format = "terminal",
    save: Save = None,
    model: Model = "none",
    detail: Detail = "normal",
) -> int:
    """Write a query from words: checked, held against your schema, and run on events made for it.

    Commands of its own: csq query optimise, explain, translate, schema, fields, test.
    """
    from cybersecqwen.settings import load_settings
    from cybersecqwen.tasks.query.options import QueryOptions

    from .task import TaskCall, run_task

    text = " ".join(words)
    if text == "-":
        text = sys.stdin.buffer.read(4 * LONGEST).decode("utf-8", "replace")
    call = TaskCall(
        "query",
        tuple(run_on or ()),
        format,
        tuple(save or ()),
        model,
        "never",
        detail,
        question=text,
        parameters=QueryOptions(
            to=to, schema=schema, rules=tuple(rules or ()), schemas=load_settings().schemas_path
        ),
    )
    return run_task(call, then=_say_what_is_open if format == "query" else None)


def _say_what_is_open(report: Report) -> None:
    """What the query alone does not show, on standard error: a refusal, what is asked back and left over."""
    from cybersecqwen.render.defang import safe_text

    found = report.query
    if found is None:
        return
    left = f"These words found no place: {', '.join(found.left_over)}." if found.left_over else ""
    for text in filter(None, (found.refused, found.question, left)):
        print(f"csq: {safe_text(text)}", file=sys.stderr)


def optimise(
    text: Text,
    dialect: From = "",
    schema: SchemaName = "",
    events: Annotated[
        int, typer.Option(min=0, max=100_000, help="Events that before and after are run on.")
    ] = 2_000,
    format: Format = "terminal",
    save: Save = None,
    detail: Detail = "normal",
) -> int:
    """Make a query cheaper, and prove on events made for it that it still finds the same."""
    from cybersecqwen.tasks.query.options import QueryOptions

    options = QueryOptions(dialect=dialect, schema=schema, proof_events=events)
    return _given("query-optimise", text, options, format, save, detail)


def explain(
    text: Text,
    dialect: From = "",
    rules: Rules = None,
    format: Format = "terminal",
    save: Save = None,
    detail: Detail = "normal",
) -> int:
    """Say in plain words what a query finds, what it needs, and what else it may find."""
    from cybersecqwen.tasks.query.options import QueryOptions

    options = QueryOptions(dialect=dialect, rules=tuple(rules or ()))
    return _given("query-explain", text, options, format, save, detail)


def translate(
    text: Text,
    to: To,
    dialect: From = "",
    schema: SchemaName = "",
    from_schema: Annotated[
        str,
        typer.Option(
            "--from-schema", metavar="NAME", help="Whose fields the query has; its text tells, if not."
        ),
    ] = "",
    run_on: RunOn = None,
    format: Format = "terminal",
    save: Save = None,
    detail: Detail = "normal",
) -> int:
    """Write a query in another language, and run both on the same events."""
    from cybersecqwen.tasks.query.options import QueryOptions

    options = QueryOptions(to=to, dialect=dialect, schema=schema, from_schema=from_schema)
    return _given("query-translate", text, options, format, save, detail, tuple(run_on or ()))


def _given(
    task: str,
    text: str,
    options: QueryOptions,
    format: str,
    save: list[str] | None,
    detail: str,
    paths: tuple[str, ...] = (),
) -> int:
    from dataclasses import replace

    from cybersecqwen.settings import load_settings

    from .task import TaskCall, run_task

    call = TaskCall(
        task,
        paths,
        format,
        tuple(save or ()),
        "none",
        "never",
        detail,
        question=_text_of(text),
        parameters=replace(options, schemas=load_settings().schemas_path),
    )
    return run_task(call)


def _text_of(text: str) -> str:
    """The query that was meant: of standard input, of a file, or the text itself."""
    from cybersecqwen.errors import InputError, LimitError

    if text == "-":
        found = sys.stdin.buffer.read(4 * LONGEST + 1)
    elif _is_file(text):
        try:
            with Path(text).open("rb") as stream:
                found = stream.read(4 * LONGEST + 1)
        except OSError as error:
            raise InputError(f"{text!r} cannot be read: {error.strerror or error}.") from error
    elif _FILE.fullmatch(text):
        raise InputError(
            f"There is no file {text!r}.", hint="Give a file, - for standard input, or the query."
        )
    else:
        return text
    if len(found) > 4 * LONGEST:
        raise LimitError(f"The query is longer than {LONGEST:,} characters.")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The query is not UTF-8: {error.reason} at byte {error.start:,}.") from None


_FILE = re.compile(
    r"[^\s|=:<>\"'()]{1,200}\.(?:spl|kql|kusto|csl|eql|esql|lucene|sql|yml|yaml|txt|query|md|json)"
)
"""What can only be meant as the name of a file."""


def _is_file(text: str) -> bool:
    try:
        return len(text) <= 4_000 and Path(text).is_file()
    except (OSError, ValueError):  # longer than a name may be, or with a character that none has
        return False
