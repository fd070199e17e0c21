"""`csq audit`: saved reports held against controls."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Detail, FailOn, Format, Save

Reports = Annotated[
    list[str],
    typer.Argument(
        metavar="REPORT...", help="Reports saved with --format json: files, folders; - reads standard input."
    ),
]


def audit(
    reports: Reports,
    framework: Annotated[
        str, typer.Option("--framework", help="What the page is ordered by: 800-53, iso27001 or cis.")
    ] = "800-53",
    baseline: Annotated[
        str, typer.Option("--baseline", help="Which controls are expected: low, moderate or high.")
    ] = "moderate",
    format: Format = "terminal",
    save: Save = None,
    fail_on: FailOn = "high",
    detail: Detail = "normal",
) -> int:
    """Hold saved reports against NIST SP 800-53: evidence for each control, coverage, gaps.

    Exit codes: 0 no control fails at or above --fail-on, 1 one does, 2 wrong usage, 3 no report was read.
    """
    from cybersecqwen.tasks.audit.options import AuditOptions

    from .task import TaskCall, run_task

    parameters = AuditOptions(framework=framework, baseline=baseline)
    return run_task(
        TaskCall(
            "audit", tuple(reports), format, tuple(save or ()), "none", fail_on, detail, parameters=parameters
        )
    )
