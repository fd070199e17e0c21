"""URLs, each with the host in it as an indicator of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from . import addresses, known
from .matches import DOT, Match, over, refanged
from .names import is_domain, is_file

SCHEMES = (
    r"h\[(?:xx|tt)\]ps?|h(?:xx|tt)p\[s\]|h(?:tt|xx|\*\*|__|tx|xt|t\*|x\*)ps?|hxps?|meows?|s?f[tx]ps?|wss?"
    r"|ldaps?|rmi|tftp|ssh|smb|stratum[12]?\+(?:tcp|ssl|tls)|tcp|udp"
)
"""Schemes of URLs with the ways in which reports disarm them."""
SEPARATORS = (
    r"(?: ?\[ ?:// ?\] ?| :// |\[:/\]/|(?:\[:\]?|:\]|\(:\)|\{:\}|:)"
    r"(?:\[//\]|//|(?:\[/\]){2}|/\[/\]|\\{2}|__)|__)"
)
"""What stands between scheme and host."""

_LABEL = r"[\w-]++"
REST = (
    r"(?:[^hH\s\"'<>`{}|^\\\],;\u2018-\u201f\u00ab\u00bb\u2026\u3001\u3002\uff0c\uff1b\u3010\u3011"
    r"\u300a\u300b]|[hH](?!xxps?[:\[]))"
)
"""A character of a path or query; brackets, commas, semicolons and a URL glued on aside."""
_URL = re.compile(
    # "hxxp" is no part of a word: one begins there though the blank before it is lost
    rf"(?:(?<![A-Za-z0-9])|(?=hxxp))({SCHEMES}){SEPARATORS}"
    r"((?:[^\s\"'<>`{}|^\\/@\[\]()]{1,256}+@)?+)"
    rf"(\[[0-9A-Fa-f:.]{{2,45}}\]|(?: (?={_LABEL}(?:\.{_LABEL})*+ \.[a-z]))?+"
    rf"{_LABEL}(?:(?:{DOT}| [dD][oO][tT] | \.(?=[a-z])){_LABEL})*+\.?)"
    r"((?:(?::|\[:\])[0-9]{1,5}(?![0-9A-Za-z]))?+)"
    rf"((?:(?:\[/\]|[/?#])(?:{REST}{{1,4096}}+|\](?!\(|[,;])|[,;](?![\"'(\[<]?h(?:tt|xx)ps?\b)){{0,4096}}+)?)",
    re.IGNORECASE,
)
# Where a URL ends though the next character could stand in one: Markdown, lists, text that was HTML
_MASK = re.compile(r"(?<![A-Za-z0-9])[XYZ]{3,}(?![A-Za-z0-9])")
# What is left out or to be filled in behind a URL: it is not written out
_CUT_SHORT = re.compile(
    r"<(?!/|br|p>|li>|td>|div|span)[A-Za-z_ -]{2,40}>|\[?(?:\.{3}|\u2026)\]?|\[\.\.\]"
    r"|\$?\{[\w ]{1,30}\}|<snip>"
)
_CUT_BEGINS = "<[.\u2026${"
_CUT = re.compile(
    r"\)\[|\[[0-9]{1,3}\]\Z|(?<=[A-Za-z0-9])https?://|[)\]][,;][(\[]|&(?:quot|gt|lt|nbsp|#39|#34);",
    re.IGNORECASE,
)
# Where a comma or semicolon may be that of a list: before a date, a number, a hash or a host to its end
_SEPARATOR = re.compile(
    r"[,;](?:(?P<date>(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9])(?![0-9])"
    r"|(?P<number>[0-9]{1,9}(?=[,;]|\Z))"
    r"|(?P<hash>(?:[0-9A-Fa-f]{128}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?=[,;]|\Z))"
    r"|(?P<host>[\w-]{1,63}(?:\[?\.\]?[\w-]{1,63}){1,8})(?=[,;:/]|\.?\Z))"
)
_TEMPLATE = "[{(%$<"
_END = ".,;:!?)]}*\u2026"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LOCAL = (".local", ".lan", ".internal", ".corp", ".localdomain", ".home.arpa")


def find_urls(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """URLs, each followed by the host in it; see `matches.Extractor` and `matches.over`."""
    if starts is None and "//" not in text and "__" not in text and "]" not in text and "\\\\" not in text:
        return
    for match in over(_URL, text, starts):
        scheme, user, host, port, rest = match.groups()
        if "__" in text[match.end(1) : match.start(2)] and "x" not in scheme.lower():
            continue  # http__client: a name of a program
        if ")" in rest:
            rest = rest[: _balanced(rest)]
        if rest and ("," in rest or ";" in rest):
            rest = rest[: listed(rest, text[match.start() - 1 : match.start()] in (",", ";"))]
        rest = trimmed(rest, text[match.start() : match.start(5) + len(rest)]) if rest else ""
        end = match.start(5) + len(rest)
        if not rest and not port and host[-1] == ".":
            host, end = host[:-1], end - 1
        name = refanged(host).lower().replace(" ", "").strip("[]").rstrip(".")
        inner = _host(name, match.start(3), match.end(3) - (not rest and match[3][-1:] == "."), port)
        last = name.rpartition(".")[2]
        if inner is None and (last == name or not (last.isalpha() and last.islower())):
            continue
        if last == name and not rest and text[end : end + 1] in _TEMPLATE and end < len(text):
            continue  # http://0x[two bytes], http://%s
        masked = not host.islower() and _MASK.search(host)
        if masked or (rest and text[end : end + 1] in _CUT_BEGINS and _CUT_SHORT.match(text, end)):
            if inner is not None and not masked:
                yield inner
            continue
        user, port, rest = user and refanged(user), port and refanged(port), rest and refanged(rest)
        value = f"{_scheme(scheme)}://{user}{_bracketed(name)}{port}{rest}"
        yield Match(
            type="url",
            value=value,
            start=match.start(),
            end=end,
            note=inner.note if inner else "",
        )
        if inner is not None:
            yield inner


@lru_cache(maxsize=256)
def _scheme(written: str) -> str:
    """The scheme behind hxxp, h**p, meow, fxp."""
    low = written.lower()
    if low[0] == "h" or low.startswith("meow"):
        return "https" if low.rstrip("]")[-1] == "s" else "http"
    return low.replace("fx", "ft")


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _host(name: str, start: int, end: int, port: str) -> Match | None:
    """The host of a URL as an indicator of its own, or None where it is not one that can be searched for."""
    last = name.rpartition(".")[2]
    address = addresses.read(name) if ":" in name or last.isdigit() else None
    kind, value = address or ("domain", name)
    if not address and not is_domain(name):
        single = "." not in name and not name.isdigit()
        if not (single or name.endswith(_LOCAL) or last in ("test", "invalid")):
            return None
    note = addresses.note(value) if address else known.domain(value)
    number = int(port.strip("[:]")) if port else 0
    return Match(
        type=kind, value=value, start=start, end=end, note=note, port=number if number < 65_536 else 0
    )


def listed(rest: str, row: bool) -> int:
    """Where what follows a URL in a list or row without blanks begins; the end where nothing does.

    Args:
        rest: Path and query as far as characters of URLs go.
        row: Whether a comma or semicolon stands before the URL, too: a number behind one is a cell then.
    """
    for mark in _SEPARATOR.finditer(rest):
        if mark["host"]:
            host = refanged(mark["host"]).lower()
            if not addresses.read(host) and (not is_domain(host) or is_file(host)):
                continue
        elif mark["number"] and not row:
            continue
        return mark.start()
    return len(rest)


def _balanced(rest: str) -> int:
    """Where a closing bracket stands that was not opened; the end where none does."""
    opened = 0
    for at, sign in enumerate(rest):
        if sign == "(":
            opened += 1
        elif sign == ")":
            if not opened:
                return at
            opened -= 1
    return len(rest)


def trimmed(rest: str, whole: str) -> str:
    """A path without the punctuation of the sentence; a bracket stays where its partner is inside."""
    cut = _CUT.search(rest) if "&" in rest or ")" in rest or "]" in rest or "//" in rest else None
    if cut:
        whole = whole[: len(whole) - len(rest) + cut.start()]
        rest = rest[: cut.start()]
    end = len(rest)
    counts: dict[str, int] = {}
    while end and rest[end - 1] in _END:
        last = rest[end - 1]
        if last in _PAIRS:
            if last not in counts:
                # counted once, so that many brackets at the end take linear time
                counts[last] = whole.count(last) - whole.count(_PAIRS[last])
            if counts[last] <= 0:
                break
            counts[last] -= 1
        end -= 1
    return rest[:end]
