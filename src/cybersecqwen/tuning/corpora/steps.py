"""Wording of playbooks: sentences on the situation, criteria of a decision, messages in plainer words.

Skills "situation", "criteria" and "rewording", asked word for word as `csq playbook` asks. Playbooks are made
by the product for types of incidents with made-up names. What is right to answer is made by our own tables
and held to the product's own checks: what these refuse is no record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from random import Random

from cybersecqwen.errors import UsageError
from cybersecqwen.knowledge import Store
from cybersecqwen.records.playbook import Kind, Playbook
from cybersecqwen.tasks.playbook import wording
from cybersecqwen.tasks.playbook.environment import Environment
from cybersecqwen.tasks.playbook.filling import fill
from cybersecqwen.tasks.playbook.incidents import incident_types
from cybersecqwen.tasks.playbook.library import Library
from cybersecqwen.tasks.playbook.planning import plan
from cybersecqwen.tasks.playbook.worded import refusal_of_criterion, refusal_of_message
from cybersecqwen.tasks.playbook.words import facts_of_words
from cybersecqwen.tuning.records import Record
from cybersecqwen.verify.playbooks import facts_of

from .interface import Sources
from .names import address, domain, host, word

_EACH = 8
"""How often a playbook is taken, since planning one takes the time."""
_TRIES = 12
"""Draws for one record before there is none."""
_WHERE = (
    *("on {host}", "on {host} and {host2}", "on {host}, talking to {ip}", "against {host}"),
    *("on {host} after a visit to {domain}", "on {host}, with {domain} behind it", "on {host} ({cve})"),
    *("on {host} and {host2}, talking to {domain}", "on {host}, from {ip} ({cve})"),
)
_CVES = ("CVE-2021-44228", "CVE-2017-0144", "CVE-2020-1472", "CVE-2021-34527", "CVE-2019-0708")
_CRITERIA = (
    (r"backups?|snapshots?|copies|copy", "backup", "restored"),
    (r"backups?|snapshots?", "backup", "reached"),
    (r"memory", "memory", "copied"),
    (r"images?|disks?|volumes?", "image", "verified"),
    (r"logs?|records?|exports?", "logs", "copied"),
    (r"logs?|audit", "logs", "reached"),
    (r"services?|servers?|web sites?|applications?", "service", "restored"),
    (r"services?|systems?", "service", "moved"),
    (r"owners?|owner's", "owner", "reached"),
    (r"keys?|passwords?|secrets?|tokens?|credentials?|certificates?", "key", "replaced"),
    (r"accounts?|users?|identit\w+", "account", "reopened"),
    (r"accounts?|users?", "owner", "informed"),
    (r"hosts?|computers?|machines?|devices?", "host", "reconnected"),
    (r"hosts?|computers?", "host", "rebuilt"),
    (r"networks?|segments?|rules?|firewalls?", "change", "undone"),
    (r"traffic|connections?|addresses", "access", "monitored"),
    (r"people|staff|customers|team|work", "work", "postponed"),
)
"""What the text of a step speaks of, the thing of a criterion, what can be done with it."""
_PLAINER = (
    (r"began to handle", ("started to handle", "began to deal with", "started to manage")),
    (r"is known to be affected", ("is known to be hit", "is known to be impacted")),
    (r"are known to be affected", ("are known to be hit", "are known to be impacted")),
    (
        r"Please do not forward this message",
        ("Please do not send this message on", "Do not send this message on"),
    ),
    (
        r"may be slow or unavailable",
        ("might be slow or down", "may be slow or down", "might be slow or unavailable"),
    ),
    (r"report what seems odd", ("tell us what seems strange", "report what seems unusual")),
    (r"your computer", ("your device", "your machine")),
    (r"their computers", ("their devices", "their machines")),
    (r"computer of everybody", ("device of everyone", "computer of everyone")),
    (
        r"and do not use the affected systems to answer it",
        ("and do not answer it with the affected systems",),
    ),
    (r"The next report comes at", ("The next report is at",)),
    (r"An incident is being handled\.", ("We handle an incident now.", "An incident is being managed.")),
    (r"We are working on", ("We are now working on", "Our team is working on")),
    (r", and send the notes to", (". Please send the notes to", ". Then send the notes to")),
    (r"Please leave questions from outside to", ("Leave questions from outside to",)),
)
"""Phrases of our messages, and plainer ones."""
_SHARE = 0.6
"""Of the phrases that a message has, how many are said otherwise."""


def situations(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`."""
    for playbook in _playbooks(sources.store, chance, count):
        facts = [_renamed(one, playbook) for one in facts_of(playbook.of)][: wording.MOST_FACTS]
        if len(facts) >= wording.LEAST_FACTS:
            yield Record(
                skill="situation",
                instructions=wording.INSTRUCTIONS,
                material=(("text", " ".join(facts)),),
                question=wording.QUESTION,
                answer=" ".join(_telling(facts)),
                source=f"playbook:{playbook.of.name}",
            )


