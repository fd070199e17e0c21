"""URLs without a scheme: a host and a path, "evil[.]com/gate.php"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from . import addresses, known
from .files import PACKAGES
from .matches import DOT, Match, refanged
from .names import is_code, is_domain, is_file
from .urls import REST, listed, trimmed

_LABEL = r"[A-Za-z0-9_-]{1,63}+"
_BARE = re.compile(
    rf"(?<![A-Za-z0-9_@.\\/%$:+)}}\]-])({_LABEL}(?:{DOT}{_LABEL}){{1,12}}+)((?:(?::|\[:\])[0-9]{{1,5}})?+)"
    rf"((?:\[/\]|/)(?:{REST}|\](?!\(|[,;])|[,;](?![\"'(\[<]?h(?:tt|xx)ps?\b)){{1,1024}}+)"
)
# What goes on behind the slash and is no path: a number, a version, another host
_NO_PATH = re.compile(r"[/\[\]]{1,3}(?:v?[0-9]+(?:\.[0-9]+)*|[\W_]*)(?![^\s)])")
_HOST = re.compile(r"[/\[\]]{1,3}([\w-]{1,63}(?:\[?\.\]?[\w-]{1,63}){1,8})(?:[/\[\]:]|\Z)")


def find_bare_urls(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Hosts with a path, each followed by the host as an indicator; see `matches.Extractor`."""
    del low
    for match in _matches(text, starts):
        host, port, rest = match.groups()
        if rest[-1] in "." and not rest.strip("./"):
            continue
        if "," in rest or ";" in rest:
            rest = rest[: listed(rest, False)]
        rest = trimmed(rest, text[match.start() : match.start(3) + len(rest)])
        if len(rest.strip("/[]")) < 1 or _NO_PATH.fullmatch(rest):
            continue
        name = refanged(host).lower()
        other = _HOST.match(rest)
        if other and _is_host(refanged(other[1]).lower(), other[1]):
            continue  # "a.com/b.com" are two
        if not _is_host(name, host):
            continue
        address = addresses.read(name)
        kind, value = address or ("domain", name)
        note = addresses.note(value) if address else known.domain(value)
        number = int(port.strip("[:]")) if port else 0
        end = match.start(3) + len(rest)
        url = f"{name}{refanged(port)}{refanged(rest)}"
        yield Match(type="url", value=url, start=match.start(), end=end, note=note)
        yield Match(
            type=kind,
            value=value,
            start=match.start(1),
            end=match.end(1),
            note=note,
            port=number if number < 65_536 else 0,
        )


def _matches(text: str, starts: Iterable[int] | None) -> Iterator[re.Match[str]]:
    """Matches from left to right; the next may begin behind the first comma in one: "a.com/x,b.com/y"."""
    reached = 0
    if starts is not None:
        for start in starts:
            match = _BARE.match(text, start) if start >= reached else None
            if match:
                reached = _reached(match)
                yield match
        return
    while match := _BARE.search(text, reached):
        reached = _reached(match)
        yield match


def _reached(match: re.Match[str]) -> int:
    marks = [at for at in (match[3].find(","), match[3].find(";")) if at >= 0]
    return match.start(3) + min(marks) if marks else match.end()


def _is_host(name: str, written: str) -> bool:
    """Whether a name is a host's, and no file, package or name of code."""
    if name[:1].isdigit() and addresses.read(name):
        return True
    if not name.isascii() or not is_domain(name):
        return False
    if name != written.lower():
        return True  # nobody disarms the name of a file
    return not is_file(name) and not is_code(written, name) and name.partition(".")[0] not in PACKAGES
