"""The bytes of one document, bounded, with their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.lines import BLOCK
from cybersecqwen.records import Damage, Limits

BYTES_PER_CHAR = 2
"""Bytes of source that are read for each character of text that may be kept."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """What was read of a file."""

    data: bytes
    sha256: str
    """Of `data`, in hexadecimal."""
    damage: tuple[Damage, ...]
    """Says that the file goes on behind the bound."""


def bytes_of(blob: Blob, limits: Limits, *, format: str) -> Bytes:
    """The file up to the bound; raises InputError where it vanished or may not be read."""
    most = min(limits.document_chars * BYTES_PER_CHAR, limits.file_bytes)
    parts, size = [], 0
    try:
        with blob.open() as stream:
            while size <= most and (part := stream.read(BLOCK)):
                parts.append(part)
                size += len(part)
    except OSError as error:
        raise InputError(f"{blob.path} cannot be read: {error.strerror or error}.") from error
    data = b"".join(parts)
    damage: tuple[Damage, ...] = ()
    if size > most:
        data = data[:most]
        reason = f"It has more than {most:,} bytes; the rest was left."
        damage = (blob.damage(reason, offset=most, format=format),)
    return Bytes(data, hashlib.sha256(data).hexdigest(), damage)


def copied(blob: Blob, to: IO[bytes], limits: Limits) -> tuple[int, str]:
    """Copy the file for a reader that seeks in it: (bytes, sha256); the copy ends at the bound of a file.

    Raises InputError where it vanished or may not be read.
    """
    most, size, digest = min(limits.file_bytes, limits.unpacked_bytes), 0, hashlib.sha256()
    try:
        with blob.open() as stream:
            while size < most and (part := stream.read(BLOCK)):
                size += to.write(part)
                digest.update(part)
    except OSError as error:
        raise InputError(f"{blob.path} cannot be read: {error.strerror or error}.") from error
    to.seek(0)
    return size, digest.hexdigest()


def digest_of(blob: Blob) -> str:
    """SHA-256 of the whole file; raises InputError where it vanished or may not be read."""
    digest = hashlib.sha256()
    try:
        with blob.open() as stream:
            while part := stream.read(BLOCK):
                digest.update(part)
    except OSError as error:
        raise InputError(f"{blob.path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()
