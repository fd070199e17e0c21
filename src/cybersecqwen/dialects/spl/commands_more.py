"""How the commands are read that look into tables or hold other searches."""

from __future__ import annotations

from . import stages
from .arguments import alias_here, is_option, name_here, names_here, option, options_here
from .search_words import Subsearch, bracket, parse_found
from .stages import Stage
from .tokens import Reader
from .tree import Sub


def lookup(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    """The form is: lookup TABLE field AS field, … OUTPUT field AS field, and so on."""
    options = options_here(reader)
    table = name_here(reader, "the name of a lookup")
    match = _pairs(reader, "output", "outputnew")
    if not match:
        raise reader.error("`lookup` names no field to look up by.", at)
    new = reader.is_word("outputnew")
    output: tuple[tuple[str, str], ...] = ()
    if not reader.at_end():
        reader.take()
        output = _pairs(reader, "output", "outputnew")
    return stages.Lookup(table=table, match=match, output=output, new=new, options=options, at=at)


def _pairs(reader: Reader, *stop: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    while not (reader.at_end() or reader.is_word(*stop)):
        if reader.is_mark(","):
            reader.take()
            continue
        one = name_here(reader, "the name of a field")
        found.append((one, alias_here(reader) or one))
    return tuple(found)


def inputlookup(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    """The form is: inputlookup append=t TABLE where EXPRESSION."""
    options = options_here(reader)
    table = name_here(reader, "the name of a lookup")
    options += options_here(reader)
    where = None
    if reader.is_word("where"):
        reader.take()
        where = parse_found(reader, sub)
    return stages.InputLookup(table=table, where=where, options=options, at=at)


def joined(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    """Options, fields and subsearches in any order."""
    fields: list[str] = []
    options: list[tuple[str, str]] = []
    subs: list[Sub] = []
    while not reader.at_end():
        if reader.is_mark(","):
            reader.take()
        elif reader.is_mark("["):
            subs.append(bracket(reader, sub, reader.take()))
        elif is_option(reader):
            options.append(option(reader))
        else:
            fields.append(name_here(reader, "a field or a subsearch"))
    if not subs and name not in ("map", "union", "multisearch", "join"):
        raise reader.error(f"`{name}` has no search in brackets.", at)
    return stages.Joined(name=name, subs=tuple(subs), fields=tuple(fields), options=tuple(options), at=at)


def replaced(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    """The form is: replace OLD WITH NEW, … IN fields."""
    pairs: list[tuple[str, str]] = []
    fields: tuple[str, ...] = ()
    while not reader.at_end():
        if reader.is_mark(","):
            reader.take()
        elif reader.is_word("in"):
            reader.take()
            fields, _ = names_here(reader)
        else:
            old = name_here(reader, "a value")
            if not reader.is_word("with"):
                raise reader.error(f"replace expects WITH behind {str(old)[:40]!r}.", reader.peek().at)
            reader.take()
            pairs.append((old, name_here(reader, "a value behind WITH")))
    if not pairs:
        raise reader.error("`replace` names no value.", at)
    return stages.Replace(pairs=tuple(pairs), fields=fields, at=at)
