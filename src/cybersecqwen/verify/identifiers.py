"""Identifiers: found in any spelling, resolved by the store, struck out where unknown.

Known are CVE, CWE, CAPEC, ATT&CK (techniques, tactics, groups, software, mitigations, campaigns,
detection strategies, data sources and components, analytics), D3FEND and NIST 800-53 controls.
Look-alike spellings count: "t-1059", "T1059 .001", full-width digits, other hyphens, Cyrillic letters,
invisible characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cybersecqwen.records import Problem

from .interface import Facts, Resolved

if TYPE_CHECKING:
    from .allowed import Allowed

STRUCK = "[unverified identifier]"
"""What stands where an identifier was struck out."""

# Control families of SP 800-53 rev. 5, table of contents.
_FAMILIES = "AC|AT|AU|CA|CM|CP|IA|IR|MA|MP|PE|PL|PM|PS|PT|RA|SA|SC|SI|SR"

# One alternative per kind; every repetition is bounded, so matching is linear in the text.
_PATTERN = (
    r"(?<![\w\\.@-])(?:"
    r"(?P<cve>CVE[\s_:-]{0,3}(?P<cve_y>\d{4})[\s_-]{1,3}(?P<cve_n>\d{3,19}))"
    r"|(?P<cwe>CWE[\s_:#-]{0,3}(?P<cwe_n>\d{1,6}))"
    r"|(?P<capec>CAPEC[\s_:#-]{0,3}(?P<capec_n>\d{1,6}))"
    r"|(?P<tactic>TA[\s-]{0,2}(?P<tactic_n>\d{4}))"
    r"|(?P<technique>T[\s-]{0,2}(?P<tech_n>\d{4})(?:[.,/_](?P<tech_s>\d{1,4})|\s?\.\s?(?P<tech_t>0\d\d))?)"
    r"|(?P<attack>(?P<attack_k>DET|DS|DC|AN|[GSMC])-?(?P<attack_n>\d{4}))"
    r"|(?P<d3fend>D3(?:FEND)?[\s:]?[-_][\s]?(?P<d3_n>[A-Z]{1,10}))"
    rf"|(?P<control>(?P<ctl_f>{_FAMILIES})\s?[-_]\s?(?P<ctl_n>\d{{1,2}})(?:\s?\(\s?(?P<ctl_e>\d{{1,2}})\s?\))?)"
    r")(?![\w])(?!-\w)"
)

_DIGIT = re.compile(r"[0-9]")

# Letters of other scripts that look like those in identifiers. From: Unicode TR39 confusables, the
# capitals and small letters that our kinds use.
_LOOKALIKE = str.maketrans(
    "АВЕМНОРСТХаеорсхѕіԁΑΒΕΖΗΙΚΜΝΟΡΤΧοсӏ",
    "ABEMHOPCTXaeopcxsidABEZHIKMNOPTXocl",
)
_HYPHENS = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad\ufe58\ufe63\uff0d\u2043"), "-"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """An identifier where it stands in a text."""

    id: str
    """In canonical form: "T1059.001"."""
    kind: str
    """cve, cwe, capec, tactic, technique, attack, d3fend or control."""
    start: int
    """Where it starts in the text, in characters."""
    end: int
    """Where it ends."""
    text: str
    """As it stands there."""


@lru_cache(maxsize=1)
def _compiled() -> re.Pattern[str]:
    return re.compile(_PATTERN, re.IGNORECASE)


def fold(text: str) -> tuple[str, Sequence[int]]:
    """The text in plain characters, and for each of them its position in `text`.

    Compatibility forms are folded (NFKC), look-alike letters and hyphens replaced, decimal digits of
    any script turned into ASCII, invisible characters dropped.
    """
    if text.isascii():
        return text, range(len(text))
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for plain in unicodedata.normalize("NFKC", char.translate(_HYPHENS)):
            if unicodedata.category(plain) in ("Cf", "Mn"):
                continue
            digit = unicodedata.decimal(plain, -1)
            folded.append(str(digit) if digit >= 0 else plain.translate(_LOOKALIKE).translate(_HYPHENS))
            places.append(place)
    return "".join(folded), places


def find(text: str) -> Iterator[Mention]:
    """Every identifier of a text, in any spelling, in order."""
    if text.isascii() and not _DIGIT.search(text):
        return  # all of them hold a digit; most texts of ours hold none
    folded, places = fold(text)
    for match in _compiled().finditer(folded):
        start, end = places[match.start()], places[match.end() - 1] + 1
        yield Mention(_canonical(match), str(match.lastgroup and _kind(match)), start, end, text[start:end])


def _kind(match: re.Match[str]) -> str:
    kinds = ("cve", "cwe", "capec", "tactic", "technique", "attack", "d3fend", "control")
    return next(kind for kind in kinds if match[kind] is not None)


def _canonical(match: re.Match[str]) -> str:
    kind, part = _kind(match), match.groupdict()
    if kind == "cve":
        return f"CVE-{part['cve_y']}-{part['cve_n']}"
    if kind in ("cwe", "capec"):
        return f"{kind.upper()}-{int(part[kind + '_n'])}"
    if kind == "tactic":
        return f"TA{part['tactic_n']}"
    if kind == "technique":
        below = part["tech_s"] or part["tech_t"]
        return f"T{part['tech_n']}.{below}" if below else f"T{part['tech_n']}"
    if kind == "attack":
        return f"{part['attack_k'].upper()}{part['attack_n']}"
    if kind == "d3fend":
        return f"D3-{part['d3_n'].upper()}"
    enhancement = f"({int(part['ctl_e'])})" if part["ctl_e"] else ""
    return f"{part['ctl_f'].upper()}-{int(part['ctl_n'])}{enhancement}"


_CVE = re.compile(r"\bCVE-(\d{4})-(\d{4,19})\b", re.IGNORECASE | re.ASCII)


def recorded_cves(texts: Iterable[str]) -> frozenset[str]:
    """CVE ids that stand in texts of the input, in their plain spelling."""
    found = (match for text in texts if "-" in text for match in _CVE.finditer(text))
    return frozenset(f"CVE-{match[1]}-{match[2]}" for match in found)


def successor_of(resolved: Resolved) -> str:
    """The identifier that replaces a revoked one, or ""."""
    successor = resolved.successor
    return str(getattr(successor, "id", successor) or "")


def check(sentence: str, allowed: Allowed) -> str:
    """Every identifier is known, current, one of the report's, in canonical form and with its own name."""
    for mention in mentions(sentence, allowed):
        if mention.id not in allowed.identifiers:
            return f"{mention.id} is not in this report"
        resolved = allowed.facts.resolve(mention.id)
        if mention.kind != "cve" and resolved.state != "known":
            return f"{mention.id} is {resolved.state}"
        if mention.text != mention.id:
            return f"{mention.text!r} is not how {mention.id} is written"
        name = resolved.entity.name if resolved.entity else ""
        if mention.kind != "cve" and not _names_agree(sentence, mention, name):
            return f"{mention.id} is called {name!r}, not what stands beside it"
    return ""


