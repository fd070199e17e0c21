"""What must not be learned, out of a text: secrets, people, accounts, hosts and addresses of an organisation.

Each value gets a placeholder that stays the same as long as one `Masker` lives, so that who did what to whom
can still be read. What was found once beside its label is replaced wherever it stands alone. Masking goes on
until nothing is found any more, hence a masked text stays as it is when it is masked again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cybersecqwen.detect.code.secrets.finding import secrets_in

from .labelled import Labelled, labelled_in, profile_names
from .spotted import mails_in, numbers_in, private_addresses_in

if TYPE_CHECKING:
    from .records import Record

KINDS = (
    *("private-key", "secret", "e-mail", "iban", "card", "national-id", "phone"),
    *("person", "user", "host", "domain", "address"),
)
"""What is looked for; of two that overlap the first is told."""
_FORMS = {
    "private-key": "<key{}>",
    "secret": "<secret{}>",
    "e-mail": "person{}@example.org",
    "iban": "<iban{}>",
    "card": "<card{}>",
    "national-id": "<id{}>",
    "phone": "<phone{}>",
    "person": "Person{}",
    "user": "user{}",
    "host": "host{}",
    "domain": "DOMAIN{}",
}
_OURS = re.compile(
    r"<(?:key|secret|iban|card|id|phone)[0-9]+>|person[0-9]+@example\.org|Person[0-9]+"
    r"|(?:user|host)[0-9]+|DOMAIN[0-9]+"
)
_PASSES = 8
_MOST_KNOWN = 500_000
"""Values that are remembered; those beyond are masked beside their labels alone."""
_WORDS = frozenset(("password", "passwort", "kennwort", "secret", "passwd", "passphrase", "welcome"))
_MOST_REPEATED, _LEAST_REPEATED = 200, 6
"""Secrets of one text that are looked for elsewhere in it, and the fewest characters of one."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A stretch that must go."""

    start: int
    end: int
    kind: str
    value: str
    """What the same placeholder stands for: spelt in one way."""


class Masker:
    """Masks the texts of one run, with one placeholder for one value in all of them."""

    def __init__(self, *, addresses: bool = True, own_domains: Iterable[str] = ()) -> None:
        """Nothing is known yet.

        Args:
            addresses: Whether private addresses become addresses that are kept for documentation.
            own_domains: The organisation's domains: hosts below them are masked wherever they stand.
        """
        self._addresses = addresses
        self._own = tuple(f".{one.strip('. ').lower()}" for one in own_domains if one.strip(". "))
        self._placeholders: dict[tuple[str, str], str] = {}
        self._numbers: Counter[str] = Counter()
        self._known: dict[str, tuple[str, str]] = {}
        self._longest = 1
        self.counts: Counter[str] = Counter()
        """How much of each kind was masked so far."""

    def learn(self, text: str) -> None:
        """Remember whose names stand beside labels, so that texts before this one are masked by them too."""
        for one in (*labelled_in(text), *profile_names(text)):
            self._remember(one)

    def mask(self, text: str) -> tuple[str, Mapping[str, int]]:
        """The text without what must not be learned, and how much of each kind that was."""
        counts: Counter[str] = Counter()
        for _ in range(_PASSES):
            found = self._found(text)
            if not found:
                break
            # A number that stands in the text already belongs to something else.
            standing = frozenset(_OURS.findall(text))
            made, at = [], 0
            for one in found:
                made += [text[at : one.start], self._placeholder(one, standing)]
                at = one.end
                counts[one.kind] += 1
            text = "".join([*made, text[at:]])
        self.counts.update(counts)
        return text, dict(counts)

    def record(self, record: Record) -> tuple[Record, Mapping[str, int]]:
        """The record with all its texts masked; a name beside its label in one part is masked in all."""
        texts = (record.instructions, record.question, record.answer, *(text for _, text in record.material))
        for text in texts:
            self.learn(text)
        counts: Counter[str] = Counter()

        def masked(text: str) -> str:
            made, of_text = self.mask(text)
            counts.update(of_text)
            return made

        made = replace(
            record,
            material=tuple((masked(label), masked(text)) for label, text in record.material),
            instructions=masked(record.instructions),
            question=masked(record.question),
            answer=masked(record.answer),
            licence=masked(record.licence),
        )
        return made, dict(counts)

    def _found(self, text: str) -> list[_Found]:
        """What must go, in the order of the text, none within another."""
        labelled = [*labelled_in(text), *profile_names(text)]
        for one in labelled:
            self._remember(one)
        by_label = [_Found(one.start, one.end, one.kind, one.value.casefold()) for one in labelled]
        secrets = [*_private_keys(text), *_secrets(text), *(one for one in by_label if one.kind == "secret")]
        every = [
            *secrets,
            *_repeated(text, secrets),
            *(_Found(*one) for one in (*mails_in(text), *numbers_in(text))),
        ]
        every += [one for one in by_label if one.kind != "secret"]
        every += self._hosts(text)
        every += self._known_in(text)
        if self._addresses:
            every += (_Found(*one) for one in private_addresses_in(text))
        return _apart(text, every)

    def _placeholder(self, one: _Found, standing: frozenset[str]) -> str:
        key = (one.kind, one.value)
        made = self._placeholders.get(key)
        while made is None:
            self._numbers[one.kind] += 1
            number = self._numbers[one.kind]
            shown = _address(one.value, number) if one.kind == "address" else _FORMS[one.kind].format(number)
            made = None if shown in standing else shown
            if made is not None and len(self._placeholders) < _MOST_KNOWN:
                self._placeholders[key] = made
        return made

    def _remember(self, one: Labelled) -> None:
        if not one.repeats or _OURS.fullmatch(one.value) or len(self._known) >= _MOST_KNOWN:
            return
        key = " ".join(one.value.split()).casefold()
        self._known.setdefault(key, (one.kind, one.value.casefold()))
        self._longest = max(self._longest, key.count(" ") + 1)
        if one.kind == "person":  # people are called by one of their names later on
            for part in one.value.replace(",", " ").split():
                if len(part.rstrip(".")) > 2 and part[0].isupper():
                    self._known.setdefault(part.casefold(), (one.kind, one.value.casefold()))

    def _known_in(self, text: str) -> Iterator[_Found]:
        """Names that were found beside a label, here or before, standing alone."""
        if not self._known:
            return
        words = list(_WORD.finditer(text))
        at = 0
        while at < len(words):
            step = 1
            for length in range(min(self._longest, 4, len(words) - at), 0, -1):
                start, end = words[at].start(), words[at + length - 1].end()
                if end - start > 200:
                    continue
                known = self._known.get(" ".join(text[start:end].split()).casefold())
                if known and (known[0] != "person" or text[start].isupper()):
                    yield _Found(start, end, *known)
                    step = length
                    break
            else:
                yield from self._parts(words[at])
            at += step

    def _parts(self, word: re.Match[str]) -> Iterator[_Found]:
        """Names that are a part of a word: that of a file, say."""
        for part in _PART.finditer(word[0]):
            known = self._known.get(part[0].casefold()) if len(part[0]) > 3 else None
            if known and part[0] != word[0] and (known[0] != "person" or part[0][0].isupper()):
                yield _Found(word.start() + part.start(), word.start() + part.end(), *known)

    def _hosts(self, text: str) -> Iterator[_Found]:
        """Hosts below the organisation's own domains."""
        if self._own:
            for word in _WORD.finditer(text):
                if word[0].lower().endswith(self._own):
                    yield _Found(word.start(), word.end(), "host", word[0].casefold())


