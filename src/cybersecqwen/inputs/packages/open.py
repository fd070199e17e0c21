"""From a file to its packages: finds the reader and turns what it refuses into a reason."""

from __future__ import annotations

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits
from cybersecqwen.records.review import Skipped

from . import MANIFESTS
from .interface import HEAD_BYTES, Manifest, ManifestReader


def reader_of(path: str, head: bytes = b"") -> type[ManifestReader] | None:
    """The reader that claims the file, by its name and where that does not tell by its first bytes."""
    for _, reader in MANIFESTS:
        if reader().claims(path, head[:HEAD_BYTES]):
            return reader
    return None


def is_manifest(path: str) -> bool:
    """Whether the name alone says that the file is a manifest, a lock file or an SBOM."""
    return reader_of(path) is not None


def read_manifest(path: str, data: bytes, limits: Limits) -> Manifest | None:
    """What the file names; None where it is no manifest.

    Never raises for what stands in the file: where the whole of it cannot be read, the reason is the one
    entry of `skipped`.
    """
    reader = reader_of(path, data[:HEAD_BYTES])
    if reader is None:
        return None
    try:
        return reader().read(data, path, limits)
    except InputError as error:
        return Manifest(skipped=(Skipped(path=path, reason=error.message),))
