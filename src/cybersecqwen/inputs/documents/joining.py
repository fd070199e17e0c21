"""Putting together what the end of a line has cut: words, addresses, hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HASHES = frozenset((32, 40, 56, 64, 96, 128))
_HEX = re.compile(r"[0-9A-Fa-f]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESS = re.compile(r"://|h(?:xx|XX|\*\*|tt)ps?|\[\.\]|\[:|\(\.\)|\[dot\]|\[@\]|^www\.", re.I)
_DEFANG_END = re.compile(r"(?:\[\.\]|\[\.|\[|\(\.\)|\[dot\]|\[:\]|://|\[@\]|@)$", re.I)
_DEFANG_BEGIN = re.compile(r"(?:\[\.\]|\(\.\)|\[dot\]|\[:\]|\[@\]|\.\]|\])[A-Za-z0-9/]", re.I)
_GOES_ON = re.compile(r"[/?&=%#][\w%.=&/?#\[\]-]|[\w%-]{1,200}[/=&?%_\[.](?=\S)|[\w%-]*\d[\w%-]*")
_IDENTIFIER = re.compile(r"[\w-]{1,100}(?:[/\\_=@]|\[[.:@]\]|\(\.\)|\.(?=[a-z0-9]))")
_NAME = re.compile(r"\w[\\/@_]\w|\[\.\]|\w\.[a-z0-9]")
_BEGIN = re.compile(r"[\"'(<\[]?(?:[A-Za-z*]{1,8}\[?:\]?//|www\.|[A-Za-z]:\\|HK(?:CU|LM|CR|U|CC|EY_))")
_TAIL = re.compile(r"[/\-_=&?%~+#]$")
_WORD_CHARS = 200

# First halves of words that are written as one, though both halves are words: under-stand, over-view.
_HALVES = "under over inter super some any every there where with out up down how here fore through"
_FIRST_HALVES = frozenset(_HALVES.split())
_WORDS = """
    backdoor backdoors backup bypass database databases desktop download downloaded downloader
    downloads endpoint endpoints fingerprint firewall firewalls firmware framework frameworks
    hardware homepage keyboard keylogger keystroke keystrokes landscape malware network networks
    notebook password passwords payload payloads playbook plugin ransomware screenshot screenshots
    smartphone software spyware stakeholder stakeholders standalone timestamp timestamps toolset
    upload uploaded uploads username usernames watermark webmail webpage website websites workflow
    workstation workstations worldwide
"""
_ONE_WORD = frozenset(_WORDS.split())


class Vocabulary:
    """The words of a document that no line end has cut, to decide by."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.words: set[str] = set()
        for line in lines:
            found = _WORD.findall(line)
            self.words.update(word.lower() for word in found[:-1] if len(word) < 60)
            if len(self.words) > 500_000:
                break

    def join(self, before: str, after: str, *, alone: bool = False) -> str | None:
        r"""What stands between two lines of running text, the first of which is full: " ", "", or "\\n".

        None means that the hyphen at the end of the first goes, too. `alone` says that the last word of the
        first line is all that stands in it.
        """
        last = before.rsplit(None, 1)[-1] if before.strip() else ""
        first = after.split(None, 1)[0] if after.strip() else ""
        if not last or not first:
            return " "
        if last[-1] == "\xad":
            return None
        if (glue := self._indicator(last, first, after, alone)) is not None:
            return glue
        if last[-1] in "-\u2010" and len(last) > 1:
            return self._hyphen(last, first)
        return " "

    def _indicator(self, last: str, first: str, after: str, alone: bool) -> str | None:
        """Nothing where an indicator goes on, a line break where one ends, None where there is none."""
        bare_last, bare_first = last.strip("\"'(),;:"), first.strip("\"'(),;.")
        if _HEX.fullmatch(bare_last) and _HEX.fullmatch(bare_first) and bare_last[-1] == last[-1]:
            if len(bare_last) in _HASHES or len(bare_first) in _HASHES:
                return "\n"
            if len(bare_last) >= 4 and len(bare_last) + len(bare_first) in _HASHES:
                return ""
        if _DEFANG_END.search(last) and (first[0].isalnum() or first.startswith((".]", "."))):
            return ""
        if _DEFANG_BEGIN.match(first) and last[-1].isalnum():
            return ""
        if not _ADDRESS.search(last):
            return None
        if last[-1] in ",;\"')>":
            return " "
        if _BEGIN.match(first):
            return "\n"
        if _TAIL.search(last):
            return "" if _goes_on(first, after) or last[-1] not in "/-" else " "
        if first[0] in "/?&=%#" and len(first) > 1:
            return ""
        return "" if alone and last[-1] not in "." and _goes_on(first, after) else None

    def _hyphen(self, last: str, first: str) -> str | None:
        if _IDENTIFIER.match(first) or _NAME.search(last):
            return ""  # cdn-metering[.]net, C:\\new-folder
        if not first[0].isalpha() or first[0].isupper() or not last[-2].isalpha():
            return "" if first[0].isalnum() else " "  # T1059-…, CVE-2021-, Trojan-Downloader
        head = last[-_WORD_CHARS:-1]  # a search up to the end takes the square of what it goes through
        part = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", head)
        tail = re.match(r"[^\W\d_]+(?:-[^\W\d_]+)*", first)
        if part is None or tail is None:
            return ""
        left, right = part[0].lower(), tail[0].lower()
        if f"{left}-{right}" in self.words:
            return ""
        if left + right in self.words:
            return None
        if "-" in left:
            return ""  # command-and-control
        if left in _FIRST_HALVES or left + right in _ONE_WORD:
            return None
        if right in ("and", "or", "und", "bis", "to"):
            return " "  # pre- and post-compromise
        if len(left) >= 3 and len(right) >= 4 and left in self.words and right in self.words:
            return ""
        return None


def _goes_on(first: str, after: str) -> bool:
    """Whether a word looks like the middle of an address, or is all that stands in its line."""
    if _GOES_ON.match(first):
        return True
    return len(after.split(None, 1)) == 1 and not first.isalpha()
