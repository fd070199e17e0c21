"""`csq review`: code and packages."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from cybersecqwen.errors import UsageError

from .options import Detail, FailOn, Format, Model, Save

if TYPE_CHECKING:
    from cybersecqwen.records import Report

Paths = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Argument(metavar="[PATH]...", help="Files or folders; this folder where left out."),
]


def review(
    paths: Paths = None,
    diff: Annotated[
        str,
        typer.Option(
            "--diff", metavar="REV", help="Only what changed since this commit; REV... since they parted."
        ),
    ] = "",
    staged: Annotated[
        bool, typer.Option("--staged", help="Only what is staged for the next commit.")
    ] = False,
    baseline: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--baseline", metavar="FILE", help="Findings that are known and do not count."),
    ] = None,
    write_baseline: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--write-baseline", metavar="FILE", help="Write all open findings there as known."),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write the fixes that were checked.")] = False,
    diff_only: Annotated[
        bool, typer.Option("--diff-only", help="Print the fixes that were checked as a patch, and no report.")
    ] = False,
    test: Annotated[
        str,
        typer.Option(
            "--test", metavar="CMD", help="With --fix: keep the fixes only where this command passes."
        ),
    ] = "",
    rules: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--rules", metavar="DIR", help="Folder with rules of your own; may be repeated."),
    ] = None,
    ruff: Annotated[
        bool, typer.Option("--ruff", help="Have ruff's S rules look, too, where ruff is installed.")
    ] = False,
    semgrep: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--semgrep",
            metavar="RULES",
            help="Run rules of your own by semgrep or opengrep, too, where installed.",
        ),
    ] = None,
    environment: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            "--environment",
            metavar="DIR",
            help="What is installed there, too: a virtual environment, site-packages, node_modules.",
        ),
    ] = None,
    vex: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--vex", metavar="FILE", help="OpenVEX: vulnerabilities that do not matter here."),
    ] = None,
    code: Annotated[bool, typer.Option(help="Look at code and configuration.")] = True,
    packages: Annotated[bool, typer.Option(help="Look at manifests and lock files.")] = True,
    allow_nothing: Annotated[
        bool, typer.Option("--allow-nothing", help="Exit 0 where there is nothing to review: for hooks.")
    ] = False,
    cache: Annotated[bool, typer.Option(help="Keep what was found in a file until it changes.")] = True,
    format: Format = "terminal",
    save: Save = None,
    model: Model = "none",
    fail_on: FailOn = "high",
    detail: Detail = "normal",
) -> int:
    """Review code and packages: what is insecure, why it matters, what to do instead.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 wrong usage, 3 nothing to review.
    """
    from cybersecqwen.settings import load_settings
    from cybersecqwen.tasks.review.options import ReviewOptions

    from .task import TaskCall, run_task

    if write_baseline is not None and (diff or staged):
        raise UsageError(
            "--write-baseline would forget what is known of files that did not change.",
            hint="Leave --diff and --staged out: a baseline is about the whole tree.",
        )
    if (ruff or semgrep) and (diff or staged):
        raise UsageError("--ruff and --semgrep look at whole files: leave --diff and --staged out.")
    if fix and diff_only:
        raise UsageError("--fix writes the fixes, --diff-only prints them: give one of both.")
    if test and not fix:
        raise UsageError("--test says which fixes are kept, so it needs --fix.")
    settings = load_settings()
    call = TaskCall(
        "review",
        tuple(paths or ["."]),
        format,
        tuple(save or ()),
        model,
        fail_on,
        detail,
        parameters=ReviewOptions(
            diff=diff,
            staged=staged,
            baseline=baseline,
            write_baseline=write_baseline,
            rules=tuple(rules or ()),
            ruff=ruff,
            semgrep=semgrep,
            environments=tuple(environment or ()),
            vex=vex,
            allow_nothing=allow_nothing,
            patches=fix or diff_only,
            code=code,
            packages=packages,
            cache=settings.cache_dir if cache else None,
            advisories=settings.advisories_path,
            epss=settings.epss_path,
        ),
    )
    if not fix and not diff_only:
        return run_task(call)
    return run_task(
        call,
        then=lambda report: _mend(report, tuple(rules or ()), test, write=not diff_only),
        silent=diff_only,
    )


def _mend(report: Report, rules: tuple[Path, ...], test: str, *, write: bool) -> None:
    """Write the fixes, or print them as a patch."""
    from cybersecqwen.detect.code.rulebook import CodeRules
    from cybersecqwen.tasks.review import mending

    review = report.review
    assert review is not None
    for problem in report.problems:
        if problem.stage == "write":
            often = f" ({problem.count} times)" if problem.count > 1 else ""
            print(f"csq: {problem.message}{often}", file=sys.stderr)
    root = Path(review.root) if review.root else Path()
    made = mending.mend(review.findings, CodeRules.shipped(rules), root, review.opened)
    if not write:
        _print_patch(b"".join(made.diffs.values()))
        _say_refused(made.refused)
        return
    said = mending.write(made, test)
    files = "1 file" if len(made.diffs) == 1 else f"{len(made.diffs)} files"
    fixes = "1 fix was" if made.fixes == 1 else f"{made.fixes} fixes were"
    print(f"csq: {fixes} written to {files}. {said}".rstrip(), file=sys.stderr)
    _say_refused(made.refused)


def _print_patch(patch: bytes) -> None:
    """The bytes as they are for a program; for people with every character visible."""
    if sys.stdout.isatty():
        from cybersecqwen.render.defang import safe_text

        sys.stdout.write(safe_text(patch.decode("utf-8", "replace"), lines=True))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(patch)
    sys.stdout.buffer.flush()


def _say_refused(refused: Mapping[str, str]) -> None:
    for path, why in refused.items():
        print(f"csq: {path!r}: {why}", file=sys.stderr)
