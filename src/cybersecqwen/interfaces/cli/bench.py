"""`csq bench`: how good answers are, measured on this machine."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from cybersecqwen.interfaces.cli.progress import Status

if TYPE_CHECKING:
    from cybersecqwen.bench import CtiTask
    from cybersecqwen.bench.choose import Wanted
    from cybersecqwen.bench.harness import Plan
    from cybersecqwen.bench.journal import Journal
    from cybersecqwen.bootstrap import App

app = typer.Typer(
    help="Benchmarks: how good answers are, with intervals and conditions.", no_args_is_help=True
)

_CONTEXT = 8192
"""Tokens of a local model: CTI-ATE's prompts list every technique."""


@app.callback()
def _top() -> None:
    """Keeps `cti` a command of its own while it is the only one."""


@app.command()
def cti(
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder with the official files (cti-mcq.tsv …).")
    ],
    task: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads this at run time on 3.11
        typer.Option(
            help="mcq, rcm, vsp, ate or taa; may be repeated. Left out: every task that can be run."
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="specialist, a name of `csq model list` (instant, standard …), or server."),
    ] = "specialist",
    open_book: Annotated[
        bool, typer.Option("--open-book", help="The model reads the store's passages (mcq).")
    ] = False,
    look_up: Annotated[
        bool,
        typer.Option(
            "--look-up", help="The store's own record of what is asked; never comparable (rcm, ate)."
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Items, drawn with the seed; 0 takes all.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the subset, of sampling and of intervals.")] = 0,
    trials: Annotated[int, typer.Option(min=1, max=100, help="Times a model is asked each item.")] = 1,
    temperature: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(min=0, max=2, help="Of a model; left out: 0, or 0.7 with several trials."),
    ] = None,
    max_tokens: Annotated[
        int, typer.Option(min=0, max=8192, help="Longest answer of a model; 0 takes the task's own bound.")
    ] = 0,
    truth: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="File with columns URL and GT, for taa, whose official file has no answers."),
    ] = None,
    save: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            "--save", "-o", metavar="PATH", help="Write the report there, .json or .md; answers beside it."
        ),
    ] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="terminal, json or markdown.")] = "terminal",
) -> int:
    """Run CTI-Bench as published. Interrupted with --save, the same command goes on where it stopped."""
    from cybersecqwen.bench.harness import Plan

    usual = 0.7 if trials > 1 else 0.0
    chosen = usual if temperature is None else temperature
    plan = Plan(limit=limit, seed=seed, trials=trials, temperature=chosen, max_tokens=max_tokens)
    call = Call(data, tuple(task or ()), model, open_book, look_up, truth, tuple(save or ()), format)
    return run(call, plan)


@dataclass(frozen=True, slots=True)
class Call:
    """What was typed."""

    data: Path
    tasks: tuple[str, ...]
    model: str
    open_book: bool
    look_up: bool
    truth: Path | None
    save: tuple[Path, ...]
    format: str


def run(call: Call, plan: Plan) -> int:
    """Measure and show; returns the exit code."""
    from cybersecqwen.bench import report
    from cybersecqwen.bench.journal import Journal
    from cybersecqwen.bootstrap import App
    from cybersecqwen.settings import load_settings

    _check(call)
    application = App(load_settings())
    journal_path = next((one.with_suffix(".answers.jsonl") for one in call.save), None)
    with (
        Journal(journal_path) as journal,
        Status() as status,
        _wanted(application, call, status) as wanted,
        _resumable(journal_path, status),
    ):
        records = list(_measure(application, call, plan, wanted, journal, status))
    for path in call.save:
        report.write(path, records)
        print(f"csq: wrote {path}", file=sys.stderr)
    sys.stdout.write(_shown(records, call.format))
    return 0


@contextmanager
def _resumable(path: Path | None, status: Status) -> Iterator[None]:
    """Say after an interruption what was kept."""
    try:
        yield
    except KeyboardInterrupt:
        status.clear()
        if path is not None and path.exists():
            print(
                f"csq: the answers so far are in {path}; the same command goes on from there", file=sys.stderr
            )
        raise


