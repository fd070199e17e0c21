"""Random events around the comparisons of a query, on which two queries are run and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.detect.sigma.values import number_of, texts_of
from cybersecqwen.dialects.interface import Atom, Data, Record

from .building import as_record
from .model import MISSING
from .placing import time_value
from .pools import Pool, key_pool, pools
from .values import typed

_NO_TYPES: Mapping[str, str] = {}
_DAY_S = 86_400.0
_ALL, _ALL_BUT = 0.35, 0.35
"""Share of events in which every field has a value that some comparison holds for; in which all but one or
two have. In the rest each has one by chance."""
_NO_KEY = 0.02
"""Share of events that lack a field which is only named."""
_BURSTS, _IN_BURSTS = 6, 0.5
"""Times around which events lie close together, and the share of events that do."""
_CLOSE_S, _LATELY_S = 240.0, 1_800.0


def events(
    atoms: Sequence[Atom],
    *,
    tables: Sequence[str] = (),
    fields: Sequence[str] = (),
    types: Mapping[str, str] = _NO_TYPES,
    seed: int = 0,
    count: int = 10_000,
    time_field: str = "",
    now: float = 1_700_000_000.0,
    span_s: float = 30 * _DAY_S,
    wide: bool = False,
    literals: Sequence[str] = (),
) -> Data:
    """So many events, spread over the tables, for which the comparisons hold together, nearly, and not.

    `fields` are those that the query names besides: keys of joins and groups, whose values repeat. Times lie
    within `span_s` seconds before `now`, the more of them the nearer. With `wide` fields have many different
    values, as thresholds on their number ask for. `literals` are values that stand in the query, nobody knows
    for which field: each may have them. The same seed gives the same events.
    """
    rng = Random(seed)
    named = list(dict.fromkeys(tables or [atom.table for atom in atoms if atom.table])) or [""]
    # One pool for all tables: values that are the same in two of them are what joins live on.
    drawn = pools(atoms, types, rng, now, wide=wide)
    named_only = [one for one in dict.fromkeys(fields) if one and one not in drawn and one != time_field]
    keys = {name: key_pool(name, types.get(name, ""), rng, wide=wide) for name in named_only}
    for name, pool in [*drawn.items(), *keys.items()] if literals else ():
        pool.near.extend(_fitting(literals, types.get(name, ""), len(pool.near)))
    words = [value for atom in atoms if not atom.field for value in atom.values]
    share = max(1, count // len(named))
    made: dict[str, Sequence[Record]] = {}
    for table in named:
        mine = {atom.field for atom in atoms if atom.table.lower() in ("", table.lower())}
        mine |= {atom.values[0] for atom in atoms if atom.op is Op.SAME_AS and atom.field in mine}
        near = {name: pool for name, pool in drawn.items() if name in mine} if table else drawn
        columns = _columns(near, {**keys, **{n: p for n, p in drawn.items() if n not in near}}, share, rng)
        _agree(columns, atoms, rng)
        if words:
            columns["message"] = _words(words, columns.get("message"), share, rng)
        for name in [one for one in columns if one in keys and types.get(one) == "time"]:
            columns[name] = _times(None, "time", share, now, span_s, rng)
        if time_field:
            columns[time_field] = _times(
                columns.get(time_field), types.get(time_field, ""), share, now, span_s, rng
            )
        made[table] = _records(columns, types, rng)
    return made


def _fitting(literals: Sequence[str], kind: str, weight: int) -> list[Any]:
    """The literals that a field of a type can have, so often that they make up half of its values."""
    if kind in ("bool", "time"):
        return []
    numeric = [one for one in literals if number_of(one) is not None]
    found = [next(typed(one, kind)) for one in (numeric if kind == "number" else literals)]
    return found * max(1, weight // max(1, len(found)))


def _columns(
    near: Mapping[str, Pool], keys: Mapping[str, Pool], count: int, rng: Random
) -> dict[str, list[Any]]:
    """A list of values for each field: first the events that satisfy all, then the others."""
    names = list(near)
    first, second = int(count * _ALL), int(count * _ALL_BUT)
    columns = {}
    for name in names:
        pool = near[name]
        both = pool.near + pool.beside
        halves = pool.near * max(1, len(pool.beside) // len(pool.near)) + pool.beside
        rest = count - first - second
        columns[name] = (
            rng.choices(pool.near, k=first + second)
            + rng.choices(halves, k=rest // 2)
            + rng.choices(both, k=rest - rest // 2)
        )
    if names:
        for times in (1, 2):
            from_ = first if times == 1 else first + second // 2
            for row, name in zip(range(from_, first + second), rng.choices(names, k=second), strict=False):
                columns[name][row] = rng.choice(near[name].beside)
    for name, pool in keys.items():
        columns[name] = rng.choices(pool.near, k=count)
        for row in rng.choices(range(count), k=int(count * _NO_KEY)):
            columns[name][row] = MISSING
    return columns


def _agree(columns: dict[str, list[Any]], atoms: Sequence[Atom], rng: Random) -> None:
    """In half of the events two fields that are compared with each other have the same value."""
    for atom in atoms:
        if atom.op is not Op.SAME_AS or not atom.values:
            continue
        mine, theirs = columns.get(atom.field), columns.get(atom.values[0])
        if mine is None or theirs is None:
            continue
        for row in range(len(mine)):
            if rng.random() < 0.5:
                mine[row] = theirs[row]


def _words(words: Sequence[str], before: list[Any] | None, count: int, rng: Random) -> list[Any]:
    """Text with some of the words that are looked for anywhere."""
    made: list[Any] = []
    for row in range(count):
        text = " ".join(
            [*rng.sample(words, min(len(words), rng.randint(0, 2))), rng.choice(("", "x", "and so"))]
        )
        kept = texts_of(before[row]) if before is not None and before[row] is not MISSING else []
        made.append(" ".join([*kept, text]))
    return made


def _times(
    before: list[Any] | None, kind: str, count: int, now: float, span_s: float, rng: Random
) -> list[Any]:
    centres = [now - _LATELY_S * rng.random(), *(now - span_s * rng.random() ** 3 for _ in range(1, _BURSTS))]
    moments = [
        # The first centre is that of a crowd, so that thresholds within minutes are passed.
        max(now - span_s, centres[int(_BURSTS * rng.random() ** 2)] - _CLOSE_S * rng.random())
        if rng.random() < _IN_BURSTS
        else now - span_s * rng.random() ** 3
        for _ in range(count)
    ]
    made: list[Any] = [time_value(float(int(moment)), kind) for moment in moments]
    if before is not None:
        made = [
            old if old is not MISSING and old is not None and at % 2 else new
            for at, (old, new) in enumerate(zip(before, made, strict=True))
        ]
    return made


def _records(columns: Mapping[str, list[Any]], types: Mapping[str, str], rng: Random) -> list[dict[str, Any]]:
    names = list(columns)
    made = [
        {name: value for name, value in zip(names, row, strict=True) if value is not MISSING}
        for row in zip(*columns.values(), strict=True)
    ]
    if any("." in name and types.get(name.split(".")[0]) == "dynamic" for name in names):
        made = [as_record(one, types) for one in made]
    rng.shuffle(made)
    return made
