"""Conditions of if and while steps read: comparisons in the manner of STIX patterns, over variables.

CACAO 2.0 takes the comparison expressions of STIX 2.1 patterns
(https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html, section 9) with `__name__:value` on the
left. Read more widely than that: a variable or a bare word may stand on the right, `=` is `==`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<text>[bht]?'(?:[^'\\]++|\\.)*+'|"(?:[^"\\]++|\\.)*+")
    | (?P<compare>==|=|!=|<>|<=|>=|<|>)
    | (?P<open>[(\[]) | (?P<close>[)\]]) | (?P<comma>,)
    | (?P<word>[\w.:/\\*%+@{}-]++(?:\[\*\]|\[\d++\])?(?:(?<=\.)'[^'\n]*+')?(?:\.[\w.-]++)?)
    )""",
    re.VERBOSE | re.DOTALL,
)
_COMPARE = frozenset(("IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"))
_JOIN = frozenset(("AND", "OR", "FOLLOWEDBY"))
_QUALIFIERS = {"WITHIN": 2, "REPEATS": 2, "START": 1, "STOP": 1}  # words that follow
_RUN = re.compile(r"[A-Za-z0-9_-]++(:value\b)?")
_NAME = re.compile(r"__[A-Za-z_][A-Za-z0-9_-]{0,199}?__")
_LONGEST_RUN = 1_000


class _Unread(ValueError):
    """The condition cannot be read; the message says why."""


def unread(condition: str) -> str:
    """Why a condition cannot be read, one sentence; "" where it can."""
    try:
        _read(condition)
    except _Unread as error:
        return str(error)
    return ""


def variables(text: str) -> Iterator[tuple[str, bool]]:
    """Variables in a text, as (name, whether its value is asked for: `__name__:value`)."""
    if "__" not in text:
        return
    for found in _RUN.finditer(text):
        run = found[0].removesuffix(":value")
        if "__" not in run:
            continue
        asked = found[1] is not None
        whole = _NAME.match(run) if run.endswith("__") and len(run) <= 204 else None
        if whole is not None and asked:
            yield run, True  # the name may have two underscores inside
            continue
        names = [one[0] for one in _NAME.finditer(run[:_LONGEST_RUN])]
        for at, name in enumerate(names):
            yield name, asked and at == len(names) - 1 and run.endswith(name)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise _Unread(f"Character {at + 1:,} begins nothing that belongs in a condition.")
        kind = found.lastgroup or ""
        yield kind, found[kind], found.start(kind) + 1
        at = found.end()


def _read(text: str) -> None:
    wanted, open_at, negated, in_set, skip = "left", [], False, False, 0
    empty = True
    for kind, token, at in _tokens(text):
        empty = False
        upper = token.upper() if kind == "word" else ""
        if skip:
            skip -= 1
        elif wanted == "left":
            if kind == "open":
                open_at.append(token)
            elif upper == "EXISTS" or (upper == "NOT" and not negated):
                negated = upper == "NOT"
            elif kind == "word" and (":" in token or token.startswith("__")):
                wanted, negated = "compare", False
            else:
                raise _Unread(f"A variable must stand at character {at:,}, and there is {token[:40]!r}.")
        elif wanted == "compare":
            if kind == "compare" or upper in _COMPARE:
                wanted = "right"
            elif upper != "NOT":
                raise _Unread(f"A comparison must stand at character {at:,}, and there is {token[:40]!r}.")
        elif wanted == "right":
            if kind == "open" and token == "(" and not in_set:
                in_set = True
            elif kind in ("text", "word"):
                wanted = "more" if in_set else "join"
            else:
                raise _Unread(f"A value must stand at character {at:,}, and there is {token[:40]!r}.")
        elif wanted == "more":
            if kind == "comma":
                wanted = "right"
            elif token == ")":
                wanted, in_set = "join", False
            else:
                raise _Unread(f"A comma or ) must stand at character {at:,}, and there is {token[:40]!r}.")
        elif kind == "close":
            if not open_at or open_at.pop() + token not in ("()", "[]"):
                raise _Unread(f"The {token} at character {at:,} closes nothing.")
        elif upper in _QUALIFIERS:
            skip = _QUALIFIERS[upper]
        elif upper in _JOIN:
            wanted = "left"
        else:
            raise _Unread(f"AND or OR must stand at character {at:,}, and there is {token[:40]!r}.")
    if empty:
        raise _Unread("It is empty.")
    if wanted == "compare":
        raise _Unread("It names a variable and compares it with nothing.")
    if wanted != "join" or skip:
        raise _Unread("It ends in the middle.")
    if open_at:
        raise _Unread(f"The last {open_at[-1]} is never closed.")
