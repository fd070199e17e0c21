"""`csq ask`: a question, answered from the knowledge store."""

from __future__ import annotations

import sys
from typing import Annotated, Optional

import typer

from .options import Detail, Format, Model, Save

Question = Annotated[
    list[str],
    typer.Argument(metavar="QUESTION...", help="The question; - reads it from standard input."),
]
Options = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option(
        "--option",
        "-O",
        metavar="TEXT",
        help="An option to choose from; give it again for each."
        " Lines in the question that begin with A), B) … are options too.",
    ),
]


def ask(
    question: Question,
    option: Options = None,
    format: Format = "terminal",
    save: Save = None,
    model: Model = "",
    detail: Detail = "normal",
) -> int:
    """Answer a question from the knowledge store, with citations, or say that it is not in it."""
    from cybersecqwen.tasks.ask.question import LONGEST

    from .task import TaskCall, run_task

    text = " ".join(question)
    if text == "-":  # more than the longest question, so that a longer one is refused and not cut
        text = sys.stdin.buffer.read(4 * (LONGEST + 1)).decode("utf-8", "replace")
    call = TaskCall(
        "ask",
        (),
        format,
        tuple(save or ()),
        model,
        "never",
        detail,
        question=text,
        options=tuple(option or ()),
    )
    return run_task(call)
