"""What to do about a report: actions from a table beside this file, chosen by what was found."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cybersecqwen.records.intel import Intelligence, Role, Tier

from .wording import called, counted, listed

MOST = 6
"""Actions that are given."""
_NETWORK = {"ipv4": "address", "ipv6": "address", "domain": "domain", "url": "URL"}
_HOSTILE = frozenset({Role.C2, Role.DELIVERY, Role.PAYLOAD, Role.EXFILTRATION, Role.ATTACKER})
_NOT_SOUGHT = frozenset({"cve", "attack", "yara", "sigma", "suricata"})
_HASHES = frozenset({"md5", "sha1", "sha256", "sha512"})


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the table."""

    text: str
    """With placeholders of `_words`."""
    urgency: int
    """1 now, 2 next, 3 then."""
    needs: str = ""
    """What must have been found: a key of `_words`."""
    techniques: tuple[str, ...] = ()
    """Or any of these, sub-techniques included."""


@lru_cache(maxsize=1)
def table() -> tuple[Action, ...]:
    """All actions, in the order of the file."""
    raw = tomllib.loads(Path(__file__).with_name("actions.toml").read_text(encoding="utf-8"))
    return tuple(
        Action(
            text=row["text"],
            urgency=int(row["urgency"]),
            needs=row.get("needs", ""),
            techniques=tuple(row.get("techniques", ())),
        )
        for row in raw["action"]
    )


def actions(intel: Intelligence) -> tuple[str, ...]:
    """What to do, most urgent first."""
    words = _words(intel)
    chosen = [action for action in table() if _fits(action, words, intel)]
    chosen.sort(key=lambda action: action.urgency)
    return tuple(action.text.format_map(words) for action in chosen[:MOST])


def _fits(action: Action, words: dict[str, str], intel: Intelligence) -> bool:
    if action.needs:
        return bool(words.get(action.needs))
    sure = [one.id for one in intel.techniques if one.tier is not Tier.LOW]
    return any(id == wanted or id.startswith(wanted + ".") for id in sure for wanted in action.techniques)


def _words(intel: Intelligence) -> dict[str, str]:
    """What placeholders stand for; "" where there is nothing."""
    vulnerable = intel.vulnerabilities
    known = [one.id for one in vulnerable if one.facts.get("kev")]
    others = [one.id for one in vulnerable if not one.facts.get("kev")]
    malware = [
        one
        for one in intel.of_type("software")
        if one.tier is not Tier.LOW and one.facts.get("kind") != "tool"
    ]
    hashes = any(one.type in _HASHES for one in intel.usable)
    day = since(intel)
    day = day if len(day) > len("2026") else ""  # a year alone bounds no search
    searched = sum(
        1
        for one in intel.usable
        if one.type not in _NOT_SOUGHT and (one.type != "file" or one.role is not Role.UNKNOWN)
    )
    return {
        "known-exploited": "yes" if known else "",
        "vulnerabilities": listed(known),
        "known": "it is" if len(known) == 1 else "they are",
        "vulnerability": "yes" if others else "",
        "open": listed(others),
        "usable": "yes" if searched else "",
        "indicators": "indicator" if searched == 1 else f"{searched:,} indicators",
        "network": listed(list(_network(intel))),
        "malware-hashes": "yes" if malware and hashes else "",
        "named": listed([called(one) for one in malware], 3),
        "techniques": "yes" if intel.techniques else "",
        "back": f"back to {day}" if day else "as far back as they reach",
        "lately": f"since {day}" if day else "lately",
    }


def _network(intel: Intelligence) -> Iterator[str]:
    counts: dict[str, int] = {}
    for one in intel.usable:
        if one.type in _NETWORK and one.role in _HOSTILE:
            counts[_NETWORK[one.type]] = counts.get(_NETWORK[one.type], 0) + 1
    for kind, count in sorted(counts.items(), key=lambda item: item[0].lower()):
        yield counted(count, kind, "addresses" if kind == "address" else "")


def since(intel: Intelligence) -> str:
    """The earliest date that the reports give for the beginning of the activity, or ""."""
    began = [one.date for one in intel.dates if one.kind == "since"]
    happened = [one.date for one in intel.dates if one.kind == "on"]
    return min(began or happened, default="")
