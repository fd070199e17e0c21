"""From a tree to the text of a regular expression, in each language's spelling."""

from __future__ import annotations

from dataclasses import dataclass

from .classes import SHORT
from .tree import ALL, LAST, Chars, Edge, Node, Ranges, Repeat, Row, Where, beyond, inverse

_SIGNS = frozenset("\\.^$|?*+()[]{}")
_NO_LINE: Ranges = ((0, 9), (11, LAST))
_CODES = {7: "\\a", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_EDGES = {
    Where.START: "^",
    Where.END: "$",
    Where.LINE_START: "(?m:^)",
    Where.LINE_END: "(?m:$)",
    Where.WORD: "\\b",
    Where.NOT_WORD: "\\B",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Spelling:
    """How a language is written; `.` stands for any character where the tree has such a set."""

    signs: frozenset[str]
    """Characters that get a backslash outside sets."""
    set_signs: frozenset[str] = frozenset("\\]^-[")
    """Characters that get one inside."""
    group: str = "(?:"
    short: bool = True
    """Whether there are `\\d` and its like."""
    codes: bool = True
    """Whether control characters have escapes; else they stand for themselves."""
    edges: bool = True


IN_RE2 = Spelling(signs=_SIGNS)
IN_SLASHES = Spelling(signs=_SIGNS | {"/"}, set_signs=frozenset("\\]^-[/"))
IN_JAVA = Spelling(signs=_SIGNS, set_signs=frozenset("\\]^-[&"))
IN_LUCENE = Spelling(
    signs=(_SIGNS - {"^", "$"}) | frozenset('"#@&<>~'),
    set_signs=frozenset('\\]^-["'),
    group="(",
    short=False,
    codes=False,
    edges=False,
)


def spell(node: Node, spelling: Spelling = IN_RE2, *, dot_all: bool = True) -> str:
    """The text. `dot_all` says whether `.` takes line breaks as well.

    Raises UnsayableError for edges in a language without them.
    """
    return _Writer(spelling, dot_all).text(node, 0)


class _Writer:
    def __init__(self, spelling: Spelling, dot_all: bool) -> None:
        self.spelling = spelling
        self.dot = ALL.ranges if dot_all else _NO_LINE

    def text(self, node: Node, level: int) -> str:
        """Level 0 takes choices, 1 rows, 2 single things alone."""
        if isinstance(node, Chars):
            return self.chars(node.ranges)
        if isinstance(node, Edge):
            if not self.spelling.edges:
                raise beyond("edges of words or lines, or edges within it")
            return _EDGES[node.where]
        if isinstance(node, Repeat):
            text = self.text(node.inner, 2) + self.times(node)
            return self.grouped(text) if level == 2 else text
        if isinstance(node, Row):
            text = "".join(self.text(part, 1) for part in node.parts)
            # Lucene takes no empty branch of a choice, but an empty group.
            return (
                self.grouped(text) if level == 2 or not (text or self.spelling.edges or not level) else text
            )
        text = "|".join(self.text(part, 1) for part in node.parts)
        return self.grouped(text) if level else text

    def grouped(self, text: str) -> str:
        return f"{self.spelling.group}{text})"

    def times(self, node: Repeat) -> str:
        known = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((node.least, node.most))
        if known:
            return known
        if node.most is None:
            return f"{{{node.least},}}"
        most = "" if node.least == node.most else f",{node.most}"
        return f"{{{node.least}{most}}}"

    def chars(self, ranges: Ranges) -> str:
        if ranges == self.dot:
            return "."
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
            return self.single(ranges[0][0], self.spelling.signs)
        if self.spelling.short:
            for letter, known in SHORT.items():
                if ranges == known:
                    return "\\" + letter
        other = inverse(ranges)
        if not ranges:
            raise beyond("an empty set")
        if not other:
            return "[\\s\\S]" if self.spelling.short else "(.|\n)"
        if ranges[0][0] == 0 and ranges[-1][1] == LAST:
            return f"[^{self.members(other)}]"
        return f"[{self.members(ranges)}]"

    def members(self, ranges: Ranges) -> str:
        out = []
        for low, high in ranges:
            first, last = (self.single(code, self.spelling.set_signs) for code in (low, high))
            out.append(first if low == high else first + last if high == low + 1 else f"{first}-{last}")
        return "".join(out)

    def single(self, code: int, signs: frozenset[str]) -> str:
        c = chr(code)
        if c in signs:
            return "\\" + c
        if not self.spelling.codes:
            return c
        if code in _CODES:
            return _CODES[code]
        return c if c.isprintable() else f"\\x{{{code:x}}}"
