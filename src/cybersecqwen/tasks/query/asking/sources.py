"""Which logsource a question is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Logsource

from .catalogue import leads
from .focusing import focus
from .library import Library, Near
from .mentions import Kind, Mention
from .vocabulary import Lexicon, Token, key_of, source_of
from .words import COMMON, stem, word_list, words

_NEAR = 3.0
"""What the nearest rules weigh together."""
_POWER = 1.5
_HINT = 0.6
_PRODUCT = 2.5
_OTHER = 2.0
"""What a named product weighs, and another than the named."""
_CONCEPT = 1.6
_STARTED = 1.0
"""What a program speaks for its start where the words say that it is used."""
_EXECUTION = re.compile(
    r"\b(?:execution|usage|use|invocation|launch|instances?|abuse|running|"
    r"executions?) of\b|\bvia (?:the )?[\"'`]?[\w-]+(?:\.exe|[\"'`]? (?:utility|command|"
    r"tool|binary))|\bcommand ?lines?\b|\bchild\b|\bspawn",
    re.IGNORECASE,
)
_LISTED = 0.8
"""What an event of the catalogue weighs that has most of its words in the question."""
_UNNAMED = 0.7
"""Of what speaks for a product that the question does not name."""
_TOLD = 2.0
_WORDS = 0.13
"""What a nat weighs that the words of rules tell logsources apart by; chosen on the development set."""
_ENOUGH = 2_000
"""Rules of a library that is believed in full."""
_LEAST, _EVEN = -20.0, -5.0
"""Logarithms of the shares that count as none at all, and that speak neither for nor against."""
_FIELD = 3.0
"""What the name of a field speaks for the logsources that have it."""
_COUNTED = 1.5
"""What it speaks for logsources that they have the fields by which is counted; words may say more."""
_USUAL = 0.5
"""Of these what speaks for the system of most computers, where nothing else is said."""
_KINDS: Mapping[Kind, Mapping[str, float]] = {
    Kind.CMDLET: {"windows/ps_script": 1.2, "windows/process_creation": 0.6, "windows/ps_module": 0.2},
    Kind.KEY: {"windows/registry_set": 1.5, "windows/registry_event": 0.4},
    Kind.LIBRARY: {"windows/image_load": 0.8, "windows/file_event": 0.2},
    Kind.DOMAIN: {"windows/dns_query": 0.5, "/proxy": 0.3, "windows/network_connection": 0.3},
    Kind.PORT: {"windows/network_connection": 1.0},
    Kind.ADDRESS: {"windows/network_connection": 0.8},
    Kind.PIPE: {"windows/pipe_created": 1.5},
    Kind.FLAG: {"windows/process_creation": 0.6, "linux/process_creation": 0.2},
    Kind.PROGRAM: {
        "windows/process_creation": 0.8,
        "linux/process_creation": 0.3,
        "macos/process_creation": 0.1,
    },
    Kind.URL: {"/proxy": 0.6, "/webserver": 0.3},
    Kind.EVENT: {"windows/security": 0.3, "windows/system": 0.3},
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A logsource and how much speaks for it."""

    key: str
    logsource: Logsource
    score: float


def ranked(
    text: str,
    found: Sequence[Token],
    mentions: Sequence[Mention],
    near: Sequence[Near],
    lexicon: Lexicon,
    library: Library,
    named: frozenset[str] = frozenset(),
    having: frozenset[str] = frozenset(),
) -> list[Ranked]:
    """The logsources that come into question, the likeliest first.

    `named` are keys of those that have a field which the question names, `having` of those that have all
    fields which it counts and groups by.
    """
    scores: dict[str, float] = defaultdict(float)
    of_key: dict[str, Logsource] = {key: entry.logsource for key, entry in lexicon.sources.items()}
    total = sum(one.score**_POWER for one in near) or 1.0
    for one in near:
        key = key_of(one.rule.logsource)
        of_key.setdefault(key, one.rule.logsource)
        scores[key] += _NEAR * one.score**_POWER / total
    for key in {meaning for meaning, _, _ in lexicon.hints.find(found)}:
        scores[key] += _HINT
    for kind in {mention.kind for mention in mentions}:
        for key, weight in _KINDS.get(kind, {}).items():
            scores[key] += weight
    if _EXECUTION.search(text) and any(m.kind is Kind.PROGRAM for m in mentions):
        for key in ("windows/process_creation", "linux/process_creation", "macos/process_creation"):
            scores[key] += _STARTED
    for name in {mention.values[0] for mention in mentions if mention.kind is Kind.CONCEPT}:
        for key, weight in lexicon.concepts[name].leads.items():
            scores[key] += _CONCEPT * weight
    for key, weight in leads(" ".join(text[start:end] for start, end in focus(text))).items():
        scores[key] += _LISTED * weight
    for key in named:
        scores[key] += _FIELD
    for key in having:
        scores[key] += _COUNTED + (_USUAL if key.startswith("windows/") else 0.0)
    _by_program(scores, mentions, lexicon)
    products = {meaning for meaning, _, _ in lexicon.products.find(found)}
    _by_product(scores, products)
    _by_words(scores, text, library, of_key)
    if not products and all(one.kind is Kind.CONCEPT for one in mentions) and _says_little(text, library):
        _by_default(scores)
    order = sorted(scores, key=lambda key: (-scores[key], key))
    return [Ranked(key, of_key.get(key) or source_of(key), scores[key]) for key in order if scores[key] > 0]


