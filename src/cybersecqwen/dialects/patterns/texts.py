"""Between trees, text with wildcards, and the tests of the middle."""

from __future__ import annotations

from functools import lru_cache

from cybersecqwen.detect.sigma.model import Expression, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, ONE, test_of
from cybersecqwen.errors import UnsayableError

from .anchoring import searched, whole
from .fold import fold, folded, is_closed, lowered
from .parsing import parse
from .spelling import IN_RE2, Spelling, spell
from .tree import ALL, ANYTHING, Chars, Edge, Node, Row, nodes, row


def from_wildcards(text: str, *, cased: bool) -> Node:
    """A tree for the whole text from text with wildcards (`globs.ANY`, `globs.ONE`)."""
    node = row(ANYTHING if c == ANY else ALL if c == ONE else Chars(((ord(c), ord(c)),)) for c in text)
    return node if cased else fold(node)


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
        elif isinstance(part, Chars):
            codes = {code for low, high in part.ranges[:4] for code in (low, min(high, low + 4))}
            wanted = min(codes, key=lambda code: (chr(code).lower() != chr(code), code)) if codes else 0
            single = ((wanted, wanted),)
            if not codes or part.ranges != (single if cased else folded(single)) or chr(wanted) in (ANY, ONE):
                return None
            out.append(chr(wanted))
        else:
            return None
    return "".join(out)


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
    closed = is_closed(node) and any(isinstance(one, Chars) and lowered(one) != one for one in nodes(node))
    dot_all = has_all(node)
    text = spell(lowered(node) if closed else node, spelling, dot_all=dot_all)
    return ("i" if closed else "") + ("s" if dot_all else ""), text


def source_of(node: Node) -> str:
    """The RE2 source of a tree that is searched for, with the flags that make it short."""
    flags, text = flagged(node)
    return f"(?{flags}){text}" if flags else text


def stays_in_line(node: Node, *, text_test: bool = False) -> bool:
    """Whether what it finds in several values is found in one of them, when each stands in a line of its own.

    Of text with wildcards (`text_test`) edges alone tell: its wildcards are taken to stay within a value.
    """
    return not any(
        isinstance(one, Edge)
        or (not text_test and isinstance(one, Chars) and any(low <= 10 <= high for low, high in one.ranges))
        for one in nodes(node)
    )


@lru_cache(maxsize=4_096)
def _simplest(field: str, source: str) -> Expression:
    try:
        tree = whole(parse(source))
    except UnsayableError:
        return Test(field, Op.REGEX, (source,), True)
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
