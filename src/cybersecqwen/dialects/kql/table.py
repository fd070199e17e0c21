"""Operators of KQL and how strongly they bind: parsing and rendering both read this table.

Order and operators: https://learn.microsoft.com/kusto/query/datatypes-string-operators and what is beside.
Operators about text bind more strongly than arithmetic, as the grammar that Microsoft publishes has it
(https://github.com/microsoft/Kusto-Query-Language, grammar/Kql.g4).
"""

from __future__ import annotations

OR, AND, EQUAL, ORDER, ADD, MULTIPLY, STRING, UNARY, POSTFIX = range(1, 10)
"""How strongly operators bind, weakest first."""

_ABOUT_TEXT = ("has", "hasprefix", "hassuffix", "contains", "startswith", "endswith")
TEXT_OPERATORS = frozenset(
    negation + word + cased for negation in ("", "!") for word in _ABOUT_TEXT for cased in ("", "_cs")
)
"""Operators between a text and another."""

OPERATORS: dict[str, int] = {
    "==": EQUAL,
    "!=": EQUAL,
    "<": ORDER,
    ">": ORDER,
    "<=": ORDER,
    ">=": ORDER,
    "+": ADD,
    "-": ADD,
    "*": MULTIPLY,
    "/": MULTIPLY,
    "%": MULTIPLY,
    "=~": STRING,
    "!~": STRING,
    ":": STRING,
    "like": STRING,
    "notlike": STRING,
    "notcontains": STRING,
    "containscs": STRING,
    "matches regex": STRING,
    **dict.fromkeys(TEXT_OPERATORS, STRING),
}
"""Between two values."""

LISTS = frozenset(("in", "!in", "in~", "!in~", "has_any", "has_all", "!has_any", "!has_all"))
"""Between a value and a list; they bind as EQUAL."""

BETWEEN = frozenset(("between", "!between"))

SOURCES = frozenset(("union", "search", "print", "datatable", "externaldata", "range", "find"))
"""Words that begin a query of their own where they stand at its beginning."""

KEYWORDS = frozenset(
    (
        *(word for word in (*OPERATORS, *LISTS, *BETWEEN) if word[0].isalpha()),
        *("and", "or", "by", "on", "let", "matches", "to", "with", "true", "false", "asc", "desc", "nulls"),
        *("step", "default", "dynamic", "typeof", "limit", "of"),
    )
)
"""Words that are put into brackets where they are names."""

OPERATOR_WORDS = frozenset(
    (
        *("consume", "count", "distinct", "extend", "filter", "find", "getschema", "invoke", "join", "order"),
        *("parse", "print", "project", "sample", "scan", "search", "serialize", "sort", "summarize", "take"),
        *("top", "union", "where"),
    )
)
"""First words of operators: as names they are written in brackets, since the published grammar has some of
them for operators alone. They are read without brackets too."""
