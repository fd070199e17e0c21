"""`csq logs` and `csq logs baseline`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Annotated, Optional

import typer

from .options import Detail, FailOn, Format, Model, Save

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Files, folders, archives or patterns; - reads standard input."),
]
Rules = Annotated[
    Optional[list[Path]],  # noqa: UP045 - typer reads this at run time on 3.11
    typer.Option("--rules", metavar="PATH", help="Sigma rules beside those installed; may be repeated."),
]
BaselineFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--baseline", metavar="FILE", help="What is ordinary here: see `csq logs baseline learn`."),
]
Price = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(help="What a service asks for a million tokens: says what the same lines would cost there."),
]


def logs(
    paths: Paths,
    rules: Rules = None,
    only_rules: Annotated[bool, typer.Option("--only-rules", help="Only the sets of --rules.")] = False,
    baseline: BaselineFile = None,
    anomalies: Annotated[bool, typer.Option(help="Look for what no rule describes as well.")] = True,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on as the files grow, until interrupted.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    price: Price = None,
    format: Format = "terminal",
    save: Save = None,
    model: Model = "",
    fail_on: FailOn = "high",
    detail: Detail = "normal",
) -> int:
    """Read every log line: what rules describe, what no rule describes, grouped and explained.

    Commands of its own: csq logs baseline learn, update, show, compare.
    """
    from cybersecqwen.detect.workers import collect_seldom
    from cybersecqwen.errors import UsageError
    from cybersecqwen.settings import load_settings
    from cybersecqwen.tasks.logs import LogOptions

    from .task import TaskCall, run_task

    if only_rules and not rules:
        raise UsageError("--only-rules needs --rules.")
    if price is not None and not 0 <= price < inf:
        raise UsageError("--price takes what a million tokens cost, 0 or more.")
    collect_seldom()
    options = LogOptions(
        rules=tuple(rules or ()),
        only=only_rules,
        anomalies=anomalies,
        baseline=baseline,
        price=price,
        state=load_settings().cache_dir / "stopped",
        resume=resume,
    )
    if follow:
        from .follow import run_follow

        if resume:
            raise UsageError("--follow begins with what is there; it cannot go on with a stopped run.")
        return run_follow(tuple(paths), options, format)
    call = TaskCall(
        "logs", tuple(paths), format, tuple(save or ()), model, fail_on, detail, parameters=options
    )
    with _stops_like_an_interruption():
        return run_task(call)


@contextmanager
def _stops_like_an_interruption() -> Iterator[None]:
    """What asks the program to end (a service manager, `timeout`) gets a report, as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


baseline = typer.Typer(help="What is ordinary here: learned once, compared with later.", no_args_is_help=True)


@baseline.command("learn")
def learn(
    paths: Paths,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where the baseline is written.")],
    name: Annotated[str, typer.Option(help="What it is of, for people.")] = "",
) -> int:
    """Learn from logs of ordinary times."""
    return _learn(paths, to, None, name)


@baseline.command("update")
def update(
    file: Annotated[Path, typer.Argument(help="A baseline.")],
    paths: Paths,
) -> int:
    """Add what further logs show; the file is replaced, whole or not at all."""
    return _learn(paths, file, file, "")


@baseline.command("show")
def show(file: Annotated[Path, typer.Argument(help="A baseline.")]) -> int:
    """Say what is in it."""
    from cybersecqwen.detect.anomalies.baseline import Baseline
    from cybersecqwen.render.defang import safe_text

    known = Baseline.load(file)
    known.name = safe_text(known.name)  # so that it stays on its line
    print(safe_text(known.summary(), lines=True))
    return 0


@baseline.command("compare")
def compare(
    before: Annotated[Path, typer.Argument(help="A baseline.")],
    after: Annotated[Path, typer.Argument(help="A later one.")],
) -> int:
    """Say what is new, gone, more and less frequent in the second."""
    from cybersecqwen.detect.anomalies.baseline import Baseline
    from cybersecqwen.render.defang import safe_text

    lines = Baseline.load(before).compare(Baseline.load(after))
    for line in lines:
        print(safe_text(str(line)))
    return 0


def _learn(paths: list[str], to: Path, onto: Path | None, name: str) -> int:
    import sys

    from cybersecqwen.bootstrap import App
    from cybersecqwen.detect.anomalies.baseline import Baseline
    from cybersecqwen.detect.workers import collect_seldom
    from cybersecqwen.errors import OutputError
    from cybersecqwen.settings import load_settings
    from cybersecqwen.tasks.interface import Request
    from cybersecqwen.tasks.logs.learning import learn as learned

    from .progress import Status

    if not to.parent.is_dir():
        raise OutputError(
            f"There is no folder {str(to.parent)!r} to write {str(to)!r} into.", hint="Create it first."
        )
    known = Baseline.load(onto) if onto is not None else None
    collect_seldom()
    with Status() as status:
        app = App(load_settings(), progress=status.update)
        request = Request(paths=tuple(paths), stdin=sys.stdin.buffer if "-" in paths else None)
        made, records = learned(request, app.tools)
        status.clear()
    if known is not None:
        known.merge(made)
        made = known
    if name:
        made.name = name
    made.save(to)
    print(f"csq: learned from {records:,} records; wrote {to}", file=sys.stderr)
    return 0