def _telling(facts: list[str]) -> list[str]:
    """The three that tell most, in their order: the numbers of steps stand in the playbook anyway."""
    first = sorted(range(len(facts)), key=lambda at: (facts[at].startswith("Step "), at))
    return [facts[at] for at in sorted(first[: wording.MOST_SENTENCES])]


def criteria(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`: of each action that somebody may have to decide, since something could break."""
    del sources
    actions = [one for one in _library().actions if one.approval or one.breaks]
    chance.shuffle(actions)
    for action in islice(actions, count):
        parts = (f"{action.title}.", action.do, action.breaks)
        shown = " ".join(fill(one, {}) for one in parts if one)
        said = _criteria(shown, action.decides, chance)
        if said:
            yield Record(
                skill="criteria",
                instructions=wording.PROPOSE,
                material=(("step", shown),),
                question=wording.PROPOSE_QUESTION,
                answer=json.dumps({"criteria": [{"thing": thing, "done": done} for thing, done in said]}),
                source=f"action:{action.id}",
            )


def rewordings(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`."""
    seen: set[str] = set()
    for playbook in _playbooks(sources.store, chance, count):
        ours = (one.text for one in playbook.of.messages if wording.is_ours(one, playbook.of))
        texts = [_renamed(one, playbook) for one in ours]
        new = [one for one in texts if one not in seen]  # most messages are the same in all playbooks
        for _ in range(_TRIES if new else 0):
            text = chance.choice(new)
            said = _plainer(text, chance)
            if not refusal_of_message(said, text):
                seen.add(text)
                yield Record(
                    skill="rewording",
                    instructions=wording.REWORD,
                    material=(("text", text),),
                    question=wording.REWORD_QUESTION,
                    answer=said,
                    source="template:messages",
                )
                break


@dataclass(frozen=True, slots=True)
class _Named:
    """A playbook, and other names for what it names."""

    of: Playbook
    names: dict[str, str]


def _playbooks(store: Store, chance: Random, count: int) -> Iterator[_Named]:
    """So many playbooks for incidents in words: each that was planned several times, with other names."""
    planned: list[Playbook] = []
    for number in range(count):
        if number % _EACH == 0:
            planned += islice(_planned(store, chance), 1)
        if planned:
            playbook = planned[-1] if number % _EACH == 0 else chance.choice(planned)
            yield _Named(playbook, _names(playbook, chance))


def _planned(store: Store, chance: Random) -> Iterator[Playbook]:
    library = _library()
    for _ in range(_TRIES):
        hosts = [host(chance), host(chance)]
        words = f"{chance.choice(incident_types()).name} {_where(chance, hosts)}"
        try:
            facts = facts_of_words(words, store, hosts)
        except UsageError:  # a made-up name may say that an attack is asked for
            continue
        playbook = plan(facts, Environment(organisation=word(chance).title()), library, store)
        if playbook.steps:
            yield playbook


def _names(playbook: Playbook, chance: Random) -> dict[str, str]:
    fresh = {Kind.HOST: host, Kind.IP: address, Kind.DOMAIN: domain}
    names = {one.value: fresh[one.kind](chance) for one in playbook.entities if one.kind in fresh}
    return {**names, playbook.organisation: word(chance).title()}


def _renamed(text: str, playbook: _Named) -> str:
    found = re.compile("|".join(re.escape(one) for one in sorted(playbook.names, key=len, reverse=True)))
    return found.sub(lambda match: playbook.names[match[0]], text)


@cache
def _library() -> Library:
    return Library.shipped()


def _where(chance: Random, hosts: list[str]) -> str:
    return chance.choice(_WHERE).format(
        host=hosts[0],
        host2=hosts[1],
        ip=address(chance),
        domain=domain(chance),
        cve=chance.choice(_CVES),
    )


def _criteria(shown: str, decides: Sequence[str], chance: Random) -> list[tuple[str, str]]:
    """Up to three (thing, what can be done with it) that the step speaks of and the checks let through."""
    low = shown.lower()
    known = [(thing, done) for words, thing, done in _CRITERIA if re.search(rf"\b(?:{words})\b", low)]
    chance.shuffle(known)
    kept: list[tuple[str, str]] = []
    others = list(decides)
    for thing, done in known:
        said = wording.criterion(thing, done)
        if all(thing != one for one, _ in kept) and not refusal_of_criterion(said, shown, others):
            kept.append((thing, done))
            others.append(said)
    return kept[: wording.MOST_CRITERIA]


def _plainer(text: str, chance: Random) -> str:
    for words, instead in _PLAINER:
        if chance.random() < _SHARE:
            text = re.sub(words, chance.choice(instead), text)
    return text
