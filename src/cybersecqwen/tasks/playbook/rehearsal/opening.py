"""A CACAO playbook opened for a rehearsal: checked first, then read into steps that can be shown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cybersecqwen.errors import InputError
from cybersecqwen.records.rehearsal import ShownCommand, ShownStep
from cybersecqwen.verify.cacao import extension as said
from cybersecqwen.verify.cacao.checking import checked
from cybersecqwen.verify.cacao.destroying import destroying
from cybersecqwen.verify.cacao.dominators import NONE, immediate_dominators, reverse
from cybersecqwen.verify.cacao.flow import CONDITIONS, Flow, Step
from cybersecqwen.verify.cacao.forms import decoded
from cybersecqwen.verify.cacao.reading import read

MOST_TEXT = 4_000
"""Characters of a description or a command that are shown."""
MOST_COMMANDS = 20
"""Commands of one step that are shown."""
MOST_GIVEN = 8
"""Variables of one step that are asked for."""
MOST_VALUE = 200
"""Characters of a variable's value."""
_MOST_WORDS = 20_000  # characters of a step that injects are held against
_ASKED = re.compile(r"\b(__[A-Za-z0-9_-]{1,200}+):value\b")
_WORD = re.compile(r"[a-z0-9][a-z0-9.]*")
_SECRET = re.compile(
    r"passw|passphrase|secret|token|api_?-?key|private_?key|credential|cookie", re.IGNORECASE
)
# What a command is for, in the specification's words (section 3.1.2), as the phase it belongs to.
_PHASES = {
    "identify-steps": "preparation",
    "identify-audience": "preparation",
    "scan-system": "identification",
    "scan-vulnerability": "identification",
    "match-indicator": "identification",
    "analyze-collected-data": "identification",
    "configure-systems": "containment",
    "restrict-access": "containment",
    "disconnect-system": "containment",
    "eliminate-risk": "eradication",
    "revert-system": "recovery",
    "restore-data": "recovery",
    "restore-capabilities": "recovery",
    "map-network": "identification",
    "compose-content": "lessons learned",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A playbook that can be walked."""

    name: str
    id: str
    about: str
    sha256: str
    """Of the bytes of the file, in hexadecimal."""
    start: str
    steps: Mapping[str, ShownStep]
    raw: Mapping[str, Mapping[str, Any]]
    """Steps as they stand in the file, for what leads where."""
    joins: Mapping[str, str]
    """Where the branches of a parallel step meet again; "" where every one ends by itself."""
    values: Mapping[str, str]
    """Variables whose value never changes."""
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that conditions compare a variable with."""
    subjects: frozenset[str] = frozenset()
    """Lower-case words and identifiers of what it answers."""

    @property
    def actions(self) -> int:
        """Steps that a person does."""
        return sum(step.type == "action" for step in self.steps.values())


def opened(text: bytes, file: str = "FILE") -> Opened:
    """A playbook from its bytes.

    Args:
        text: The file.
        file: Its name, for the hint.

    Raises:
        NothingAnalysedError, LimitError: as the check raises them.
        InputError: it cannot be read, or its check has errors.
    """
    playbook = read(text)
    result = checked(playbook)
    name = " ".join(_text(playbook.get("name")).split())[:200] or "Playbook"
    if result.errors:
        count = f"{result.errors:,} error" + ("" if result.errors == 1 else "s")
        raise InputError(
            f"{name[:60]!r} cannot be rehearsed: its check has {count}. {result.problems[0].message[:300]}",
            hint=f"`csq playbook check {file[:200]}` lists them.",
        )
    flow = Flow(playbook)
    agents = _names(playbook.get("agent_definitions"))
    targets = _names(playbook.get("target_definitions"))
    return Opened(
        name=name,
        id=_text(playbook.get("id"))[:200],
        about=_text(playbook.get("description"))[:MOST_TEXT],
        sha256=hashlib.sha256(text).hexdigest(),
        start=flow.start,
        steps={step.id: _shown(step, agents, targets) for step in flow.steps},
        raw={step.id: step.raw for step in flow.steps},
        joins=_joins(flow),
        values=dict(_constants(playbook)),
        wanted=_wanted(flow),
        subjects=_subjects(playbook),
    )


def filled(step: ShownStep, values: Mapping[str, str]) -> ShownStep:
    """A step in which the values of variables stand where they are asked for: `__host_1__:value`."""

    def value(found: re.Match[str]) -> str:
        return values.get(found[1], found[0])

    commands = [replace(one, text=_ASKED.sub(value, one.text)) for one in step.commands]
    return replace(step, do=_ASKED.sub(value, step.do), commands=tuple(commands))


def is_secret(variable: str) -> bool:
    """Whether a variable's name says that its value must stay out of logs."""
    return _SECRET.search(variable) is not None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(definitions: object) -> dict[str, str]:
    return {
        key: " ".join(_text(_table(one).get("name")).split())[:100] or _text(_table(one).get("type"))
        for key, one in _table(definitions).items()
    }


# Steps


def _shown(step: Step, agents: Mapping[str, str], targets: Mapping[str, str]) -> ShownStep:
    raw = step.raw
    own = _table(_table(raw.get("step_extensions")).get(said.EXTENSION_ID))
    verify = _text(own.get(said.VERIFY))[:MOST_TEXT]
    do = _told(_text(raw.get("description"))[:MOST_TEXT], verify)
    commands = tuple(_commands(raw, do))
    minutes = own.get(said.MINUTES)
    name = " ".join(_text(raw.get("name")).split())[:250]
    who = agents.get(_text(raw.get("agent")), "") or _text(own.get(said.ROLE))
    about = " ".join(targets.get(one, "") for one in _items(raw.get("targets")) if isinstance(one, str))
    everything = " ".join((name, do, about, *(f"{one.about} {one.text}" for one in commands)))
    return ShownStep(
        id=step.id,
        type=step.type,
        name=name or _unnamed(step, do, commands),
        do=do,
        who=who[:100],
        phase=(_text(own.get(said.PHASE)) or _phase(raw))[:40],
        commands=commands,
        verify=verify,
        breaks=_text(own.get(said.BREAKS))[:MOST_TEXT],
        undo=_text(own.get(said.UNDO))[:MOST_TEXT],
        effect=_text(own.get(said.EFFECT)) or ("destroy" if destroying(step) else ""),
        minutes=minutes if isinstance(minutes, int) and 0 <= minutes < 10_000_000 else None,
        gives=tuple(dict.fromkeys(o for o in _items(raw.get("out_args")) if isinstance(o, str)))[:MOST_GIVEN],
        words=frozenset(_WORD.findall(everything[:_MOST_WORDS].lower())),
    )


def _unnamed(step: Step, do: str, commands: tuple[ShownCommand, ...]) -> str:
    """The first words of what is there, for a step without a name."""
    first = do or (commands[0].text if commands else "")
    return " ".join(first.split())[:60] or f"A step of the type {step.type[:40]}"


def _told(description: str, verify: str) -> str:
    """What to do; how one knows is shown by itself, and our descriptions end with it."""
    if verify:
        description = description.removesuffix(verify).rstrip().removesuffix("It worked if:")
    return description.strip()


def _commands(raw: Mapping[str, Any], do: str) -> Iterator[ShownCommand]:
    for one in _items(raw.get("commands"))[:MOST_COMMANDS]:
        held = _table(one)
        text = "\n".join(filter(None, (_content(held, "command"), _content(held, "content"))))
        if not text or (do and text in do):
            continue
        cut = f"{text[:MOST_TEXT]} …" if len(text) > MOST_TEXT else text
        about = _text(held.get("description"))[:MOST_TEXT]
        yield ShownCommand(kind=_text(held.get("type"))[:40] or "manual", text=cut.strip(), about=about)


def _content(held: Mapping[str, Any], name: str) -> str:
    plain, encoded = _text(held.get(name)), held.get(f"{name}_b64")
    if plain or not isinstance(encoded, str):
        return plain
    inside = decoded(encoded)
    return inside.decode("utf-8", "replace") if inside else ""


def _phase(raw: Mapping[str, Any]) -> str:
    for one in _items(raw.get("commands")):
        found = _PHASES.get(_text(_table(one).get("playbook_activity")))
        if found:
            return found
    return ""


# The playbook as a whole


def _joins(flow: Flow) -> dict[str, str]:
    """Where branches meet: on_completion, else the first step that every branch comes to, unless an end."""
    found: dict[str, str] = {}
    last: list[int] | None = None
    for at, step in enumerate(flow.steps):
        if step.type != "parallel":
            continue
        after = _text(step.raw.get("on_completion")) or _text(step.raw.get("on_success"))
        if not after:
            last = _last_common(flow) if last is None else last
            after = _step_after(flow, last, at)
        found[step.id] = after
    return found


def _last_common(flow: Flow) -> list[int]:
    """Of every node the first that all ways from it to an end come through.

    A way of a condition may end in a step of its own; what follows it then is the condition's on_completion.
    So where a condition has one, nothing else counts as following it.
    """
    out = len(flow.graph)
    graph = [*(list(after) or [out] for after in flow.graph), []]
    for at, step in enumerate(flow.steps):
        after = flow.number.get(_text(step.raw.get("on_completion")))
        if after is not None and step.type in (*CONDITIONS, "parallel"):
            graph[at] = [after]
    return immediate_dominators(reverse(graph), out)


def _step_after(flow: Flow, last: list[int], at: int) -> str:
    node = last[at]
    while node != NONE and node >= len(flow.steps):  # branches are nodes behind the steps
        node = last[node] if node < len(flow.graph) else NONE
    if node == NONE or flow.steps[node].type == "end":
        return ""
    return flow.steps[node].id


def _constants(playbook: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, one in _table(playbook.get("playbook_variables")).items():
        held = _table(one)
        if held.get("constant") is True and isinstance(held.get("value"), str) and not is_secret(name):
            yield name, held["value"][:MOST_VALUE]


_COMPARED = re.compile(
    r"""(__[A-Za-z0-9_-]{1,200})(?::value)?\s{0,4}(?:==?|!=|<>)\s{0,4}(?:'([^'\\]{1,60})'|"([^"\\]{1,60})"|([\w.-]{1,60}))"""
)


def _wanted(flow: Flow) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for step in flow.steps:
        if step.type not in CONDITIONS:
            continue
        for name, *values in _COMPARED.findall(_text(step.raw.get("condition"))[:MOST_TEXT]):
            found.setdefault(name, {})["".join(values)] = None
        switched = _text(step.raw.get("switch")).strip().removesuffix(":value")
        for case in _table(step.raw.get("cases")):
            if switched and case != "default":
                found.setdefault(switched, {})[case[:MOST_VALUE]] = None
    return {name: tuple(values)[:12] for name, values in found.items()}


def _subjects(playbook: Mapping[str, Any]) -> frozenset[str]:
    found = [one.lower()[:80] for one in _items(playbook.get("labels"))[:200] if isinstance(one, str)]
    referred = _items(playbook.get("external_references"))[:500]
    found += [_text(_table(one).get("external_id")).lower()[:80] for one in referred]
    prose = f"{_text(playbook.get('name'))} {_text(playbook.get('description'))}"[:_MOST_WORDS].lower()
    return frozenset((*found, *_WORD.findall(prose))) - {""}
