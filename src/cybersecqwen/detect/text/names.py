"""Domains and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from . import known
from .files import DETECTIONS, EXTENSIONS, PACKAGES, PRODUCTS
from .matches import AT, DOT, Match, is_defanged, over, refanged, words

_SENTENCE = re.compile(r"\.([A-Z][a-z]{0,20}|[^\x00-\x7f][\w-]{0,60})\Z")
"""The first word of the next sentence, where the blank before it is lost."""

_LABEL = r"[\w-]++"
# ".evil.com" of a list of suffixes and "*.evil.com" are names too; "this.x.com" and "a/b.com" are not
_BEFORE = r"(?:(?<![\w@.\\/%$-])|(?<=[\s\"'(,*]\.)|(?<=\A\.)|(?<=[\s\"'<(,]@)|(?<=\A@)|(?<=[\s\"'(=]//))"
# An at sign behind the name is for `find_domains` to see: a pattern that failed there would be tried again at
# each label, through all those behind it
_AFTER = r"(?:(?:\[:\]|:)([0-9]{1,5})(?![\w.@]|:[0-9]))?"
_DOMAIN = re.compile(rf"{_BEFORE}({_LABEL}(?:\.{_LABEL})++){_AFTER}")
_DOMAIN_DEFANGED = re.compile(rf"{_BEFORE}({_LABEL}(?:{DOT}{_LABEL})++){_AFTER}")
_EMAIL = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}+@{_LABEL}(?:\.{_LABEL})++(?![\w@])")
_EMAIL_DEFANGED = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}+{AT}{_LABEL}(?:{DOT}{_LABEL})++(?![\w@])")

# Endings that are both a top-level domain and a file type: a file unless something says otherwise
_AMBIGUOUS = words(
    """
        com cpl inc java md mov pl ps py rs sh so zip
        """
)
# A name with one of these is a domain where the words or the names beside it say so
_SAID = re.compile(
    r"(?:\b(?:domains?|hosts?|hostnames?|fqdns?|sub-?domains?|c2|c&c|nameservers?|resolv(?:es|ed|ing)(?: to)?"
    r"|websites?|sites?)"
    r"(?: names?| servers?)?(?:,? (?:is|was|are|were|called|named|at|of|such as|like|including))?"
    r"[ \t]?[:=(\"'`|]?[ \t]?[\"'`(]?)\Z"
)
_SAID_AFTER = re.compile(
    r"[\"'`)]?,?(?: (?:is|was|which is|which was))? (?:a|an|the"
    r"|another)(?: [a-z-]{2,20}){0,2} (?:domain|host|site"
    r"|website|server|c2)\b"
    r"|[\"'`)]? (?:domain|resolv(?:es|ed|ing))\b"
)
_BESIDE = r"[\"'`)\]>]?[ \t\r]{0,3}(?:[,;|\t\n][ \t\n*\u2022-]{0,4})[\"'`(\[<]?"
_BEFORE_IT = re.compile(rf"(?<![\w.@/\\-])([\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}){_BESIDE}\Z")
_AFTER_IT = re.compile(rf"{_BESIDE}([\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}})(?![\w@/\\-])")
# Endings that are a word of English or of code: "this.name", "click.in"
_WORDLIKE = words("name id is do in it to at me my so no be by as am us pro call support software call")
_CALLED = words("com net org info biz ru cn onion")
"""Endings that are no name of a function: "evil.com(192.0.2.1)"."""
_CODE_STEMS = words(
    """
        this self obj object document window item user file node data e event request response args result
        row element el key value config options params ctx context app etc i j x y
        """
)
# Roots beside that of IANA which malware uses: Tor (RFC 7686), I2P, Namecoin, Emercoin; and RFC 2606
_OTHER_ROOTS = words("onion i2p bit bazar coin emc example")


# From: Public Suffix List, ICANN section (https://publicsuffix.org/list/), 2026-10; a test compares it
FLAT = words(
    """
        com net org info biz xyz top club site online shop live ru de eu nl cc su tk icu vip space website
        tech store app dev cloud link work world today life news email
        """
)
"""Frequent top-level domains directly below which all names are registered: the list need not be asked."""


_MASK = re.compile(r"(?<![A-Za-z0-9])[XYZ]{3,}(?![A-Za-z0-9])")
"""What stands for letters that are not told: "XXX@mail.com"."""
_FIRST_NAME = re.compile(r"(?<![\w.+-])(?:[\w+-]{1,32}(?:\[\.\]|\(\.\))){1,3}\Z")
"""The part of a mail name before a disarmed dot: "john[.]doe[at]evil[.]com"."""


def find_emails(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """E-mail addresses; see `matches.Extractor` and `matches.over`."""
    if starts is None and "@" not in text and "at" not in low:
        return
    pattern = _EMAIL_DEFANGED if starts is not None or is_defanged(low) else _EMAIL
    for match in over(pattern, text, starts):
        raw = match.group()
        value = refanged(raw).lower()
        local, _, host = value.rpartition("@")
        if local.startswith(".") or (not raw.islower() and _MASK.search(raw)):
            continue
        kept, cut = _registrable(host, raw)
        if not kept:
            continue
        start = match.start()
        first = (
            _FIRST_NAME.search(text, max(0, start - 140), start) if text[start - 1 : start] in "])" else None
        )
        if first:
            local = f"{refanged(first.group()).lower()}{local}"
            start = first.start()
        yield Match(type="email", value=f"{local}@{kept}", start=start, end=match.end() - cut)


def find_domains(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Domain names in free text, file names left out; see `matches.Extractor` and `matches.over`."""
    if starts is None and "." not in text and "dot" not in low:
        return
    pattern = _DOMAIN_DEFANGED if starts is not None or is_defanged(low) else _DOMAIN
    for match in over(pattern, text, starts):
        if text.startswith("@", match.end()):
            continue  # the front of a mail address
        raw = match[1]
        ending = raw[raw.rfind(".") + 1 :]
        may_end = _may_end if len(ending) <= known.LONGEST_KEPT else _may_end.__wrapped__
        if ending.isalnum() and not may_end(ending) and (ending.isascii() or not _EAST.search(raw)):
            continue  # the most frequent case: a file, a number, code
        glued = [] if raw.isascii() or not _EAST.search(raw) else list(_ASCII_NAME.finditer(raw))
        if glued and not (raw.islower() and len(glued) == 1 and len(glued[0].group()) == len(raw)):
            pieces = [*_pieces(glued, match.start(1))]
            if pieces:
                yield from pieces
                continue
        said = False
        if ending.lower() in _AMBIGUOUS and ending.lower() != "com" and raw.count(".") == 1:
            said = _is_said(text, match.start(1), match.end(1))
        read = _read if len(raw) <= known.LONGEST_KEPT else _read.__wrapped__
        kept, value, note = read(raw, match[2] is not None or said)
        if not kept:
            continue
        if not raw.islower() and _MASK.search(raw):
            continue
        end = match.end(1)
        if text[end : end + 1] == "(" and kept == value and value.rpartition(".")[2] not in _CALLED:
            continue  # a call: name.method(
        start = match.start(1)
        yield Match(
            type="domain",
            value=value,
            start=start,
            end=start + len(kept),
            note=note,
            port=int(match[2]) if match[2] and kept == raw and int(match[2]) < 65_536 else 0,
        )