def mask(text: str) -> tuple[str, Mapping[str, int]]:
    """A text without secrets and names, and how much of each of `KINDS` was masked; see `Masker.mask`."""
    return Masker().mask(text)


def mask_record(record: Record) -> tuple[Record, Mapping[str, int]]:
    """A record of which every text is masked, with counts; see `Masker.record`."""
    return Masker().record(record)


_WORD = re.compile(r"[^\W_](?:[\w$-]|\.(?=\w))*")
_PART = re.compile(r"[^\W_]+")


def _apart(text: str, found: Iterable[_Found]) -> list[_Found]:
    """Without those that overlap one before them, and without placeholders; in the order of the text."""
    taken = bytearray(len(text))
    kept = []
    for one in found:
        if one.start < one.end and not any(taken[one.start : one.end]):
            if not _OURS.fullmatch(text, one.start, one.end):
                kept.append(one)
            taken[one.start : one.end] = b"\x01" * (one.end - one.start)
    return sorted(kept, key=lambda one: one.start)


_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,30}KEY(?: BLOCK)?-----")
_KEY_LINES = re.compile(r"(?:[\s\"'+,]|\\[rn]|[A-Za-z0-9+/=]{16,})*+")
_LONGEST_KEY = 20_000


def _private_keys(text: str) -> Iterator[_Found]:
    """Private keys with their heads, also such as were cut off."""
    ends = [one.end() for one in _KEY_ENDS.finditer(text)] if "-----BEGIN " in text else []
    for head in _KEY_BEGINS.finditer(text):
        at = bisect_left(ends, head.end())
        if at < len(ends) and ends[at] - head.end() <= _LONGEST_KEY:
            end = ends[at]
        else:
            lines = _KEY_LINES.match(text, head.end())
            end = lines.end() if lines else head.end()
        yield _Found(head.start(), end, "private-key", text[head.start() : end].casefold())


