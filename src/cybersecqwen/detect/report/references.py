"""What marks a link to read on: footnotes, the front of a page, the publisher's own host, real links.

Reports take the teeth out of what is dangerous (hxxp, [.]) and leave links to read on alone; in a text that
does the first, an address left whole speaks for the second.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Set

from cybersecqwen.detect.text.matches import Match, words

from .cues import Evidence
from .interface import Found, Passage
from .warning_lists import host_of, own, registrable

FRONT = 600
"""Characters at the beginning of a text in which "url:" names its own address."""

_PROGRAMS = words(
    """
        7z apk app bat bin cab cmd cpl dll dmg elf exe gz hta iso jar jse ko lnk msi ps1 psm1 rar scr sh so
        sys tar vbe vbs vhd wsf xlsm zip
        """
)
_FOOTNOTE = re.compile(
    r"(?:\A|[\n\r])[ \t]{0,8}(?:\[[0-9]{1,3}\]|\([0-9]{1,3}\)|\^?[0-9]{1,3}\.?|[¹²³⁴-⁹]{1,3})[: \t]"
)
# "Download the scanner from https://…/scanner.exe": a program that is offered to the reader
_OFFERED = re.compile(
    r"\W{0,6}(?:(?:please|also|you can|you may|(?:users|customers|admins|administrators) (?:can|may|should)"
    r"|we (?:recommend|suggest|advise)(?: to| that you)?) )?"
    r"(?:download|get|obtain|install|use|run|try|visit|update|upgrade)\b",
    re.I,
)
_ITS_OWN = re.compile(
    r"^(?:url|source|link|canonical|original|permalink)\s{0,4}[:=]\s{0,4}<?https?://([^\s/:>]{3,253})",
    re.M | re.I,
)


def own_host(passage: Passage) -> str:
    """Host of the page or of its front matter, lower case; "" where the text names none."""
    host = passage.publisher.strip().lower().rstrip(".")
    if "." in host and " " not in host and len(host) <= 253:
        return host.removeprefix("https://").removeprefix("http://").partition("/")[0]
    match = _ITS_OWN.search(passage.text[:FRONT])
    return match[1].lower() if match else ""


def publishers(passage: Passage) -> frozenset[str]:
    """Names below which links are the publisher's: what it registered, or its host on a shared service."""
    host = own_host(passage)
    if not host:
        return frozenset()
    kind, known = own(host)
    if kind == "service":
        return frozenset({host}) if host != known else frozenset()
    return frozenset({registrable(host) or host})


def belongs(host: str, names: Set[str]) -> bool:
    """Whether a host is one of these names or stands below one."""
    return any(host == name or host.endswith("." + name) for name in names)


class Links:
    """What speaks for `Role.REFERENCE` by the look and the place of a link."""

    def __init__(self, passage: Passage, found: Found) -> None:
        self._text = passage.text
        self._publishers = publishers(passage)
        links = sorted((start, end) for start, end, _ in passage.links)
        self._starts = [start for start, _ in links]
        self._ends = [end for _, end in links]
        self._defanged = any(
            m.type in ("url", "domain", "ipv4") and is_defanged(self._text[m.start : m.end]) for m in found
        )

    def is_whole(self, start: int, end: int) -> bool:
        """Whether a link can be followed in a text where dangerous ones cannot."""
        return (
            self._defanged
            and self._text.startswith("https://", start)
            and not is_defanged(self._text[start:end])
        )

    def of(self, match: Match, start: int, end: int, *, hostile: bool = False) -> Iterator[Evidence]:
        """Evidence for one occurrence; `start` and `end` are those of the URL it stands in, or its own.

        hostile: What is said of it weighs more than that it can be followed: authors forget to defang.
        """
        kind, text = match.type, self._text
        if kind not in ("url", "domain", "email", "ipv4", "ipv6"):
            return
        raw = text[start:end]
        if is_defanged(raw):
            yield Evidence(role="listed", score=0.55, why="it is written so that nobody follows it")
            return
        host = host_of(match.value) if kind == "url" else match.value.rpartition("@")[2]
        if self._publishers and belongs(host, self._publishers):
            yield _told(3.4, f"the publisher's own host: {host}")
        if "://" not in raw:
            return
        line = max(text.rfind("\n", max(0, start - 400), start), 0)
        if _FOOTNOTE.match(text, line) and not _scheme_only(text[line:start]):
            yield _told(3.6, "a footnote")
        at = bisect_right(self._starts, start) - 1
        if at >= 0 and self._ends[at] >= end:
            yield _told(1.6, "a link that can be followed")
        if hostile:
            return
        if raw.startswith("https://"):
            yield _told(0.6, "a link that can be followed")
        if self.is_whole(start, end):
            yield _told(1.3, "a link left whole where dangerous ones are not")


def is_program(raw: str) -> bool:
    """Whether a link ends in the name of a program, as none to read on does."""
    path = raw.partition("://")[2].partition("?")[0].partition("#")[0].lower()
    return "/" in path and path.rpartition(".")[2] in _PROGRAMS


def is_offered(text: str, start: int) -> bool:
    """Whether the sentence that begins at an offset offers its reader what it links to."""
    return _OFFERED.match(text, start, start + 80) is not None


def is_defanged(raw: str) -> bool:
    """Whether an indicator is written so that nobody follows it by accident."""
    low = raw[:300].lower()
    return low.startswith(("hxx", "h**", "fxp")) or "[" in low or "(.)" in low or "(dot)" in low or "{" in low


def _scheme_only(lead: str) -> bool:
    """A numbered item of a list of addresses is no footnote; one with a title before the link is."""
    return "[" not in lead and len(lead.strip(" \t\r\n.()0123456789:")) < 12


def _told(score: float, why: str) -> Evidence:
    return Evidence(role="reference", score=score, why=why)
