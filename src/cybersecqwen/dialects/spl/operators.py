"""The operators of `eval` and how tight they bind: what reads and writes expressions goes by this table.

Order: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Eval ("Operators"),
and for `search`, where OR binds tighter than AND,
https://docs.splunk.com/Documentation/Splunk/latest/Search/Booleanexpressions.
"""

from __future__ import annotations

LOGIC = {"OR": 1, "XOR": 2, "AND": 3}
"""Between truth values."""

NOT = 4
"""How tight NOT binds."""

COMPARING = 5
"""How tight comparisons bind."""

BINARY = {
    "=": COMPARING,
    "!=": COMPARING,
    "<": COMPARING,
    ">": COMPARING,
    "<=": COMPARING,
    ">=": COMPARING,
    ".": 6,
    "+": 7,
    "-": 7,
    "*": 8,
    "/": 8,
    "%": 8,
}
"""Between values."""

SIGN = 9
"""How tight a sign binds."""

SPELLINGS = {"==": "=", "<>": "!=", "&": "."}
"""Other ways to write an operator."""
