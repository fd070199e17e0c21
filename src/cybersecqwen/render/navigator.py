"""ATT&CK Navigator layer 4.5: the techniques of a report, coloured by how sure they are.

Format: https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
A layer has one domain. Where a report has techniques of several, the one with most of them is drawn, and the
description names the others.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson

from cybersecqwen.records import Report
from cybersecqwen.records.intel import ReportedTechnique, Tier, Tlp

from .exported import Exported, exported, technique_url, where
from .interface import Renderer, RenderOptions
from .navigator_domains import domain_of

_COLOURS = {Tier.HIGH: "#d1495b", Tier.MODERATE: "#edae49", Tier.LOW: "#8d99ae"}
_WORDS = {
    Tier.HIGH: "high: written out or described outright",
    Tier.MODERATE: "moderate: the context speaks for it",
    Tier.LOW: "low: nothing speaks against it",
}
_DOMAINS = ("enterprise", "mobile", "ics")


class NavigatorRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "navigator"
    media_type = "application/json"
    extension = "navigator.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(layer(exported(report)), option=option).decode()


def layer(view: Exported) -> dict[str, Any]:
    """The layer of a report; techniques whose identifier has not the form of one are left out."""
    found = {one.id: one for one in view.techniques if technique_url(one.id)}
    for one in view.indicators:  # written out, but not among the techniques
        if one.type == "attack" and technique_url(one.value):
            found.setdefault(
                one.value, ReportedTechnique(id=one.value, name="", tier=one.tier, context=one.context)
            )
    by_domain = Counter(domain_of(id) for id in found)
    domain = max(_DOMAINS, key=lambda name: (by_domain[name], -_DOMAINS.index(name)))
    drawn = [one for id, one in found.items() if domain_of(id) == domain]
    elsewhere = [one for id, one in found.items() if domain_of(id) != domain]
    versions = {"navigator": "5.1.0", "layer": "4.5"}
    return {
        "name": view.title[:200],
        "versions": {"attack": view.attack_version.partition(".")[0], **versions}
        if view.attack_version
        else versions,
        "domain": f"{domain}-attack",
        "description": _description(view, elsewhere),
        "sorting": 3,
        "hideDisabled": False,
        "techniques": [_technique(view, one) for one in drawn],
        "gradient": {"colors": [_COLOURS[Tier.LOW], _COLOURS[Tier.HIGH]], "minValue": 0, "maxValue": 100},
        "legendItems": [{"label": _WORDS[tier], "color": _COLOURS[tier]} for tier in Tier],
        "metadata": _metadata(view),
        "showTacticRowBackground": False,
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
    }


def _description(view: Exported, elsewhere: list[ReportedTechnique]) -> str:
    parts = [f"Techniques of: {'; '.join(view.sources[:5]) or view.title}."]
    if view.marking is not Tlp.NONE:
        parts.append(f"{view.marking.value}.")
    if elsewhere:
        listed = ", ".join(f"{one.id} ({domain_of(one.id)})" for one in elsewhere)
        parts.append(f"Not in this domain: {listed}.")
    return " ".join(parts)


def _technique(view: Exported, one: ReportedTechnique) -> dict[str, Any]:
    at = where(one)
    document = view.title_of(one.documents[0]) if one.documents and len(view.documents) > 1 else ""
    place = ", ".join(part for part in (document, at) if part)
    made: dict[str, Any] = {
        "techniqueID": one.id,
        "score": one.tier.percent,
        "color": _COLOURS[one.tier],
        "comment": f"{one.context} ({place})" if place and one.context else one.context or place,
        "enabled": True,
        "links": [{"label": one.name or one.id, "url": technique_url(one.id)}],
        "metadata": [{"name": "how", "value": one.how}],
        "showSubtechniques": "." in one.id,
    }
    return made


def _metadata(view: Exported) -> list[dict[str, str]]:
    made = [{"name": "source", "value": source} for source in view.sources[:20] if source]
    return [*made, {"name": "made by", "value": f"cybersecqwen {view.version}".strip()}]
