"""The base score of a CVSS v3 vector, as FIRST's specification computes it.

Source: FIRST, "Common Vulnerability Scoring System version 3.1: Specification Document", sections 7.1
(base equations), 7.4 (metric values), 5 (qualitative ratings) and appendix A (Roundup).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cybersecqwen.errors import InputError

METRICS: Mapping[str, str] = MappingProxyType(
    {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN", "I": "HLN", "A": "HLN"}
)
"""Base metrics in the order of the specification, and the values of each."""

_OTHER: Mapping[str, str] = MappingProxyType(
    {
        "E": "XUPFH",
        "RL": "XOTWU",
        "RC": "XURC",
        "CR": "XLMH",
        "IR": "XLMH",
        "AR": "XLMH",
        **{f"M{name}": "X" + values for name, values in METRICS.items()},
    }
)
"""Temporal and environmental metrics: they may stand in a vector, and say nothing of the base score."""

_WEIGHT: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
        "AC": {"L": 0.77, "H": 0.44},
        "UI": {"N": 0.85, "R": 0.62},
        "C": {"H": 0.56, "L": 0.22, "N": 0.0},
        "I": {"H": 0.56, "L": 0.22, "N": 0.0},
        "A": {"H": 0.56, "L": 0.22, "N": 0.0},
    }
)
_PRIVILEGES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
)
_PREFIXES = ("CVSS:3.1/", "CVSS:3.0/")
_LONGEST = 200


def metrics(vector: str) -> dict[str, str]:
    """The base metrics of a vector, "AV" to "N", in the specification's order.

    Raises:
        InputError: It is no CVSS v3 vector, names a metric twice, or lacks a base metric.
    """
    if len(vector) > _LONGEST or not vector.startswith(_PREFIXES):
        raise InputError(
            f"{vector[:60]!r} is no CVSS v3 vector.", hint="One begins with CVSS:3.1/AV: or CVSS:3.0/AV:."
        )
    found: dict[str, str] = {}
    for part in vector[len(_PREFIXES[0]) :].split("/"):
        name, _, value = part.partition(":")
        allowed = METRICS.get(name) or _OTHER.get(name, "")
        if len(value) != 1 or value not in allowed:
            raise InputError(f"{part[:20]!r} is no metric of a CVSS v3 vector.")
        if name in found:
            raise InputError(f"The CVSS vector {vector[:60]!r} names {name} twice.")
        found[name] = value
    missing = [name for name in METRICS if name not in found]
    if missing:
        raise InputError(f"The CVSS vector {vector[:60]!r} lacks {', '.join(missing)}.")
    return {name: found[name] for name in METRICS}


def vector(values: Mapping[str, str]) -> str:
    """The CVSS v3.1 vector of base metrics; raises InputError as `metrics`."""
    made = "CVSS:3.1/" + "/".join(f"{name}:{values[name]}" for name in METRICS if name in values)
    metrics(made)
    return made


def base_score(vector: str) -> float:
    """The base score of a CVSS v3.0 or v3.1 vector, 0.0 to 10.0; raises InputError as `metrics`."""
    value = metrics(vector)
    changed = value["S"] == "C"
    left = 1.0
    for name in "CIA":
        left *= 1 - _WEIGHT[name][value[name]]
    sub_score = 1 - left
    far, near = 7.52 * (sub_score - 0.029) - 3.25 * (sub_score - 0.02) ** 15, 6.42 * sub_score
    impact = far if changed else near
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * _PRIVILEGES[value["S"]][value["PR"]]
    for name in ("AV", "AC", "UI"):
        exploitability *= _WEIGHT[name][value[name]]
    return roundup(min((1.08 if changed else 1.0) * (impact + exploitability), 10))


def roundup(score: float) -> float:
    """The smallest number with one decimal that is not below `score`, without the errors of binary floats.

    Appendix A of the specification, word for word: what differs by less than half of a hundred-thousandth
    from a decimal is that decimal.
    """
    scaled = int(score * 100_000 + 0.5)  # rounds half up, as the specification's own code does
    if scaled % 10_000 == 0:
        return scaled / 100_000
    return (scaled // 10_000 + 1) / 10


def rating(score: float) -> str:
    """The qualitative rating: none, low, medium, high or critical."""
    if score <= 0:
        return "none"
    return "low" if score < 4 else "medium" if score < 7 else "high" if score < 9 else "critical"
