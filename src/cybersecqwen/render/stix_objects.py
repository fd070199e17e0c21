"""Domain objects of STIX 2.1 with identifiers that are the same in every run and for every report.

Identifiers are UUIDv5 in a namespace of this project, over the type and the canonical name; the standard
recommends random ones for domain objects, and allows these (section 2.9). What is the same in every report
(a technique, a group) holds no word of the report: its identifier means the same thing everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cybersecqwen.records.intel import Named, ReportedTechnique, Target

from .exported import technique_url
from .navigator_domains import domain_of

NAMESPACE = uuid5(NAMESPACE_URL, "https://cybersecqwen.invalid/stix")
"""Of identifiers of domain and relationship objects."""
UNKNOWN_TIME = "2000-01-01T00:00:00.000Z"
"""Creation of objects that belong to no one report, and of reports without a date: before any of them."""

# From: STIX 2.1, section 10.9 (industry-sector-ov) and 10.19 (region-ov)
_SECTORS = frozenset(
    (
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "emergency-services",
        "government-local",
        "government-national",
        "government-public-services",
        "government-regional",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "dams",
        "nuclear",
        "water",
        "insurance",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    )
)
_REGIONS = frozenset(
    (
        "africa",
        "eastern-africa",
        "middle-africa",
        "northern-africa",
        "southern-africa",
        "western-africa",
        "americas",
        "latin-america-caribbean",
        "south-america",
        "caribbean",
        "central-america",
        "northern-america",
        "asia",
        "central-asia",
        "eastern-asia",
        "southern-asia",
        "south-eastern-asia",
        "western-asia",
        "europe",
        "eastern-europe",
        "northern-europe",
        "southern-europe",
        "western-europe",
        "oceania",
        "australia-new-zealand",
        "melanesia",
        "micronesia",
        "polynesia",
        "antarctica",
    )
)
_CHAINS = {"enterprise": "mitre-attack", "mobile": "mitre-mobile-attack", "ics": "mitre-ics-attack"}
_PHASE = re.compile(r"[a-z][a-z-]{1,60}")
_CVE = re.compile(r"CVE-[0-9]{4}-(?:0[0-9]{3}|[1-9][0-9]{3,18})")
_URLS = {"G": "groups", "S": "software", "C": "campaigns"}

# From: ISO 3166-1, alpha-2.
_COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
    ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
    HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
    UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a list of them is a screen long
)


def domain_object(
    type: str, key: str, properties: Mapping[str, Any], time: str = UNKNOWN_TIME
) -> dict[str, Any]:
    """An object with its identifier over `type` and `key`.

    Args:
        type: Type of STIX.
        key: Canonical name, unique within the type.
        properties: What it holds; None, "" and [] are left out.
        time: When this version was made, RFC 3339; never before `UNKNOWN_TIME`.
    """
    kept = {name: value for name, value in properties.items() if value not in (None, "", [])}
    return {
        "type": type,
        "spec_version": "2.1",
        "id": f"{type}--{uuid5(NAMESPACE, f'{type}:{key}')}",
        "created": UNKNOWN_TIME,
        "modified": max(time, UNKNOWN_TIME),
        **kept,
    }


def tool_identity() -> dict[str, Any]:
    """The identity that made the objects: this program."""
    return domain_object("identity", "cybersecqwen", {"name": "cybersecqwen", "identity_class": "system"})


def attack_pattern(one: ReportedTechnique) -> dict[str, Any] | None:
    """A technique; None for one with neither name nor identifier."""
    url = technique_url(one.id)
    name = one.name or one.id
    if not name:
        return None
    chain = _CHAINS[domain_of(one.id)]
    phases = [tactic for tactic in dict.fromkeys(one.tactics) if _PHASE.fullmatch(tactic)]
    return domain_object(
        "attack-pattern",
        one.id if url else name,
        {
            "name": name,
            "kill_chain_phases": [{"kill_chain_name": chain, "phase_name": tactic} for tactic in phases],
            "external_references": _mitre(one.id, url),
        },
    )


def named_object(one: Named) -> dict[str, Any] | None:
    """A group, software, campaign or vulnerability; None for one without a name or of another type."""
    name = one.name or one.id
    if not name:
        return None
    if one.type == "vulnerability":
        cve = next((text.upper() for text in (one.id, one.name) if _CVE.fullmatch(text.upper())), "")
        known = [{"source_name": "cve", "external_id": cve}] if cve else []
        return domain_object(
            "vulnerability", cve or name, {"name": cve or name, "external_references": known}
        )
    found = re.fullmatch(r"([GSC])[0-9]{4}", one.id)
    url = f"https://attack.mitre.org/{_URLS[found[1]]}/{one.id}/" if found else ""
    told = one.facts.get("aliases") if isinstance(one.facts, Mapping) else None
    listed = told if isinstance(told, (list, tuple)) else ()
    aliases = list(dict.fromkeys(text for text in listed if isinstance(text, str) and text and text != name))
    shared = {"name": name, "aliases": aliases, "external_references": _mitre(one.id, url)}
    key = one.id if url else name
    if one.type == "group":
        return domain_object("intrusion-set", key, shared)
    if one.type == "campaign":
        return domain_object("campaign", key, shared)
    if one.type != "software":
        return None
    if one.facts.get("kind") == "tool" or one.facts.get("type") == "tool":
        return domain_object("tool", key, shared)
    return domain_object("malware", key, {**shared, "is_family": True})


def target_object(one: Target) -> dict[str, Any] | None:
    """A sector, country or region; None for what STIX has no object for."""
    if one.kind == "sector" and one.name:
        sectors = [one.code] if one.code in _SECTORS else []
        return domain_object(
            "identity",
            f"sector {one.name}",
            {"name": one.name, "identity_class": "class", "sectors": sectors},
        )
    if one.kind == "country" and one.code.upper() in _COUNTRIES:
        code = one.code.upper()
        return domain_object("location", code, {"name": one.name or code, "country": code})
    region = one.name.lower().replace(" ", "-")
    if one.kind == "region" and region in _REGIONS:
        return domain_object("location", f"region {region}", {"name": one.name, "region": region})
    return None


def _mitre(id: str, url: str) -> list[dict[str, str]]:
    return [{"source_name": "mitre-attack", "external_id": id, "url": url}] if url else []
