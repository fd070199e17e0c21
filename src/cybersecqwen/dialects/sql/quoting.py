"""Names, text and patterns as SQL writes them."""

from __future__ import annotations

from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.errors import UnsayableError

_ESCAPES = "\\!~^#"
"""Characters that may escape others in a pattern of LIKE: the first that the text does not hold."""


def name(text: str) -> str:
    """A name in double quotes: case and dots stay as they are."""
    return '"' + _whole(text).replace('"', '""') + '"'


def text(value: str) -> str:
    """A string."""
    return "'" + _whole(value).replace("'", "''") + "'"


def _whole(value: str) -> str:
    if "\x00" in value or not _is_unicode(value):
        raise UnsayableError(
            "SQL has no way to write text with the character NUL, or with half of a character.",
            what="characters beyond SQL",
        )
    return value


def _is_unicode(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)


def like(wanted: str) -> str:
    """What follows LIKE for text with wildcards: the pattern, and its escape where it needs one."""
    needs = "%" in wanted or "_" in wanted
    escape = next((c for c in _ESCAPES if c not in wanted), _ESCAPES[0]) if needs else ""
    out = "".join(
        "%" if c == ANY else "_" if c == ONE else escape + c if needs and c in ("%", "_", escape) else c
        for c in wanted
    )
    return text(out) + (f" ESCAPE {text(escape)}" if needs else "")


def glob(wanted: str) -> str:
    """The pattern of GLOB for text with wildcards, which is compared with regard to case."""
    return text(
        "".join("*" if c == ANY else "?" if c == ONE else f"[{c}]" if c in "*?[" else c for c in wanted)
    )


def number(value: str) -> str:
    """A number as SQL writes it."""
    found = float(value)
    whole = found.is_integer() and abs(found) < 1e15
    return str(int(found)) if whole else repr(found)
