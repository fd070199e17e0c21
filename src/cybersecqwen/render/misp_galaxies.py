"""Techniques, groups, software and campaigns as clusters of MISP galaxies, named as MISP names them.

A cluster of ATT&CK is named "PowerShell - T1059.001"; the tag that attaches it is a machine tag. Facts:
https://github.com/MISP/misp-galaxy/tree/main/galaxies (types, names and identifiers of the galaxies).
"""

from __future__ import annotations

import re
from typing import Any

from cybersecqwen.records.intel import Named, ReportedTechnique, Tier, Tlp

from .exported import Exported, technique_url
from .navigator_domains import domain_of

# Type of the galaxy to its name and identifier
_GALAXIES = {
    "mitre-attack-pattern": ("MITRE ATT&CK Techniques", "c4e851fa-775f-11e7-8163-b774922098cd"),
    "mitre-intrusion-set": ("Intrusion Set", "1023f364-7831-11e7-8318-43b5531983ab"),
    "mitre-malware": ("Malware", "d752161c-78f6-11e7-a0ea-bfa79b407ce4"),
    "mitre-tool": ("mitre-tool", "d5cbd1a2-78f6-11e7-a833-7b9bccca9649"),
    "mitre-campaign": ("MITRE ATT&CK Campaigns", "16e5e0d5-1ad7-4274-90e4-8bf80783720d"),
}
# From: https://github.com/MISP/misp-taxonomies/blob/main/tlp/machinetag.json
_TLP = {
    Tlp.CLEAR: ("tlp:clear", "#ffffff"),
    Tlp.GREEN: ("tlp:green", "#33ff00"),
    Tlp.AMBER: ("tlp:amber", "#ffc000"),
    Tlp.AMBER_STRICT: ("tlp:amber+strict", "#ffc000"),
    Tlp.RED: ("tlp:red", "#ff2b2b"),
}


def clusters(view: Exported) -> list[tuple[str, str]]:
    """Type of the galaxy and value of the cluster for everything that ATT&CK has, each once.

    What is only likely to be meant is left out: a tag says that an event is about it.
    """
    techniques = [one for one in view.techniques if one.tier is not Tier.LOW and _in_galaxy(one)]
    names = [one for one in view.names if one.tier is not Tier.LOW]
    found = [("mitre-attack-pattern", _value(one.name, one.id)) for one in techniques]
    found += [(type, _value(one.name or one.id, one.id)) for one in names if (type := galaxy_of(one))]
    return list(dict.fromkeys(found))


def without_cluster(view: Exported) -> list[tuple[str, str]]:
    """Techniques that the galaxy has not (ICS), or whose name is not known: as text, with the sentence."""
    rest = {(one.id, one.name): one for one in view.techniques if not _in_galaxy(one)}
    made = [(" - ".join(filter(None, (one.name, one.id))), one.context) for one in rest.values()]
    made = [pair for pair in made if pair[0]]
    known = {one.id for one in view.techniques}
    written = [one for one in view.indicators if one.type == "attack" and one.value not in known]
    return made + [(one.value, one.context) for one in written]


def _in_galaxy(one: ReportedTechnique) -> bool:
    return bool(one.name and technique_url(one.id)) and domain_of(one.id) != "ics"


def galaxy_of(one: Named) -> str:
    """Type of the galaxy that has this name; "" where ATT&CK has it not."""
    if one.type == "group" and re.fullmatch(r"G[0-9]{4}", one.id):
        return "mitre-intrusion-set"
    if one.type == "campaign" and re.fullmatch(r"C[0-9]{4}", one.id):
        return "mitre-campaign"
    if one.type == "software" and re.fullmatch(r"S[0-9]{4}", one.id):
        is_tool = "tool" in (one.facts.get("kind"), one.facts.get("type"))
        return "mitre-tool" if is_tool else "mitre-malware"
    return ""


def tags(view: Exported) -> list[dict[str, Any]]:
    """Tags of the event: the marking, then one for each cluster."""
    made = (
        [{"name": name, "colour": colour} for name, colour in [_TLP[view.marking]]]
        if view.marking in _TLP
        else []
    )
    return made + [{"name": _tag(*one), "colour": "#0088cc"} for one in clusters(view)]


def galaxies(view: Exported) -> list[dict[str, Any]]:
    """The clusters in their minimal form, by galaxy: what they are is in the galaxies of the reader."""
    made: dict[str, dict[str, Any]] = {}
    for type, value in clusters(view):
        name, uuid = _GALAXIES[type]
        galaxy = made.setdefault(type, {"uuid": uuid, "name": name, "type": type, "GalaxyCluster": []})
        galaxy["GalaxyCluster"].append({"type": type, "value": value, "tag_name": _tag(type, value)})
    return list(made.values())


def _value(name: str, id: str) -> str:
    """Name and identifier; a machine tag has no way to write a quotation mark or a line break."""
    kept = "".join(char if char.isprintable() and char != '"' else " " for char in name)
    return f"{' '.join(kept.split())} - {id}"


def _tag(type: str, value: str) -> str:
    return f'misp-galaxy:{type}="{value}"'
