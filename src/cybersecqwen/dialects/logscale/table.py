"""The words and signs of queries: what parses them and what renders them share these.

OR holds tighter than AND, which may be left out between filters (https://library.humio.com/data-analysis-1.76/
syntax-filters.html).
"""

from __future__ import annotations

import re

AND, OR, NOT = "and", "or", "not"
LEVELS = {AND: 1, OR: 2, NOT: 3}
"""How tight each holds together what stands beside it."""
LIKE = "like"
COMPARISONS = ("!=", "<=", ">=", "<", ">", "=")
"""Between a field and a value, the longer first; `like` besides."""
ORDERED = frozenset(("<", "<=", ">", ">="))
"""Those that take a number."""
ASSIGN, APPLY = ":=", "=~"
"""A value into a field; a function to a field."""
LINK = "<=>"
"""Between a field and that of another query of `correlate()`."""
ARITHMETIC = {
    OR: 1,
    AND: 2,
    "==": 3,
    "!=": 3,
    "<=": 3,
    ">=": 3,
    "<": 3,
    ">": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
}
"""Signs and words of expressions, the longer first, and how tight each holds."""
TIGHTEST = 5
"""The greatest of these."""
CASE, MATCH = "case", "match"
TRUTHS = ("true", "false")
RESERVED = frozenset((AND, OR, NOT, LIKE, CASE, *TRUTHS))
"""Words that must stand in quotes to mean themselves."""
FLAGS = frozenset("dgimF")
"""Behind a regular expression."""
WORD = re.compile(r"(?:[\w@#.*$%&+\\\[\]-]|:(?!=)|(?<=[\w.*])/(?!/))+")
"""Text without quotes in a filter."""
NAME = re.compile(r"[#@]?\w[\w.\-@#]*(?:\[\d+\][\w.\-]*)*")
"""A field without quotes."""
VALUE = re.compile(r"[#@]?\w[\w.@#]*(?:\[\d+\][\w.]*)*")
"""A field or a number without quotes in an argument, where a minus is a sign of its own."""
PLAIN_NAME = re.compile(r"[#@]?[A-Za-z_][\w.]*", re.ASCII)
"""A field that is written without quotes."""
PLAIN_WORD = re.compile(r"[\w.]+", re.ASCII)
"""Text that is written without quotes."""
FUNCTION = re.compile(r"\$?[A-Za-z_][\w:.]*(?:/[A-Za-z_][\w:.]*)*(?=\s*\()")
"""A function, or a saved query with `$`, before its bracket."""
ARGUMENT = re.compile(r"([A-Za-z_]\w*)\s*=(?![=~])")
"""The name of an argument with its sign."""
NAMED_QUERY = re.compile(r"([A-Za-z_]\w*)\s*:\s*(?=\{)")
"""The name of a query of `correlate()`."""
STARRED = re.compile(r"(?:\*[\w.*\\:-]+|[\w.\\:-]+\*)(?=\s*[,\])])")
"""Text with stars and without quotes in a list."""
BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
"""What separates: blanks and comments."""
SPAN = re.compile(r"(\d{1,9})\s*(ms|s|m|h|d|w)(?:illiseconds?|econds?|inutes?|in|ours?|ays?|eeks?)?")
"""A length of time."""
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
"""Seconds of each unit."""
