"""Whether decoded bytes are a text, a known file or a coincidence.

A chance run of n bytes is all printable ASCII with probability (95/256)^n: under 1 in 100,000 for
12 bytes. That is why unannounced stretches must be at least that long and wholly readable, while
announced ones (`Found.sure`) may be short or partly unreadable.
"""

from __future__ import annotations

import re

_TEXT = bytes(range(32, 127)) + b"\t\n\r"
_STRINGS = re.compile(rb"[\x20-\x7e]{6,200}|(?:[\x20-\x7e]\x00){6,200}")
STRINGS_CHARS = 8_192
"""Characters of readable strings kept of a binary."""

# Magic numbers: the formats' own specifications; the last three are the usual first instructions of
# position-independent code (cld; call / cld; and rsp,-16 / call $+5; pop).
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "ELF file"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"%PDF-", "PDF file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE file"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"MSCF\x00\x00\x00\x00", "cabinet file"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "Windows shortcut"),
    (b"\xca\xfe\xba\xbe", "Java class or Mach-O file"),
    (b"\xcf\xfa\xed\xfe", "Mach-O file"),
    (b"\x00\x01\x00\x00\x00\xff\xff\xff\xff\x01\x00\x00\x00", ".NET serialised object"),
    (b"\xfc\xe8", "shellcode"),
    (b"\xfc\x48\x83\xe4\xf0", "shellcode"),
    (b"\xe8\x00\x00\x00\x00", "shellcode"),
)
_FIRST = frozenset({b"M", *(prefix[:1] for prefix, _ in _MAGIC)})
# Everything but the alphabets of base64 becomes a blank; "-" too, since GUIDs are everywhere and
# URL-safe base64 has one such character in 64.
_RUNS = bytes(n if n < 128 and (chr(n).isalnum() or chr(n) in "+/_") else 32 for n in range(256))


def has_run(text: str, length: int) -> bool:
    """Whether that many base64 characters stand in a row; a regular expression takes three times as long."""
    return any(len(run) >= length for run in text.encode("utf-8", "replace").translate(_RUNS).split())


def read(raw: bytes, *, sure: bool) -> tuple[str, str] | None:
    """The text that bytes hold.

    Returns:
        The text and the name of what it was read as ("utf-16", "PE file", or "" for plain UTF-8 and
        ASCII), or None where it is neither text nor a known file.
    """
    if not raw:
        return None
    name = magic(raw)
    if name and (sure or len(raw) >= 64):
        return strings(raw), name
    return _utf16(raw, sure) or _ascii(raw, sure) or _utf8(raw, sure)


def magic(raw: bytes) -> str:
    """What kind of binary the first bytes announce, or ""."""
    if raw[:1] not in _FIRST:
        return ""
    if raw[:2] == b"MZ":
        return "PE file" if len(raw) < 64 or _has_pe_header(raw) else ""
    for prefix, name in _MAGIC:
        if raw.startswith(prefix):
            return name
    return ""


def promising(prefix: bytes) -> bool:
    """Whether the first bytes of a longer stretch could become text or a known file: a cheap no."""
    from .compression import kind

    if not prefix.translate(None, _TEXT):
        return True
    if prefix[:2] == b"MZ" or kind(prefix) or magic(prefix):
        return True
    high = prefix[1::2]
    return (
        prefix[:2] in (b"\xff\xfe", b"\xfe\xff") or high.count(0) * 10 >= len(high) * 7 or _maybe_utf8(prefix)
    )


def strings(raw: bytes) -> str:
    """The readable strings of a binary, one a line, bounded by STRINGS_CHARS."""
    lines: list[str] = []
    size = 0
    for match in _STRINGS.finditer(raw):
        line = match.group().replace(b"\x00", b"").decode("ascii")
        size += len(line) + 1
        if size > STRINGS_CHARS:
            break
        lines.append(line)
    return "\n".join(lines)


def readable(text: str, *, share: float) -> bool:
    """Whether at least `share` of the characters can be shown and some are letters or digits."""
    if text.isascii():
        raw = text.encode("ascii")
        bad = len(raw.translate(None, _TEXT))
    else:
        bad = sum(not (c.isprintable() or c in "\t\r\n") for c in text)
    return bad <= (1 - share) * len(text) and any(c.isalnum() for c in text[:4_096])


def _has_pe_header(raw: bytes) -> bool:
    r"""`e_lfanew` at 0x3c points to "PE\0\0" (PE format specification), or past what was recorded."""
    at = int.from_bytes(raw[60:64], "little")
    return raw[at : at + 4] in (b"PE\x00\x00", b"") and at < 1 << 20


def _utf16(raw: bytes, sure: bool) -> tuple[str, str] | None:
    bom = raw[:2]
    if bom in (b"\xff\xfe", b"\xfe\xff"):
        text = raw[2:].decode("utf-16-le" if bom == b"\xff\xfe" else "utf-16-be", "ignore")
        return (text, "utf-16") if text and readable(text, share=0.9) else None
    high = raw[1::2]
    least = 0.5 if sure else 0.7  # share of zero high bytes: Latin text, with names in other alphabets
    if len(raw) < 4 or high.count(0) < least * len(high):
        return None
    text = raw.decode("utf-16-le", "ignore")
    if text.count("\x00") > len(text) * 0.02:
        return None
    return (text, "utf-16") if readable(text, share=0.9) else None


def _ascii(raw: bytes, sure: bool) -> tuple[str, str] | None:
    bad = len(raw.translate(None, _TEXT))
    if bad > (len(raw) * 0.05 if sure and len(raw) >= 40 else 0):
        return None
    text = raw.decode("latin-1") if bad else raw.decode("ascii")
    return (text, "") if readable(text, share=0.95) else None


def _utf8(raw: bytes, sure: bool) -> tuple[str, str] | None:
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 4 or error.start < 16:  # cut in the middle of a character
            return None
        text = raw[: error.start].decode("utf-8", "ignore")
    latin = sum(c < "\x80" for c in text)
    if latin < len(text) * (0.3 if sure else 0.7) or not readable(text, share=0.98):
        return None
    return text, ""


def _maybe_utf8(prefix: bytes) -> bool:
    """Valid so far, with at least half of it printable ASCII."""
    readable_part = len(prefix) - len(prefix.translate(None, _TEXT))
    if readable_part * 2 < len(prefix):
        return False
    try:
        prefix.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(prefix) - 3
    return True
