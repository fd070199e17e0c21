"""Transport encodings: percent (RFC 3986 §2.1, and %uNNNN of `escape()`) and HTML references."""

from __future__ import annotations

import re

from .interface import Cleaned, View

LEAST = 3
"""Fewest percent escapes that are undone; %DATE% and %CD% look like one."""

_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_WIDE = re.compile(r"%u([0-9a-fA-F]{4})")
_REFERENCE = re.compile(r"&#x?[0-9a-fA-F]{1,6};|&(?:quot|apos|amp|lt|gt);", re.IGNORECASE)


def clean_html(view: View) -> Cleaned | None:
    """Character references to characters; see `interface.Cleaner`."""
    if "&" not in view.text or (view.text.count("&#") < LEAST and view.low.count("&quot;") < 2):
        return None
    text = _REFERENCE.sub(_referenced, view.text)
    return Cleaned(text=text, how="html") if text != view.text else None


def clean_url(view: View) -> Cleaned | None:
    """Percent escapes to characters, where what results is text; see `interface.Cleaner`."""
    if view.text.count("%") < LEAST:
        return None
    text = view.text
    if sum(len(run) // 3 for run in _PERCENT.findall(text)) >= LEAST:
        text = _PERCENT.sub(_unquoted, text)
    if "%u" in view.low and len(_WIDE.findall(text)) >= LEAST:
        text = _WIDE.sub(_widened, text)
    return Cleaned(text=text, how="url") if text != view.text else None


def unquote(text: str) -> str:
    """All percent escapes of a literal undone, as JavaScript's `unescape` does."""
    return _WIDE.sub(_widened, _PERCENT.sub(_unquoted, text))


def _referenced(match: re.Match[str]) -> str:
    from html import unescape

    shown = unescape(match.group())
    return shown if shown.isprintable() or shown in "\t\r\n" else match.group()


def _unquoted(match: re.Match[str]) -> str:
    try:
        shown = bytes.fromhex(match.group().replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return match.group()
    return shown if all(c.isprintable() or c in "\t\r\n" for c in shown) else match.group()


def _widened(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    shown = 32 <= code < 0xD800 and chr(code).isprintable()
    return chr(code) if shown or code in (9, 10, 13) else match.group()
