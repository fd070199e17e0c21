"""Compressed bytes, recognised by their first bytes and unpacked within a bound.

Signatures: gzip RFC 1952 §2.3.1, zlib RFC 1950 §2.2, bzip2 and xz by their file magic. Raw deflate
(RFC 1951) has none, so it is only tried where the text around it says so (DeflateStream, inflate).
"""

from __future__ import annotations

import zlib
from typing import Any

ROUNDS = 3
"""Compression inside compression that is followed."""


def unpack(raw: bytes, room: int, *, deflate: bool) -> tuple[bytes, tuple[str, ...]]:
    """Undo compression as long as it is recognised.

    Args:
        raw: The bytes as decoded from the text.
        room: Largest output in bytes; output is cut there, which is what stops bombs.
        deflate: Whether the surrounding text names raw deflate.

    Returns:
        The unpacked bytes and the formats undone; the input and () where nothing was recognised.
    """
    names: list[str] = []
    for _ in range(ROUNDS):
        name = kind(raw) or ("deflate" if deflate and not names else "")
        if not name:
            break
        opened = _open(name, raw, room)
        if not opened:
            break
        raw = opened
        names.append(name)
    return raw, tuple(names)


def kind(raw: bytes) -> str:
    """The compression format that the first bytes announce, or ""."""
    if raw[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if raw[:3] == b"BZh" and raw[4:10] == b"1AY&SY":
        return "bzip2"
    if raw[:6] == b"\xfd7zXZ\x00":
        return "xz"
    # RFC 1950: CM 8, and the first two bytes as a number divisible by 31
    if len(raw) > 8 and raw[0] == 0x78 and int.from_bytes(raw[:2], "big") % 31 == 0:
        return "zlib"
    return ""


def _open(name: str, raw: bytes, room: int) -> bytes:
    """At most `room` bytes of output; what can be read of truncated data; b"" for damaged data."""
    try:
        return bytes(_decompressor(name).decompress(raw, max(room, 1)))
    except (zlib.error, OSError, EOFError, ValueError, MemoryError) as error:
        return _salvage(name, raw, room) if isinstance(error, zlib.error) else b""
    except Exception as error:  # lzma.LZMAError is only importable with lzma itself
        if type(error).__name__ != "LZMAError":
            raise
        return b""


def _salvage(name: str, raw: bytes, room: int) -> bytes:
    """The part before the damage: command lines are cut at 8,191 or 4,096 characters."""
    stream = _decompressor(name)
    out = bytearray()
    for at in range(0, min(len(raw), 1 << 16), 64):
        try:
            out += stream.decompress(raw[at : at + 64], max(room - len(out), 1))
        except zlib.error:
            break
        if len(out) >= room:
            break
    return bytes(out[:room])


def _decompressor(name: str) -> Any:
    if name == "bzip2":
        import bz2

        return bz2.BZ2Decompressor()
    if name == "xz":
        import lzma

        return lzma.LZMADecompressor(memlimit=64 << 20)
    return zlib.decompressobj({"gzip": 31, "zlib": 15, "deflate": -15}[name])
