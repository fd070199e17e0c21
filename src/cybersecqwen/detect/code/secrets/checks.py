"""Checks of what looks like a secret: check digits, what it is made of, what it says when it is decoded.

A check takes the text, a byte a character, and where the match and its secret stand; it says where the secret
ends and what it makes of it. Each looks at a bounded part of the text.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from .context import chosen_by_hand, is_placeholder
from .randomness import entropy

_LONGEST_KEY = 20_000
"""Characters of a private key."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a check makes of a match."""

    holds: bool = True
    """False: it is none, and nothing is said."""
    proven: bool = False
    """Its check digits fit: nobody writes that by chance."""
    doubt: str = ""
    """Why it is probably none, a sentence."""
    start: int = -1
    """Where the secret begins and ends, where the match does not say it."""
    end: int = -1
    sealed: bool = False
    """A password is needed to use it."""


Check = Callable[[bytes, int, int], Opinion]
NONE = Opinion(holds=False)
_SIXTY_TWO = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _base62_crc32(data: bytes, start: int, end: int) -> Opinion:
    """Six letters at the end are the CRC-32 of the thirty before them, in base 62 (GitHub, npm)."""
    body, digits = data[end - 36 : end - 6], data[end - 6 : end]
    rest, said = zlib.crc32(body), b""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        said = _SIXTY_TWO[digit : digit + 1] + said
    if said == digits:
        return Opinion(proven=True)
    return Opinion(doubt="Its check digits do not fit, so it was never given out.")


def _pypi(data: bytes, start: int, end: int) -> Opinion:
    """A macaroon of version 2 that names the index."""
    value = data[start + 5 : min(end, start + 45)]
    try:
        head = base64.urlsafe_b64decode(value[: len(value) // 4 * 4])
    except (ValueError, binascii.Error):
        return NONE
    if head.startswith((b"\x02\x01\x08pypi.org", b"\x02\x01\x0dtest.pypi.org")):
        return Opinion(proven=True)
    return Opinion(doubt="It names none of the indexes that give out such tokens.")


def _aws_secret(data: bytes, start: int, end: int) -> Opinion:
    value = data[start:end].decode("latin-1")
    if re.fullmatch("[0-9a-f]+|[0-9A-F]+", value) or entropy(value) < 4.0 or value.count("/") > 6:
        return NONE
    return Opinion()


def _pem(data: bytes, start: int, end: int) -> Opinion:
    """Behind the head there must be a key: programs that read keys name the head alone."""
    stop = data.find(b"-----END", end, end + _LONGEST_KEY)
    body = data[end : stop if stop >= 0 else end + 4_000]
    if stop < 0:  # cut off, or a head that is named alone: as far as lines of a key go
        cut = re.match(rb"(?:[\s\"'+,]|\\[rn]|[A-Za-z0-9+/=]{16,})*+", body)
        body = body[: cut.end()] if cut else b""
    bare = re.sub(rb"\\[rnt]|[^A-Za-z0-9+/=]", b"", body)
    if len(bare) < 64 or entropy(bare[-2_000:].decode("latin-1")) < 4.0:
        return NONE
    named = data[start:end]
    sealed = b"ENCRYPTED" in named or b"ENCRYPTED" in body[:200]
    # The new form of OpenSSH says in its beginning how it is encrypted.
    if b"OPENSSH" in named:
        sealed = not bare.startswith(b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU")
    return Opinion(start=start, end=end + len(body), sealed=sealed)


def _service_account(data: bytes, start: int, end: int) -> Opinion:
    around = data[max(0, start - 3_000) : end + 6_000]
    if b"service_account" not in around:
        return NONE
    return _pem(data, start, end)


def _putty(data: bytes, start: int, end: int) -> Opinion:
    body = data[end : end + _LONGEST_KEY]
    lines = re.search(rb"Private-Lines: ?[0-9]+\s+((?:[A-Za-z0-9+/=]+\s+)+)", body)
    if lines is None:
        return NONE
    return Opinion(
        start=end + lines.start(1), end=end + lines.end(1), sealed=b"Encryption: none" not in body[:200]
    )


def _jwt(data: bytes, start: int, end: int) -> Opinion:
    """A header that names an algorithm, and claims."""
    head, claims, _ = data[start:end].split(b".")
    try:
        one, other = _decoded(head), _decoded(claims[:20_000])
    except (ValueError, binascii.Error):
        return NONE
    if not isinstance(one, dict) or not isinstance(other, dict) or "alg" not in one:
        return NONE
    if other.get("name") == "John Doe" or str(other.get("iss", "")).endswith("example.com"):
        return Opinion(doubt="It is the example that everybody knows.")
    return Opinion()


def _decoded(part: bytes) -> object:
    return orjson.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))


def _discord(data: bytes, start: int, end: int) -> Opinion:
    """The first part is the bot's number, in base 64."""
    part = data[start:end].split(b".")[0]
    try:
        number = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (ValueError, binascii.Error):
        return NONE
    return Opinion() if re.fullmatch(rb"[0-9]{16,20}", number) else NONE


def _mixed(data: bytes, start: int, end: int) -> Opinion:
    """Letters and digits of many kinds, where the beginning of a format is short."""
    value = data[start:end].decode("latin-1")
    return Opinion() if entropy(value) > 3.2 and any(map(str.isdigit, value[4:])) else NONE


_LOCAL = re.compile(
    rb"(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|host|hostname|server|db|(?:[\w-]+\.)*example(?:\.\w+)?"
    rb"|[\w.-]*\.(?:example|invalid|test|localhost))(?![\w.-])"
)


def _url_password(data: bytes, start: int, end: int) -> Opinion:
    value = data[start:end].decode("latin-1")
    begin = data.rfind(b"//", max(0, start - 300), start) + 2
    user = data[begin : start - 1].decode("latin-1")
    if is_placeholder(value) or value == user or re.fullmatch(r"[A-Z_]+|\d{1,5}", value):
        return NONE
    if not chosen_by_hand(value):
        return Opinion(doubt="The password is a plain word.")
    if _LOCAL.match(data, end + 1):
        return Opinion(doubt="The host is an example, or this machine.")
    return Opinion()


def _chosen(data: bytes, start: int, end: int) -> Opinion:
    value = data[start:end].decode("latin-1")
    return Opinion() if chosen_by_hand(value) and not is_placeholder(value) else NONE


CHECKS: Mapping[str, Check] = {
    "base62-crc32": _base62_crc32,
    "pypi": _pypi,
    "aws-secret": _aws_secret,
    "pem": _pem,
    "service-account": _service_account,
    "putty": _putty,
    "jwt": _jwt,
    "discord": _discord,
    "mixed": _mixed,
    "url-password": _url_password,
    "chosen": _chosen,
}
"""By the names that `kinds.toml` has."""
