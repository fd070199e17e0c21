"""Logs: every line read, what rules describe and what no rule describes, grouped and explained."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from cybersecqwen.errors import UsageError
from cybersecqwen.records import Report
from cybersecqwen.tasks.interface import Ask, Request, Task, Tools

from .options import LogOptions

__all__ = ["LogOptions", "Logs"]


class Logs(Task):
    """Any logs → detections, anomalies, a timeline, an explanation."""

    name: ClassVar[str] = "logs"
    help: ClassVar[str] = "Read every log line: what rules describe, what no rule describes, explained."

    def assess(self, request: Request, tools: Tools) -> Report:
        """Read, detect, judge and describe; see `Task.assess`. RuleError for rules that cannot be read."""
        from .cost import Meter
        from .interruption import Undisturbed
        from .reading import read
        from .report import report_of

        options = request.parameters if request.parameters is not None else LogOptions()
        if not isinstance(options, LogOptions):
            raise UsageError("The task takes LogOptions as its parameters.")
        meter = Meter()
        rules = tools.load_sigma(options.rules, options.only)
        loaded = meter.seconds()
        reading = read(request, tools, rules, options)
        scanned = meter.seconds()
        with Undisturbed(once=True):  # the reading is over, and there is nothing left to go on with
            report = report_of(request, tools, rules, options, reading, meter)
        spent = {"rules": loaded, "read": scanned - loaded, "assess": meter.seconds() - scanned}
        timings = {stage: round(seconds * 1000, 2) for stage, seconds in spent.items()}
        return replace(report, timings_ms=timings)

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """What a language model may be asked about the report; see `Task.ask`."""
        del tools
        from .narrative import ask

        return ask(report)

    def account(self, report: Report, *, prompt_tokens: int, answer_tokens: int) -> Report:
        """The cost with the model's tokens, and the lines behind what it was asked; see `Task.account`."""
        from .narrative import lines_behind

        logs = dict(report.extra["logs"])
        cost = {
            **logs["cost"],
            "model_lines": lines_behind(report),
            "prompt_tokens": prompt_tokens,
            "answer_tokens": answer_tokens,
        }
        return replace(report, extra={**report.extra, "logs": {**logs, "cost": cost}})
