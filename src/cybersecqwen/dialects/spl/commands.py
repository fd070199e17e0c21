"""How each command is read that has a class of its own: one function each, and one table that names them."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import stages
from .arguments import (
    alias_here,
    is_option,
    measures_here,
    name_here,
    names_here,
    option,
    options_here,
    rest_here,
)
from .commands_more import inputlookup, joined, lookup, replaced
from .search_words import Subsearch, parse_found
from .stages import Stage
from .tokens import TERMS, WORDS, Placed, Reader, place_of, unescaped
from .tree import Value
from .values import parse_value

_TARGET = re.compile(
    r"""(?:\s|```(?s:.*?)```)*("(?:[^"\\]|\\.)*+"|'[^']*'|(?:<<\w+>>|[^\s=|\]\[,"'`<>])+)\s*=(?!=)"""
)
_COUNT = re.compile(r"\d+")
_GROUPED = frozenset(("by", "groupby"))


def _search(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    return stages.Search(where=parse_found(reader, sub), at=at)


def _where(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    return stages.Where(where=_valued(reader), at=at)


def _valued(reader: Reader) -> Value:
    found = parse_value(reader)
    if reader.is_mark(")", TERMS):
        raise reader.error("`)` closes nothing that was opened.", reader.peek(TERMS).at)
    return found


def _eval(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    sets: list[tuple[str, Value]] = []
    while True:
        found = _TARGET.match(reader.text, reader.at)
        if found is None:
            raise reader.error("eval expects name=expression here.", reader.peek(WORDS).at)
        target = found[1]
        if target[0] in "\"'":
            target = unescaped(target[1:-1])
        reader.back(found.end())
        sets.append((Placed(target, found.start(1)), _valued(reader)))
        if not reader.is_mark(","):
            return stages.Eval(sets=tuple(sets), at=at)
        reader.take()


def _stats(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    measures, options = measures_here(reader, "by", "over", "groupby")
    over: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    late: stages.Options = ()
    if reader.is_word("over"):
        reader.take()
        over, late = names_here(reader, "by", "groupby")
    if reader.is_word("by", "groupby"):
        word = reader.take()
        by, more = names_here(reader)
        late += more
        if not by:
            raise reader.error("BY has no field behind it.", word.at)
    if not measures:
        raise reader.error(f"`{name}` has no function to compute.", at, "For example: count by user")
    return stages.Stats(name=name, measures=measures, by=by, over=over, options=options, late=late, at=at)


def _tstats(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    measures, options = measures_here(reader, "from", "where", "by", "groupby")
    source, where = "", None
    by: tuple[str, ...] = ()
    late: stages.Options = ()
    if reader.is_word("from"):
        reader.take()
        source = "=".join(option(reader)) if is_option(reader) else name_here(reader, "a data model")
    if reader.is_word("where"):
        word = reader.take()
        where = parse_found(reader, sub, _GROUPED)
        if where is None:
            raise reader.error("`where` has nothing behind it.", word.at)
    if reader.is_word("by", "groupby"):
        reader.take()
        by, late = names_here(reader)
    if not measures:
        raise reader.error(f"`{name}` has no function to compute.", at, "For example: count by user")
    return stages.Tstats(
        measures=measures, source=source, where=where, by=by, options=options, late=late, name=name, at=at
    )


def _listed(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    sign = count = ""
    before = options_here(reader)
    token = reader.peek()
    if token.kind == "word" and token.text in "+-" and name in ("fields", "table"):
        sign = reader.take().text
    elif (
        token.kind == "word"
        and name in ("dedup", "head", "tail", "top", "rare")
        and _COUNT.fullmatch(token.text)
    ):
        count = reader.take().text
    names, options = names_here(reader, "by", "sortby") if name in _WITH_BY else names_here(reader)
    by: tuple[str, ...] = ()
    sortby: tuple[str, ...] = ()
    if not reader.at_end():
        word = reader.take().text.lower()
        if word == "by":
            by, more = names_here(reader)
            options += more
        else:
            sortby, _ = names_here(reader)
    if name in _NEEDS_FIELDS and not names:
        raise reader.error(f"`{name}` names no field.", at)
    return stages.Listed(
        name=name, fields=names, options=before + options, sign=sign, count=count, by=by, sortby=sortby, at=at
    )


def _rename(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    pairs: list[tuple[str, str]] = []
    while not reader.at_end():
        if reader.is_mark(","):
            reader.take()
            continue
        old = name_here(reader, "the name of a field")
        word = reader.peek()
        new = alias_here(reader)
        if not new:
            raise reader.error(f"rename expects AS behind {str(old)[:40]!r}.", word.at)
        pairs.append((old, new))
    if not pairs:
        raise reader.error("`rename` names no field.", at)
    return stages.Rename(pairs=tuple(pairs), at=at)


_KEY = re.compile(r"(auto|str|ip|num)", re.IGNORECASE)


def _sorted_by(reader: Reader) -> tuple[str, str]:
    """(field, function) of a key."""
    token = reader.peek()
    if (
        token.kind != "word"
        or not _KEY.fullmatch(token.text)
        or reader.text[token.end : token.end + 1] != "("
    ):
        return name_here(reader, "the name of a field"), ""
    reader.take()
    opened = reader.take()
    field = name_here(reader, "the name of a field")
    reader.expect(")", opened.at, "A parenthesis")
    return field, token.text.lower()


def _sort(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    count = ""
    if is_option(reader) and reader.peek().text.lower() == "limit":
        count = option(reader)[1]
    elif reader.peek().kind == "word" and _COUNT.fullmatch(reader.peek().text):
        count = reader.take().text
    keys: list[tuple[str, str, str]] = []
    while not reader.at_end():
        if reader.is_mark(","):
            reader.take()
            continue
        sign = reader.peek().text[:1] if reader.peek().text[:1] in ("+", "-") else ""
        if sign:
            reader.back(reader.peek().at + 1)
        keys.append((sign, *_sorted_by(reader)))
    if not keys:
        raise reader.error("`sort` names no field.", at)
    sign, last, function = keys[-1]
    if (
        len(keys) > 1
        and last.lower() in ("d", "desc")
        and reader.text[place_of(last)] != '"'
        and not sign + function
    ):
        keys = [("+" if sign == "-" else "-", field, function) for sign, field, function in keys[:-1]]
    return stages.Sort(keys=tuple(keys), count=count, at=at)


def _rex(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    options = options_here(reader)
    pattern = name_here(reader, "an expression in quotation marks")
    return stages.Rex(pattern=pattern, options=options + options_here(reader), at=at)


def _regex(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    first = name_here(reader, "a field or an expression")
    operator = reader.peek()
    if operator.kind != "mark" or operator.text not in ("=", "==", "!="):
        return stages.Regex(pattern=first, at=at)
    reader.take()
    pattern = name_here(reader, "an expression in quotation marks")
    return stages.Regex(pattern=pattern, field=first, negated=operator.text == "!=", at=at)


def _bin(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    before = options_here(reader)
    field = name_here(reader, "the name of a field")
    alias = alias_here(reader)
    options = before + options_here(reader)
    alias = alias or alias_here(reader)
    return stages.Bin(field=field, options=options, alias=alias, name=name, at=at)


def _head(reader: Reader, name: str, at: int, sub: Subsearch) -> Stage:
    """Head and tail with a number; head with an expression is kept as written."""
    if reader.at_end() or is_option(reader) or _COUNT.fullmatch(reader.peek().text):
        return _listed(reader, name, at, sub)
    return stages.Other(name=name, parts=rest_here(reader, sub), at=at)


_WITH_BY = frozenset(("top", "rare", "dedup", "sirare", "sitop"))
_NEEDS_FIELDS = frozenset(
    ("table", "fields", "dedup", "mvexpand", "makemv", "top", "rare", "iplocation", "nomv")
)
_LISTED = (
    "table", "fields", "dedup", "fillnull", "filldown", "mvexpand", "makemv", "nomv", "mvcombine", "top",
    "rare", "spath", "transaction", "iplocation", "makeresults", "reverse", "addtotals", "xmlkv", "fromjson",
    "accum",
)  # fmt: skip

Read = Callable[[Reader, str, int, Subsearch], Stage]

COMMANDS_READ: dict[str, Read] = {
    "search": _search,
    "where": _where,
    "eval": _eval,
    "rename": _rename,
    "sort": _sort,
    "rex": _rex,
    "regex": _regex,
    "lookup": lookup,
    "inputlookup": inputlookup,
    "replace": replaced,
    "head": _head,
    "tail": _head,
    "tstats": _tstats,
    "mstats": _tstats,
    **dict.fromkeys(("stats", "eventstats", "streamstats", "chart", "timechart", "sistats"), _stats),
    **dict.fromkeys(("bin", "bucket", "discretize"), _bin),
    **dict.fromkeys(_LISTED, _listed),
    **dict.fromkeys(
        ("join", "append", "appendcols", "appendpipe", "union", "multisearch", "foreach", "map"), joined
    ),
}
"""How a command is read, by its name."""
