"""The commands and their options; every command only parses, calls `App`, renders."""

from __future__ import annotations

from typing import Annotated

import typer

from cybersecqwen import __version__

from . import (
    ask,
    audit,
    bench,
    intel,
    kb,
    logs,
    model,
    playbook,
    playbook_check,
    playbook_rehearse,
    query,
    query_schema,
    query_test,
    review,
    rules,
    specialist,
    train,
)
from .options import Detail, FailOn, Format, Model, Save

app = typer.Typer(
    name="csq",
    help="Defensive security on your own machine: nothing leaves it, and nothing is said that is not shown.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: the other one imports Markdown, syntax colours and more, 0.3 s
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(kb.app, name="kb")
app.add_typer(model.app, name="model")
app.add_typer(bench.app, name="bench")
app.add_typer(specialist.app, name="specialist")
app.add_typer(rules.app, name="rules")
app.add_typer(train.app, name="train")
app.add_typer(logs.baseline, name="logs-baseline", hidden=True)
app.add_typer(query_schema.app, name="query-schema", hidden=True)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"csq {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version


Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Files, folders or archives; - reads standard input.")
]


@app.command()
def triage(
    files: Files,
    format: Format = "terminal",
    save: Save = None,
    model: Model = "",
    fail_on: FailOn = "high",
    detail: Detail = "normal",
) -> int:
    """Judge an alert or a recording of events: verdict, evidence, ATT&CK, indicators, next steps."""
    from .task import TaskCall, run_task

    return run_task(TaskCall("triage", tuple(files), format, tuple(save or ()), model, fail_on, detail))


app.command()(logs.logs)
app.command()(intel.intel)
app.command("intel-match", hidden=True)(intel.match)
app.command("intel-diff", hidden=True)(intel.diff)
app.command()(query.query)
app.command("query-optimise", hidden=True)(query.optimise)
app.command("query-explain", hidden=True)(query.explain)
app.command("query-translate", hidden=True)(query.translate)
app.command("query-test", hidden=True)(query_test.check)
app.command("query-fields", hidden=True)(query_schema.fields)
app.command("playbook-check", hidden=True)(playbook_check.check)
app.command("playbook-rehearse", hidden=True)(playbook_rehearse.rehearse)
app.command()(review.review)
app.command()(playbook.playbook)
app.command()(ask.ask)
app.command()(audit.audit)


@app.command()
def doctor() -> int:
    """Check this installation: what is there, what is missing, and that nothing can leave the machine."""
    from .doctor import run_doctor

    return run_doctor()
