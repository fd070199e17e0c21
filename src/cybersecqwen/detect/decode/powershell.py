"""PowerShell's tick escapes: i`e`x is iex."""

from __future__ import annotations

import re

from .interface import Cleaned, View

_INSIDE_WORD = re.compile(r"[A-Za-z]`[A-Za-z-]")
_TICK = re.compile(r'"|`(.)', re.DOTALL)
# From: about_Special_Characters. Inside double quotes these few stand for control characters.
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "0": "", "a": "", "b": "", "e": "", "f": "", "v": ""}


def clean_ticks(view: View) -> Cleaned | None:
    """Remove ticks that stand inside words; see `interface.Cleaner`."""
    if "`" not in view.text or not _INSIDE_WORD.search(view.text):
        return None
    inside = False

    def unticked(match: re.Match[str]) -> str:
        nonlocal inside
        char = match[1]
        if char is None:
            inside = not inside
            return '"'
        return _CONTROL.get(char, char) if inside else char

    text = _TICK.sub(unticked, view.text)
    return Cleaned(text=text, how="tick escapes") if text != view.text else None
