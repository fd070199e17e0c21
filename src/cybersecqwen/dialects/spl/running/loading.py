"""Where events come from: the tables that a search names, its time, and what it asks of each record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.dialects.interface import Record
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.saying import TIME_WORDS
from cybersecqwen.dialects.spl.times import moment
from cybersecqwen.dialects.spl.tree import All, AnyOf, Compare, Found, Macro, OneOf, Sub
from cybersecqwen.dialects.spl.walking import parts_of

from .fields import INDEX, Row, getter, number
from .flow import World
from .found import Holds, compiled


def loaded(found: Found | None, world: World, tables: Sequence[str] = ()) -> list[Row]:
    """The records for which a search holds, each with the table that it is from.

    `tables` are those that something else has named already; () where the search says.
    """
    parts = found.parts if isinstance(found, All) else () if found is None else (found,)
    asked: list[Found] = []
    times: dict[str, str] = {}
    named: list[str] = list(tables)
    for place, part in enumerate(parts):
        if isinstance(part, Macro) and place == 0 and not is_idle(part.name) and part.args is None:
            named.append(part.name)
        elif isinstance(part, Compare) and part.op == "=" and part.field.lower() in ("earliest", "latest"):
            times[part.field.lower()] = part.value
        elif (indexes := _indexes(part)) and not named:
            named.extend(indexes)
        elif not (isinstance(part, Compare) and part.field.lower() in TIME_WORDS - {"index"}):
            asked.append(part)
    tests: list[Holds] = [compiled(part, world.results, world.running.time_field) for part in asked]
    during = _during(times, world)
    marked = any(
        isinstance(one, Sub) or getattr(one, "field", "").lower() == "index"
        for part in asked
        for one in parts_of(part)
    )
    rows: list[Row] = []
    for table, records in _tables(named, world):
        for record in records:
            row = {**record, INDEX: table} if marked else record
            if all(test(row) for test in tests) and (during is None or during(row)):
                rows.append({**record, INDEX: table})
    world.bounded(len(rows))
    return rows


def _tables(named: Sequence[str], world: World) -> Iterator[tuple[str, Sequence[Record]]]:
    data = world.data
    if not named:
        yield from data.items()
        return
    for name in dict.fromkeys(named):
        found = data.get(name)
        if found is None:
            lowered = name.lower()
            found = next((rows for other, rows in data.items() if other.lower() == lowered), None)
        yield name, data.get("", ()) if found is None else found


def _indexes(part: Found) -> tuple[str, ...]:
    if (
        isinstance(part, Compare)
        and part.field.lower() == "index"
        and part.op == "="
        and "*" not in part.value
    ):
        return (part.value,)
    if isinstance(part, OneOf) and part.field.lower() == "index":
        return tuple(value for value in part.values if isinstance(value, str) and "*" not in value)
    if isinstance(part, AnyOf):
        found = [_indexes(one) for one in part.parts]
        return tuple(name for one in found for name in one) if all(found) else ()
    return ()


def _during(times: dict[str, str], world: World) -> Holds | None:
    if not times:
        return None
    now = world.running.now
    start = moment(times["earliest"], now) if "earliest" in times else None
    latest = times.get("latest", "now" if _relative(times.get("earliest", "")) else "")
    end = moment(latest, now) if latest else None
    ends_now = latest.lower() in ("now", "now()")
    get = getter("_time", world.running.time_field)

    def during(row: Record) -> bool:
        at = number(get(row))
        if at is None or (start is not None and at < start):
            return False
        return end is None or at < end or (ends_now and at == end)

    return during


def _relative(text: str) -> bool:
    return text.strip()[:1] in ("-", "@", "+")
