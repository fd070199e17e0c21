"""Regular expressions between the middle, which holds RE2's, and the languages that have their own.

    RE2 source ── parse ──> tree ── spell ──> Lucene, Java (LogScale), RE2 between slashes (SecOps)

A tree holds sets of characters, rows, choices, repetitions and edges: flags are worked into the sets, groups
and laziness are gone, since nobody asks here where a match lies. It serves Lucene's query strings, EQL and
ES|QL (whose expressions are Lucene's and hold for the whole text: `whole`), LogScale and SecOps. What lies
beyond the common subset is refused as UnsayableError. Letters fold in pairs; the two letters that RE2 folds
to k and s besides (U+212A, U+017F) are passed over.
"""

from __future__ import annotations

from .anchoring import searched, whole
from .flavours import JAVA, LUCENE, RE2, Flavour
from .fold import fold, is_closed, lowered
from .parsing import parse
from .spelling import IN_JAVA, IN_LUCENE, IN_RE2, IN_SLASHES, Spelling, spell
from .texts import (
    flagged,
    from_wildcards,
    has_all,
    literal,
    literal_in,
    simplest,
    source_of,
    stays_in_line,
    test_for,
    text_source,
    wildcards_in,
)
from .tree import ALL, ANYTHING, Chars, Choice, Edge, Node, Repeat, Row, meets_empty, nodes

__all__ = [
    "ALL",
    "ANYTHING",
    "IN_JAVA",
    "IN_LUCENE",
    "IN_RE2",
    "IN_SLASHES",
    "JAVA",
    "LUCENE",
    "RE2",
    "Chars",
    "Choice",
    "Edge",
    "Flavour",
    "Node",
    "Repeat",
    "Row",
    "Spelling",
    "flagged",
    "fold",
    "from_wildcards",
    "has_all",
    "is_closed",
    "literal",
    "literal_in",
    "lowered",
    "meets_empty",
    "nodes",
    "parse",
    "searched",
    "simplest",
    "source_of",
    "spell",
    "stays_in_line",
    "test_for",
    "text_source",
    "whole",
    "wildcards_in",
]
