"""Gzip files, of one or several members (RFC 1952)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from cybersecqwen.records import Damage, Limits

from .inflate import Member
from .interface import Blob, Budget, Unpacker
from .lines import BLOCK

_WRAP = 31  # zlib's wbits for gzip, which also checks the checksums


class GzipUnpacker(Unpacker):
    """The one file inside, under the archive's name without its ending."""

    name = "gz"

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: magic and the one method that exists."""
        return 100 if head.startswith(b"\x1f\x8b\x08") else 0

    def unpack(self, blob: Blob, limits: Limits, depth: int) -> Iterator[Blob | Damage]:
        """See `Unpacker.unpack`."""
        budget = blob.budget or Budget(limits)
        problems: dict[str, None] = {}

        def open_member() -> BinaryIO:
            member = Member(
                blob.open(),
                wrap=_WRAP,
                packed=-1,
                crc=None,
                budget=budget,
                limits=limits,
                report=lambda reason: problems.setdefault(reason, None),
            )
            return io.BufferedReader(member, BLOCK)

        label = _label(blob.name)
        inner = f"{blob.member}!{label}" if blob.member else label
        yield Blob(path=blob.path, member=inner, opener=open_member, budget=budget)
        source = blob.source(format=self.name)
        for reason in problems:
            yield Damage(source=source, reason=reason)


def _label(name: str) -> str:
    lower = name.lower()
    if lower.endswith(".gz") and len(name) > 3:
        return name[:-3]
    return name[:-4] + ".tar" if lower.endswith(".tgz") else name
