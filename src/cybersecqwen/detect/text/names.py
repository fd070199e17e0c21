"""Domains, URLs and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from . import addresses, known
from .files import EXTENSIONS
from .matches import AT, DOT, Match, is_defanged, refanged, words

_LABEL = r"[\w-]++"
_URL = re.compile(
    r"(?<![A-Za-z0-9])(?:h(?:tt|xx|XX|\*\*)ps?|f[tx]ps?|wss?|ldaps?|rmi|tftp|sftp|ssh|smb|tcp|udp)"
    r"(?:\[?:\]?(?:/|\[/\]|\\){2}|\[://\]|:?__)[^\s\"'<>`{}|^\\]{3,4096}",
    re.IGNORECASE,
)
_DOMAIN = re.compile(rf"(?<![\w@.\\/%$-])({_LABEL}(?:\.{_LABEL})++)(:[0-9]{{1,5}}(?![\w.]))?(?![\w@]|\()")
_DOMAIN_DEFANGED = re.compile(
    rf"(?<![\w@.\\/%$-])({_LABEL}(?:{DOT}{_LABEL})++)(:[0-9]{{1,5}}(?![\w.]))?(?![\w@]|\()"
)
_EMAIL = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}+@{_LABEL}(?:\.{_LABEL})++(?![\w@])")
_EMAIL_DEFANGED = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}?{AT}{_LABEL}(?:{DOT}{_LABEL})++(?![\w@])")
_END = ".,;:!?)]}*\u2026"
_NAME = re.compile(r"[\w.:-]{1,255}")
_HOST = re.compile(r"\A(?:[^/@\s]{0,256}@)?(\[[0-9A-Fa-f:.]+\]|[^/:?#\s]+)(?::[0-9]{1,5})?")

# Endings that are both a top-level domain and a file type: a file unless something says otherwise
_AMBIGUOUS = words(
    """
        app cc com cpl do id in inc is java mov ms name ps pl pm py rs sc sh so st sy tt zip
        """
)


def find_urls(text: str, low: str) -> Iterator[Match]:
    """URLs, each followed by the host in it; see `matches.Extractor`."""
    if "//" not in text and "hxxp" not in low and "://" not in text and "[/]" not in text:
        return
    for match in _URL.finditer(text):
        raw = _trimmed(match.group())
        value = _normal_url(refanged(raw))
        host = value.partition("://")[2]
        named = _HOST.match(host)
        if not named or not host:
            continue
        inner = _host(named[1], raw, match.start())
        if inner is None:
            continue
        yield Match(
            type="url", value=value, start=match.start(), end=match.start() + len(raw), note=inner.note
        )
        yield inner


def find_emails(text: str, low: str) -> Iterator[Match]:
    """E-mail addresses; see `matches.Extractor`."""
    if "@" not in text and "at]" not in low and "(at)" not in low:
        return
    for match in (_EMAIL_DEFANGED if is_defanged(low) else _EMAIL).finditer(text):
        value = refanged(match.group()).lower()
        if is_domain(value.rpartition("@")[2]) and not value.startswith("."):
            yield Match(type="email", value=value, start=match.start(), end=match.end())


def find_domains(text: str, low: str) -> Iterator[Match]:
    """Domain names in free text, file names left out; see `matches.Extractor`."""
    if "." not in text and "dot" not in low:
        return
    defanged = is_defanged(low)
    for match in (_DOMAIN_DEFANGED if defanged else _DOMAIN).finditer(text):
        raw = match[1]
        value = refanged(raw).lower() if defanged else raw.lower()
        dots = value != raw.lower()
        # the list of public suffixes takes long to load, so it is asked last
        if (dots or not _is_file(value, match[2])) and not _is_code(raw, dots) and is_domain(value):
            end = match.end(1)
            yield Match(type="domain", value=value, start=match.start(), end=end, note=known.domain(value))


@lru_cache(maxsize=8_192)
def is_domain(name: str) -> bool:
    """Whether a lower-case name ends in a public suffix and could be registered (RFC 1035 lengths)."""
    if not 4 <= len(name) <= 253 or name.endswith((".", "-")):
        return False
    labels = name.split(".")
    if len(labels) < 2 or any(
        not 0 < len(label) <= 63 or label[0] == "-" or label[-1] == "-" for label in labels
    ):
        return False
    if labels[-1].isdigit() or "_" in labels[-1] or "_" in labels[-2]:
        return False
    if "xn--" in name:  # the list is read as Unicode: reading it as punycode takes twice as long
        try:
            name = name.encode("ascii").decode("idna")
        except UnicodeError:
            return False
    return _suffixes().privatesuffix(name) is not None


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList  # 50 ms, only where a name is met

    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)


def _is_file(value: str, port: str | None) -> bool:
    """setup.exe, foo.py, report.zip: a single name with the ending of a file."""
    stem, _, ending = value.rpartition(".")
    if port or ("." + ending not in EXTENSIONS and ending not in _AMBIGUOUS):
        return False
    if ending == "com":  # command.com is a file; everything else ending in it is a domain
        return stem in known.COM_FILES
    return stem.count(".") < 2


def _is_code(raw: str, defanged: bool) -> bool:
    """System.Net, Net.WebClient, this.name: member access, told by its capitals and endings."""
    if defanged or raw == raw.lower() or raw == raw.upper():
        return (
            not defanged
            and raw.rpartition(".")[2] in ("name", "id", "is", "do", "in")
            and raw.count(".") == 1
        )
    labels = raw.split(".")
    return labels[-1][:1].isupper() and labels[-1] != labels[-1].upper()


def _host(host: str, raw: str, start: int) -> Match | None:
    """The host of a URL as an indicator of its own."""
    host = host.strip("[]").lower().rstrip(".")
    if not _NAME.fullmatch(host):
        return None
    address = addresses.read(host)
    kind, value = address or ("domain", host)
    if not address and not is_domain(host):
        local = (
            host == "localhost" or "." not in host or host.endswith((".local", ".lan", ".internal", ".corp"))
        )
        if not local:
            return None
    spelled = _spelled(host, raw)
    if spelled is None:
        return None
    begin, end = spelled
    note = addresses.note(value) if address else known.domain(value)
    return Match(type=kind, value=value, start=start + begin, end=start + end, note=note)


def _spelled(host: str, raw: str) -> tuple[int, int] | None:
    """Where the host stands in the URL as written, with whatever was done to its dots."""
    pattern = r"".join(
        DOT if c == "." else rf"\[?{re.escape(c)}\]?" if c == ":" else re.escape(c) for c in host[:253]
    )
    match = re.search(pattern, raw, re.IGNORECASE)
    return match.span() if match else None


def _trimmed(raw: str) -> str:
    """Without the punctuation of the sentence; a bracket stays where its partner is inside."""
    while raw and raw[-1] in _END:
        if raw[-1] in ")]}" and raw.count("([{"[")]}".index(raw[-1])]) >= raw.count(raw[-1]):
            break
        raw = raw[:-1]
    return raw


def _normal_url(url: str) -> str:
    """Scheme and host in lower case (RFC 3986 §6.2.2.1); the rest as it is."""
    scheme, mark, rest = url.partition("://")
    cut = re.search(r"[/?#]", rest)
    at = cut.start() if cut else len(rest)
    return scheme.lower() + mark + rest[:at].lower() + rest[at:]
