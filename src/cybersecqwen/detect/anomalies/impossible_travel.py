"""Impossible travel: one user signs in at two places, and nobody travels so fast between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cybersecqwen.records import Severity

from .batch import Batch
from .clock import DAY, Clock
from .detector import Detector, Known
from .episodes import expected_per_day
from .observed import Anomaly, Templates
from .places import Place, at, country, distance, from_name
from .sign_ins import COLUMNS, attempts
from .stays import Stay, Stays
from .thresholds import Thresholds
from .wording import many, quoted, score, when

SPEED = 900.0
"""km/h: airliners cruise at about that, and nobody signs in while boarding."""
NAMES_ONLY_S = 3600.0
"""Two countries of which one is not in the table count within so many seconds."""
USUAL_DAYS = 3
"""A user who was at both places on so many days before has two ways into the network."""
COUNTRIES = (
    *("Country", "country", "location.countryOrRegion", "properties.location.countryOrRegion"),
    *("client.geographicalContext.country", "source.geo.country_iso_code", "geoip.country_iso_code"),
)
COORDINATES = (
    ("location.geoCoordinates.latitude", "location.geoCoordinates.longitude"),
    ("properties.location.geoCoordinates.latitude", "properties.location.geoCoordinates.longitude"),
    ("client.geographicalContext.geolocation.lat", "client.geographicalContext.geolocation.lon"),
    ("source.geo.location.lat", "source.geo.location.lon"),
)


@dataclass(frozen=True, slots=True)
class _Trip:
    user: str
    one: tuple[Place, Stay]
    other: tuple[Place, Stay]
    km: float | None
    hours: float
    days_before: int
    """Days on which the user was at the second place before."""
    trips: int = 1
    """How often the user went between the two places too fast."""


class ImpossibleTravel(Detector):
    """Named behaviour: only where records themselves carry coordinates or a country."""

    name: ClassVar[str] = "impossible-travel"
    columns: ClassVar[tuple[str, ...]] = (
        *COLUMNS,
        *COUNTRIES,
        *(name for pair in COORDINATES for name in pair),
    )
    learns: ClassVar[tuple[str, ...]] = ("stays",)

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self._stays = Stays(thresholds.cells)
        self.tables = {"stays": self._stays}

    def observe(self, batch: Batch) -> None:
        """Note where successful sign-ins came from."""
        places = _places(batch)
        if places is None:
            return
        for attempt in attempts(batch):
            place, time = places(attempt.at), batch.time(attempt.at)
            if attempt.success and place is not None and time is not None:
                line = (batch.line(attempt.at),)
                self._stays.note(attempt.user, place.name, Stay(1, time, time, attempt.source, line))
        self._stays.bound()

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Trips that are too fast, except between places that are usual for the user."""
        table = known.tables.get("stays") if known is not None else None
        days: dict[tuple[str, str], set[int]] = {}
        for user, place, hour in table.stays if isinstance(table, Stays) else ():
            days.setdefault((user, place), set()).add(hour // 24)
        by_user: dict[str, list[tuple[str, Stay]]] = {}
        for (user, place, _), stay in self._stays.stays.items():
            by_user.setdefault(user, []).append((place, stay))
        out = []
        for user, stays in by_user.items():
            fastest: dict[frozenset[str], _Trip] = {}
            for trip in _trips(user, stays, days):
                pair = frozenset((trip.one[0].name, trip.other[0].name))
                have = fastest.get(pair)
                chosen = trip if have is None or _speed(trip) > _speed(have) else have
                fastest[pair] = replace(chosen, trips=have.trips + 1 if have is not None else 1)
            out += [_anomaly(trip, clock) for trip in fastest.values()]
        return out


def _speed(trip: _Trip) -> float:
    """km/h; less than a minute counts as one."""
    return (trip.km or 0.0) / max(trip.hours, 1 / 60)


def _trips(
    user: str, stays: list[tuple[str, Stay]], days: dict[tuple[str, str], set[int]]
) -> Iterator[_Trip]:
    stays.sort(key=lambda item: (item[1].first, item[0]))
    previous: tuple[str, Stay] | None = None
    for name, stay in stays:
        today = int(stay.first // DAY)
        if previous is not None and previous[0] != name:
            before = [
                sum(1 for day in days.get((user, place), ()) if day < today) for place in (previous[0], name)
            ]
            trip = _trip(user, previous, (name, stay), before[1])
            if trip is not None and min(before) < USUAL_DAYS:
                yield trip
        days.setdefault((user, name), set()).add(today)
        if previous is None or stay.last >= previous[1].last or previous[0] == name:
            previous = name, stay


def _trip(user: str, one: tuple[str, Stay], other: tuple[str, Stay], before: int) -> _Trip | None:
    start, end = from_name(one[0]), from_name(other[0])
    if start is None or end is None:
        return None
    hours = max(0.0, other[1].first - one[1].last) / 3600.0
    km = distance(start, end)
    fast = hours * 3600.0 <= NAMES_ONLY_S if km is None else km > SPEED * hours
    return _Trip(user, (start, one[1]), (end, other[1]), km, hours, before) if fast else None


def _places(batch: Batch) -> Any:
    """A function from the index of a record to its place; None where the kind tells none."""
    for pair in COORDINATES:
        lats, lons = (batch.column(name) for name in pair)
        if lats is not None and lons is not None:
            return lambda index: _at(lats[index], lons[index])
    names = next((column for name in COUNTRIES if (column := batch.column(name)) is not None), None)
    if names is None:
        return None
    return lambda index: country(names[index]) if isinstance(names[index], str) else None


def _at(latitude: Any, longitude: Any) -> Place | None:
    try:
        return at(float(latitude), float(longitude))
    except (TypeError, ValueError, OverflowError):
        return None


def _anomaly(trip: _Trip, clock: Clock) -> Anomaly:
    (start, one), (end, other) = trip.one, trip.other
    expected = expected_per_day(trip.days_before, clock.days)
    minutes = trip.hours * 60
    if trip.km is None:
        far, speed = "two different countries", 0.0
    else:
        speed = _speed(trip)
        far = f"at least {trip.km:,.0f} km, {speed:,.0f} km/h"
    addresses = (
        f"{quoted(one.source)}, then {quoted(other.source)}" if one.source or other.source else "unknown"
    )
    sentence = (
        f"User {quoted(trip.user)} signed in from {quoted(start.name)} and {many(round(minutes), 'minute')} "
        f"later, at {when(other.first)}, from {quoted(end.name)}: {far} (addresses {addresses}; "
        f"{many(trip.trips, 'such trip')}, {many(trip.days_before, 'day')} at the second place before)."
    )
    return Anomaly(
        kind=ImpossibleTravel.name,
        sentence=sentence,
        severity=Severity.MEDIUM if trip.km is not None else Severity.LOW,
        score=score(expected),
        count=one.count + other.count,
        first=one.first,
        last=other.last,
        users=(trip.user,),
        numbers={
            "expected_per_day": expected,
            "km": trip.km if trip.km is not None else -1.0,
            "hours": trip.hours,
            "km_per_hour": speed,
            "days_before": float(trip.days_before),
            "trips": float(trip.trips),
        },
        lines=(*one.lines, *other.lines),
    )
