"""The words and signs of query strings: what parses them and what renders them share these.

Source: https://lucene.apache.org/core/9_11_0/queryparser/org/apache/lucene/queryparser/classic/
package-summary.html.
"""

from __future__ import annotations

from cybersecqwen.dialects.globs import ANY, ONE

JOINTS = {"AND": ("AND", "&&"), "OR": ("OR", "||")}
"""What joins clauses, with every way to write it; the first is given out."""
SIGNS = {"NOT": ("NOT", "!"), "+": ("+",), "-": ("-",)}
"""What stands before a clause, with every way to write it; the first is given out."""
COMPARISONS = (">=", "<=", ">", "<")
"""What may stand before a bound, the longer first."""

WORDS = {text: name for table in (JOINTS, SIGNS) for name, texts in table.items() for text in texts}
"""Every way of writing a joint or a sign, and which it is."""

BLANKS = frozenset(" \t\n\r\u3000")
"""What separates."""
SPECIAL = frozenset('+-!():^[]"{}~*?\\/') | BLANKS
"""What needs a backslash within a term."""
INSIDE = frozenset("+-")
"""What needs none behind the first character of a term."""
WILDCARDS = {"*": ANY, "?": ONE}
"""Wildcards, and what stands for them in a tree."""
WRITTEN = {mark: sign for sign, mark in WILDCARDS.items()}
"""The same the other way."""
TO = "TO"
"""Between the bounds of a range."""
OPENING = {"[": True, "{": False}
"""Brackets of ranges, and whether the bound is in it."""
CLOSING = {"]": True, "}": False}
"""Brackets of ranges, and whether the bound is in it."""