# Scripts without blanks between words (Chinese, Japanese, Thai …): a name of ASCII ends where they begin
_EAST = re.compile(
    r"[A-Za-z0-9][\u0e00-\u0eff\u2e80-\ud7ff\uf900-\ufaff]|[\u0e00-\u0eff\u2e80-\ud7ff\uf900-\ufaff][A-Za-z0-9]"
)
_ASCII_NAME = re.compile(rf"[A-Za-z0-9_-]++(?:{DOT}[A-Za-z0-9_-]++)++")


def _pieces(names: list[re.Match[str]], start: int) -> Iterator[Match]:
    """The domains of ASCII in a run of a script without blanks."""
    for name in names:
        read = _read if name.end() - name.start() <= known.LONGEST_KEPT else _read.__wrapped__
        kept, value, note = read(name.group(), False)
        if kept:
            first = start + name.start()
            yield Match(type="domain", value=value, start=first, end=first + len(kept), note=note)


def _is_said(text: str, start: int, end: int) -> bool:
    """Whether a name that could be a file's is called a domain, or stands between domains in a list."""
    before, after = text[max(0, start - 140) : start].lower(), text[end : end + 140].lower()
    if _SAID.search(before[-48:]) or _SAID_AFTER.match(after):
        return True
    beside = [one[1] for one in (_BEFORE_IT.search(before), _AFTER_IT.match(after)) if one]
    return bool(beside) and all(is_domain(one) and not is_file(one) for one in beside)


@lru_cache(maxsize=8_192)
def _may_end(ending: str) -> bool:
    """Whether a name with this last part can be a domain, or one with the next sentence behind it."""
    if _SENTENCE.fullmatch("." + ending):
        return True
    low = ending.lower()
    return low in _OTHER_ROOTS or not low.isascii() or _suffixes().publicsuffix(f"a.a.{low}") is not None


