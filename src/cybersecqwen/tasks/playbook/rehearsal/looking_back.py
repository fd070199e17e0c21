"""The review after a rehearsal, made from its log alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cybersecqwen.records.playbook import Phase
from cybersecqwen.records.rehearsal import (
    AfterAction,
    Decision,
    PhaseTime,
    Reply,
    StepTime,
    ThrownInject,
)

from .log import TOLD, Entry, Recorded

SLOW = 1.5
"""A step is slow from this many times its expected minutes, and at least a minute over them."""
MOST_QUESTIONS = 30
UNKNOWN_PHASE = "no phase named"


def looked_back(recorded: Recorded) -> AfterAction:
    """What was done, how long it took, what came in between, and what to talk about."""
    header = recorded.header
    kept = list(_standing(recorded.entries))
    steps = tuple(_steps(recorded.entries, kept))
    injects = tuple(_injects(recorded.entries))
    unsaid = tuple(f"{one['name']}: {one['text']}" for one in kept if one["kind"] in ("unsaid", "bound"))
    ends = [one for one in kept if one["kind"] == "end"]
    finished = bool(ends)
    return AfterAction(
        playbook=header["playbook"]["name"],
        playbook_id=header["playbook"]["id"],
        sha256=header["playbook"]["sha256"],
        version=header["version"],
        seed=header["seed"],
        started=header["time"],
        finished=finished,
        steps=steps,
        steps_in_playbook=header["steps"],
        phases=tuple(_phases(steps)),
        injects=injects,
        decisions=tuple(_decisions(kept)),
        unsaid=unsaid,
        seconds=sum(float(one.get("seconds", 0.0)) for one in recorded.entries),
        scenario_minutes=ends[-1]["scenario_minutes"] if ends else _tried(steps),
        questions=tuple(_questions(steps, injects, unsaid, finished))[:MOST_QUESTIONS],
        counts={reply.value: sum(step.answer is reply for step in steps) for reply in Reply},
    )


def _standing(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Inputs that were not taken back, and what was told after each."""
    groups: list[list[Entry]] = [[]]
    for one in entries:
        if one["kind"] in ("answer", "decision", "switch"):
            groups.append([one])
        elif one["kind"] == "back":
            if len(groups) > 1:
                groups.pop()
        elif one["kind"] in TOLD or one["kind"] == "end":
            groups[-1].append(one)
    for group in groups:
        yield from group


def _steps(entries: Sequence[Entry], kept: Sequence[Entry]) -> Iterator[StepTime]:
    """Answered steps in order; a step of a loop once for each time, with the time of that time."""
    spent: Counter[str] = Counter()
    notes: dict[str, list[str]] = {}
    standing = {id(one) for one in kept}
    for one in entries:
        if "seconds" in one:
            spent[one["step"]] += one["seconds"]
        if one["kind"] == "note":
            notes.setdefault(one["step"], []).append(one["note"])
        if one["kind"] == "answer" and id(one) in standing:
            yield StepTime(
                id=one["step"],
                name=one["name"],
                phase=one["phase"],
                who=one["who"],
                effect=one["effect"],
                answer=Reply(one["answer"]),
                seconds=spent.pop(one["step"]),
                expected_minutes=one["expected_minutes"],
                notes=tuple(notes.pop(one["step"], ())),
                at=one["time"],
            )


def _injects(entries: Iterable[Entry]) -> Iterator[ThrownInject]:
    for one in entries:
        if one["kind"] == "inject":
            yield ThrownInject(
                id=one["inject"],
                step=one["name"],
                text=one["text"],
                answer=one["answer"],
                seconds=float(one["seconds"]),
            )


def _decisions(kept: Iterable[Entry]) -> Iterator[Decision]:
    for one in kept:
        if one["kind"] == "decision":
            yield Decision(name=one["name"], condition=one["condition"], outcome=one["answer"], by="person")
        elif one["kind"] == "decided":
            yield Decision(name=one["name"], condition=one["text"], outcome=one["outcome"], by="answers")
        elif one["kind"] == "answer":
            for name, value in one["values"].items():
                yield Decision(name=one["name"], condition=name, outcome=value, by="person")


def _phases(steps: Sequence[StepTime]) -> Iterator[PhaseTime]:
    order = {phase.value: at for at, phase in enumerate(Phase)}
    there: dict[str, list[StepTime]] = {}
    for step in steps:
        there.setdefault(step.phase, []).append(step)
    for phase in sorted(there, key=lambda one: order.get(one, len(order) - bool(one))):
        own = there[phase]
        yield PhaseTime(
            phase=phase or UNKNOWN_PHASE,
            steps=len(own),
            seconds=sum(step.seconds for step in own),
            expected_minutes=sum(step.expected_minutes or 0 for step in own),
        )


def _tried(steps: Iterable[StepTime]) -> int:
    """Scenario time of one that was left: without branches, which only the end knows of."""
    return sum(step.expected_minutes or 0 for step in steps if step.answer is not Reply.SKIP)


def is_slow(step: StepTime) -> bool:
    """Whether it took much longer than expected."""
    if not step.expected_minutes:
        return False
    expected = step.expected_minutes * 60
    return step.seconds >= expected * SLOW and step.seconds >= expected + 60


def _questions(
    steps: Sequence[StepTime], injects: Sequence[ThrownInject], unsaid: Sequence[str], finished: bool
) -> Iterator[str]:
    """Gravest first: what could not be done, what was left out, what was not said, what was slow."""
    for step in steps:
        if step.answer is Reply.CANNOT:
            yield f"“{step.name}” could not be done. What was missing, and who sees to it by when?"
    for text in unsaid:
        yield f"{text} What should stand there?"
    for step in (one for one in steps if one.answer is Reply.SKIP):
        harm = " It changes something in production: was it skipped on purpose?"
        why = harm if step.effect in ("change", "destroy") else " Is it needed here, or was there no time?"
        yield f"“{step.name}” was skipped.{why}"
    for inject in injects:
        if not inject.answer:
            yield f"Nobody had an answer to this: “{inject.text}” What is the answer?"
    for step in steps:
        if is_slow(step):
            took, expected = step.seconds / 60, step.expected_minutes
            yield (
                f"“{step.name}” took {took:,.0f} minutes where {expected:,} were expected. "
                "What held it up, or is the estimate wrong?"
            )
    if not finished:
        yield "The rehearsal stopped before the end. Which part has nobody walked through yet?"
    if steps and not any(step.who for step in steps):
        yield "No step names who does it. Who would?"
    yield "What in the playbook is to be changed, by whom, and when is the next rehearsal?"
