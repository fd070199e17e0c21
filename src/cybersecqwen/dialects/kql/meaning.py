"""How KQL's words and the tests of the middle stand to each other: what reading and writing both look up.

Decisions:

* A column of type string is never null, it is empty: `isempty` reads as a test for null, `isnotempty` as one
  for presence, and a test for the empty text is written `isempty` too
  (https://learn.microsoft.com/kusto/query/scalar-data-types/null-values).
* An order of numbers, and a network, give null where the value is missing or no number or address, and `not`
  of null is null: such a row is dropped. In the middle it is kept. So a negated test is written with
  `isnotnull(...) and` or `coalesce(..., false)`, and one that is read without these asks for a value.
* Text without letters that have a case is compared by `==` as well as by `=~`: both read as uncased.
* Wildcards inside a text become `matches regex "(?is)^...$"`. RE2 folds a few characters beyond ASCII
  otherwise than lower case does (the long s).
* `dcount` estimates (https://learn.microsoft.com/kusto/query/dcount-aggregation-function); the middle counts.
"""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import Op

WORDS: dict[str, Op] = {"contains": Op.CONTAINS, "startswith": Op.STARTS, "endswith": Op.ENDS}
"""Operators about text to the operation; `_cs` regards case."""

ORDERS: dict[str, Op] = {"<": Op.LESS, "<=": Op.AT_MOST, ">": Op.GREATER, ">=": Op.AT_LEAST}
"""Operators about numbers."""

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!=", "=~": "=~", "!~": "!~"}
"""The operator where its sides are changed."""

PARTS = {
    "hour": "hourofday",
    "day": "dayofmonth",
    "week": "week_of_year",
    "month": "monthofyear",
    "year": "getyear",
}
"""Part of a time to the function that gives it; the minute is `datetime_part("minute", x)`."""

MISSING = frozenset(("isempty", "isnull"))
THERE = frozenset(("isnotempty", "isnotnull", "notempty", "notnull"))

ANY_IPV4, ANY_IPV6 = "0.0.0.0/0", "::/0"
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""What ipv4_is_private asks for."""


def caseless(text: str) -> bool:
    """Whether no character of it has a case."""
    return text.swapcase() == text and text.lower() == text
