"""How far two places are apart at least: coordinates, or countries by the main towns of their time zones.

A country is known by the towns that the IANA time zone database gives for its zones (`countries.json`). They
are taken as circles, so that distances between countries are rather too small: neighbours are 0 km apart.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

EARTH_KM = 6_371.0
"""Mean radius."""
TOWN_KM = 500.0
"""Radius of the circle around a town that stands for the country around it."""
_WIDE_KM = 1_000.0
_WIDE = frozenset(
    (
        *("CN", "DZ", "IN", "IR", "LY", "SA", "SD", "TD", "ML", "NE", "AO"),
        *("ET", "EG", "ZA", "CO", "PE", "BO", "PK", "NG", "TR", "VE"),
    )
)
"""Large countries with one or two time zones."""
CITY_KM = 50.0
"""Coordinates from an address are of its town at best."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signed in: circles on the globe, any of which it may be in."""

    name: str
    """For people: a country, or coordinates."""
    points: tuple[tuple[float, float], ...]
    """Latitude and longitude in degrees; empty where only the name is known."""
    radius: float
    """Of the circles, in km."""


def distance(one: Place, other: Place) -> float | None:
    """The least distance in km that two places can have; None where one of them is only a name."""
    if not one.points or not other.points:
        return None
    nearest = min(_haversine(p, q) for p in one.points for q in other.points)
    return max(0.0, nearest - one.radius - other.radius)


def at(latitude: float, longitude: float) -> Place | None:
    """The place with these coordinates, to a tenth of a degree; None where they are none (0, 0 is none)."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or (latitude == 0 and longitude == 0):
        return None
    point = round(latitude, 1), round(longitude, 1)
    return Place(f"{point[0]:.1f},{point[1]:.1f}", (point,), CITY_KM)


def country(name: str) -> Place | None:
    """The place of a country by code or English name; one that is not in the table is only a name."""
    code = name.strip()
    if not code or len(code) > 60:
        return None
    points, names = _table()
    key = code.upper() if len(code) == 2 else names.get(code.lower(), "")
    if key not in points:
        return Place(code, (), 0.0)
    return Place(key, points[key], _WIDE_KM if key in _WIDE else TOWN_KM)


def from_name(name: str) -> Place | None:
    """The place that a `Place.name` stands for."""
    first, comma, second = name.partition(",")
    if comma:
        try:
            return at(float(first), float(second))
        except ValueError:
            pass
    return country(name)


def _haversine(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance in km."""
    a, b, c, d = map(math.radians, (*one, *other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, tuple[tuple[float, float], ...]], dict[str, str]]:
    """Code to towns, and name in lower case to code."""
    data = json.loads(resources.files(__package__).joinpath("countries.json").read_text("utf-8"))
    points = {code: tuple((a, b) for a, b in towns) for code, (_, towns) in data["countries"].items()}
    names = {name.lower(): code for code, (name, _) in data["countries"].items()}
    return points, names | data["aliases"]
