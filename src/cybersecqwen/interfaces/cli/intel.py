"""`csq intel`, `csq intel match` and `csq intel diff`."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from .options import AllowTlp, Detail, FailOn, Format, Model, Save

Reports = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Reports: text, Markdown, HTML, PDF, DOCX, EML; folders; archives; -.",
    ),
]


def intel(
    files: Reports,
    domain: Annotated[
        str, typer.Option(help="Matrix of ATT&CK: enterprise, mobile or ics; left out, the text tells.")
    ] = "",
    allow_tlp: AllowTlp = "",
    format: Format = "terminal",
    save: Save = None,
    model: Model = "",
    fail_on: FailOn = "never",
    detail: Detail = "normal",
) -> int:
    """Read threat reports: indicators, actors, malware, vulnerabilities, techniques, each with its place.

    Commands of its own: csq intel match REPORT LOGS..., csq intel diff BEFORE AFTER.
    """
    from cybersecqwen.errors import UsageError
    from cybersecqwen.specialists.technique import DOMAINS
    from cybersecqwen.tasks.intel import IntelOptions

    from .task import TaskCall, run_task

    if domain and domain not in DOMAINS:
        raise UsageError(f"There is no ATT&CK matrix {domain[:40]!r}.", hint=f"Choose {', '.join(DOMAINS)}.")
    call = TaskCall(
        "intel",
        tuple(files),
        format,
        tuple(save or ()),
        model,
        fail_on,
        detail,
        parameters=IntelOptions(domain=domain),
        allow_tlp=allow_tlp,
    )
    return run_task(call)


def match(
    report: Annotated[
        str,
        typer.Argument(metavar="REPORT", help="A report, a saved one (.json) or a list of indicators."),
    ],
    logs: Annotated[
        list[str],
        typer.Argument(metavar="LOGS...", help="Logs of any kind: files, folders, archives, patterns; -."),
    ],
    more: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
        typer.Option("--report", metavar="REPORT", help="A further report; give it again for each."),
    ] = None,
    format: Format = "terminal",
    save: Save = None,
    fail_on: FailOn = "medium",
    detail: Detail = "normal",
    allow_tlp: AllowTlp = "",
) -> int:
    """Look for the indicators of reports in your own logs; exits with 1 where one stands there."""
    from cybersecqwen.detect.workers import collect_seldom
    from cybersecqwen.errors import UsageError
    from cybersecqwen.tasks.intel.matching import MatchOptions

    from .task import TaskCall, run_task

    reports = (report, *(more or ()))
    if [*reports, *logs].count("-") > 1:
        raise UsageError("Standard input can be read once: give - for the report or for the logs.")
    collect_seldom()
    call = TaskCall(
        "intel-match",
        tuple(logs),
        format,
        tuple(save or ()),
        "none",
        fail_on,
        detail,
        parameters=MatchOptions(reports=reports),
        stdin="-" in reports,
        allow_tlp=allow_tlp,
    )
    return run_task(call)


def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A report, a folder or a saved report.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="A later one.")],
    format: Format = "terminal",
    save: Save = None,
    detail: Detail = "normal",
    allow_tlp: AllowTlp = "",
) -> int:
    """Say what is new, gone and judged differently in the second of two reports."""
    from .task import TaskCall, run_task

    call = TaskCall(
        "intel-diff",
        (before, after),
        format,
        tuple(save or ()),
        "none",
        "never",
        detail,
        allow_tlp=allow_tlp,
    )
    return run_task(call)
