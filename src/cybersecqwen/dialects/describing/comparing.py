"""Comparisons and conditions in words, and how several of them become one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects.wording import MOST, VERBS

from .showing import some, value

_NOT = {
    Op.EQUALS: "is not",
    Op.CONTAINS: "does not contain",
    Op.STARTS: "does not begin with",
    Op.ENDS: "does not end with",
    Op.GLOB: "does not look like",
    Op.REGEX: "does not match the pattern",
    Op.CIDR: "is no address in",
    Op.LESS: "is not less than",
    Op.AT_MOST: "is more than",
    Op.GREATER: "is not greater than",
    Op.AT_LEAST: "is less than",
}

ORDER = {"<": Op.LESS, "<=": Op.AT_MOST, ">": Op.GREATER, ">=": Op.AT_LEAST}
"""Signs of an order."""

Verbs = tuple[str, str]
"""What stands between a field and values, and the same negated."""


class Comparison(str):
    """A comparison in words that can be put together with others of the same field and verb."""

    __slots__ = ("negated", "op", "shown", "subject")
    subject: str
    """What is compared, in words."""
    op: Op | Verbs
    """How."""
    shown: tuple[str, ...]
    """With what, in words; one of them."""
    negated: bool
    """Whether it is with none of them."""


def compared(subject: str, op: Op | Verbs, shown: Sequence[str], *, negated: bool = False) -> Comparison:
    """A comparison with values that are already in words: "Image ends with cmd.exe"."""
    shown = tuple(dict.fromkeys(shown))
    subject = subject.removesuffix(" in small letters")
    made = Comparison(f"{subject} {_verb(op, negated, len(shown) > 1)} {some(shown, 'or', MOST)}")
    made.subject, made.op, made.shown, made.negated = subject, op, shown, negated
    return made


def _verb(op: Op | Verbs, negated: bool, several: bool) -> str:
    if isinstance(op, tuple):
        return op[negated]
    if several and negated and op is Op.EQUALS:
        return "is none of"
    return (_NOT if negated else VERBS)[op]


def merged(parts: Sequence[str], word: str) -> list[str]:
    """Conditions, those side by side that differ in their values alone put together."""
    return [_together(list(run)) for _, run in groupby(parts, lambda part: _likeness(part, word))]


def _likeness(part: str, word: str) -> object:
    """What is the same for comparisons that can be put together; nothing else has it."""
    if not isinstance(part, Comparison) or part.op in ORDER.values() or (word == "or") is part.negated:
        return object()
    return part.subject, part.op, part.negated


def _together(run: list[str]) -> str:
    first = run[0]
    if len(run) == 1 or not isinstance(first, Comparison):
        return first
    shown = [one for part in run if isinstance(part, Comparison) for one in part.shown]
    return compared(first.subject, first.op, shown, negated=first.negated)


def globbed(subject: str, patterns: Sequence[str], negated: bool, any_: str = "*", one: str = "?") -> str:
    """A comparison with texts in which `any_` stands for anything: contains, begins with, ends with or is."""
    kinds: dict[Op, list[str]] = {}
    for pattern in patterns[:200]:
        op, text = _kind(pattern, any_, one)
        kinds.setdefault(op, []).append(value(text))
    said = [compared(subject, op, shown, negated=negated) for op, shown in kinds.items()]
    return grouped(said, "and" if negated else "or")


def _kind(pattern: str, any_: str, one: str) -> tuple[Op, str]:
    inner = pattern.strip(any_)
    if not inner or any_ in inner or one in inner:
        return (Op.GLOB if any_ in pattern or one in pattern else Op.EQUALS), pattern
    begins, ends = pattern.startswith(any_), pattern.endswith(any_)
    return ((Op.CONTAINS if ends else Op.ENDS) if begins else Op.STARTS if ends else Op.EQUALS), inner


class Group(str):
    """Several conditions as one, in brackets."""

    __slots__ = ("bare", "parts", "word")
    bare: str
    """The same without brackets, for where nothing stands beside it."""
    parts: tuple[str, ...]
    """The conditions."""
    word: str
    """and, or."""


def grouped(parts: Sequence[str], word: str) -> str:
    """Several conditions as one, in brackets where they are more than one."""
    found = merged([one for part in parts for one in _flat(part, word)], word)
    if len(found) == 1:
        return found[0]
    bare = some(found, word, 8, more="more conditions")
    made = Group(f"({bare})")
    made.bare, made.parts, made.word = bare, tuple(found), word
    return made


def _flat(part: str, word: str) -> tuple[str, ...]:
    """The conditions of a group that is joined by the same word as those around it."""
    return part.parts if isinstance(part, Group) and part.word == word else (part,)


def alone(part: str) -> str:
    """A condition that nothing stands beside, without brackets around it."""
    return part.bare if isinstance(part, Group) else part


def there(subject: str, *, negated: bool = False) -> str:
    """That there is a value."""
    if " " in subject:
        return f"{subject} is {'missing' if negated else 'there'}"
    article = "no" if negated else "an" if subject[:1] in "aeioAEIO" else "a"
    return f"there is {article} {subject}"