def _by_program(scores: dict[str, float], mentions: Sequence[Mention], lexicon: Lexicon) -> None:
    """Programs that only one system has say which one is meant."""
    bare = [v for m in mentions if m.kind is Kind.PROGRAM and not m.group for v in m.values if "." not in v]
    systems = [{s for s, names in lexicon.known.items() if value in names} for value in bare]
    systems += [set(lexicon.places[m.values[0]].files) for m in mentions if m.kind is Kind.PLACE]
    systems += [{"linux", "macos"} for m in mentions if m.kind is Kind.PATH and m.values[0].startswith("/")]
    told = [one for one in systems if one]
    if told and all(one == {"windows"} for one in told):
        for key in scores:
            scores[key] += (
                _TOLD / 2
                if key.startswith("windows/")
                else -_TOLD / 2
                if key[:5] in ("linux", "macos")
                else 0
            )
    if not told or any("windows" in one for one in told):
        return
    for system in ("linux", "macos"):
        if all(system in one for one in told):
            scores[f"{system}/process_creation"] += _TOLD if system == "linux" and bare else _TOLD / 2
    scores["windows/process_creation"] -= _TOLD / 2


def _by_words(scores: dict[str, float], text: str, library: Library, of_key: dict[str, Logsource]) -> None:
    """What the words of rules say of their logsource; less where there are few rules."""
    belief = min(1.0, len(library.rules) / _ENOUGH)
    said = {key_of(one): (one, share) for one, share in library.leaning.of(words(text)).items()}
    # Of few rules most words are missing by chance: what none of them says is no reason against a logsource.
    least = max(_LEAST * belief, min((share for _, share in said.values()), default=0.0))
    for key in {*scores, *said}:
        source, share = said.get(key, (None, least))
        if source is not None:
            of_key.setdefault(key, source)
        scores[key] += _WORDS * belief * (max(share, least) - _EVEN)


def _says_little(text: str, library: Library) -> bool:
    """Whether hardly a word of a question is one that rules have and that tells them apart."""
    telling = {word for word in words(text) if word not in _PLAIN and library.knows(word)}
    return len(telling) < _FEW


_FEW = 2
_PLAIN = frozenset(map(stem, word_list("asking") | word_list("vague") | COMMON))


def _by_default(scores: dict[str, float]) -> None:
    """Where nothing tells the system: that of most computers, not that of rules which are near by chance."""
    for second in ("process_creation", "file_event", "network_connection"):
        others = [scores.get(f"{system}/{second}", 0.0) for system in ("linux", "macos")]
        scores[f"windows/{second}"] = max(scores.get(f"windows/{second}", 0.0), *others)
        for system in ("linux", "macos"):
            scores[f"{system}/{second}"] = scores.get(f"{system}/{second}", 0.0) / 2


_SYSTEMS = frozenset(("", "windows", "linux", "macos"))


def _by_product(scores: dict[str, float], named: set[str]) -> None:
    for key in scores:
        if key.partition("/")[0] not in named | _SYSTEMS:
            scores[key] *= _UNNAMED
    if not named:
        return
    for product in named:
        if product not in ("windows", "linux", "macos"):
            for key in scores:
                if key.startswith(f"{product}/"):
                    scores[key] += _PRODUCT
    for key in list(scores):
        product = key.partition("/")[0]
        if product in named:
            scores[key] += _OTHER
        elif product in ("windows", "linux", "macos") and product and named & {"linux", "macos", "windows"}:
            scores[key] -= _OTHER
    for system in ("linux", "macos"):
        if system in named and "windows" not in named:
            for second in ("process_creation", "file_event", "network_connection"):
                moved = scores.get(f"windows/{second}", 0.0)
                scores[f"{system}/{second}"] = max(scores.get(f"{system}/{second}", 0.0), moved + _OTHER)
                scores[f"windows/{second}"] = moved - _PRODUCT
