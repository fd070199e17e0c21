r"""The canonical form of a command, for matching: what it says once nobody is in disguise.

    C^:\Win"dow"s\..\PoWeR`shell.exe  –EncodedCommand   →   c:\windows\..\powershell.exe -encodedcommand
    %COMSPEC% /C start                                  →   c:\windows\system32\cmd.exe -c start

Options are always written with "-", also those of programs whose manual writes "/": `cmd -c`,
`schtasks -create`, `reg add … -v`. Evidence is quoted from the recorded text, never from this form.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .environment import expanded

LONGEST = 1 << 16
"""Characters that are brought into canonical form; the rest of a longer text is cut off."""

_DASHES = str.maketrans(
    {
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2015": "-",
        "\u2212": "-",
        "\u2215": "/",
        "\u2044": "/",
        "\u00a0": " ",
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201b": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
    }
)
# PowerShell's own tokeniser takes these dashes and quotes for the ASCII ones:
# https://github.com/PowerShell/PowerShell/blob/master/src/System.Management.Automation/engine/parser/CharTraits.cs

_CARET = re.compile(r"\^(.?)", re.DOTALL)
_JOINED = re.compile(r"(['\"])\s{0,8}\+\s{0,8}\1")
_IN_WORD = re.compile(r"(?<=\w)(?:\"\"|''|[\"'])(?=[\w])")
# The top folders of a Unix root (Filesystem Hierarchy Standard 3.0) are no options
_ROOTS = "bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|users|var"
_OPTION = re.compile(rf"(?<=\s)/(?!(?:{_ROOTS})(?![\w-]))(?=[a-z?][\w-]{{0,40}}(?:[\s:=\"',;]|\Z))")
_GLUED = re.compile(r"(?<=\w)[,;]?/(?=[a-z?][\w-]{0,40}(?:[\s:=\"',;]|\Z))")
_PROGRAM = re.compile(r"(?:\.exe|\bcmd|\bschtasks|\breg|\bnet)\Z")


@lru_cache(maxsize=8_192)
def plain(text: str) -> str:
    """The canonical form of a command line or script.

    Lower case; escapes (^ and `) and quotes inside words removed, 'a'+'b' joined; typographic dashes
    and quotes as ASCII; blanks collapsed; options with "-"; well-known variables (%COMSPEC%,
    %VAR:~0,3%, $env:TEMP) replaced by their usual values, the account being "user". Never raises.
    """
    text = text[:LONGEST]
    if not text.isascii():
        text = text.translate(_DASHES)
    if "^" in text:
        text = _CARET.sub(r"\1", text)
    if "`" in text:
        text = text.replace("`", "")
    if "%" in text or "!" in text or "$" in text:
        text = expanded(text)
    text = text.lower()
    if '"' in text or "'" in text:
        text = _without_quotes_in_words(text)
    if "/" in text:
        text = _dashed(text)
    return " ".join(text.split())


def _without_quotes_in_words(text: str) -> str:
    if "+" in text:
        text = _JOINED.sub("", text)
    return _IN_WORD.sub("", text)


def _dashed(text: str) -> str:
    text = _OPTION.sub("-", text)
    if "/" not in text:
        return text

    def option(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - 9) : match.start()]
        return " -" if _PROGRAM.search(before) else match.group()

    return _GLUED.sub(option, text)