_LIKE_NAMES = ("control", "attack")
"""Kinds of identifiers that ordinary hosts and accounts are called like: PS-01, SC-12, m1038."""
_NAMED_KINDS = frozenset({"host", "user", "process"})


def mentions(sentence: str, allowed: Allowed) -> list[Mention]:
    """The identifiers of a sentence, without what is a host, an account or an image of the report."""
    found = []
    for mention in find(sentence):
        start = max(sentence.rfind(" ", 0, mention.start) + 1, 0)
        end = sentence.find(" ", mention.end)
        token = sentence[start : end if end >= 0 else len(sentence)].strip(".,;:()!?\"'`").lower()
        name = allowed.names.get(token)
        if name is None or mention.kind not in _LIKE_NAMES or not name.kinds & _NAMED_KINDS:
            found.append(mention)
    return found


_BESIDE = re.compile(r"\s{0,2}(?:\(\s?([^()]{1,80})\)|[:,–—]\s?([A-Z][^.;,()]{1,80})|([A-Z][\w/&-]*))")
_ORDINARY_BEFORE = frozenset(
    ["technique", "techniques", "id", "identifier", "sub-technique", "tactic", "weakness", "control"]
)


def stated_name(text: str, mention: Mention) -> str:
    """The name that a text states right behind an identifier: in "T1059 (Mshta)" it is "Mshta"."""
    found = _BESIDE.match(text, mention.end)
    return next((part for part in found.groups() if part), "").strip() if found else ""


