"""Sentences about the steps of a query: what the dialects' own `describe` put together.

Everything that comes from a query is shown on one line, without control characters, and cut where it is
long; sentences and their number are bounded, so that a hostile query cannot fill the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from .comparing import alone, merged
from .showing import WIDE, names, some

_MORE = re.compile(r": … and ([\d,]+) more steps\.\Z")

SENTENCES = 40
"""Sentences that are said of a query."""
LONGEST = 400
"""Characters of a sentence."""
_MOST_OF_ONE = 4
"""Sentences that the conditions of one step may take."""
DEEPEST = 6
"""Levels of expressions, and of queries in queries, that are told."""


def split_up(kept: Sequence[str], dropped: Sequence[str], what: str) -> Iterator[str]:
    """What is kept and what is left out by conditions in words, a sentence for what has room in one."""
    for verb, parts, word in (("Keeps", kept, "and"), ("Leaves out", dropped, "or")):
        chunks = _chunks(merged(parts, word))
        if len(chunks) > _MOST_OF_ONE:
            left = sum(map(len, chunks[_MOST_OF_ONE:]))
            chunks[_MOST_OF_ONE - 1].append(f"{left:,} more conditions")
        for number, chunk in enumerate(chunks[:_MOST_OF_ONE]):
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
            room = WIDE - len(part)
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
    return (f"The {_plural(kind) if len(found) > 1 else kind} {names(found, most=most)}.",)


def _plural(kind: str) -> str:
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind[-1] in "xs" else f"{kind}s"


def finished(sentences: Iterable[str]) -> tuple[str, ...]:
    """Sentences with their full stops, none too long, and not too many."""
    found = [_ended(one) for one in sentences]
    for most in (5, 3, 2, 1):
        if len(found) <= SENTENCES:
            break
        found = _shortened(found, most)
    if len(found) > SENTENCES:
        left = len(found) - SENTENCES + 1
        found = [*found[: SENTENCES - 1], f"… and {left:,} more steps."]
    return tuple(found)


def _shortened(sentences: list[str], most: int) -> list[str]:
    """Of each query in the query the first sentences alone, so that what is done at last is told."""
    found: list[str] = []
    for prefix, run in groupby(sentences, _prefix):
        block = list(run)
        if not prefix or len(block) <= most + 1:
            found += block
            continue
        left = sum(_steps(one) for one in block[most:])
        found += [*block[:most], f"{prefix}: … and {left:,} more steps."]
    return found


def _prefix(sentence: str) -> str:
    """What the sentences about one inner query begin with; "" for those about the whole."""
    return sentence.partition(": ")[0] if sentence.startswith("For ") else ""


def _steps(sentence: str) -> int:
    """How many steps a sentence stands for."""
    counted = _MORE.search(sentence)
    return int(counted[1].replace(",", "")) if counted else 1


def _ended(sentence: str) -> str:
    line = " ".join(sentence.split()).rstrip(".")
    return f"{line}." if len(line) < LONGEST else f"{line[: LONGEST - 2].rstrip()}…."
