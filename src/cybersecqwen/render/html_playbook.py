"""What the HTML page shows of a playbook, worked out before the template writes it down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cybersecqwen.records import Report
from cybersecqwen.records.playbook import Command, Playbook, Role, Step

from .cacao_flow import Names
from .defang import Defanger, safe_text
from .draw_flow import WIDTH, draw_flow
from .html_assets import asset, digest
from .interface import RenderOptions
from .playbook_layout import (
    COPIED,
    counted_minutes,
    effect_words,
    evidence_line,
    numbers_of,
    runs,
)
from .wording import headline

_OPEN = re.compile(r"<[A-Z][A-Z0-9_]{0,40}>")
"""A place that a person has to fill in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandView:
    """A command with its open places marked."""

    where: str
    pieces: tuple[tuple[str, str], ...]
    """Text, and why it is open; "" for what is to be copied as it stands."""
    open: tuple[tuple[str, str], ...]
    """Places with the reason, each once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepView:
    """A card."""

    number: int
    step: Step
    lasts: str
    effect: str
    final: bool
    role: int
    """Number of the role in the table of roles."""
    commands: tuple[CommandView, ...]
    destroys: str
    after: tuple[int, ...]
    """Numbers of the steps before it."""
    basis: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Kind of what it stands on, and of each its id and name."""


def playbook_names(
    report: Report, playbook: Playbook, defang: Defanger, options: RenderOptions
) -> dict[str, Any]:
    """Everything that `playbook.html.j2` names; the page is whole at every detail."""
    people = _people(playbook)
    numbers = numbers_of(playbook.steps)
    roles = {role: number for number, role in enumerate(people, 1)}
    return {
        "defang": defang,
        "report": report,
        "playbook": playbook,
        "title": headline(report, options.title),
        "id": Names(playbook).playbook,
        "mark": playbook.marking.removeprefix("TLP:").partition("+")[0].lower(),
        "chapters": [
            (phase.value.capitalize(), [_view(n, step, roles, numbers) for n, step in some])
            for phase, some in runs(playbook.steps)
        ],
        "bands": draw_flow(playbook.steps, defang.show),
        "flow_width": WIDTH,
        "people": people,
        "lasts": counted_minutes(playbook.minutes),
        "decisions": sum(bool(one.approval) for one in playbook.steps),
        "copied": COPIED,
        "style": Markup(asset("style.css")),
        "style_hash": digest(asset("style.css")),
        "own_style": Markup(asset("playbook.css")),
        "own_style_hash": digest(asset("playbook.css")),
        "script": Markup(asset("playbook.js")),
        "script_hash": digest(asset("playbook.js")),
    }


def _people(playbook: Playbook) -> dict[str, str]:
    """Roles to people: those of the playbook, and those that its steps name beside them."""
    named = {str(role): people for role, people in playbook.roles.items()}
    used = {step.role for step in playbook.steps} | {one.role for one in playbook.messages}
    return {**named, **{one.value: "" for one in Role if one in used and one.value not in named}}


def _view(number: int, step: Step, roles: Mapping[str, int], numbers: Mapping[str, int]) -> StepView:
    basis: dict[str, list[tuple[str, str]]] = {}
    for one in step.basis:
        basis.setdefault(one.kind, []).append((one.id, one.text))
    effect = effect_words(step)
    return StepView(
        number=number,
        step=step,
        lasts=counted_minutes(step.minutes),
        effect=effect,
        final=effect == "cannot be undone",
        role=roles[step.role.value],
        commands=tuple(_command(one) for one in step.commands),
        destroys=evidence_line(step),
        after=tuple(numbers[one] for one in step.after if one in numbers),
        basis=tuple((kind, tuple(some)) for kind, some in basis.items()),
    )


def _command(command: Command) -> CommandView:
    reasons: dict[str, str] = {}
    for one in command.open:
        place, _, reason = one.partition(":")
        reasons[place.strip()] = reason.strip()
    text = safe_text(command.text, lines=True)
    pieces: list[tuple[str, str]] = []
    found: dict[str, str] = {}
    at = 0
    for hit in _OPEN.finditer(text):
        reason = reasons.get(hit[0]) or "to be filled in"
        found[hit[0]] = reason
        pieces += [(text[at : hit.start()], ""), (hit[0], reason)]
        at = hit.end()
    pieces.append((text[at:], ""))
    return CommandView(
        where=f"{command.tool}, {command.platform}" if command.platform else command.tool,
        pieces=tuple(one for one in pieces if one[0]),
        open=tuple({**found, **{k: v for k, v in reasons.items() if k not in found}}.items()),
    )
