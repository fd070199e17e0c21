"""What a field of an organisation's schema means: by its description, else by the words in its name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from cybersecqwen.dialects.fields.lexicon import lexicon
from cybersecqwen.dialects.fields.words import bag, tokens

from .wordings import SHORT

_DEEPEST, _MOST_NODES = 30, 1_000_000
_NAMES = ("columnname", "fieldname", "name", "field", "column")
_SAYS = (
    "description",
    "desc",
    "comment",
    "doc",
    "meaning",
    "caption",
    "displayname",
    "display_name",
    "title",
    "label",
)
_INSIDE = frozenset(("properties", "attributes", "fields"))
_LONGEST, _MOST_WORDS = 1_000, 10


def descriptions(content: bytes) -> dict[str, str]:
    """Field to what a schema says of it; {} where its form has no place for that.

    Nested fields have dotted names. Bounded: what stands deeper or beyond a million parts is left out.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("utf-16", "replace")
    found: dict[str, str] = {}
    pairs = _of_json(text) if text.lstrip()[:1] in ("{", "[") else _of_csv(text)
    for name, said in pairs:
        if name and said.strip():
            found.setdefault(name, said[:_LONGEST])
    return found


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        raw = orjson.loads(text)
    except ValueError:  # lines of sample events, which describe nothing
        return
    stack: list[tuple[Any, str, int]] = [(raw, "", 0)]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        one, before, depth = stack.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(one, list):
            stack += [(inner, before, depth + 1) for inner in reversed(one[:_MOST_NODES])]
        elif isinstance(one, Mapping):
            lowered = {str(key).lower(): value for key, value in one.items()}
            name = next((lowered[key] for key in _NAMES if isinstance(lowered.get(key), str)), "")
            yield name, _said(lowered)
            for key, inner in one.items():
                if isinstance(inner, Mapping):
                    full = f"{before}{key}"
                    yield full, _said({str(part).lower(): value for part, value in inner.items()})
                    nested = key not in _INSIDE and key != "mappings" and not _INSIDE.isdisjoint(inner)
                    stack.append((inner, f"{full}." if nested else before, depth + 1))
                elif isinstance(inner, list):
                    stack.append((inner, before, depth + 1))


def _said(lowered: Mapping[str, Any]) -> str:
    """What a part says of itself, directly or in its `meta`."""
    for place in (lowered, lowered.get("meta"), lowered.get("_meta")):
        if isinstance(place, Mapping):
            for key in _SAYS:
                if isinstance(place.get(key), str):
                    return str(place[key])
    return ""


def _of_csv(text: str) -> Iterator[tuple[str, str]]:
    head = text.partition("\n")[0]
    sign = max(",;\t|", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=sign)
        header = [cell.strip().lower() for cell in next(rows, [])]
        name = next((header.index(one) for one in _NAMES if one in header), -1)
        said = next((header.index(one) for one in _SAYS if one in header), -1)
        if name < 0 or said < 0:
            return
        for row in rows:
            if len(row) > max(name, said):
                yield row[name].strip(), row[said]
    except csv.Error:
        return


_PARTS = re.compile(r"(?i:sha[0-9]{1,3}|md5|ip|ipv[46])(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_KNOWN_SHORT = frozenset(
    (
        "id",
        "url",
        "uri",
        "dns",
        "mac",
        "sid",
        "md5",
        "sha1",
        "ipv4",
        "ipv6",
        "os",
        "tty",
        "key",
        "log",
        "tag",
        "app",
    )
)


def words_of_name(name: str) -> str:
    """The words in the name of a field; "" where they tell nothing."""
    words = [part.lower() for part in _PARTS.findall(name)]
    told = [SHORT.get(word, word) for word in words if word in SHORT or len(word) > 3 or word in _KNOWN_SHORT]
    return " ".join(told)


_ENDS = re.compile(r"[.;:!?(\[\n\r]|, | - | – ")


def words_of_description(said: str) -> str:
    """The first clause of a description, without article and sign at its end; "" where nothing is left."""
    clause = next((part for part in _ENDS.split(said) if part.strip()), "")
    words = "".join(one for one in clause if one.isprintable()).split()[:_MOST_WORDS]
    while words and words[0].lower() in (
        "the",
        "a",
        "an",
        "this",
        "field",
        "contains",
        "is",
        "holds",
        "indicates",
        "of",
    ):
        words = words[1:]
    while words and words[-1].lower() in (
        "the",
        "a",
        "an",
        "of",
        "and",
        "or",
        "that",
        "which",
        "in",
        "to",
        "for",
        "with",
    ):
        words = words[:-1]
    if words and not words[0].isupper():
        words[0] = words[0][:1].lower() + words[0][1:]
    return " ".join(words)


_SURE = 0.62


def concept_of(words: str, name: str = "") -> str:
    """The concept of the lexicon that words, else the name of a field, mean; "" where none is near."""
    for said in (words, " ".join(tokens(name))):
        ranked = lexicon().ranked(bag(said)) if said else []
        if ranked and ranked[0][0] >= _SURE:
            return ranked[0][1].id
    known = bag(name)
    return next((one.id for one in lexicon().concepts if known and known in one.names), "")
