"""What a playbook shows on a terminal and in Markdown: what to do, in order, by whom, and how one knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from cybersecqwen.records import Report
from cybersecqwen.records.playbook import LANES, Effect, Message, Phase, Playbook, Step

from .interface import Detail
from .sections import Line, Part, Sections
from .wording import clipped, counted

COPIED = (
    "Addresses and names that are not ours are defanged in sentences; commands and queries hold them as"
    " recorded and are to be copied as they stand."
)
"""Said once on every page."""
LANE_NAMES = {"lead": "leads and tells", "search": "searches", "contain": "saves evidence and contains"}
"""What each of those does who work at the same time."""
AT_ONCE = (
    "Those who lead, who search and who contain work at the same time, each in the order of their steps."
)
_MOST_NAMED = {"brief": 0, "normal": 12, "full": 10_000}
_TITLE = 300


def playbook_sections(report: Report, playbook: Playbook, detail: Detail) -> Sections:
    """The page; `detail` says how much of each step stands on it, never how many steps."""
    write = _brief if detail == "brief" else _steps
    parts = [_about(report, playbook, detail)]
    for phase, numbered in runs(playbook.steps):
        parts += write(phase, numbered, detail)
    if detail != "brief":
        parts += _people(playbook)
    return Sections(
        kind="playbook",
        banner=report.severity.label.upper(),
        good=False,
        parts=tuple(part for part in parts if part.lines),
        basis="Each step stands on what is named with it.",
    )


def runs(steps: Sequence[Step]) -> list[tuple[Phase, list[tuple[int, Step]]]]:
    """Steps with their numbers from 1, cut where the phase changes: the order is that of doing."""
    numbered = enumerate(steps, 1)
    return [(phase, list(some)) for phase, some in groupby(numbered, key=lambda one: one[1].phase)]


def numbers_of(steps: Sequence[Step]) -> dict[str, int]:
    """Step ids to numbers as people read them."""
    return {step.id: number for number, step in reversed(list(enumerate(steps, 1)))}


def counted_minutes(minutes: int) -> str:
    """An expected duration: "10 min", "2 h", "1 h 30 min"."""
    hours, rest = divmod(max(0, minutes), 60)
    return " ".join(
        part for part in (f"{hours:,} h" if hours else "", f"{rest} min" if rest else "") if part
    ) or ("no time")


def effect_words(step: Step) -> str:
    """What a step does to what it acts on, in words."""
    if not step.reversible or step.effect is Effect.DESTROY:
        return "cannot be undone"
    return {Effect.OBSERVE: "looks", Effect.COLLECT: "takes evidence"}.get(step.effect, "changes")


def evidence_line(step: Step) -> str:
    """Which evidence a step destroys; "" for none."""
    return ", ".join(one.value for one in step.destroys)


def _about(report: Report, playbook: Playbook, detail: Detail) -> Part:
    lines = [Line(lead="answers", body=playbook.about)] if playbook.about else []
    if playbook.marking:
        lines.append(Line(lead="marking", body=playbook.marking))
    if playbook.organisation:
        lines.append(Line(lead="organisation", body=playbook.organisation))
    steps, lasts = counted(len(playbook.steps), "step"), counted_minutes(playbook.minutes)
    decisions = counted(sum(bool(one.approval) for one in playbook.steps), "decision")
    lines.append(Line(lead="work", body=f"{steps}, {lasts} one after the other, {decisions}"))
    if detail != "brief":
        names = [f"{one.id} {one.name}".strip() for one in report.techniques]
        lines += _named("techniques", names or list(playbook.techniques), detail)
        lines += _named("about", [f"{one.kind.value} {one.value}" for one in playbook.entities], detail)
    lines += [Line(body=one, good=False) for one in playbook.general]
    if playbook.left_out:
        left = counted(playbook.left_out, "action")
        lines.append(Line(body=f"{left} of the library fit too and were left out for length."))
    if any(one.lane for one in playbook.steps):
        lines.append(Line(body=AT_ONCE))
    return Part(heading="What it is about", lines=(*lines, Line(body=COPIED)))


def _named(lead: str, names: Sequence[str], detail: Detail) -> list[Line]:
    most = _MOST_NAMED[detail]
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return (
        [Line(lead=lead, body=", ".join(clipped(one, 200) for one in names[:most]) + more)] if names else []
    )


def _brief(phase: Phase, numbered: Sequence[tuple[int, Step]], detail: Detail) -> Iterator[Part]:
    """One line a step, by who works at the same time."""
    for lane in ("", *LANES):
        own = [(number, step) for number, step in numbered if step.lane == lane]
        doing = LANE_NAMES.get(lane, "")
        yield Part(
            heading=f"{phase.value}: who {doing}" if doing else phase.value.capitalize(),
            lines=tuple(
                Line(box=True, lead=str(number), body=clipped(step.title, _TITLE), note=_brief_note(step))
                for number, step in own
            ),
        )


def _brief_note(step: Step) -> str:
    marks = ["decision first"] if step.approval else []
    marks += ["cannot be undone"] if effect_words(step) == "cannot be undone" else []
    return ", ".join((step.person or step.role.value, counted_minutes(step.minutes), *marks))


def _steps(phase: Phase, numbered: Sequence[tuple[int, Step]], detail: Detail) -> Iterator[Part]:
    lines: list[Line] = []
    for number, step in numbered:
        lines.append(Line(box=True, lead=str(number), body=clipped(step.title, _TITLE), note=step.lane))
        lines += _step(step, detail)
    minutes = sum(step.minutes for _, step in numbered)
    remark = f"{counted(len(numbered), 'step')}, {counted_minutes(minutes)}"
    yield Part(heading=phase.value.capitalize(), remark=remark, lines=tuple(lines))


def _step(step: Step, detail: Detail) -> Iterator[Line]:
    who = f"{step.person} ({step.role.value})" if step.person else step.role.value
    tool = f" · with {step.tool}" if step.tool else f" · needs: {step.needs}" if step.needs else ""
    yield Line(
        depth=1, lead="who", body=f"{who} · {counted_minutes(step.minutes)} · {effect_words(step)}{tool}"
    )
    if step.approval:
        yield Line(depth=1, lead="decide", body=step.approval, good=False)
        for one in step.decides:
            yield Line(depth=1, lead="yes only if", body=one)
    if step.when:
        yield Line(depth=1, lead="only if", body=step.when)
    yield Line(depth=1, lead="do", body=step.do)
    for command in step.commands:
        where = f"{command.tool}, {command.platform}" if command.platform else command.tool
        yield Line(depth=1, lead="command", body=where, note="; ".join(command.open), block=command.text)
    for query in step.queries:
        note = query.problem or (", ".join(query.checks) if detail == "full" else "")
        body = f"{query.title} ({query.dialect})"
        yield Line(depth=1, lead="query", body=body, note=note, block=query.text)
    if detail == "full":
        yield from _background(step)
    yield Line(depth=1, lead="it worked if", body=step.verify)


def _background(step: Step) -> Iterator[Line]:
    if step.destroys:
        yield Line(depth=1, lead="destroys", body=evidence_line(step), good=False)
    if step.breaks:
        yield Line(depth=1, lead="can break", body=step.breaks)
    if step.undo:
        yield Line(depth=1, lead="undo", body=step.undo)
    if step.after:
        yield Line(depth=1, lead="after", body=", ".join(one.removeprefix("s") for one in step.after))
    if step.basis:
        named = (" ".join(filter(None, (one.kind, one.id, one.text))) for one in step.basis)
        yield Line(depth=1, lead="basis", body="; ".join(clipped(one, 200) for one in named))


def _people(playbook: Playbook) -> Iterator[Part]:
    yield Part(
        heading="Who does what",
        lines=tuple(
            Line(lead=role, body=people or "nobody is named: write a name here")
            for role, people in playbook.roles.items()
        ),
    )
    yield Part(
        heading="Whom the law wants told",
        remark="whether it applies is for somebody who knows the law",
        lines=tuple(
            Line(
                box=True,
                lead=f"{one.hours:,} h",
                body=f"{one.name}: {one.to}, if {one.condition}",
                note=one.source + (", named by the environment" if one.chosen else ""),
            )
            for one in playbook.duties
        ),
    )
    yield Part(
        heading="Messages to complete and send",
        lines=tuple(line for one in playbook.messages for line in _message(one)),
    )


def _message(one: Message) -> Iterator[Line]:
    """A line for each of its own: people read it, and copy it from the HTML page."""
    note = f"sent by {one.role.value}" + ("" if one.writer == "csq" else f", written by {one.writer}")
    first, *rest = [line for line in one.text.split("\n") if line.strip()] or [""]
    yield Line(lead=one.audience, body=first, note=note)
    yield from (Line(body=line) for line in rest)
