"""Conditions in words, and their negation: "FileName ends with .exe"."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.kql.literals import span_of
from cybersecqwen.dialects.kql.meaning import FLIPPED, MISSING, THERE
from cybersecqwen.dialects.kql.tree import (
    Among,
    Array,
    Between,
    Binary,
    Call,
    Duration,
    Dynamic,
    Expr,
    Logic,
    Name,
    Named,
    Pipeline,
    Star,
    Text,
    Truth,
    Typed,
)

from .values import Lets, items, made_of, value

_HAS = ("has the word", "does not have the word")
_VERBS: dict[str, Op | words.Verbs] = {
    "==": Op.EQUALS,
    "=~": Op.EQUALS,
    "<>": Op.EQUALS,
    "contains": Op.CONTAINS,
    "startswith": Op.STARTS,
    "endswith": Op.ENDS,
    "has": _HAS,
    ":": _HAS,
    "hasprefix": ("has a word that begins with", "has no word that begins with"),
    "hassuffix": ("has a word that ends with", "has no word that ends with"),
    "matches regex": Op.REGEX,
    "like": Op.GLOB,
    "in": Op.EQUALS,
    "in~": Op.EQUALS,
    "has_any": _HAS,
}
_ASKED = {
    "ipv4_is_private": ("is a private address", "is no private address"),
    "isnan": ("is no number", "is a number"),
    "isfinite": ("is a finite number", "is no finite number"),
    "isutf8": ("is text", "is no text"),
}


def condition(tree: Expr, lets: Lets, *, negated: bool = False, depth: float = 0) -> str:
    """A condition as it follows "where"."""
    if depth > words.DEEPEST:
        return f"a condition about {made_of(tree)} {'fails' if negated else 'holds'}"
    if isinstance(tree, Logic):
        word = "and" if (tree.operator == "and") is not negated else "or"
        parts = [condition(part, lets, negated=negated, depth=depth + 1) for part in tree.parts]
        return words.grouped(parts, word)
    if isinstance(tree, Named):
        return condition(tree.value, lets, negated=negated, depth=depth)
    if isinstance(tree, Binary):
        return _binary(tree, lets, negated, depth)
    if isinstance(tree, Among):
        return _among(tree, lets, negated, depth)
    if isinstance(tree, Between):
        return _between(tree, lets, negated, depth)
    if isinstance(tree, Call):
        return _call(tree, lets, negated, depth)
    if isinstance(tree, Text):
        return f"{words.value(tree.value)} {'does not stand' if negated else 'stands'} in any column"
    return f"{value(tree, lets, depth + 1)} is {'not true' if negated else 'true'}"


def _subject(tree: Expr, lets: Lets, depth: float) -> str:
    return "any column" if isinstance(tree, Star) else value(tree, lets, depth + 1)


def _binary(tree: Binary, lets: Lets, negated: bool, depth: float) -> str:
    operator, left, right = tree.operator, tree.left, tree.right
    if isinstance(right, Truth) and operator in ("==", "!=") and not isinstance(left, Name):
        return condition(left, lets, negated=negated is not (right.value is (operator != "==")), depth=depth)
    asked = isinstance(left, Call) and left.name in _ASKED
    if asked and isinstance(right, Text) and right.value.lower() in ("true", "false"):
        wanted = (right.value.lower() == "true") is (operator in ("==", "=~"))
        return condition(left, lets, negated=negated is wanted, depth=depth)
    if operator in FLIPPED and _is_fixed(left, lets) and not _is_fixed(right, lets):
        operator, left, right = FLIPPED[operator], right, left
    subject = _subject(left, lets, depth)
    if operator in words.ORDER:
        shown = value(right, lets, depth + 1)
        when = _when(operator, shown, negated)
        if when:
            return f"{subject} {when}"
        return words.compared(subject, words.ORDER[operator], [shown], negated=negated)
    positive, flipped = _positive(operator)
    verb = _VERBS.get(positive.removesuffix("_cs"))
    shown = value(right, lets, depth + 1)
    if verb is None:
        return f"{subject} {words.clean(operator)} {shown} {'does not hold' if negated else 'holds'}"
    return words.compared(subject, verb, [shown], negated=negated is not flipped)


def _positive(operator: str) -> tuple[str, bool]:
    """An operator without its negation, and whether it had one."""
    if operator in ("!=", "!~", "<>"):
        return {"!=": "==", "!~": "=~", "<>": "=="}[operator], True
    return (operator[1:], True) if operator.startswith("!") else (operator, False)


def _is_fixed(tree: Expr, lets: Lets) -> bool:
    if isinstance(tree, Name):
        return tree.text in lets.values
    return isinstance(tree, Text | Typed | Duration | Truth) or value(tree, lets).replace(".", "").isdigit()


def _when(operator: str, shown: str, negated: bool) -> str:
    """That a time lies in the last stretch before now; "" for other comparisons."""
    length = shown.removesuffix(" ago")
    if length == shown:
        return ""
    after = (operator[0] == ">") is not negated
    return f"is in the last {length}" if after else f"is more than {length} ago"


def _among(tree: Among, lets: Lets, negated: bool, depth: float) -> str:
    operator, flipped = _positive(tree.operator)
    negated = negated is not flipped
    subject = _subject(tree.left, lets, depth)
    shown = _members(tree.items, lets, depth)
    if operator == "has_all":
        has = "lacks one of the words" if negated else "has the words"
        return f"{subject} {has} {words.some(shown, 'and', 8)}"
    verb = _VERBS.get(operator, Op.EQUALS)
    source = _source(tree.items, lets)
    if source:
        if verb is Op.EQUALS:
            return f"{subject} is {'not ' if negated else ''}among {source}"
        return f"{subject} has {'none' if negated else 'one'} of the words in {source}"
    return words.compared(subject, verb, shown, negated=negated)


def _source(found: tuple[Expr, ...], lets: Lets) -> str:
    """What a list comes from that is no list of values; "" for one."""
    if len(found) != 1:
        return ""
    one = found[0]
    if isinstance(one, Pipeline):
        return "the results of the subquery"
    if isinstance(one, Name) and one.text not in lets.values:
        return f"the values of {words.name(one.text)}"
    if isinstance(one, Call):
        return value(one, lets)
    return ""


def _members(found: tuple[Expr, ...], lets: Lets, depth: float) -> Sequence[str]:
    flat: list[Expr] = []
    for one in found:
        known = lets.values.get(one.text, one) if isinstance(one, Name) else one
        if isinstance(known, Dynamic) and isinstance(known.value, Array):
            flat += known.value.items
        else:
            flat.append(known)
    return [items((one,)) if isinstance(one, Text) else value(one, lets, depth + 1) for one in flat]


def _between(tree: Between, lets: Lets, negated: bool, depth: float) -> str:
    subject = _subject(tree.left, lets, depth)
    low = value(tree.low, lets, depth + 1)
    known = lets.values.get(tree.high.text, tree.high) if isinstance(tree.high, Name) else tree.high
    high = value(tree.high, lets, depth + 1)
    if span_of(known) is not None and span_of(tree.low) is None:
        high = f"{high} later"
    is_ = "is not between" if negated is not tree.negated else "is between"
    return f"{subject} {is_} {low} and {high}"


def _call(tree: Call, lets: Lets, negated: bool, depth: float) -> str:
    said = [value(one, lets, depth + 1) for one in tree.arguments[:10]]
    if tree.name == "not" and len(said) == 1:
        return condition(tree.arguments[0], lets, negated=not negated, depth=depth + 1)
    if len(said) == 1 and tree.name in MISSING | THERE:
        return words.there(said[0], negated=(tree.name in MISSING) is not negated)
    if len(said) == 1 and tree.name in _ASKED:
        return f"{said[0]} {_ASKED[tree.name][negated]}"
    if tree.name.startswith(("ipv4_is_in", "ipv6_is_in")) and len(said) > 1:
        return words.compared(said[0], Op.CIDR, said[1:], negated=negated)
    if tree.name in ("ipv4_is_match", "ipv6_is_match") and len(said) > 1:
        return words.compared(said[0], Op.EQUALS, said[1:2], negated=negated)
    if tree.name in ("iff", "iif") and len(said) == 3:  # codespell:ignore iif
        when = words.alone(condition(tree.arguments[0], lets, depth=depth + 1))
        one, other = (
            words.alone(condition(arg, lets, negated=negated, depth=depth + 1)) for arg in tree.arguments[1:]
        )
        return f"({one} where {when}, otherwise {other})"
    if tree.name == "coalesce" and tree.arguments[1:] == (Truth(False),):
        return condition(tree.arguments[0], lets, negated=negated, depth=depth + 1)
    return f"{value(tree, lets, depth + 1)} is {'not true' if negated else 'true'}"
