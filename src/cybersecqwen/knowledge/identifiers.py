"""Identifiers as people and sources write them, and the one canonical form of each."""

from __future__ import annotations

import re
from functools import cache

_LONGEST = 128  # characters; the longest D3FEND artifact name has about 60

# Family, pattern of what is accepted (matched without regard to case), canonical form.
# From: https://attack.mitre.org/resources/, https://cwe.mitre.org/, https://www.cve.org/,
# https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (AC-2, AC-2(1); OSCAL writes ac-2.1, others AC-02(01)).
_FORMS: tuple[tuple[str, str, str], ...] = (
    ("attack", r"T(\d{4})[./](\d{3})", "T{0}.{1}"),
    ("attack", r"(TA|T|G|S|C|M|A|DS|DC|DET|AN)(\d{4})", "{0}{1}"),
    ("cve", r"CVE-(\d{4})-(\d{4,19})", "CVE-{0}-{1}"),
    ("cwe", r"CWE[-: ]?0*(\d{1,6})", "CWE-{0}"),
    ("capec", r"CAPEC[-: ]?0*(\d{1,6})", "CAPEC-{0}"),
    ("d3fend", r"D3-([A-Z0-9]{1,16})", "D3-{0}"),
    ("control", r"([A-Z]{2})-0*(\d{1,3})(?:\(0*(\d{1,3})\)|\.0*(\d{1,3}))?", "{0}-{1}"),
)


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple((family, re.compile(pattern, re.I | re.A), form) for family, pattern, form in _FORMS)


def parse(text: str) -> tuple[str, str]:
    """Family and canonical form of an identifier; family "" where no family has this form.

    Families are attack, cve, cwe, capec, d3fend and control.
    """
    text = text.strip()[:_LONGEST]
    for family, pattern, form in _compiled():
        match = pattern.fullmatch(text)
        if match is None:
            continue
        groups = [group.upper() if group else "" for group in match.groups()]
        canonical = form.format(*groups)
        if family == "control" and (groups[2] or groups[3]):
            canonical += f"({groups[2] or groups[3]})"
        return family, canonical
    return "", text


def canonical(text: str) -> str:
    """The canonical form: "t1059/001" → T1059.001, "CWE-079" → CWE-79, "ac-2.1" → AC-2(1)."""
    return parse(text)[1]


def name_key(name: str) -> str:
    """What names are compared by: case, spaces, hyphens and underscores do not count ("APT 29" = "apt29")."""
    folded = name.casefold()
    return "".join(c for c in folded if not (c.isspace() or c in "-_")) or folded.strip()