def _check(call: Call) -> None:
    """Say what cannot be before anything is asked."""
    from cybersecqwen.errors import OutputError, UsageError

    if call.format not in ("terminal", "json", "markdown"):
        raise UsageError(f"--format {call.format!r} is not one of terminal, json, markdown.")
    if call.look_up and (call.open_book or call.model != "specialist"):
        raise UsageError("--look-up reads the store alone, without a model.")
    if call.open_book and call.model == "specialist":
        raise UsageError("--open-book needs --model; without a model, mcq is open-book already.")
    for path in call.save:
        if path.suffix.lower() not in (".json", ".md"):
            raise UsageError(f"{path.name!r} ends in neither .json nor .md.")
        if not path.parent.is_dir():
            raise OutputError(
                f"There is no folder {str(path.parent)!r} to write into.", hint="Create it first."
            )


@contextmanager
def _wanted(application: App, call: Call, status: Status) -> Iterator[Wanted]:
    """The subject that was asked for, its model open while the block lasts."""
    from cybersecqwen.bench.choose import SPECIALIST, Wanted
    from cybersecqwen.bootstrap import App

    if call.model == SPECIALIST:
        yield Wanted(look_up=call.look_up)
        return
    status.update(f"Loading {call.model}", 0, 0)
    if call.model == "server":
        # Each item is a question of its own: one that has no answer says nothing of the next.
        patient = App(replace(application.settings, server_failures=1_000_000))
        with patient.models("server") as models:
            status.clear()
            yield Wanted(model=models[0], facts={"backend": "server"}, open_book=call.open_book)
        return
    known = application.shelf.show(call.model)
    facts = {"sha256": known.sha256, "quantisation": known.quantisation, "backend": "llama.cpp"}
    skilled = application.settings.adapters
    if skilled and (adapters := application.shelf.adapters(known)):
        facts["adapters"] = " ".join(f"{one.name}:{one.sha256[:16]}" for one in adapters)
    start = time.perf_counter()
    with application.shelf.load(call.model, context=_CONTEXT, skilled=skilled) as model:
        status.clear()
        load_s = time.perf_counter() - start
        yield Wanted(model=model, facts=facts, open_book=call.open_book, load_s=load_s)


def _measure(
    application: App, call: Call, plan: Plan, wanted: Wanted, journal: Journal, status: Status
) -> Iterator[dict[str, Any]]:
    """A record for each task; one that was not named and cannot be run is passed over with a sentence."""
    from cybersecqwen.bench import CTI_TASKS, harness, report, tsv
    from cybersecqwen.bench.choose import subject_for
    from cybersecqwen.bench.conditions import conditions
    from cybersecqwen.errors import CsqError, NothingAnalysedError

    facts = conditions()
    done = 0
    for name in call.tasks or CTI_TASKS.names():
        task: CtiTask = CTI_TASKS.get(name)(application.store)
        try:
            start = time.perf_counter()
            data = tsv.read(tsv.find(call.data, task), task, call.truth if task.optional_truth else None)
            read_s = time.perf_counter() - start
            subject = subject_for(task, wanted, application.store)
            load_s = wanted.load_s + time.perf_counter() - start - read_s
        except CsqError as error:
            if call.tasks:
                raise
            print(f"csq: {name} left out: {error.message}", file=sys.stderr)
            continue
        items = harness.subset(data.items, plan.limit, plan.seed)
        result = harness.run(task, subject, items, plan, journal, status.update)
        status.clear()
        yield report.record(
            task, subject, data, plan, result, facts, knowledge=application.store.version, load_s=load_s
        )
        done += 1
    if not done:
        raise NothingAnalysedError("No task could be run.", hint="--data names the folder of cti-mcq.tsv.")


def _shown(records: list[dict[str, Any]], format: str) -> str:
    from cybersecqwen.bench import report, table

    if format == "json":
        return json.dumps({"schema": report.SCHEMA, "reports": records}, indent=1) + "\n"
    if format == "markdown":
        return report.markdown(records)
    from cybersecqwen.render import RenderOptions

    options = RenderOptions.for_stream(sys.stdout)
    return table.draw(records, width=options.columns, color=options.color)
