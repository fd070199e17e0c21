"""Files as loaders see them: unpacked, bounded, and parsed at most once."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from cybersecqwen.errors import KnowledgeError

MAX_BYTES = 512 << 20
"""Largest file, unpacked. ATT&CK Enterprise, the largest known one, has 45 MB."""

MAX_MEMBERS = 64
"""Members of one archive that are looked at."""

_DEPTH = 100  # nesting of a JSON file; OSCAL, the deepest known one, has 17
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


class Payload:
    """One file, or one member of an archive."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        """File name, with the member's name after a colon where it comes from an archive."""
        self.data = data.removeprefix(b"\xef\xbb\xbf")
        """Content, unpacked, without a byte order mark."""

    @cached_property
    def sha256(self) -> str:
        """Of the content, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def head(self) -> bytes:
        """The first 4 KiB without leading white space."""
        return self.data[:4096].lstrip()

    @cached_property
    def json(self) -> Any:
        """The content as JSON; None where it is something else or nested too deeply."""
        if self.head[:1] not in (b"{", b"[") or too_deep(self.data):
            return None
        import orjson

        try:
            return orjson.loads(self.data)
        except orjson.JSONDecodeError:
            return None

    def json_object(self) -> dict[str, Any]:
        """The content as a JSON object; {} where it is something else."""
        return self.json if isinstance(self.json, dict) else {}


def too_deep(data: bytes) -> bool:
    """Whether JSON text is nested deeper than any official file: brackets outside strings, in linear time."""
    import re

    depth = 0
    for match in re.finditer(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', data, re.S):
        sign = data[match.start()]
        if sign in b"[{":
            depth += 1
            if depth > _DEPTH:
                return True
        elif sign in b"]}":
            depth -= 1
    return False


def payloads(path: Path) -> Iterator[Payload]:
    """What a file holds: itself, what a .gz unpacks to, or the members of a .zip, by their first bytes.

    Raises:
        KnowledgeError: It cannot be read, is damaged, or unpacks to more than `MAX_BYTES`.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
            file.seek(0)
            if magic.startswith(_ZIP):
                yield from _members(path.name, file)
            elif magic.startswith(_GZIP):
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield Payload(path.name, _bounded(unpacked, path.name, MAX_BYTES))
            else:
                yield Payload(path.name, _bounded(file, path.name, MAX_BYTES))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        # RuntimeError: zipfile's answer to an encrypted member.
        raise KnowledgeError(f"The file {path.name!r} cannot be read ({error}).") from error


def _members(name: str, file: IO[bytes]) -> Iterator[Payload]:
    left = MAX_BYTES
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist()[:MAX_MEMBERS]:
            if member.is_dir():
                continue
            with archive.open(member) as unpacked:
                data = _bounded(unpacked, name, left)
            left -= len(data)
            yield Payload(f"{name}:{member.filename}", data)


def _bounded(file: IO[bytes] | gzip.GzipFile, name: str, limit: int) -> bytes:
    buffer = io.BytesIO()
    while block := file.read(1 << 20):
        buffer.write(block)
        if buffer.tell() > limit:
            raise KnowledgeError(f"The file {name!r} unpacks to more than {MAX_BYTES >> 20} MiB.")
    return buffer.getvalue()
