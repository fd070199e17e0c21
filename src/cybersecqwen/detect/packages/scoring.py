"""How bad a problem is, by what its records say: a CVSS vector, a word, or nothing.

The base score of v3 is computed by `specialists.cvss_score`, that of v2 here (NVD's ratings), that of v4 by
the package cvss: it stands on a table of 270 expert ratings that is not carried here. Without that package a
vector of v4 gets no score; its severity is the publisher's word, else estimated from the vector, as is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cybersecqwen.errors import InputError
from cybersecqwen.knowledge.advisories import Advisory
from cybersecqwen.records import Severity
from cybersecqwen.specialists.cvss_score import base_score

_WORDS = {
    "LOW": Severity.LOW,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}
_V2 = re.compile(
    r"\(?(?:CVSS:2\.0/)?AV:([LAN])/AC:([HML])/Au:([MSN])/C:([NPC])/I:([NPC])/A:([NPC])(?:/[A-Za-z:]+)*\)?",
    re.ASCII,
)
_V2_WEIGHTS = (
    {"L": 0.395, "A": 0.646, "N": 1.0},
    {"H": 0.35, "M": 0.61, "L": 0.71},
    {"M": 0.45, "S": 0.56, "N": 0.704},
    {"N": 0.0, "P": 0.275, "C": 0.66},
)
_V4 = re.compile(r"CVSS:4\.0(?:/[A-Za-z]{1,4}:[A-Za-z]+){11,40}", re.ASCII)
_V4_BASE = frozenset(("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"))


@dataclass(frozen=True, slots=True)
class Rated:
    """How bad it is."""

    severity: Severity
    score: float | None = None
    vector: str = ""
    note: str = ""
    """A sentence where the severity is not its publisher's."""


def rate(advisory: Advisory) -> Rated:
    """The severity of a problem, with the score and vector that it comes from."""
    if advisory.informational in ("unmaintained", "notice"):
        return Rated(Severity.LOW)
    word = _WORDS.get(advisory.rated)
    best: tuple[float, str] | None = None
    for kind in ("CVSS_V3", "CVSS_V4", "CVSS_V2"):
        scored = [
            (score, vector)
            for found, vector in advisory.scores
            if found == kind and (score := score_of(vector)) is not None
        ]
        # Records of one problem may have vectors that differ: the worst is shown.
        best = best or max(scored, default=None)
    four = next(
        (vector for kind, vector in advisory.scores if kind == "CVSS_V4" and _V4.fullmatch(vector)), ""
    )
    if best is not None:
        own = severity_of(best[0])
        # NVD rates v2 by the same bounds, with no critical: https://nvd.nist.gov/vuln-metrics/cvss
        own = own if best[1].startswith(("CVSS:3", "CVSS:4")) else min(own, Severity.HIGH)
        return Rated(word or own, best[0], best[1])
    if word is not None:
        return Rated(word, None, four)
    if four:
        return Rated(_estimated(four), None, four, "The severity is estimated from its CVSS 4.0 vector.")
    return Rated(Severity.MEDIUM, None, "", "Its publisher gives no severity; medium is assumed.")


def score_of(vector: str) -> float | None:
    """The base score of a vector of v2, v3 or (where cvss is installed) v4; None for any other."""
    found = _V2.fullmatch(vector)
    if found:
        return _second(found)
    if _V4.fullmatch(vector):
        return _fourth(vector)
    try:
        return base_score(vector)
    except InputError:
        return None


def severity_of(score: float) -> Severity:
    """The qualitative rating of a base score of v3 or v4.

    From: https://www.first.org/cvss/v3.1/specification-document, section 5, and
    https://www.first.org/cvss/v4.0/specification-document, section 6: the same bounds.
    """
    if score < 0.1:
        return Severity.INFORMATIONAL
    if score < 4:
        return Severity.LOW
    return Severity.MEDIUM if score < 7 else Severity.HIGH if score < 9 else Severity.CRITICAL


def _second(found: re.Match[str]) -> float:
    """From: https://www.first.org/cvss/v2/guide, section 3.2.1."""
    vector, complexity, authentication, impact = _V2_WEIGHTS
    left = 1.0
    for value in found.group(4, 5, 6):
        left *= 1 - impact[value]
    hurt = 10.41 * (1 - left)
    ease = 20 * vector[found[1]] * complexity[found[2]] * authentication[found[3]]
    return round((0.6 * hurt + 0.4 * ease - 1.5) * (1.176 if hurt else 0.0), 1)


def _fourth(vector: str) -> float | None:
    """CVSS-B: what stands behind the base metrics speaks of one day or of one place, and is left out.

    From: https://www.first.org/cvss/v4.0/specification-document, section 8
    """
    try:
        from cvss import CVSS4
        from cvss.exceptions import CVSSError
    except ImportError:
        return None
    base = [part for part in vector.split("/") if part.partition(":")[0] in _V4_BASE]
    try:
        CVSS4(vector)  # refuses what is not well-formed behind the base metrics, too
        return float(CVSS4("/".join(["CVSS:4.0", *base])).base_score)
    except CVSSError:
        return None


def _estimated(vector: str) -> Severity:
    """A guess by the highest impact and by how freely it is reached."""
    values = dict(part.split(":", 1) for part in vector.split("/")[1:])
    impacts = [values.get(name, "N") for name in ("VC", "VI", "VA", "SC", "SI", "SA")]
    free = values.get("AV") == "N" and values.get("PR") == "N" and values.get("UI") == "N"
    if impacts.count("H") >= 2 and free:
        return Severity.CRITICAL
    if "H" in impacts:
        return Severity.HIGH if values.get("AV") == "N" else Severity.MEDIUM
    return Severity.MEDIUM if "L" in impacts and free else Severity.LOW
