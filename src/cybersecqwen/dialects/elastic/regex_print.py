"""Regular expressions written: for RE2, which searches, and for Lucene, which matches whole values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from cybersecqwen.dialects import globs

from .regex_parse import parse_lucene, parse_re2, refused
from .regex_tree import (
    ANY,
    ANYTHING,
    DIGIT,
    EMPTY,
    NO_BREAK,
    SPACE,
    WORD,
    Chars,
    Choice,
    Edge,
    Node,
    Repeat,
    Row,
    changed,
    is_caseless,
    lowered,
    on_lowered,
    others,
    row,
    single,
)

_LUCENE_SIGNS = '.?+*|{}[]()"\\#@&<>~^$-'


class Case(Enum):
    """How an expression is compared with a value."""

    KEPT = "kept"
    """With regard to case."""
    FOLDED = "folded"
    """Without regard to case, but for sets of characters, as EQL's `regex~` does."""
    LOWERED = "lowered"
    """With the value in lower case, as ES|QL's `TO_LOWER` gives it."""


@dataclass(frozen=True, slots=True)
class Lucene:
    """An expression for whole values, as Lucene reads it."""

    text: str
    case: Case


def lucene_of(pattern: str, folding: Case) -> Lucene:
    """The expression for whole values that says what RE2 finds anywhere. Raises UnsayableError.

    Where the pattern has no regard to case, the expression is for `folding`, else for the value as it is.
    """
    node = _around(parse_re2(pattern))
    case = folding if is_caseless(node) else Case.KEPT
    return Lucene(_lucene(node, case), case)


def re2_of(pattern: str, case: Case) -> str:
    """The expression that RE2 searches for, where Lucene matches whole values. Raises UnsayableError."""
    return _searched(_read(pattern, case))


def whole_re2(pattern: str, case: Case) -> str:
    """The same expression in RE2's syntax, to be matched against whole values. Raises UnsayableError."""
    return _re2(_read(pattern, case), caseless=False)


def wildcards_of(pattern: str, case: Case) -> str | None:
    """The text with wildcards that says the same, if there is one; `ANY` and `ONE` stand for them."""
    node = _read(pattern, case)
    out: list[str] = []
    for part in node.parts if isinstance(node, Row) else (node,):
        if part == ANYTHING:
            out.append(globs.ANY)
        elif part == ANY:
            out.append(globs.ONE)
        else:
            code = single(part if case is Case.KEPT else lowered(part)) if isinstance(part, Chars) else None
            if code is None:
                return None
            out.append(chr(code))
    return "".join(out)


def glob_lucene(text: str, case: Case) -> str:
    """The expression for text in which `ANY` and `ONE` are wildcards."""
    parts = {globs.ANY: ".*", globs.ONE: "."}
    text = text if case is Case.KEPT else text.lower()
    return "".join(parts.get(c) or _code(ord(c), _LUCENE_SIGNS) for c in text) or "()"


def canonical(pattern: str) -> str:
    """The form in which an expression of RE2 comes back from Lucene. Raises UnsayableError."""
    return _searched(_around(parse_re2(pattern)))


def _read(pattern: str, case: Case) -> Node:
    node = parse_lucene(pattern, caseless=case is Case.FOLDED)
    return changed(node, on_lowered) if case is Case.LOWERED else node


def _has(node: Node, *, end: bool) -> bool:
    if isinstance(node, Edge):
        return node.end is end
    if isinstance(node, Repeat):
        return _has(node.inner, end=end)
    return not isinstance(node, Chars) and any(_has(part, end=end) for part in node.parts)


def _around(node: Node) -> Node:
    """For whole values: anything before and behind, where no anchor stands."""
    return _opened(_opened(node, end=False), end=True)


def _opened(node: Node, *, end: bool) -> Node:
    if not _has(node, end=end):
        return row((node, ANYTHING) if end else (ANYTHING, node))
    if isinstance(node, Edge):
        return EMPTY
    if isinstance(node, Choice):
        return Choice(tuple(_opened(part, end=end) for part in node.parts))
    if isinstance(node, Row):
        at = len(node.parts) - 1 if end else 0
        rest = node.parts[:-1] if end else node.parts[1:]
        if not any(_has(part, end=end) for part in rest):
            edge = _opened(node.parts[at], end=end)
            return row((*rest, edge) if end else (edge, *rest))
    raise refused("an anchor within")


