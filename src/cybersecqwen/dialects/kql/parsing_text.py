"""parse, parse-where and parse-kv: columns out of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects.interface import Record

from .compiling import compiled, constant
from .environment import Environment, Table, unsupported
from .naming_steps import kind_of
from .regex import compiled as compiled_regex
from .regex import found_in
from .steps import Parse, ParseKv
from .tree import Column, Text
from .values import CONVERSIONS, text

Match = Callable[[str], dict[str, Any] | None]
"""Gives the columns of a text; None where the pattern does not fit."""


def parse(step: Parse, table: Table, env: Environment) -> Table:
    """Rows with the columns of a pattern; where it does not fit these are empty, or the row is left out."""
    get = compiled(step.value, env)
    kind = kind_of(step) or "simple"
    match = _by_regex(step) if kind == "regex" else _simple(step, relaxed=kind == "relaxed")
    columns = [piece for piece in step.pattern if isinstance(piece, Column)]
    empty = {one.name.text: "" if one.type in ("", "string") else None for one in columns}
    rows: list[Record] = []
    for row in table.rows:
        found = match(text(get(row)))
        if found is not None:
            rows.append({**row, **found})
        elif step.word == "parse":
            rows.append({**row, **empty})
    return table.like(env.count(rows), tuple(empty))


def _simple(step: Parse, *, relaxed: bool) -> Match:
    """Literals are looked for one after the other; a column is what stands before the next of them."""
    pieces = step.pattern

    def run(given: str) -> dict[str, Any] | None:
        out: dict[str, Any] = {}
        at, waiting, star = 0, None, False
        for piece in pieces:
            if isinstance(piece, Text):
                where = given.find(piece.value, at)
                if where < 0 or (where != at and waiting is None and not star):
                    return None
                if waiting is not None:
                    out[waiting.name.text] = _typed(given[at:where], waiting)
                at, waiting, star = where + len(piece.value), None, False
            elif piece is None:
                if waiting is not None:
                    out[waiting.name.text] = _typed(given[at:], waiting)
                waiting, star = None, True
            else:
                if waiting is not None:
                    return None
                waiting = piece
        if waiting is not None:
            out[waiting.name.text] = _typed(given[at:], waiting)
        elif not star and at != len(given):
            return None
        if not relaxed and any(value is None for value in out.values()):
            return None
        return out

    return run


def _typed(value: str, column: Column) -> Any:
    return CONVERSIONS.get(column.type or "string", text)(value)


_TYPES = {
    "long": r"[-+]?\d+",
    "int": r"[-+]?\d+",
    "real": r"[-+]?\d+(?:\.\d+)?",
    "double": r"[-+]?\d+(?:\.\d+)?",
}


def _by_regex(step: Parse) -> Match:
    parts, columns = [], []
    for piece in step.pattern:
        if piece is None:
            parts.append(".*?")
        elif isinstance(piece, Text):
            parts.append(f"(?:{piece.value})")
        else:
            columns.append(piece)
            parts.append(f"(?P<c{len(columns)}>{_TYPES.get(piece.type, '.*?')})")
    flags = next((text(getattr(one.value, "text", "")) for one in step.options if one.name == "flags"), "")
    kept = "".join(flag for flag in "imsU" if flag in flags)
    pattern = compiled_regex(f"{f'(?{kept})' if kept else ''}^{''.join(parts)}$")

    def run(given: str) -> dict[str, Any] | None:
        found = found_in(pattern, given)
        if found is None:
            return None
        return {one.name.text: _typed(found.group(f"c{at + 1}") or "", one) for at, one in enumerate(columns)}

    return run


def parse_kv(step: ParseKv, table: Table, env: Environment) -> Table:
    """Rows with a column for each key that is asked for."""
    get = compiled(step.value, env)
    settings = {one.name: text(constant(one.value, env)) for one in step.options}
    if "regex" in settings or not settings.get("pair_delimiter"):
        raise unsupported("the operator parse-kv without delimiters")
    between, inside = settings["pair_delimiter"], settings.get("kv_delimiter", "=")
    quote = settings.get("quote", "")
    splitter = re.compile(f"[{re.escape(between)}]+") if len(between) > 1 else None
    rows: list[Record] = []
    for row in table.rows:
        given = text(get(row))
        pairs: dict[str, str] = {}
        for pair in splitter.split(given) if splitter else given.split(between):
            name, found, value = pair.partition(inside)
            if found:
                pairs.setdefault(name.strip(), value.strip().strip(quote) if quote else value.strip())
        rows.append({**row, **{one.name.text: _kv(pairs, one) for one in step.columns}})
    return table.like(env.count(rows), tuple(one.name.text for one in step.columns))


def _kv(pairs: dict[str, str], column: Column) -> Any:
    found = pairs.get(column.name.text)
    return _typed(found, column) if found is not None else "" if column.type == "string" else None
