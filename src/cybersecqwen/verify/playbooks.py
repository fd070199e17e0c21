"""Sentences of our own about a playbook: all that a language model may say of the situation it answers.

Each is whole in itself and holds one number at most. Names come from reports, so from whoever attacks: one
that does not look like a name, or reads like a claim or an order, is left out. What is left is shown as data
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from cybersecqwen.records.playbook import Effect, Kind, Playbook, Step

from .claims import blames, orders, plants, spaced

_MOST = 24
_OF_A_KIND = 2
_TITLES = 4
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.\\@-]{0,58}[A-Za-z0-9$])?")
_TITLE = re.compile(r"[A-Z][A-Za-z0-9 ,'()\\/._-]{8,88}[A-Za-z0-9)]")
_TITLE_WORDS = 12
_NOUNS = {
    Kind.HOST: "computer",
    Kind.USER: "account",
    Kind.IP: "address",
    Kind.DOMAIN: "domain",
    Kind.CVE: "vulnerability",
    Kind.PACKAGE: "package",
}
_IMPORTANT = ("high", "critical")
_HARMFUL = re.compile(
    r"\b(?:delet\w*|eras\w*|wip(?:e|es|ed|ing)|format(?:s|ted|ting)?|destr\w*|pay(?:s|ing|ment)?|paid|ransom\w*"
    r"|hid(?:e|es|den|ing)|skip\w*|disabl\w*|bypass\w*|remov\w*|kill\w*|uninstall\w*|overwrit\w*|drop(?:s|ped)?|purg\w*"
    r"|shred\w*|reimag\w*|reboot\w*|contained|eradicated|resolved|recovered|cleared|all clear"
    r"|over|nothing|nobody|false|test|exercise|drill)\b"
)


def is_harmful(text: str) -> bool:
    """Whether a text speaks of destroying, paying, hiding or leaving out, or says that all is over.

    For names and for what a model proposes: nobody need say so to name a thing.
    """
    return _HARMFUL.search(spaced(text)) is not None


def facts_of(playbook: Playbook) -> Iterator[str]:
    """True sentences about what the playbook answers, most telling first."""
    yield from islice(dict.fromkeys(_facts(playbook)), _MOST)


def _facts(playbook: Playbook) -> Iterator[str]:
    yield from islice(_titles(playbook), _TITLES)
    yield from _landmarks(playbook)
    for kind, noun in _NOUNS.items():
        things = [one for one in playbook.entities if one.kind is kind and _is_name(one.value)]
        for one in things[:_OF_A_KIND]:
            yield f"The {noun} {one.value} is named."
            if one.criticality in _IMPORTANT:
                yield f"{one.value} is of {one.criticality} criticality."
    yield from islice(_techniques(playbook), _OF_A_KIND)
    for duty in playbook.duties:
        if duty.chosen and _TITLE.fullmatch(duty.name) and not orders(duty.name):
            yield f"{duty.name} may ask for a notice within {duty.hours} hours."


def _is_name(value: str) -> bool:
    return (
        _NAME.fullmatch(value) is not None
        and not plants(value)
        and not blames(value)
        and not is_harmful(value)
    )


def _titles(playbook: Playbook) -> Iterator[str]:
    """What was found, as far as it reads like a title."""
    bases = dict.fromkeys(one.text for step in playbook.steps for one in step.basis if one.kind == "finding")
    for text in bases:
        fits = _TITLE.fullmatch(text) is not None and len(text.split()) <= _TITLE_WORDS
        if fits and not re.search(r"[,.]\s", text) and not orders(text) and not blames(text):
            yield f"{text}."


def _techniques(playbook: Playbook) -> Iterator[str]:
    names = {one.id: one.text for step in playbook.steps for one in step.basis if one.kind == "technique"}
    for id in playbook.techniques:
        if names.get(id):
            yield f"The steps answer {names[id]} ({id})."


def _landmarks(playbook: Playbook) -> Iterator[str]:
    """Where the playbook becomes serious."""
    steps = list(enumerate(playbook.steps, 1))
    told = (
        ("collects evidence", lambda step: step.effect is Effect.COLLECT),
        ("changes something", lambda step: step.effect.rank >= Effect.CHANGE.rank),
        ("waits for a decision", lambda step: bool(step.approval)),
        ("cannot be taken back", _lasts),
    )
    for what, holds in told:
        first = next((number for number, step in steps if holds(step)), 0)
        if first:
            yield f"Step {first} is the first that {what}."


def _lasts(step: Step) -> bool:
    return step.effect is Effect.DESTROY or not step.reversible