def _searched(node: Node) -> str:
    caseless = is_caseless(node)
    return ("(?i)" if caseless else "") + _re2(_closed(node), caseless=caseless)


def _closed(node: Node) -> Node:
    """For a search: anchors where there is not anything before and behind."""
    if node == ANYTHING:
        return EMPTY
    if isinstance(node, Choice):
        return Choice(tuple(_closed(part) for part in node.parts))
    parts = node.parts if isinstance(node, Row) else (node,)
    before = () if parts and parts[0] == ANYTHING else (Edge(False),)
    behind = () if parts and parts[-1] == ANYTHING else (Edge(True),)
    inner = parts[0 if before else 1 : len(parts) if behind else -1]
    return row((*before, *inner, *behind))


def _times(node: Repeat) -> str:
    known = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((node.least, node.most))
    if known:
        return known
    if node.most is None:
        return f"{{{node.least},}}"
    return f"{{{node.least}}}" if node.least == node.most else f"{{{node.least},{node.most}}}"


def _code(code: int, special: str) -> str:
    c = chr(code)
    return "\\" + c if c in special else c


def _lucene(node: Node, case: Case, *, inside: bool = False) -> str:
    if isinstance(node, Chars):
        return _lucene_set(node, case)
    if isinstance(node, Edge):
        raise refused("an anchor within")
    if isinstance(node, Repeat):
        inner = _lucene(node.inner, case, inside=True)
        bare = isinstance(node.inner, Chars) or inner == "()" or isinstance(node.inner, Row | Choice)
        return (inner if bare else f"({inner})") + _times(node)
    if isinstance(node, Choice):
        text = "|".join(_lucene(part, case, inside=isinstance(part, Choice)) for part in node.parts)
        return f"({text})" if inside else text
    text = "".join(_lucene(part, case, inside=True) for part in node.parts) or "()"
    return f"({text})" if inside and text != "()" else text


def _lucene_set(these: Chars, case: Case) -> str:
    if these == ANY:
        return "."
    one = single(these if case is Case.KEPT else lowered(these))
    if one is not None:
        return _code(one, _LUCENE_SIGNS)
    return _set(these, _code, lower=case is Case.LOWERED)


def _set(these: Chars, code: Callable[[int, str], str], *, lower: bool) -> str:
    positive, negative = these, others(these)
    if lower:
        positive, negative = lowered(positive), lowered(negative)
    negated = len(negative.ranges) < len(positive.ranges)
    text = "".join(
        code(first, "[]\\^-") + (("-" if last > first + 1 else "") + code(last, "[]\\^-")) * (last > first)
        for first, last in (negative if negated else positive).ranges
    )
    return f"[{'^' if negated else ''}{text}]"


_RE2_SETS = {
    DIGIT: r"\d",
    WORD: r"\w",
    SPACE: r"\s",
    others(DIGIT): r"\D",
    others(WORD): r"\W",
    others(SPACE): r"\S",
    NO_BREAK: ".",
    ANY: "(?s:.)",
}


def _re2_code(code: int, special: str) -> str:
    known = {9: r"\t", 10: r"\n", 13: r"\r"}.get(code)
    if known or code < 32:
        return known or f"\\x{{{code:x}}}"
    return _code(code, special)


def _re2(node: Node, *, caseless: bool, inside: bool = False) -> str:
    if isinstance(node, Chars):
        one = single(lowered(node) if caseless else node)
        if one is not None:
            return _re2_code(one, ".^$*+?{}[]()|\\")
        return _RE2_SETS.get(node) or _set(node, _re2_code, lower=caseless)
    if isinstance(node, Edge):
        return "$" if node.end else "^"
    if isinstance(node, Repeat):
        inner = _re2(node.inner, caseless=caseless, inside=True)
        bare = isinstance(node.inner, Chars | Row | Choice)
        return (inner if bare else f"(?:{inner})") + _times(node)
    if isinstance(node, Choice):
        text = "|".join(_re2(part, caseless=caseless, inside=isinstance(part, Choice)) for part in node.parts)
        return f"(?:{text})" if inside else text
    text = "".join(_re2(part, caseless=caseless, inside=True) for part in node.parts)
    return f"(?:{text})" if inside else text