_IN_URL = re.compile(r"://[^\s:/@?#\"'<>\\]{0,200}:(?!\d{1,5}/)([^\s@\"'<>\\][^\s@\"'\\]{0,199})@")
"""A slash or an angle may stand in a password; digits before a slash are a port."""
_BEARER = re.compile(r"(?i)\b(?:bearer|basic)[ \t]{1,4}([A-Za-z0-9+/=_.~-]{12,})")
_VALUE = r"(?:\"([^\"\n<]{1,200})\"|'([^'\n<]{1,200})'|[\"']?([^\s\"'<>]+))"
_REST = r"[^\n|;]{0,200}?[ \t]"
"""What stands between the name of a program and an option of it."""
_OPTION = re.compile(
    r"(?i)(?<!\w)--?(?:password|passwd|passwort|pass|pwd|pw|token|secret|api-?key)(?:[ \t]{1,4}|=)" + _VALUE
)
_IN_COMMANDS = (
    re.compile(r"(?i)(?<!\w)/(?:rp|pass|password|pwd)(?:[ \t]{1,4}|[:=])" + _VALUE),  # schtasks, cmdkey, wmic
    re.compile(r"(?i)\b(?:psexec|paexec)(?:64)?(?:\.exe)?\b" + _REST + r"-p[ \t]{1,4}" + _VALUE),
    re.compile(r"(?i)\bsshpass[ \t]{1,4}-p[ \t]{0,4}" + _VALUE),
    re.compile(
        r"(?i)\b(?:mysql|mariadb)(?:dump|admin|import)?(?:\.exe)?\b" + _REST + r"-p(?![ \t])" + _VALUE
    ),
    re.compile(
        r"(?i)\bcurl(?:\.exe)?\b" + _REST + r"(?:-u|--user|--proxy-user)[ \t=]{0,4}[\"']?[^\s:\"'<]{1,80}:"
        r"([^\s\"'<]+)"
    ),
    re.compile(r"(?<!\w)-U[ \t]{1,4}[\"']?[^\s%\"'<]{1,80}%([^\s\"'<]+)"),  # smbclient, winexe, rpcclient
    re.compile(
        r"(?i)\bconvertto-securestring[ \t]{1,4}(?:-string[ \t]{1,4})?"
        r"(?:\"([^\"$\n<]{1,200})\"|'([^'\n<]{1,200})')"
    ),
    # The password before or behind the account, behind the share.
    re.compile(
        r"(?i)\bnet1?(?:\.exe)?[ \t]{1,4}use[ \t]{1,4}(?:[a-z*]:?[ \t]{1,4})?"
        r"\\{2,4}[^\s\"'<]{1,200}[ \t]{1,4}(?!/)(?!\*)" + _VALUE
    ),
    re.compile(
        r"(?i)\bnet1?(?:\.exe)?[ \t]{1,4}use[ \t]{1,4}[^\n|;]{0,200}?(?:/u|/user):[^\s<]{1,200}[ \t]{1,4}"
        r"(?!/)(?!\*)" + _VALUE
    ),
)
"""Where common programs take passwords; options with a name that tells are `_OPTION`."""
_NET_USER = re.compile(
    r"(?im)\bnet1?(?:\.exe)?[ \t]{1,4}user[ \t]{1,4}[\"']?[^\s\"'/]+[\"']?[ \t]{1,4}([^\s\"'/*<][^\s\"'<]*)"
    r"(?=[\"']?(?:[ \t]{1,4}/|[ \t]{0,4}$))"
)


_KEYS = ("private-key", "putty-key")


def _secrets(text: str) -> Iterator[_Found]:
    """What the search for secrets in code finds, doubtful ones as well, and passwords in commands."""
    for one in secrets_in("", "text", text):
        name = "private-key" if one.kind is not None and one.kind.id in _KEYS else "secret"
        yield from _unmasked(text, one.start, one.end, name)
    for pattern in (_IN_URL, _BEARER, _OPTION, _NET_USER, *_IN_COMMANDS):
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            # "basic configuration" holds none
            if not (pattern is _BEARER and match[1].isalpha() and match[1][1:].islower()):
                yield _Found(*match.span(group), "secret", match[group].casefold())


def _unmasked(text: str, start: int, end: int, kind: str) -> Iterator[_Found]:
    if "<" not in text[start:end]:
        yield _Found(start, end, kind, text[start:end].casefold())


def _repeated(text: str, secrets: Iterable[_Found]) -> Iterator[_Found]:
    """The same secrets where nothing tells of them."""
    values = dict.fromkeys(
        text[one.start : one.end] for one in secrets if one.end - one.start >= _LEAST_REPEATED
    )
    for value in list(values)[:_MOST_REPEATED]:
        at = -1 if _OURS.search(value) or value.casefold() in _WORDS else text.find(value)
        while at >= 0:
            end = at + len(value)
            # A password that is a word is none inside of another word.
            if not value.isalpha() or not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                yield _Found(at, end, "secret", value.casefold())
            at = text.find(value, end)


_DOCUMENTED = ("192.0.2", "198.51.100", "203.0.113")
"""Networks for documentation (RFC 5737); beyond them those for measuring (RFC 2544)."""


def _address(value: str, number: int) -> str:
    """The address that stands for a private one, by the number that it got."""
    if ":" in value:
        return f"2001:db8::{number:x}"
    network, host = divmod(number - 1, 254)
    if network < len(_DOCUMENTED):
        return f"{_DOCUMENTED[network]}.{host + 1}"
    network -= len(_DOCUMENTED)
    return f"198.{18 + network // 256 % 2}.{network % 256}.{host + 1}"
