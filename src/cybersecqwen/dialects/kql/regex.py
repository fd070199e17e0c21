"""Regular expressions of queries: RE2, in linear time, remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cybersecqwen.detect.sigma.plain import too_large
from cybersecqwen.errors import UnsayableError

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST = 10_000


@lru_cache(maxsize=2_000)
def compiled(pattern: str) -> Any:
    """The expression. Raises UnsayableError for one that RE2 does not take."""
    import re2

    if len(pattern) > _LONGEST or too_large(pattern):
        raise UnsayableError(
            "A regular expression is too long to be run here.", what="a long regular expression"
        )
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(_plain(pattern), options)
    except re2.error:
        raise UnsayableError(
            f"RE2 does not take the regular expression {pattern[:80]!r}.", what="this regular expression"
        ) from None


def _plain(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def found_in(pattern: Any, text: str) -> Any:
    """The first match somewhere in a text; None where there is none."""
    try:
        return pattern.search(text)
    except UnicodeEncodeError:
        return pattern.search(_plain(text))


def all_in(pattern: Any, text: str) -> Iterator[Any]:
    """Every match, in order."""
    try:
        return iter(pattern.finditer(text))
    except UnicodeEncodeError:
        return iter(pattern.finditer(_plain(text)))


_GROUP = re.compile(r"\\(\d|\\)")


def replaced(pattern: Any, rewrite: str, text: str) -> str:
    r"""The text with every match replaced; `\\1` in what replaces it stands for a group."""
    out: list[str] = []
    text, at = _plain(text), 0
    for found in pattern.finditer(text):
        out.append(text[at : found.start()])
        out.append(_GROUP.sub(lambda one, found=found: _group(one[1], found), rewrite))  # type: ignore[misc]
        at = found.end()
    return "".join(out) + text[at:]


def _group(name: str, found: Any) -> str:
    if name == "\\":
        return "\\"
    try:
        return str(found.group(int(name)) or "")
    except (IndexError, ValueError):
        return ""
