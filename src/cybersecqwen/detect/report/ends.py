"""What can be an end of a relation, where it stands, and which neighbours make one list or one name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import End, Role, Target, Tier

from .interface import NameFound, RoleOf

_HARMLESS = frozenset({Role.LEGITIMATE, Role.REFERENCE, Role.VICTIM})
_ADDRESSES = frozenset({"ipv4", "ipv6", "domain", "url"})
_FILES = frozenset({"file", "path", "md5", "sha1", "sha256", "sha512"})

NOUN = (
    r"(?:operators?|actors?|subgroups?|clusters?|syndicates?|crew|cybercrime|cybercriminal"
    r"|cryptojacking|RaaS|affiliates?|groups?|gangs?|team|threat|hackers?|members?"
    r"|attackers?|malware|ransomware|backdoors?|trojans?|loaders?"
    r"|downloaders?|droppers?|botnets?|RATs?|remote access (?:trojan|tool)s?|implants?"
    r"|campaigns?|operations?|samples?|payloads?|infections?|tools?|toolkits?"
    r"|frameworks?|beacons?|stealers?|infostealers?|info-stealers?|information stealers?"
    r"|wipers?|worms?|rootkits?|scripts?|utility|utilities|families|family"
    r"|binar(?:y|ies)|variants?|versions?|modules?|software|APTs?|intrusions?|shells?"
    r"|web ?shells?|post-exploitation|exploits?|vulnerabilit(?:y|ies)|flaws?)"
)
"""Words that say what a name is, and stand before or after it."""
_ADJECTIVE = (
    r"(?:the|a|an|its|their|his|own|custom|customi[sz]ed|new|novel|legitimate|commercial"
    r"|publicly[- ]available|open[- ]source|so-called|infamous|notorious"
    r"|well-known|known|popular|malicious|modular|banking|credential|offensive|commodity"
    r"|other|various|several|multiple|both|Windows|Linux|Microsoft|malware called)"
)
HEAD = rf"(?:(?:{_ADJECTIVE}|{NOUN})\s+){{0,5}}[\"“'‘(\[]{{0,2}}"
"""What may stand before a name of a list."""
TAIL = rf"[\"”'’)\]]{{0,2}}(?:\s+{NOUN}){{0,3}}"
"""What may stand after a name."""
_ASIDE = r"(?:\s?\([^()]{0,80}\)|\s?\[[^\[\]]{0,16}\])?"
_LIST = re.compile(
    rf"{TAIL}{_ASIDE}\s?(?:,\s?(?:and|or|as well as|&)?|/|&|\band\b|\bor\b|\bas well as\b"
    rf"|\balong with\b|\band/or\b)\s?{HEAD}",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"(?:['’]s)?(?:,? (?:sectors?|industr(?:y|ies)|organi[sz]ations|entit(?:y|ies)|agenc(?:y"
    r"|ies)|institutions|companies|users|victims|targets|networks"
    r"|officials|systems))?(?: (?:located|based))?(?:,? (?:in|across|throughout|and|or"
    r"|including|such as|as well as|within)|,|)(?: in)?(?: the)? ?",
    re.IGNORECASE,
)
_SOFTWARE = re.compile(
    r"\s(?:malware|backdoor|ransomware|trojan|RAT|loader|botnet|sample|payload|stealer"
    r"|implant|has been used by|was used by|used by)\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(NOUN)
_SAME = re.compile(
    r"[\"”'’]?,?\s?[(\[]?(?:(?:also|previously|formerly|otherwise|or)?\s?(?:known|tracked"
    r"|referred to|dubbed)?\s?(?:as|a\.?k\.?a\.?)?)[,:]?\s?[\"“'‘]?",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:like|unlike|similar to|as with|compared (?:to|with)|than|same as|reminiscent of"
    r"|resembl\w+|aka|a\.k\.a\.|known as|previously|formerly) (?:the )?\Z",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """An end where it stands."""

    start: int
    end: int
    thing: End
    stix: str
    """Type of STIX that it becomes; "address" and "file" for observables."""

    @property
    def family(self) -> str:
        """What may stand in one list with it."""
        return {"tool": "malware", "identity": "where", "location": "where"}.get(self.stix, self.stix)


def of(
    text: str,
    names: Sequence[NameFound],
    found: Sequence[Match],
    targets: Sequence[Target],
    roles: Mapping[tuple[str, str], RoleOf],
) -> list[Mention]:
    """Everything that can be an end, in order, without overlaps; names before indicators."""
    every = sorted(
        [*_names(_fitting(names, text)), *_targets(targets), *_found(found, roles)],
        key=lambda pair: (pair[0].start, pair[1], -pair[0].end),
    )
    kept: list[Mention] = []
    for one, _ in every:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _fitting(names: Sequence[NameFound], text: str) -> Iterator[NameFound]:
    """Of a group and a software of one name ("Carbanak") the one that the next word speaks for."""
    at: dict[tuple[int, int], list[NameFound]] = {}
    for one in names:
        at.setdefault((one.start, one.end), []).append(one)
    for (_, end), same in at.items():
        software = [one for one in same if one.type == "software"]
        if len(same) > 1 and software and _SOFTWARE.match(text, end):
            yield software[0]
        else:
            yield same[0]


def _names(names: Iterable[NameFound]) -> Iterator[tuple[Mention, int]]:
    for one in names:
        if one.text.islower() and _PLAIN.fullmatch(one.text):
            continue  # "another wiper" is not the malware Wiper
        stix = {"group": "intrusion-set", "campaign": "campaign", "vulnerability": "vulnerability"}.get(
            one.type, "tool" if one.facts.get("kind") == "tool" else "malware"
        )
        yield Mention(one.start, one.end, End(type=one.type, id=one.id, value=one.name), stix), 0


def _targets(targets: Sequence[Target]) -> Iterator[tuple[Mention, int]]:
    for one in targets:
        if one.kind in ("sector", "country") and one.tier is Tier.HIGH:
            stix = "identity" if one.kind == "sector" else "location"
            for place in one.places:
                yield (
                    Mention(place.start, place.end, End(type=one.kind, id=one.code, value=one.name), stix),
                    2,
                )


def _found(found: Sequence[Match], roles: Mapping[tuple[str, str], RoleOf]) -> Iterator[tuple[Mention, int]]:
    for one in found:
        role = roles.get((one.type, one.value))
        if one.type == "cve":
            thing = End(type="vulnerability", id=one.value, value=one.value)
            yield Mention(one.start, one.end, thing, "vulnerability"), 1
        elif one.type == "attack" and one.value.startswith("T") and one.value[1:2].isdigit():
            yield (
                Mention(
                    one.start, one.end, End(type="technique", id=one.value, value=one.value), "attack-pattern"
                ),
                1,
            )
        elif one.note or (role is not None and role.role in _HARMLESS):
            continue
        elif one.type in _ADDRESSES or one.type in _FILES:
            stix = "address" if one.type in _ADDRESSES else "file"
            yield Mention(one.start, one.end, End(type=one.type, id="", value=one.value), stix), 1


class Run(NamedTuple):
    """Mentions that one list names together: "Mimikatz, PsExec and Cobalt Strike"."""

    start: int
    end: int
    members: tuple[End, ...]
    stix: tuple[str, ...]
    """Of each member."""


def runs(text: str, mentions: Sequence[Mention]) -> list[Run]:
    """The mentions of one sentence, those of one list together; other names of the same thing are one."""
    found: list[Run] = []
    family = ""
    for one in mentions:
        last = found[-1] if found else None
        gap = text[last.end : one.start] if last else ""
        if last and len(gap) <= 120 and one.thing in last.members and _SAME.fullmatch(gap):
            end = one.end + (text[one.end : one.end + 1] == ")" and "(" in gap)
            found[-1] = last._replace(end=end)
            continue
        if last and family == one.family and len(gap) <= 120:
            joined = _LIST.fullmatch(gap) or (family == "where" and _WHERE.fullmatch(gap))
            if joined and not _COMPARED.search(text[max(0, last.start - 20) : last.start]):
                found[-1] = Run(last.start, one.end, (*last.members, one.thing), (*last.stix, one.stix))
                continue
        family = one.family
        found.append(Run(one.start, one.end, (one.thing,), (one.stix,)))
    return found