@lru_cache(maxsize=16_384)
def _read(raw: str, port: bool) -> tuple[str, str, str]:
    """The part of a dotted run that is a domain, its value and note; empty where there is none."""
    value = refanged(raw).lower()
    dots = value != raw.lower()
    # the list of public suffixes takes long to load, so it is asked last
    if not dots and (_is_file(value, port) or is_code(raw, value)):
        sentence = _SENTENCE.search(raw)  # "evil.com.The next"
        if sentence is None or not raw[: sentence.start()].islower():
            return "", "", ""
    name, cut = _registrable(value, raw)
    if cut and not dots and (_is_file(name, False) or is_code(raw[: len(raw) - cut], name)):
        return "", "", ""
    return (raw[: len(raw) - cut], name, known.domain(name)) if name else ("", "", "")


def _registrable(value: str, raw: str) -> tuple[str, int]:
    """The domain in a dotted run, and how many characters of its end belong to the next sentence."""
    ending = raw[raw.rfind(".") + 1 :]
    last = _SENTENCE.search(raw) if ending[:1].isupper() or not ending.isascii() else None
    if is_domain(value) and not (last and raw[: last.start()].islower() and last[1].isascii()):
        return value, 0
    if last and is_domain(value[: -len(last.group())]):
        return value[: -len(last.group())], len(last.group())
    if ending.isascii():
        return "", 0
    foreign = re.search(r"[^\x00-\x7f]+\Z", raw)  # "evil.com" with the next word of Chinese behind it
    if foreign and is_domain(value[: -len(foreign.group())]):
        return value[: -len(foreign.group())], len(foreign.group())
    return "", 0


_WELL_FORMED = re.compile(r"(?:(?!-)[^.]{1,63}(?<!-)\.)*(?!-)[^._]{1,63}(?<!-)\.(?!-)[^._]{1,63}(?<!-)")
"""Labels of at most 63 characters, none with a hyphen at an end; no underscore in the last two (RFC 1035)."""


def is_domain(name: str) -> bool:
    """Whether a lower-case name ends in a public suffix and could be registered (RFC 1035 lengths)."""
    return 4 <= len(name) <= 253 and _is_domain(name)


@lru_cache(maxsize=8_192)
def _is_domain(name: str) -> bool:
    head, _, last = name.rpartition(".")
    # no label can be too long, empty or begin with a hyphen: the pattern need not be asked
    unusual = "-" in name or "_" in name or ".." in name
    plain = len(name) <= 63 and head and last and head[0] != "." and not unusual
    if not (plain or _WELL_FORMED.fullmatch(name)):
        return False
    if last.isdigit():
        return False
    if last in _OTHER_ROOTS or last in FLAT:
        return True
    if "xn--" in name:  # the list is read as Unicode: reading it as punycode takes twice as long
        try:
            name = name.encode("ascii").decode("idna")
        except UnicodeError:
            return False
    return _suffixes().privatesuffix(name) is not None


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList  # 50 ms, only where a name is met

    # names below which others may register (ddns.net) are names of somebody, too
    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False, only_icann=True)


def is_file(name: str) -> bool:
    """Whether a lower-case name that is a domain by its ending is a file's by the same: "report.zip"."""
    return _is_file(name, False)


def _is_file(value: str, port: bool) -> bool:
    """setup.exe, foo.py, report.zip: a single name with the ending of a file."""
    stem, _, ending = value.rpartition(".")
    if port or ending == "app" or ("." + ending not in EXTENSIONS and ending not in _AMBIGUOUS):
        return False
    if ending == "com":  # command.com is a file; everything else ending in it is a domain
        return stem in known.COM_FILES
    return stem.count(".") < 2


def is_code(raw: str, value: str) -> bool:
    """System.Net, Net.WebClient, this.name, ASP.NET, com.android.app: told by capitals and words."""
    labels = value.split(".")
    first, last = labels[0], labels[-1]
    if value in PRODUCTS or (first in DETECTIONS and raw != value):
        return True
    if len(labels) > 2 and first in PACKAGES and last not in ("com", "net", "org", "ru", "cn", "info"):
        return True
    if last in ("app", "android") and len(labels) > 2 and (len(first) == 2 or first in PACKAGES):
        return True  # "eu.example.app" of Android
    if (
        len(labels) == 2
        and last in _WORDLIKE
        and (first in _CODE_STEMS or (last in ("name", "id", "is", "do", "in") and len(first) < 4))
    ):
        return True
    if (
        last not in ("com", "net", "org", "cn", "ru")
        and first.isdigit()
        and all(label.isdigit() for label in labels[:-1])
    ):
        return True  # "1.to", "3.5.in"
    if raw == value or raw == raw.upper():
        return False
    if last == "app":
        return True  # "Calculator.app" of macOS: domains are in lower case
    ends = raw.rpartition(".")[2]
    if ends[:1].isupper() and ends != ends.upper():
        return True
    # System.IO, Socket.IO
    return ends == ends.upper() and (
        first in ("system", "microsoft", "windows") or (last in ("io", "ai") and raw[:1].isupper())
    )
