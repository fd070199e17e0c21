"""Threat intelligence: reports in; indicators, names, techniques, relations and an assessment out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from cybersecqwen.errors import UsageError
from cybersecqwen.records import Report
from cybersecqwen.tasks.interface import Ask, Request, Task, Tools

from .options import IntelOptions

__all__ = ["Intel", "IntelOptions"]


class Intel(Task):
    """Reports → what can be used, each with its place in the text."""

    name: ClassVar[str] = "intel"
    help: ClassVar[str] = "Read threat reports: indicators, actors, malware, techniques, with their places."

    def assess(self, request: Request, tools: Tools) -> Report:
        """Read, find, join and judge; see `Task.assess`."""
        from .merging import merge
        from .reading import read
        from .report import assessed, report_of

        options = request.parameters if request.parameters is not None else IntelOptions()
        if not isinstance(options, IntelOptions):
            raise UsageError("The task takes IntelOptions as its parameters.")
        start = time.perf_counter()
        reading = read(request, tools, options)
        found = time.perf_counter()
        picture = merge([one.intel for one in reading.analyses])
        origins = tuple(dict.fromkeys(name for one in reading.analyses for name in one.origins))
        attributions = [one.attribution for one in reading.analyses]
        intel = assessed(picture, attributions, origins, tools.store)
        report = report_of(intel, tools.store, reading.problems, reading.damage)
        spent = {"read": found - start, "assess": time.perf_counter() - found}
        return replace(report, timings_ms={stage: round(s * 1000, 2) for stage, s in spent.items()})

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """What a language model may be asked about the report; see `Task.ask`."""
        del tools
        from .narrative import ask

        return ask(report)

    def split(self, text: str) -> Sequence[str]:
        """Sentences of a model's text."""
        from cybersecqwen.tasks.triage.prompt import split

        return split(text)
