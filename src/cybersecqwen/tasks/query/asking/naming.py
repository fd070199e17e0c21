"""Names of fields that a question writes down: which records have them, and which are none at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cybersecqwen.dialects.fields.meaning import nearest
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.errors import UnknownNameError

from .comparing import Compared
from .known import known_fields, table_of
from .library import Library
from .mentions import Mention
from .places import Place
from .saying import source_said
from .steps import field_for
from .vocabulary import Lexicon
from .words import COMMON, SMALL, word_list

_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WRITTEN = re.compile(r"(?=\w*(?:[a-z][A-Z]|_\w))[A-Za-z]\w{2,60}|[a-z]\w{1,40}(?:\.[a-z]\w{1,40}){1,5}")
"""A word that is written like the name of a field: with capitals inside, underscores or dots."""
_LITERAL = re.compile(r".*[\d\\/._*-]", re.DOTALL)
_NO_FIELD = word_list("products") | word_list("asking") | SMALL | COMMON
_MOST = 4
_PROGRAMS = ("Image", "OriginalFileName", "ParentImage")


@lru_cache(maxsize=1)
def _parts() -> frozenset[str]:
    """The words that names of fields are made of."""
    return frozenset(part for name in schema("sigma").names() for part in _split(name))


def _split(name: str) -> list[str]:
    return [part.lower() for part in _HUMPS.findall(name)]


def leading(compared: Iterable[Compared], lexicon: Lexicon) -> frozenset[str]:
    """Keys of the logsources that have a home for values of a field which the question names."""
    written = {word for one in compared for word in one.field.split() if _WRITTEN.fullmatch(word)}
    return frozenset(
        key
        for key, entry in lexicon.sources.items()
        if not written.isdisjoint(role.partition("|")[0] for role in entry.roles.values())
    )


def having(counted: Sequence[str], lexicon: Lexicon, library: Library) -> frozenset[str]:
    """Keys of the logsources that have a field for all words of what is counted; none where nothing is."""
    return frozenset(
        key
        for key, entry in lexicon.sources.items()
        if counted
        and lacking(counted, Place(key=key, logsource=entry.logsource, lexicon=lexicon, library=library))
        .keys()
        .isdisjoint(counted)
    )


def lacking(counted: Iterable[str], place: Place) -> dict[str, str]:
    """Words of what is counted for which the records are not known to have the field, and that field."""
    known = known_fields(place)
    found = {word: field_for(word, place.key, place.lexicon) for word in counted}
    return {word: name for word, name in found.items() if name and name not in known}


def check(unused: Iterable[Compared], place: Place, found: Sequence[Mention]) -> None:
    """Raises UnknownNameError for a comparison whose field is written like one, and is none."""
    known = {name.lower() for name in known_fields(place)}
    for one in unused:
        inside = [m for m in found if m.start < one.start + len(one.field) and m.end > one.start]
        for word in one.field.split():
            if inside or word.lower() in known:
                continue
            if not _WRITTEN.fullmatch(word) or not _is_meant(word, one, place):
                continue
            raise UnknownNameError(
                f"Records of {source_said(place.logsource)} have no field {word[:60]!r}.",
                hint=_hint(word, place),
            )


def _is_meant(word: str, one: Compared, place: Place) -> bool:
    """Whether a word is meant as a field: it is made like one, or compared with what can only be a value."""
    low = word.lower()
    if low in _NO_FIELD or low in place.lexicon.known_anywhere or low in place.lexicon.groups:
        return False
    parts = _split(word)
    if any(part in _parts() for part in (parts[0], parts[-1])):
        return one.op_is_said or not _is_name(low, place.library)
    literal = one.quoted or bool(_LITERAL.match(one.value))
    return literal and one.op_is_said and not place.library.knows(low)


def _is_name(word: str, library: Library) -> bool:
    """Whether rules use a word as the name of a program."""
    return any(use.field in _PROGRAMS for use in library.cores.get(word, ()))


def _hint(word: str, place: Place) -> str:
    if place.own is not None:
        near = nearest(word, place.own, most=_MOST)
        where = f" in {place.own.name}"
    else:
        whole = schema("sigma")
        known = known_fields(place)
        near = tuple(
            name for name in nearest(word, whole, table_of(place.logsource), most=_MOST) if name in known
        ) or nearest(word, whole, most=_MOST)
        where = ""
    if not near:
        return "`csq query fields WORDS` names the fields that words may mean."
    return f"Near are{where}: {', '.join(near)}."
