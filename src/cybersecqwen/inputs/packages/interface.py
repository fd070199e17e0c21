"""What reading a manifest gives.

    bytes ─ManifestReader→ Manifest (packages, entries that were not understood, files that it includes)

A reader never raises for one entry: what cannot be understood is named in `skipped`, and the rest is
read. It raises only `InputError` (the file as a whole is not what its name says) and `LimitError` (it is
larger or deeper than the bounds allow). Nothing in a manifest is run, fetched or opened.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from cybersecqwen.records import Limits
from cybersecqwen.records.review import Package, Skipped

HEAD_BYTES = 4_096
"""How much of a file `claims` gets to see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What one file names."""

    packages: tuple[Package, ...] = ()
    """In the order of the file."""
    skipped: tuple[Skipped, ...] = ()
    """Entries that were not understood or are no packages of a registry, each with its line and reason;
    one that stands for several has their number in `count`."""
    includes: tuple[str, ...] = ()
    """Files of the same project that it includes (`-r more.txt`), as paths beside its own path. The caller
    reads those that are files of the tree it walks, and no others, in the same format as this one."""


class ManifestReader(ABC):
    """One format of manifest or lock file; a family a file in this folder, registered in `__init__`."""

    name: ClassVar[str]
    """Its name in the registry."""
    ecosystem: ClassVar[str]
    """As OSV names it; "" where each entry names its own (SBOMs)."""

    @abstractmethod
    def claims(self, path: str, head: bytes) -> bool:
        """Whether it reads this file, by its name, and for SBOMs by its first `HEAD_BYTES` too.

        `head` may be empty: then the name alone decides. It must be quick and must not raise.
        """

    @abstractmethod
    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """What the file names.

        Raises:
            InputError: The file as a whole cannot be read as this format.
            LimitError: It is larger or deeper than the bounds allow.
        """
