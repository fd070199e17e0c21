"""Text from the input, made safe for people: nothing to click, nothing that moves or hides.

Two steps, always in this order. `safe_text` makes characters visible that a terminal, a browser or a
reader's eye would obey (control characters, escape sequences, bidirectional overrides, invisible
characters: CVE-2021-42574 "Trojan Source", Unicode TR 36). `Defanger` then breaks what mail and ticket
programs would turn into links. Machine formats use neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

from cybersecqwen.records import Evidence, Indicator, Report

# Shown although str.isprintable() is False: an ideographic space is ordinary in Chinese and Japanese text.
_ORDINARY = frozenset("\u3000")
# Invisible although str.isprintable() is True: Default_Ignorable_Code_Point of
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, and the empty Braille cell.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_MARKS_KEPT = 4  # more marks on one letter than any living orthography uses draw over other lines


class _Visible(dict[int, str]):
    """Translation table for str.translate that works characters out once, when first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        shown = char
        if (not char.isprintable() and char not in _ORDINARY) or _UNSEEN.match(char):
            shown = (
                f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
            )
        self[code] = shown
        return shown


# Arrows, because \n and \t are also the beginnings of ordinary folder names. The control pictures of
# Unicode (␛) would be shorter, but common fonts lack them.
_VISIBLE = _Visible({0x0A: "↵", 0x09: "⇥"})
_VISIBLE_LINES = _Visible({0x0A: "\n", 0x09: "    "})


