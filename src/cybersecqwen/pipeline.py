"""The one path through the house, readable in a minute.

    assess (read, detect, judge, describe) → check → give out
                                              └→ ask a model → check its sentences → give out again

The computed report is complete and leaves first. A language model only adds sentences, and only
those that stand in the evidence; a draft of which nothing is kept is asked again, or handed to the
next model, at most `TRIES` times. That is the only loop.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .errors import ModelError
from .models.interface import Cancel, LanguageModel, Material, Options, Prompt
from .records import Problem, Report
from .tasks.interface import Ask, Request, Task, Tools
from .verify import CheckedDraft, check_draft, check_report
from .verify.draft import TOLD

TRIES = 2
"""Drafts asked for at most, over all models."""


def run(
    task: Task,
    request: Request,
    tools: Tools,
    models: Sequence[LanguageModel] = (),
    *,
    timeout_s: float = 30.0,
    cancel: Cancel | None = None,
) -> Iterator[Report]:
    """Give the computed report, then, where a model is at hand, the report with its sentences.

    Raises what `Task.assess` raises. Trouble with a model never loses the report: it is named among
    the problems of the second one.
    """
    report = task.assess(request, tools)
    start = time.perf_counter()
    report = check_report(report, tools.store)
    report = _timed(report, "verify", start)
    yield report
    ask = task.ask(report, tools) if models else None
    if ask is not None:
        yield narrate(task, report, ask, tools, models, timeout_s=timeout_s, cancel=cancel)


def narrate(
    task: Task,
    report: Report,
    ask: Ask,
    tools: Tools,
    models: Sequence[LanguageModel],
    *,
    timeout_s: float,
    cancel: Cancel | None = None,
) -> Report:
    """The report with what models wrote and the checks let through."""
    start = time.perf_counter()
    problems: list[Problem] = []
    asked = answered = 0
    try:
        report = task.consult(report, tools, models[0], timeout_s)
    except ModelError as error:
        problems.append(Problem(stage="write", message=error.message, subject=models[0].name))
    for attempt in range(TRIES if ask.max_tokens else 0):
        model = models[min(attempt, len(models) - 1)]
        left = timeout_s - (time.perf_counter() - start)
        if left <= 0 or (cancel is not None and cancel.is_set()):
            break
        options = Options(max_tokens=ask.max_tokens, timeout_s=left, seed=attempt, temperature=0.3 * attempt)
        try:
            draft = model.generate(_prompt(ask), options, cancel=cancel)
        except ModelError as error:
            problems.append(Problem(stage="write", message=error.message, subject=model.name))
            continue
        asked, answered = asked + draft.prompt_tokens, answered + draft.answer_tokens
        checked = check_draft(task.split(draft.text), report, tools.store, writer=draft.model)
        problems += _rejections(checked, draft.model)
        if checked.kept:
            report = replace(
                report,
                narrative=task.merge(report, checked.kept),
                provenance=replace(report.provenance, models=(draft.model,)),
            )
        if checked.kept or any(reason == TOLD for _, reason in checked.rejected):
            break  # what is true and already told is no reason to ask again
    if asked or answered:
        report = task.account(report, prompt_tokens=asked, answer_tokens=answered)
    return _timed(replace(report, problems=(*report.problems, *problems)), "model", start)


def _prompt(ask: Ask) -> Prompt:
    material = tuple(Material(label=label, text=text) for label, text in ask.material)
    return Prompt(instructions=ask.instructions, material=material, question=ask.question, skill=ask.skill)


def _rejections(checked: CheckedDraft, model: str) -> list[Problem]:
    return [
        Problem(stage="verify", message=f"A sentence of the model was struck out: {reason}", subject=model)
        for _, reason in checked.rejected
        if reason != TOLD
    ]


def _timed(report: Report, stage: str, start: float) -> Report:
    spent = round((time.perf_counter() - start) * 1000, 2)
    return replace(report, timings_ms={**report.timings_ms, stage: spent})