def _names_agree(text: str, mention: Mention, name: str) -> bool:
    stated = stated_name(text, mention)
    if stated and not any(find(stated)) and not _is_name(stated, name):
        return False
    if text[: mention.start].rstrip().endswith("("):  # "PowerShell (T1059.001)"
        before = text[: mention.start].rstrip(" (").lower()
        last = before.rpartition(" ")[2]
        return before.endswith(name.lower()) or _short(name).lower() == last or last in _ORDINARY_BEFORE
    return True


def _is_name(stated: str, name: str) -> bool:
    said, full = _plain(stated), _plain(name)
    return said in (full, _plain(_short(name))) or full.startswith(said + " ")


def _short(name: str) -> str:
    return name.rpartition(": ")[2]


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", name.casefold()).split())


def strike(text: str, facts: Facts, cves: Collection[str] = ()) -> tuple[str, tuple[Problem, ...]]:
    """The text with every identifier verified, and what had to be changed.

    Unknown ones are struck out, revoked ones replaced by their successor, wrong names beside known
    ones replaced by the right one, odd spellings made canonical.

    Args:
        text: Any text of ours or of a model; never evidence, which is shown as it is.
        facts: The knowledge store.
        cves: CVE ids that stand in the input; they need not be known.
    """
    mentions = list(find(text))
    if not mentions:
        return text, ()
    pieces: list[str] = []
    problems: list[Problem] = []
    done = 0
    for mention in mentions:
        shown, note = settle(mention.id, facts, cves)
        end = mention.end
        pieces += [text[done : mention.start], shown or STRUCK]
        if note:
            problems.append(note)
        elif wrong := _wrong_name(text, mention, facts):
            said, right = wrong
            place = text.index(said, mention.end)
            pieces += [text[mention.end : place], right]
            end = place + len(said)
            message = f"The name stated beside {mention.id} was {said!r}; it is called {right!r}."
            problems.append(Problem(stage="verify", message=message, subject=mention.id))
        done = end
    return "".join(pieces) + text[done:], tuple(problems)


def settle(id: str, facts: Facts, cves: Collection[str] = ()) -> tuple[str, Problem | None]:
    """What may be shown for an identifier ("" for nothing), and the problem to list, if any."""
    resolved = facts.resolve(id)
    if resolved.state == "known" or (id.startswith("CVE-") and id in cves):
        return id, None
    if resolved.state == "deprecated":
        note = f"{id} is deprecated in the knowledge store and has no successor."
        return id, Problem(stage="verify", message=note, subject=id)
    successor = successor_of(resolved) if resolved.state == "revoked" else ""
    if successor and facts.resolve(successor).state == "known":
        note = f"{id} was revoked and is now {successor}, which is shown instead."
        return successor, Problem(stage="verify", message=note, subject=id)
    if resolved.state == "revoked":
        note = f"{id} was revoked without a successor and was struck out."
    else:
        note = f"{id} is not known to the knowledge store and was struck out."
    return "", Problem(stage="verify", message=note, subject=id)


def _wrong_name(text: str, mention: Mention, facts: Facts) -> tuple[str, str] | None:
    # Only "T1059.001 (Mshta)": after a colon or a dash our own texts go on with anything.
    found = _BESIDE.match(text, mention.end)
    stated = (found[1] or "").strip() if found else ""
    entity = facts.resolve(mention.id).entity
    if not stated[:1].isupper() or entity is None or _is_name(stated, entity.name):
        return None
    return stated, entity.name
