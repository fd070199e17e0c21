"""Texts with places for values, and which of the values may be texts: %d takes numbers alone."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

from .calls import Call, Facts
from .names import dotted
from .shapes import called
from .tree import Node

_LONGEST = 4_000
"""Characters of a format."""
_PLACES = re.compile(
    r"%(?:%|(?P<chosen>\(\w{1,100}\)|\d{1,3}\$)?[-+ #0,]*(?P<asked>\*)?[\d.]*(?P<rest>\*)?[hlLqjzt]*"
    r"(?P<verb>[A-Za-z]))"
)
_NUMBERS = frozenset("bcdeEfFgGnoxX%")
"""What a value must be a number for, at the end of a format of Python (PEP 3101)."""
_SPEC = re.compile(r":[^{}]{0,50}")


def inserted(node: Node, facts: Facts, verbs: frozenset[str]) -> Sequence[Node] | None:
    """The values that may be texts among those that a format takes; None for no format that can be read.

    Args:
        node: A call of a function that formats, `"…" % value`, or a place in an f-string.
        facts: What is known of the file.
        verbs: Letters of places that take numbers alone, or make a number of anything.
    """
    kind, profile = node.kind(), facts.tree.profile
    if not verbs:
        return None
    if kind == "interpolation":
        return [] if _is_number(node) else None
    if kind == "binary_operator":
        sign, given = node.field("operator"), node.field("right")
        if sign is None or sign.text() != "%" or given is None:
            return None
        values = given.named_children() if given.kind() == "tuple" else [given]
        return _by_verbs(
            facts.shapes.written(node.field("left")), values, verbs, given.kind() == "dictionary"
        )
    if kind not in profile.calls:
        return None
    call = Call(name=facts.names.full(dotted(called(node))), node=node)
    if call.name not in profile.formatters and call.last not in profile.formatters:
        return None
    values = list(call.arguments(profile.keywords))
    holder = node.field("function") or node.field("object")
    if facts.tree.language == "python":
        holder = holder.field("object") if holder is not None else None
        named = dict(call.given(profile.keywords))
        return _by_fields(facts.shapes.written(holder), named) if call.last == "format" else None
    if call.last == "formatted":
        return _by_verbs(facts.shapes.written(holder), values, verbs)
    for number, one in enumerate(values[:2]):  # a locale may stand before it
        text = facts.shapes.written(one)
        if text is not None:
            return _by_verbs(text, values[number + 1 :], verbs)
    return None


def _by_verbs(
    text: str | None, values: Sequence[Node], verbs: frozenset[str], named: bool = False
) -> Sequence[Node] | None:
    if text is None or len(text) > _LONGEST:
        return None
    places = [one for one in _PLACES.finditer(text) if one["verb"]]
    if any(one["asked"] or one["rest"] for one in places):
        return None
    if places and all(one["verb"] in verbs for one in places):
        return []
    if named or len(places) != len(values) or any(one["chosen"] for one in places):
        return None
    return [value for value, one in zip(values, places, strict=True) if one["verb"] not in verbs]


def _by_fields(text: str | None, values: dict[str, Node]) -> Sequence[Node] | None:
    if text is None or len(text) > _LONGEST:
        return None
    try:
        fields = [one[1:] for one in string.Formatter().parse(text) if one[1] is not None]
    except ValueError:
        return None
    found = []
    for number, (name, spec, conversion) in enumerate(fields):
        if spec and spec[-1] in _NUMBERS and "{" not in spec and not conversion:
            continue
        value = values.get(re.split(r"[.\[]", name or "", maxsplit=1)[0] or str(number))
        if value is None or "{" in (spec or ""):
            return None
        found.append(value)
    return found


def _is_number(place: Node) -> bool:
    parts = [one for one in place.named_children() if one.kind() in ("format_specifier", "type_conversion")]
    if len(parts) != 1 or parts[0].kind() != "format_specifier":
        return False
    text = parts[0].text()
    return _SPEC.fullmatch(text) is not None and text[-1] in _NUMBERS
