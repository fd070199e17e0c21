"""Disguises of Unix shells: $IFS, empty quotes, backslashes, variables, `rev`, `tr` and braces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .interface import Cleaned, Found, View

_MARKS = (
    "bash",
    "sh -c",
    "/bin/",
    "$(",
    "${",
    "sudo ",
    "/tmp/",
    "/etc/",
    "eval ",
    "| sh",
    "|sh",
    "; sh",
    "curl ",
    "wget ",
)
_IFS = re.compile(r"\$\{IFS[^}]{0,16}\}|\$IFS(?:\$[0-9])?", re.IGNORECASE)
_EMPTY = re.compile(r"(?<=\w)(?:''|\"\"|\$@|\$\*|\$\{@\}|\$\{\*\})+(?=\w)")
_BACKSLASH = re.compile(r"(?<=\w)\\(?=[A-Za-z])")
_PATH = re.compile(r"[\w-]{4}\\[\w-]{4}")  # Windows and registry paths, not c\at
_SINGLE_LETTER = re.compile(r"(?<=\w)(['\"])(\w{1,3})\1(?=\w)|(?<![\w'\"])(['\"])(\w)\3(?=\w)")
_ANSI = re.compile(r"\$'([^'\\]*+)'")
_BRACES = re.compile(r"(?<![\w$}])\{([\w./:-]{1,200}(?:,[\w./:-]{1,200}){1,20}+)\}")
_SET = re.compile(
    r"(?:^|[;&|({\s'\"])([A-Za-z_]\w{0,30})=(?:\"([^\"$`]*+)\"|'([^']*+)'|([^\s;&|\"'`$()]++))(?=[;&\s'\"]|$)"
)
_USE = re.compile(r"\$(?:\{([A-Za-z_]\w{0,30})\}|([A-Za-z_]\w{0,30}))")
_ECHO = (
    r"(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4})?"
    r"(?:\"([^\"|]{1,8192}+)\"|'([^'|]{1,8192}+)'|([^\s|\"']{1,8192}+))\s{0,4}\|\s{0,4}"
)
_REVERSED = re.compile(_ECHO + r"rev\b")
_ROT13 = re.compile(
    _ECHO + r"tr\s{1,4}['\"]?\[?(?:A-Za-z|a-zA-Z)\]?['\"]?\s{1,4}['\"]?\[?(?:N-ZA-Mn-za-m|n-za-mN-ZA-M)"
)
_HERE_REVERSED = re.compile(
    r"\brev\s{0,4}<<<\s{0,4}(?:\"([^\"]{1,8192}+)\"|'([^']{1,8192}+)'|([^\s\"']{1,8192}+))"
)


def clean(view: View) -> Cleaned | None:
    """Undo what a shell undoes before it runs a word; see `interface.Cleaner`."""
    if not any(mark in view.low for mark in _MARKS):
        return None
    if "powershell" in view.low or "$env:" in view.low:  # "$" means something else there
        return None
    text, names = view.text, list[str]()
    if "$'" in text:
        text = _note(text, _ANSI.sub(r"\1", text), "ansi-c quotes", names)
    if "$ifs" in view.low or "${ifs" in view.low:
        text = _note(text, _IFS.sub(" ", text), "$IFS", names)
    if ":\\" not in text:
        text = _note(text, _unquoted(text), "quotes inside words", names)
    if "{" in text and "," in text:
        text = _note(text, _BRACES.sub(lambda m: m[1].replace(",", " "), text), "braces", names)
    if "=" in text and "$" in text:
        text = _note(text, _with_variables(text, view.room), "variables", names)
    return Cleaned(text=text, how=", ".join(names)) if names else None


def find(view: View) -> Iterator[Found]:
    """Reversed and rotated strings that a pipe turns round; see `interface.Decoder`."""
    if "rev" in view.low and "|" in view.text:
        for match in _REVERSED.finditer(view.text):
            yield _found(match, _literal(match)[::-1], "reverse")
    if "rev" in view.low and "<<<" in view.text:
        for match in _HERE_REVERSED.finditer(view.text):
            yield _found(match, _literal(match)[::-1], "reverse")
    if "n-za-m" in view.low:
        import codecs

        for match in _ROT13.finditer(view.text):
            yield _found(match, str(codecs.encode(_literal(match), "rot13")), "rot13")


def _found(match: re.Match[str], text: str, how: str) -> Found:
    return Found(data=text, how=how, start=match.start(), end=match.end(), sure=True)


def _literal(match: re.Match[str]) -> str:
    return str(next(filter(None, match.groups())))


def _note(before: str, after: str, name: str, names: list[str]) -> str:
    if before != after:
        names.append(name)
    return after


def _unquoted(text: str) -> str:
    if "''" in text or '""' in text or "$@" in text or "$*" in text or "${" in text:
        text = _EMPTY.sub("", text)
    if "\\" in text and "\\\\" not in text and not _PATH.search(text):
        text = _BACKSLASH.sub("", text)
    return _SINGLE_LETTER.sub(lambda m: m[2] or m[4], text)


def _with_variables(text: str, room: int) -> str:
    values = {m[1]: next((g for g in m.groups()[1:] if g is not None), "") for m in _SET.finditer(text)}
    left = room - len(text)

    def value(match: re.Match[str]) -> str:
        nonlocal left
        known = values.get(match[1] or match[2])
        if known is None or len(known) > left:
            return match.group()
        left -= len(known)
        return known

    return _USE.sub(value, text) if values else text
