"""The words and signs of searches: what parses them and what renders them share these."""

from __future__ import annotations

import re

OR, AND, NOT = "or", "and", "not"
LEVELS = {OR: 1, AND: 2, NOT: 3}
"""How tight each holds together what stands beside it."""
COMPARISONS = ("!=", "<=", ">=", "=", "<", ">")
"""Between two values, the longer first."""
SIGNS = {"+": 1, "-": 1, "*": 2, "/": 2}
"""Arithmetic, and how tight each holds."""
QUANTIFIERS = ("any", "all")
"""Before a field with several values."""
NOCASE = "nocase"
"""Behind what is compared without regard to case."""
SECTIONS = ("events", "match", "outcome", "dedup", "condition", "order", "limit", "select", "unselect")
"""Words that begin a section when a colon follows; in their order."""
LISTS = ("regex", "cidr")
"""What may stand between `in` and the name of a reference list."""
RESERVED = frozenset((OR, AND, NOT, NOCASE, "in", "over", "every", "true", "false", *QUANTIFIERS))
"""Words that are no names of fields."""
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"'}
"""Behind a backslash in double quotes."""
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+|\[\"[^\"\]\\\n]*\"\])*", re.ASCII)
"""A field, or a function."""
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Seconds of a unit of a window."""
WINDOW = re.compile(r"(\d{1,6})([smhdw])")
"""Length of a window."""
