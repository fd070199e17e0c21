"""What every format for people draws from an incident: order, tree, places, decoded layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cybersecqwen.records import (
    Event,
    Evidence,
    Finding,
    Incident,
    Indicator,
    ProcessNode,
    Report,
    Technique,
    Verdict,
)

# Tactics in the order of the matrix of ATT&CK for Enterprise v18,
# https://attack.mitre.org/tactics/enterprise/.
KILL_CHAIN = (
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
)
"""Short names; tactics of other matrices follow in the order in which they come up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of the process tree: a process, or how many were left out at this place."""

    depth: int
    """0 at a root."""
    node: ProcessNode | None
    """The process; None for a line that stands for hidden ones."""
    parent: int
    """Index of the parent's row, -1 at a root."""
    last: bool
    """Whether no sibling follows."""
    hidden: int = 0
    """Processes left out here, where `node` is None."""


def process_rows(incident: Incident, limit: int, siblings: int = 1_000_000) -> list[Row]:
    """The process tree, depth first, with at most about `limit` processes.

    Processes with findings and their ancestors are kept before others, and of the others at most
    `siblings` under one parent; what is left out is counted at its nearest shown ancestor.
    Loops and repeated keys, which hostile records can contain, are cut.
    """
    nodes: dict[str, ProcessNode] = {}
    for number, node in enumerate(incident.processes):
        nodes.setdefault(node.key or f"nameless {number}", node)
    parents = _parents_without_loops(nodes)
    kept = _kept(nodes, parents, limit, siblings)
    children: dict[str, list[str]] = {}
    hidden: dict[str, int] = {}
    for key in nodes:
        if key in kept:
            children.setdefault(parents[key], []).append(key)
        else:
            above = parents[key]
            while above and above not in kept:
                above = parents[above]
            hidden[above] = hidden.get(above, 0) + 1
    return _rows(nodes, children, hidden)


def _parents_without_loops(nodes: dict[str, ProcessNode]) -> dict[str, str]:
    """Key to parent key, "" for roots; in a loop the first process met becomes the root."""
    parents: dict[str, str] = {}
    settled: set[str] = {""}
    for start in nodes:
        path: list[str] = []
        on_path: set[str] = set()
        key = start
        while key not in settled and key not in on_path:
            path.append(key)
            on_path.add(key)
            above = nodes[key].parent
            parents[key] = above if above in nodes else ""
            key = parents[key]
        if key in on_path:
            parents[path[-1]] = ""
        settled.update(path)
    return parents


def _kept(nodes: dict[str, ProcessNode], parents: dict[str, str], limit: int, siblings: int) -> set[str]:
    kept: set[str] = set()
    for key, node in nodes.items():
        if node.signals and len(kept) < limit:
            while key and key not in kept:
                kept.add(key)
                key = parents[key]
    plain: dict[str, int] = {}
    for key in nodes:
        above = parents[key]
        room = len(kept) < limit and plain.get(above, 0) < siblings
        if key not in kept and room and (not above or above in kept):
            kept.add(key)
            plain[above] = plain.get(above, 0) + 1
    return kept


def _rows(nodes: dict[str, ProcessNode], children: dict[str, list[str]], hidden: dict[str, int]) -> list[Row]:
    rows: list[Row] = []
    stack: list[tuple[str | None, int, int, bool, int]] = []

    def push(above: str, depth: int, index: int) -> None:
        keys = children.get(above, [])
        if above in hidden:
            stack.append((None, depth, index, True, hidden[above]))
        for at, key in enumerate(reversed(keys)):
            stack.append((key, depth, index, at == 0 and above not in hidden, 0))

    push("", 0, -1)
    while stack:
        key, depth, parent, last, count = stack.pop()
        node = None if key is None else nodes[key]
        rows.append(Row(depth=depth, node=node, parent=parent, last=last, hidden=count))
        if key is not None:
            push(key, depth + 1, len(rows) - 1)
    return rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """Text that was decoded out of a field."""

    event: str
    """Id of the event."""
    field: str
    """Field it was decoded from."""
    how: str
    """"base64 > utf-16"."""
    text: str
    """What came out, as far as findings quote it."""


