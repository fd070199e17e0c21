"""Running a task from the command line: the same for every task."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import OutputError, UsageError
from cybersecqwen.records import Report, Severity
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.interface import Request

from .output import console_options, show, show_update, suffix_format, write_files
from .progress import Status

if TYPE_CHECKING:
    from cybersecqwen.models.interface import LanguageModel
    from cybersecqwen.records.intel import Tlp


@dataclass(frozen=True, slots=True)
class TaskCall:
    """What was typed."""

    task: str
    paths: tuple[str, ...]
    format: str
    save: tuple[str, ...]
    model: str
    fail_on: str
    detail: str
    question: str = ""
    options: tuple[str, ...] = ()
    parameters: object = None
    allow_tlp: str = ""
    stdin: bool = False
    """Whether standard input is read though it is not among the paths."""


def run_task(call: TaskCall, *, then: Callable[[Report], None] | None = None, silent: bool = False) -> int:
    """Run it, show it unless `silent`, and do `then` what follows from it; returns the exit code."""
    floor = _floor(call.fail_on)
    _check_outputs(call)
    with Status() as status, ExitStack() as stack:
        app = App(load_settings(), progress=status.update)
        request = Request(
            paths=call.paths,
            stdin=sys.stdin.buffer if call.stdin or "-" in call.paths else None,
            question=call.question,
            options=call.options,
            parameters=call.parameters,
        )
        models = _Lazy(app, stack, _wanted(call), status)
        if silent:
            report = _narrated(app, call, next(app.run(call.task, request)), models, status)
            status.clear()
        else:
            report = _show_all(app, call, request, models, status)
        if then is not None:
            then(report)
    return 1 if floor is not None and report.severity >= floor else 0


def _show_all(app: App, call: TaskCall, request: Request, models: _Lazy, status: Status) -> Report:
    """On a terminal the computed report at once and the model's part when it comes; else one report."""
    report = next(app.run(call.task, request))
    status.clear()
    _check_marking(call, report)
    shown = call.format == "terminal" and bool(models.wanted)
    try:
        if shown:
            show(report, call.format, console_options(call.detail))
        before = report
        report = _narrated(app, call, before, models, status)
        if shown and report is not before:
            show_update(before, report)
        if not shown:
            show(report, call.format, console_options(call.detail))
    finally:
        # What has been computed is written also where a pager was left or the model interrupted.
        status.clear()
        write_files(report, call.save, call.detail)
    return report


def _narrated(app: App, call: TaskCall, report: Report, models: _Lazy, status: Status) -> Report:
    """The report with what a model adds; itself where none is wanted or asked."""
    from cybersecqwen.pipeline import narrate
    from cybersecqwen.tasks import TASKS

    task = TASKS.get(call.task)()
    ask = task.ask(report, app.tools) if models.wanted else None
    opened = models.open() if ask is not None else ()
    if ask is None or not opened:
        return report
    status.update(f"Asking {opened[0].name}", 0, 0)
    made = narrate(task, report, ask, app.tools, opened, timeout_s=app.settings.model_timeout_s)
    status.clear()
    return made


def _check_marking(call: TaskCall, report: Report) -> None:
    """Refuse what the marking of a report forbids, before any of it leaves."""
    from cybersecqwen.render.marking import check_export

    allowed = _allowed(call.allow_tlp)
    check_export(report, call.format, allowed)
    for name in call.save:
        check_export(report, suffix_format(name), allowed, saved=True)


class _Lazy:
    """Models are opened after the computed report is out: loading one takes longer than judging."""

    def __init__(self, app: App, stack: ExitStack, wanted: str, status: Status) -> None:
        self.wanted = wanted
        self._app, self._stack, self._status = app, stack, status

    def open(self) -> tuple[LanguageModel, ...]:
        self._status.update("Loading the language model", 0, 0)
        try:
            return self._stack.enter_context(self._app.models(self.wanted))
        finally:
            self._status.clear()


def _wanted(call: TaskCall) -> str:
    from cybersecqwen.render import FORMATS

    if call.model:
        return "" if call.model == "none" else call.model
    people = any(FORMATS.get(name).for_people for name in (call.format, *map(suffix_format, call.save)))
    return "auto" if people else ""


def _floor(fail_on: str) -> Severity | None:
    if fail_on == "never":
        return None
    try:
        return Severity[fail_on.upper()]
    except KeyError:
        known = ", ".join(s.label for s in Severity)
        raise UsageError(
            f"--fail-on {fail_on!r} is no severity.", hint=f"Known are: {known}, never."
        ) from None


def _allowed(level: str) -> Tlp:
    """The strictest marking that may be exported."""
    from cybersecqwen.records.intel import Tlp
    from cybersecqwen.render.marking import DEFAULT_ALLOWED

    if not level:
        return DEFAULT_ALLOWED
    name = level.upper().removeprefix("TLP:")
    try:
        return Tlp(f"TLP:{name}")
    except ValueError:
        raise UsageError(
            f"--allow-tlp {level[:40]!r} is no marking.",
            hint="Known are: clear, green, amber, amber+strict, red.",
        ) from None


def _check_outputs(call: TaskCall) -> None:
    """Say what cannot be written before the work is done, not after."""
    from cybersecqwen.render import FORMATS

    _allowed(call.allow_tlp)

    FORMATS.get(call.format)
    if call.detail not in ("brief", "normal", "full"):
        raise UsageError(f"--detail {call.detail!r} is not one of brief, normal, full.")
    for name in call.save:
        FORMATS.get(suffix_format(name))
        folder = Path(name).parent
        if not folder.is_dir():
            raise OutputError(
                f"There is no folder {str(folder)!r} to write {name!r} into.", hint="Create it first."
            )
