"""`csq playbook`: steps that answer an incident."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from cybersecqwen.errors import UsageError

from .options import AllowTlp, Detail, Format, Model, Save

What = Annotated[
    list[str],
    typer.Argument(
        metavar="WHAT...",
        help='A technique (T1486), a CVE, an incident in words ("ransomware on a file server"), or reports of'
        " csq written with --format json; - reads one from standard input.",
    ),
]


def playbook(
    what: What,
    environment: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads this at run time on 3.11
        typer.Option("--environment", metavar="FILE", help="Your tools, people, assets and duties, as YAML."),
    ] = None,
    to: Annotated[
        str,
        typer.Option("--to", metavar="LANGUAGE", help="Language of searches; else the environment's."),
    ] = "",
    only: Annotated[
        str, typer.Option("--only", metavar="ID", help="One incident, finding or rule of the report.")
    ] = "",
    platform: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--platform", metavar="NAME", help="Where it happened; may be repeated."),
    ] = None,
    actions: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--actions", metavar="PATH", help="Actions of your own; may be repeated."),
    ] = None,
    reword: Annotated[
        bool,
        typer.Option("--reword", help="Let the model of --model reword messages and propose criteria, too."),
    ] = False,
    format: Format = "terminal",
    save: Save = None,
    model: Model = "none",
    detail: Detail = "normal",
    allow_tlp: AllowTlp = "",
) -> int:
    """Turn an incident, a technique or a report into steps: who does what, in which order, how one knows.

    Commands of its own: csq playbook check, rehearse.
    """
    from cybersecqwen.settings import load_settings
    from cybersecqwen.tasks.playbook.options import PlaybookOptions

    from .task import TaskCall, run_task

    paths, words = _parted(what)
    options = PlaybookOptions(
        environment=environment,
        only=only,
        platforms=tuple(platform or ()),
        language=to,
        actions=tuple(actions or ()),
        reword=reword,
        schemas=load_settings().schemas_path,
    )
    call = TaskCall(
        "playbook",
        tuple(paths),
        format,
        tuple(save or ()),
        model,
        "never",
        detail,
        question=" ".join(words),
        parameters=options,
        allow_tlp=allow_tlp,
    )
    return run_task(call)


def _parted(what: list[str]) -> tuple[list[str], list[str]]:
    """(files, words); what looks like a file and is none is told as such."""
    paths = [one for one in what if one == "-" or _is_file(one)]
    words = [one for one in what if one not in paths]
    for one in words:
        if one.lower().endswith(".json"):
            raise UsageError(f"There is no file {one[:200]!r}.", hint="csq triage … --save FILE writes one.")
    if paths and words:
        said = " ".join(words)[:60]
        raise UsageError(f"{said!r} is no file.", hint="Give either words or reports of csq, not both.")
    if "-" in paths and sys.stdin.isatty():
        print("csq: reading a report from the terminal; Ctrl-D ends it.", file=sys.stderr)
    return paths, words


def _is_file(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False