def decoded_layers(incident: Incident) -> dict[str, list[Layer]]:
    """Event id to its decoded texts, outermost first; quotes that stand inside others are left out."""
    layers: dict[str, list[Layer]] = {}
    for finding in incident.findings:
        for one in finding.evidence:
            if one.layer:
                new = Layer(event=one.event, field=one.field, how=one.layer, text=one.value)
                have = layers.setdefault(one.event, [])
                if any(new.how == old.how and new.text in old.text for old in have):
                    continue
                have[:] = [old for old in have if not (old.how == new.how and old.text in new.text)]
                have.append(new)
    for have in layers.values():
        have.sort(key=lambda layer: layer.how.count(">"))
    return layers


def distinct(quotes: Sequence[Evidence]) -> list[Evidence]:
    """Quotes without those that stand inside an earlier one of the same field and layer."""
    kept: list[Evidence] = []
    for one in quotes[:50]:
        where = (one.event, one.field, one.layer)
        if not any((old.event, old.field, old.layer) == where and one.value in old.value for old in kept):
            kept.append(one)
    return [*kept, *quotes[50:]]


Side = tuple[bool, list[tuple[int, Finding]]]
"""Whether these findings speak for the ordinary, and the findings with their numbers on the page."""


def sides(findings: Iterable[Finding], verdict: Verdict | None = None) -> tuple[Side, Side]:
    """What speaks for an attack and what for the ordinary, each strongest first, numbered in order.

    Of a benign incident the ordinary side comes first: it is what decided.
    """
    have = list(findings)
    halves = [(good, [one for one in have if one.is_context is good]) for good in (False, True)]
    if verdict is Verdict.BENIGN:
        halves.reverse()
    (first_good, first), (other_good, other) = halves
    return (
        (first_good, list(enumerate(first, 1))),
        (other_good, list(enumerate(other, 1 + len(first)))),
    )


def alarming(incident: Incident) -> frozenset[str]:
    """Signals that mark a process: those that raise the score of an incident that is not benign."""
    if incident.verdict is Verdict.BENIGN:
        return frozenset()
    return frozenset(one.signal for one in incident.findings if one.weight > 0)


def is_flagged(node: ProcessNode, signals: frozenset[str]) -> bool:
    """Whether a signal that raises the score fired on this process."""
    return any(signal in signals for signal in node.signals)


def places(incidents: Iterable[Incident]) -> dict[str, str]:
    """Event id to file:record."""
    return {event.id: str(event.source) for incident in incidents for event in incident.events}


def events_by_id(incident: Incident) -> dict[str, Event]:
    """The kept events of an incident by their id."""
    return {event.id: event for event in incident.events}


def by_tactic(techniques: Iterable[Technique]) -> list[tuple[str, list[Technique]]]:
    """Techniques under their first tactic, tactics in kill-chain order, "" (none known) at the end."""
    found: dict[str, list[Technique]] = {}
    for technique in techniques:
        found.setdefault(technique.tactics[0] if technique.tactics else "", []).append(technique)
    return sorted(found.items(), key=lambda item: tactic_rank(item[0]))


def tactic_rank(tactic: str) -> int:
    """Place in the kill chain; unknown tactics after the known ones, none at the very end."""
    if tactic in KILL_CHAIN:
        return KILL_CHAIN.index(tactic)
    return len(KILL_CHAIN) + (0 if tactic else 1)


def tactic_name(tactic: str) -> str:
    """A tactic's short name as words: "defense-evasion" as "Defense evasion"."""
    words = tactic.replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Other"


def outside_incidents(report: Report) -> tuple[list[Finding], list[Indicator], list[Technique]]:
    """What the report holds and none of its incidents does."""
    findings = {(one.signal, one.events) for incident in report.incidents for one in incident.findings}
    indicators = {(one.type, one.value) for incident in report.incidents for one in incident.indicators}
    techniques = {one.id for incident in report.incidents for one in incident.techniques}
    return (
        [one for one in report.findings if (one.signal, one.events) not in findings],
        [one for one in report.indicators if (one.type, one.value) not in indicators],
        [one for one in report.techniques if one.id not in techniques],
    )


def numbered(incident: Incident) -> dict[str, tuple[int, Finding]]:
    """Signal to its finding and the number that this has on the page."""
    numbers: dict[str, tuple[int, Finding]] = {}
    for _, side in sides(incident.findings, incident.verdict):
        for number, finding in side:
            numbers.setdefault(finding.signal, (number, finding))
    return numbers


def marks(node: ProcessNode, numbers: Mapping[str, tuple[int, Finding]]) -> list[tuple[int, Finding]]:
    """The findings of a process with their numbers, in order."""
    found = {numbers[one][0]: numbers[one] for one in node.signals if one in numbers}
    return [found[number] for number in sorted(found)]
