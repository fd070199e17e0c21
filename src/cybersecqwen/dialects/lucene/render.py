"""From a tree to the text of a query string."""

from __future__ import annotations

from .table import BLANKS, CLOSING, COMPARISONS, INSIDE, JOINTS, OPENING, SIGNS, SPECIAL, TO, WORDS, WRITTEN
from .tree import Clause, Comparison, Field, Group, Node, Pattern, Phrase, Range, Word

_WIDE = 100
_INDENT = "  "


def render(tree: Group) -> str:
    """The text; what is wide has a line for each clause."""
    return _clauses(tree, 0)


def _clauses(group: Group, depth: int) -> str:
    texts = [_clause(clause, depth) for clause in group.clauses]
    flat = " ".join(texts)
    if len(flat) <= _WIDE - len(_INDENT) * depth and "\n" not in flat:
        return flat
    return ("\n" + _INDENT * depth).join(texts)


def _clause(clause: Clause, depth: int) -> str:
    joint = JOINTS[clause.joint][0] + " " if clause.joint else ""
    sign = SIGNS[clause.sign][0] if clause.sign else ""
    return joint + sign + (" " if sign.isalpha() else "") + _node(clause.node, depth)


def _node(node: Node, depth: int) -> str:
    if isinstance(node, Field):
        return escaped(node.name) + ":" + _node(node.inner, depth)
    if isinstance(node, Group):
        inner = _clauses(node, depth + 1)
        begin, end = ("\n" + _INDENT * (depth + 1), "\n" + _INDENT * depth) if "\n" in inner else ("", "")
        return f"({begin}{inner}{end}){_boost(node.boost)}"
    return _leaf(node) + _boost(node.boost)


def _leaf(node: Word | Phrase | Pattern | Range | Comparison) -> str:
    if isinstance(node, Word):
        return escaped(node.text) + _tilde(node.fuzzy)
    if isinstance(node, Phrase):
        return quoted(node.text) + _tilde(node.slop)
    if isinstance(node, Pattern):
        return f"/{_slashes(node.source)}/"
    if isinstance(node, Comparison):
        # Behind its first character the text needs no backslash before a minus; but > and = must not meet.
        return node.operator + (
            "\\=" + escaped("x" + node.text[1:])[1:] if node.text[:1] == "=" else escaped("x" + node.text)[1:]
        )
    low = next(sign for sign, within in OPENING.items() if within is node.with_low)
    high = next(sign for sign, within in CLOSING.items() if within is node.with_high)
    return f"{low}{_bound(node.low)} {TO} {_bound(node.high)}{high}"


def _boost(boost: str) -> str:
    return f"^{boost}" if boost else ""


def _tilde(number: str | None) -> str:
    return "" if number is None else f"~{number}"


def escaped(text: str) -> str:
    """A term, with backslashes where it needs them."""
    out = []
    for at, c in enumerate(text):
        if c in WRITTEN:
            out.append(WRITTEN[c])
        elif (c in SPECIAL and not (at and c in INSIDE)) or (not at and c in "<>"):
            out.append("\\" + c)
        else:
            out.append(c)
    written = "".join(out)
    return "\\" + written if written in WORDS else written


def quoted(text: str) -> str:
    """A text in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _slashes(source: str) -> str:
    """A regular expression with a backslash before each slash that has none."""
    out, escape = [], False
    for c in source:
        if c == "/" and not escape:
            out.append("\\/")
        else:
            out.append(c)
        escape = c == "\\" and not escape
    return "".join(out)


def _bound(text: str | None) -> str:
    if text is None:
        return "*"
    plain = (
        text and text not in ("*", TO) and not any(c in BLANKS or c in CLOSING or c in '"\\' for c in text)
    )
    return text if plain else quoted(text)


def can_stand_bare(text: str) -> bool:
    """Whether a text is as readable as a term as between quotes."""
    return bool(text) and escaped(text) == text and not text.startswith(COMPARISONS)