def safe_text(text: str, *, lines: bool = False) -> str:
    r"""`text` with every character visible and in its place: ESC as \x1b, U+202E as \u202e.

    With `lines`, line breaks stay line breaks and tabs become four spaces; without, they are shown as
    arrows and the result is one line whatever stands in it.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    text = text.translate(_VISIBLE_LINES if lines else _VISIBLE)
    return text if text.isascii() else _without_piled_marks(text)


def _without_piled_marks(text: str) -> str:
    if not any(unicodedata.combining(char) for char in text):
        return text
    out: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        out.append(char if run <= _MARKS_KEPT else f"\\u{ord(char):04x}")
    return "".join(out)


# Three shapes in one pass. Possessive quantifiers and look-behinds keep it linear on any input:
# a run of letters is scanned once, not once from each of its characters.
_LINKABLE = re.compile(
    r"""
    (?P<scheme>[A-Za-z][A-Za-z0-9+-]{1,20}+) :// (?P<authority>[^\s/?#\\"'<>|`()]{0,255}+)
    | (?<![\w.+%-]) (?P<mail>[\w.+%-]{1,64}+ (?:@ [\w-]++ (?:[.][\w-]++)+)+)
    | (?<![\w-]) (?P<host>[\w-]++ (?:[.][\w-]++)+)
    | (?<![\w:.]) (?P<six>[0-9A-Fa-f]{0,4}+ : [0-9A-Fa-f:]{2,40}+ (?:[.0-9]{4,15})?+) (?! [\w:] | [.]\w | // )
    """,
    re.VERBOSE,
)
# On its own, because the host of one link may run into the next: "http://a(http://b".
_SCHEME = re.compile(r"(h)(tt)(ps?://)|(f)(t)(ps?://)", re.IGNORECASE)
_OPEN_DOT = re.compile("(?<!\\[)[.\u3002\uff0e\uff61](?!\\])")  # browsers take all four for a dot in a host
_OPEN_AT = re.compile(r"(?<!\[)@(?!\])")
_QUAD = re.compile(r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:[.](?:25[0-5]|2[0-4]\d|1?\d?\d)){3}", re.ASCII)
# "Version=4.0.0.0", "v1.2.3.4", "Chrome/120.0.0.0", a folder of that name; "\\1.2.3.4\share" is an address.
_BEFORE_VERSION = re.compile(r"(?:(?i:\bv|\bver|version)[\s=:.\"']{0,3}|[A-Za-z]/|(?<!\\)\\)\Z")
_HOST_TYPES = frozenset({"domain", "hostname", "host", "ipv4", "ipv6", "ip"})


class Defanger:
    """Breaks links in prose, knowing which names of a report are hosts.

    A bare name with dots is a host only where an indicator says so: `System.Net.WebClient`,
    `powershell.exe` and `notes.md` look the same and must stay as they are.
    """

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._hosts = frozenset(host.lower().rstrip(".") for host in hosts)

    @classmethod
    def of(cls, report: Report) -> Defanger:
        """One that knows the hosts among all indicators of `report`, and those a playbook acts against."""
        known = chain(_indicators(report), _of_playbook(report))
        return cls(host for one in known for host in _hosts_of(one))

    def __call__(self, text: str) -> str:
        """`text` with schemes, hosts, addresses and mail addresses that nobody can click."""
        if "://" in text:
            text = _SCHEME.sub(_soften, text)
        return _LINKABLE.sub(self._break, text) if "." in text or ":" in text else text

    def show(self, text: str, *, lines: bool = False) -> str:
        """`text` made visible and then defanged: what every format for people shows."""
        return self(safe_text(text, lines=lines))

    def indicator(self, indicator: Indicator) -> str:
        """The value of an indicator, broken by its type whatever it looks like."""
        value = self.show(indicator.value)
        kind = indicator.type.lower()
        if kind == "ipv6":
            return re.sub(r"(?<!\[):(?!\])", "[:]", value)
        if kind in _HOST_TYPES:
            return _bracket(value)
        if kind == "email":
            return _OPEN_AT.sub("[@]", _bracket(value))
        return value

    def _break(self, match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "authority":
            return f"{match['scheme']}://{_OPEN_AT.sub('[@]', _bracket(match['authority']))}"
        if kind == "mail":
            local, *domains = match["mail"].split("@")
            start = _bracket(local) if local.lower().startswith("www.") else local
            return "[@]".join([start, *(_bracket(domain) for domain in domains)])
        found = match[0]
        if kind == "six":
            return found.replace(":", "[:]") if found.lower() in self._hosts else found
        return _bracket(found) if self._is_host(found, match) else found

    def _is_host(self, name: str, match: re.Match[str]) -> bool:
        lower = name.lower()
        if lower.startswith("www.") or lower in self._hosts:
            return True
        if _QUAD.fullmatch(name):
            return not _BEFORE_VERSION.search(match.string, max(0, match.start() - 12), match.start())
        labels = lower.split(".")
        return any(".".join(labels[at:]) in self._hosts for at in range(1, min(len(labels) - 1, 8)))


def _bracket(host: str) -> str:
    return _OPEN_DOT.sub("[.]", host)


def _soften(match: re.Match[str]) -> str:
    """Turn http into hxxp and ftp into fxp, in the case it was written in."""
    if match[4]:
        return match[4] + ("X" if match[5].isupper() else "x") + match[6]
    return match[1] + ("XX" if match[2].isupper() else "xx") + match[3]


def _indicators(report: Report) -> Iterator[Indicator]:
    yield from report.indicators
    for incident in report.incidents:
        yield from incident.indicators


def _of_playbook(report: Report) -> Iterator[Indicator]:
    """What is outside: the user's own hosts keep their names."""
    evidence = Evidence(event="", field="", value="")
    for one in report.playbook.entities if report.playbook else ():
        if one.kind.value in ("ip", "domain", "url", "email"):
            yield Indicator(type=one.kind.value, value=one.value, raw=one.value, evidence=evidence)


def _hosts_of(indicator: Indicator) -> Iterator[str]:
    kind = indicator.type.lower()
    if kind in _HOST_TYPES:
        yield indicator.value
        yield indicator.raw
    elif kind == "email":
        yield indicator.value.rpartition("@")[2]
    elif kind == "url":
        _, mark, behind = indicator.value.partition("://")
        authority = re.split(r"[/?#\\]", behind if mark else indicator.value, maxsplit=1)[0]
        yield re.sub(r":\d{1,5}\Z", "", authority.rpartition("@")[2])
