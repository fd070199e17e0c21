"""Sentences about the steps of a query: what the dialects' own `describe` put together.

Everything that comes from a query is shown on one line, without control characters, and cut where it is
long; sentences and their number are bounded, so that a hostile query cannot fill the screen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from cybersecqwen.detect.sigma.model import Op

from .wording import MOST, VERBS, duration, joined

SENTENCES = 40
"""Sentences that are said of a query."""
LONGEST = 400
"""Characters of a sentence."""
DEEPEST = 6
"""Levels of expressions, and of queries in queries, that are told."""
_WIDE = 280
"""Characters of a list in a sentence."""
TOLD, BY = 230, 120
"""Characters of what is told of groups, and of what makes the groups."""
_VALUE = 80
"""Characters of a value or a name."""

_INVISIBLE = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))
_PLAIN = re.compile(r"[^\s“”,;]+")
_NAME = re.compile(r"[\w@$<>*#:.\-/\[\]{}]+")

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


def clean(text: str, most: int = _VALUE) -> str:
    """A text of a query on one line, without what cannot be seen, cut where it is longer than `most`."""
    seen = "".join(
        " " if c in "\t\n\r" else c
        for c in text[: 4 * most]
        if c in "\t\n\r" or unicodedata.category(c) not in _INVISIBLE
    )
    line = " ".join(seen.split())
    return line if len(line) <= most and len(text) <= 4 * most else line[: most - 1].rstrip() + "…"


def name(text: str) -> str:
    """A name of a field or a table; in quotation marks where it could be taken for other words."""
    shown = clean(text)
    return shown if _NAME.fullmatch(shown) else _quoted(shown)


def value(text: str) -> str:
    """A value; in quotation marks where it has spaces or commas, "empty" for the empty text."""
    shown = clean(text)
    if not shown:
        return "empty" if not text.strip() else "“…”"
    return shown if _PLAIN.fullmatch(shown) else _quoted(shown)


def _quoted(text: str) -> str:
    return f"“{text.replace('“', '').replace('”', '')}”"


def names(texts: Iterable[str], word: str = "and", most: int = 12) -> str:
    """Several names: "a, b and c", "a, b and 3 more"."""
    every = list(texts)
    return some([name(text) for text in every[:most]], word, most, total=len(every))


def values(texts: Iterable[str], word: str = "or") -> str:
    """Several values: "a, b or c", "a, b or 7 more"."""
    every = list(texts)
    return some([value(text) for text in every[:MOST]], word, MOST, total=len(every))


def some(
    parts: Sequence[str],
    word: str,
    most: int = 12,
    wide: int = _WIDE,
    more: str = "more",
    total: int = 0,
) -> str:
    """The first of several, as many as have room, and how many more there are of `total`."""
    kept: list[str] = []
    room = wide
    for part in parts[:most]:
        room -= len(part) + 2
        if kept and room < 0:
            break
        kept.append(part)
    left = max(total, len(parts)) - len(kept)
    if left:
        kept.append(f"{left:,} {more if left > 1 else more.removesuffix('s')}")
    if len(kept) > 1 and any(f" {word} " in part for part in kept):
        return f"{', '.join(kept[:-1])}, {word} {kept[-1]}"
    return joined(kept, word)


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


Verbs = tuple[str, str]
"""What stands between a field and values, and the same negated."""


def compared(subject: str, op: Op | Verbs, shown: Sequence[str], *, negated: bool = False) -> Comparison:
    """A comparison with values that are already in words: "Image ends with cmd.exe"."""
    shown = tuple(dict.fromkeys(shown))
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
    found: list[str] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Comparison) and isinstance(last, Comparison) and _alike(part, last, word):
            found[-1] = compared(part.subject, part.op, (*last.shown, *part.shown), negated=part.negated)
        else:
            found.append(part)
    return found


def _alike(one: Comparison, other: Comparison, word: str) -> bool:
    same = (one.subject, one.op, one.negated) == (other.subject, other.op, other.negated)
    return same and one.op not in ORDER.values() and (word == "or") is not one.negated


class Group(str):
    """Several conditions as one, in brackets."""

    __slots__ = ("bare",)
    bare: str
    """The same without brackets, for where nothing stands beside it."""


def grouped(parts: Sequence[str], word: str) -> str:
    """Several conditions as one, in brackets where they are more than one."""
    found = merged(parts, word)
    if len(found) == 1:
        return found[0]
    bare = some(found, word, 8, more="more conditions")
    made = Group(f"({bare})")
    made.bare = bare
    return made


def alone(part: str) -> str:
    """A condition that nothing stands beside, without brackets around it."""
    return part.bare if isinstance(part, Group) else part


def there(subject: str, *, negated: bool = False) -> str:
    """That there is a value."""
    if " " in subject:
        return f"{subject} is {'missing' if negated else 'there'}"
    article = "no" if negated else "an" if subject[:1] in "aeioAEIO" else "a"
    return f"there is {article} {subject}"


def sign_words(sign: str, left: str, right: str) -> str:
    """Two values and a sign of arithmetic between them."""
    return f"{left} {_SIGNS.get(sign, sign)} {right}"


_SIGNS = {"+": "plus", "-": "less", "*": "times", "/": "divided by", "%": "modulo"}

ORDER = {"<": Op.LESS, "<=": Op.AT_MOST, ">": Op.GREATER, ">=": Op.AT_LEAST}
"""Signs of an order."""


def length(seconds: float) -> str:
    """A length of time with its number: "1 hour", "90 minutes"."""
    shown = duration(seconds)
    return shown if shown[:1].isdigit() else f"1 {shown}"


def ordinal(number: int) -> str:
    """The place of something that is counted from 0: "first", "2nd", "last" for -1."""
    if number in (0, -1):
        return "first" if number == 0 else "last"
    if number < 0:
        return f"{-number}{_ending(-number)} from the end"
    return f"{number + 1}{_ending(number + 1)}"


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def split_up(kept: Sequence[str], dropped: Sequence[str], what: str) -> Iterator[str]:
    """What is kept and what is left out by conditions in words, a sentence for what has room in one."""
    for verb, parts, word in (("Keeps", kept, "and"), ("Leaves out", dropped, "or")):
        for number, chunk in enumerate(_chunks(merged(parts, word))):
            of = what if number == 0 or verb == "Leaves out" else f"of those the {what}"
            chunk = chunk if len(chunk) > 1 else [alone(chunk[0])]
            yield f"{verb} {of} where {some(chunk, word, len(chunk), LONGEST)}"


def _chunks(parts: Sequence[str]) -> list[list[str]]:
    """Parts in turn, as many together as have room in a sentence."""
    found: list[list[str]] = []
    room = 0
    for part in parts:
        room -= len(part) + 2
        if not found or room < 0:
            found.append([])
            room = _WIDE - len(part)
        found[-1].append(part)
    return found


def inside(prefix: str, sentences: Iterable[str]) -> Iterator[str]:
    """The sentences about a query in a query: "For the second side: looks at …"."""
    for sentence in sentences:
        begins = sentence[:1].lower() if not sentence[:2].isupper() else sentence[:1]
        yield f"{prefix}: {begins}{sentence[1:]}"


def needed(kind: str, found: Sequence[str], most: int = 8) -> tuple[str, ...]:
    """A sentence about data that must be there: "The tables a and b."; none where there is none."""
    if not found:
        return ()
    return (f"The {kind}{'s' if len(found) > 1 else ''} {names(found, most=most)}.",)


def finished(sentences: Iterable[str]) -> tuple[str, ...]:
    """Sentences with their full stops, none too long, and not too many."""
    found = [_ended(one) for one in sentences]
    if len(found) > SENTENCES:
        left = len(found) - SENTENCES + 1
        found = [*found[: SENTENCES - 1], f"… and {left:,} more steps."]
    return tuple(found)


def _ended(sentence: str) -> str:
    line = " ".join(sentence.split()).rstrip(".")
    return f"{line}." if len(line) < LONGEST else f"{line[: LONGEST - 2].rstrip()}…."
