"""Documents of advisories out of files, folders and archives, for `knowledge.advisories.writer`.

It stands here and not beside the writer because archives are opened by `inputs`, which facts must not need.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from cybersecqwen.inputs import UNPACKERS
from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.open import best_of, each_file, head_of, too_nested
from cybersecqwen.records import Damage, Limits

LIMITS = Limits(members=1_000_000, file_bytes=4 << 30, unpacked_bytes=8 << 30, depth=2)
"""Bounds of an import. npm's database, the largest, is an archive of about 220,000 members and 200 MB."""

LARGEST = 256 << 20
"""Bytes of one document. The largest record known has 4 MB; a file may hold many."""

_ENDINGS = (".json", ".yaml", ".yml")


def documents(
    paths: Sequence[str | os.PathLike[str]],
    *,
    limits: Limits = LIMITS,
    damaged: Callable[[Damage], None] = lambda _: None,
) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every JSON and YAML file that the paths stand for; other files are passed over.

    Raises InputError where a path is missing. What cannot be read is told to `damaged`.
    """
    for found in each_file(paths, limits, _expand):
        if isinstance(found, Damage):
            damaged(found)
            continue
        with found.open() as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            damaged(found.damage(f"It has more than {LARGEST >> 20} MiB."))
        else:
            yield found.name, data


def _expand(blob: Blob, limits: Limits, depth: int) -> Iterator[Blob | Damage]:
    if blob.name.lower().endswith(_ENDINGS):
        yield blob  # without a look at its first bytes: archives hold hundreds of thousands
        return
    unpacker = best_of(UNPACKERS, head_of(blob), blob.name)
    if unpacker is None:
        return
    if depth >= limits.depth:
        yield too_nested(blob, limits, depth)
        return
    for inner in unpacker.unpack(blob, limits, depth + 1):
        if isinstance(inner, Damage):
            yield inner
        else:
            yield from _expand(inner, limits, depth + 1)
