"""Which domain of ATT&CK a technique belongs to, by its number: no number is in two of them."""

from __future__ import annotations

import re
from bisect import bisect_right

# From: the three STIX bundles of ATT&CK 18.1 (November 2025). First and last number of each run of techniques
# of the mobile domain that has none of the enterprise domain between; those of ICS are T0800 to T0895.
_MOBILE = (
    (1398, 1478),
    (1481, 1481),
    (1507, 1513),
    (1516, 1517),
    (1520, 1521),
    (1523, 1523),
    (1532, 1533),
    (1540, 1541),
    (1544, 1544),
    (1575, 1577),
    (1579, 1579),
    (1581, 1582),
    (1603, 1605),
    (1616, 1618),
    (1623, 1646),
    (1655, 1655),
    (1658, 1658),
    (1660, 1664),
    (1670, 1670),
    (1676, 1676),
)
_STARTS = [first for first, _ in _MOBILE]


def domain_of(id: str) -> str:
    """enterprise, mobile or ics; enterprise for what is no technique."""
    match = re.match(r"T([0-9]{4})", id)
    if not match:
        return "enterprise"
    number = int(match[1])
    if 800 <= number < 1000:
        return "ics"
    at = bisect_right(_STARTS, number) - 1
    return "mobile" if at >= 0 and number <= _MOBILE[at][1] else "enterprise"
