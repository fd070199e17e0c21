"""Between trees, text with wildcards, and the tests of the middle."""

from __future__ import annotations

from functools import lru_cache

from cybersecqwen.detect.sigma.model import Expression, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, ONE, test_of
from cybersecqwen.errors import UnsayableError

from .anchoring import searched, whole
from .fold import folded, is_closed, lowered
from .parsing import parse
from .spelling import IN_RE2, Spelling, spell
from .tree import ALL, ANYTHING, Chars, Edge, Node, Ranges, Row, nodes, row


def from_wildcards(text: str, *, cased: bool) -> Node:
    """A tree for the whole text from text with wildcards (`globs.ANY`, `globs.ONE`)."""
    parts = tuple([_part(c, cased) for c in text])
    return parts[0] if len(parts) == 1 else Row(parts)


@lru_cache(maxsize=4_096)
def _part(c: str, cased: bool) -> Node:
    if c in (ANY, ONE):
        return ANYTHING if c == ANY else ALL
    ranges = ((ord(c), ord(c)),)
    return Chars(ranges if cased else folded(ranges))


@lru_cache(maxsize=8_192)
def text_source(text: str, cased: bool, spelling: Spelling = IN_RE2) -> tuple[str, str]:
    """The flags and the expression that find what text with wildcards means, as `flagged` gives them."""
    return flagged(searched(from_wildcards(text, cased=cased)), spelling)


def wildcards_in(node: Node, *, cased: bool) -> str | None:
    """The text with wildcards that a tree for the whole text says; None where it says more.

    Not `cased`: in lower case, where the tree has no regard to case.
    """
    out: list[str] = []
    for part in node.parts if isinstance(node, Row) else (node,):
        if part == ANYTHING:
            out.append(ANY)
        elif part == ALL:
            out.append(ONE)
        elif isinstance(part, Chars) and (letter := _letter(part.ranges, cased)):
            out.append(letter)
        else:
            return None
    return "".join(out)


@lru_cache(maxsize=4_096)
def _letter(ranges: Ranges, cased: bool) -> str:
    """The one character that a set means, in lower case unless `cased`; "" where it means several."""
    codes = {code for low, high in ranges[:4] for code in (low, min(high, low + 4))}
    if not codes:
        return ""
    wanted = min(codes, key=lambda code: (chr(code).lower() != chr(code), code))
    single = ((wanted, wanted),)
    return (
        chr(wanted)
        if ranges == (single if cased else folded(single)) and chr(wanted) not in (ANY, ONE)
        else ""
    )


def literal(text: str) -> str:
    """The RE2 source that finds a text as it stands."""
    return spell(row(Chars(((ord(c), ord(c)),)) for c in text))


def literal_in(source: str) -> str | None:
    """The text that an RE2 source finds as it stands; None where it says more."""
    try:
        text = wildcards_in(parse(source), cased=True)
    except UnsayableError:
        return None
    return None if text is None or ANY in text or ONE in text else text


def has_all(node: Node) -> bool:
    """Whether it has a set of all characters, line breaks included."""
    return any(one == ALL for one in nodes(node))


def flagged(node: Node, spelling: Spelling = IN_RE2) -> tuple[str, str]:
    """The flags (i, s) that make a tree's text short, and the text that means it with them."""
    sets = {one for one in nodes(node) if isinstance(one, Chars)}
    closed = all(map(is_closed, sets)) and any(lowered(one) != one for one in sets)
    dot_all = ALL in sets
    text = spell(lowered(node) if closed else node, spelling, dot_all=dot_all)
    return ("i" if closed else "") + ("s" if dot_all else ""), text


def source_of(node: Node) -> str:
    """The RE2 source of a tree that is searched for, with the flags that make it short."""
    flags, text = flagged(node)
    return f"(?{flags}){text}" if flags else text


def stays_in_line(node: Node) -> bool:
    """Whether what it finds in several values, a line each, is found in one of them."""
    return not any(
        isinstance(one, Edge)
        or (isinstance(one, Chars) and any(low <= 10 <= high for low, high in one.ranges))
        for one in nodes(node)
    )


@lru_cache(maxsize=4_096)
def _simplest(field: str, source: str) -> Expression:
    try:
        return test_for(field, parse(source))
    except UnsayableError:
        return Test(field, Op.REGEX, (source,), True)


def test_for(field: str, node: Node) -> Expression:
    """The plainest test that finds what a tree finds anywhere in a text."""
    try:
        tree = whole(node)
    except UnsayableError:
        return Test(field, Op.REGEX, (source_of(node),), True)
    for cased in (False, True):
        text = wildcards_in(tree, cased=cased)
        if text is not None:
            return test_of(field, text, cased=cased)
    return Test(field, Op.REGEX, (source_of(searched(tree)),), True)


def simplest(test: Test) -> Expression:
    """A test of regular expressions by plainer tests where they say the same, else in one spelling."""
    if test.op is not Op.REGEX:
        return test
    found = [_simplest(test.field, value) for value in test.values]
    return found[0] if len(found) == 1 else Or(tuple(found))
