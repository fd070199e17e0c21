"""From a file to its packages: finds the reader and turns what it refuses into a reason."""

from __future__ import annotations

from functools import lru_cache

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits
from cybersecqwen.records.review import Skipped

from . import MANIFESTS
from .interface import HEAD_BYTES, Manifest, ManifestReader


@lru_cache(maxsize=1)
def _readers() -> tuple[ManifestReader, ...]:
    """One of each: they are asked about every file of a tree, and hold nothing of any."""
    return tuple(reader() for _, reader in MANIFESTS)


def reader_of(path: str, head: bytes = b"") -> ManifestReader | None:
    """The reader that claims the file, by its name and where that does not tell by its first bytes."""
    head = head[:HEAD_BYTES]
    return next((reader for reader in _readers() if reader.claims(path, head)), None)


def is_manifest(path: str) -> bool:
    """Whether the name alone says that the file is a manifest, a lock file or an SBOM."""
    return reader_of(path) is not None


def read_manifest(path: str, data: bytes, limits: Limits, *, format: str = "") -> Manifest | None:
    """What the file names; None where it is no manifest.

    `format` is the name of a reader, for a file that is a manifest whatever it is called, because another
    one includes it (`Manifest.includes`: "requirements"). Never raises for what stands in the file: where
    the whole of it cannot be read, the reason is the one entry of `skipped`.
    """
    reader = MANIFESTS.get(format)() if format else reader_of(path, data)
    if reader is None:
        return None
    try:
        return reader.read(data, path, limits)
    except InputError as error:
        return Manifest(skipped=(Skipped(path=path, reason=error.message),))
