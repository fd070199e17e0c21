"""What a language model is asked about a report: short facts in, two or three sentences out.

Instructions and question never change, so their prefix is read once and reused. The material is a few
plain sentences of ours about the facts. Of the input's own text only names stand in it, made safe by
`naming`; command lines do not, because whoever wrote them could write orders there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.records import Finding, Incident, Report, Verdict
from cybersecqwen.tasks.interface import Ask
from cybersecqwen.verify.relations import connects

from . import naming
from .grammar import full_stop

# Measured (docs/narrative.md): asked to choose and to copy, even the smallest model repeats sentences
# that are true; asked to summarise or describe, both models tell stories about other computers.
INSTRUCTIONS = "Copy the three most important sentences of the text, word for word. Write nothing else."
QUESTION = "Copy the three most important sentences about the incident, word for word."

# Few: the smallest model loses the thread after six or seven sentences.
_FINDINGS = 3
_STARTS = 2
_TECHNIQUES = 1


def ask(report: Report) -> Ask | None:
    """What to ask; None where there is nothing to tell."""
    incident = report.incidents[0] if report.incidents else None
    if incident is None or not incident.findings or incident.verdict is Verdict.BENIGN:
        return None
    text = " ".join(dict.fromkeys(_facts(incident)))
    if not text:
        return None
    return Ask(instructions=INSTRUCTIONS, material=(("text", text),), question=QUESTION, max_tokens=110)


def _facts(incident: Incident) -> Iterator[str]:
    """What happened, then what our own narrative leaves out: contacts, further reasons, techniques."""
    host = naming.host(incident.hosts[0]) if len(incident.hosts) == 1 else ""
    on_host = f" on {host}" if host else ""
    yield from _starts(incident, on_host)
    yield from _contacts(incident)
    for place, finding in enumerate(_told(incident)):
        # The strongest by its title, as the reader knows its reason; of the others the reason is new.
        yield full_stop(finding.title if place == 0 else finding.why or finding.title)
    for technique in incident.techniques[:_TECHNIQUES]:
        yield f"The activity matches the technique {technique.name} ({technique.id})."


def _told(incident: Incident) -> list[Finding]:
    return [f for f in incident.findings if f.weight > 0 and f.group != "claims"][:_FINDINGS]


def _starts(incident: Incident, on_host: str) -> Iterator[str]:
    by_key = {node.key: node for node in incident.processes}
    told = 0
    for node in incident.processes:
        parent = by_key.get(node.parent)
        if parent is None or told >= _STARTS or "a program" in (naming.process(parent), naming.process(node)):
            continue
        told += 1
        user = f" as {naming.user(node.user)}" if node.user.strip("- ") and told == 1 else ""
        yield f"{naming.process(parent)} started {naming.process(node)}{on_host if told == 1 else ''}{user}."


def _contacts(incident: Incident) -> Iterator[str]:
    for event in incident.events:
        if connects(event) and event.get("Image") and event.get("DestinationIp"):
            image = naming.name(naming.basename(event.get("Image")), "")
            target = naming.name(event.get("DestinationIp"), "")
            if image and target:
                yield f"{image} connected to {target}."
                return


_ABBREVIATIONS = ("e.g", "i.e", "etc", "vs", "approx", "no", "fig")
_END = re.compile(r"[.!?](?=\s|\Z)|\n+")
_ITEM = re.compile(r"\A\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_FRAME = re.compile(r"\[(?:end of )?material\b[^\]\n]{0,120}\]")
"""A line of the frame around the material, which small models like to copy."""
_ANSWER_CHARS = 8_000


def split(text: str) -> tuple[str, ...]:
    """The sentences of a model's answer; a last one without an end is dropped, as it was cut off.

    A full stop inside a name ("cmd.exe", "203.0.113.7") ends nothing: a blank or the end must follow.
    """
    found: list[str] = []
    start = 0
    text = _FRAME.sub("\n", text[:_ANSWER_CHARS])
    for match in _END.finditer(text):
        piece = text[start : match.end()]
        before = piece.rstrip(".!? \n").rpartition(" ")[2].lower().lstrip("(")
        if match[0] == "." and (before in _ABBREVIATIONS or re.fullmatch(r"\s*\d{1,2}\.", piece)):
            continue
        start = match.end()
        sentence = " ".join(_ITEM.sub("", piece).split())
        if sentence.strip(".!?"):
            found.append(sentence)
    return tuple(found)
