"""From what the user named to documents: files, folders, standard input, archives, attachments."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from cybersecqwen.errors import InputError
from cybersecqwen.inputs import UNPACKERS
from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.open import best_of, each_file, head_of, kind_of, too_nested
from cybersecqwen.records import Damage, Limits

from . import DOCUMENTS
from .interface import Document, DocumentReader

_OFFICE = (b"[Content_Types].xml", b"_rels/.rels", b"docProps/")
_ELSE = (
    (b"ElfFile\x00", "a Windows event log; `csq logs` reads it"),
    (b"mimetypeapplication/vnd.oasis", "an OpenDocument file; save it as DOCX or PDF"),
    (b"mimetypeapplication/epub", "an e-book (EPUB)"),
)


def open_documents(
    paths: Sequence[str | os.PathLike[str]], limits: Limits, *, stdin: BinaryIO | None = None
) -> Iterator[Document | Damage]:
    """Every document, and a damage for each file that is none; "-" is `stdin`.

    Patterns, folders, archives and their bounds are as in `inputs.open.open_inputs`; what a message carries
    is read behind it, as a member. What one file does never keeps the others from being read: a file that
    vanishes while it is read is a damage. Raises InputError before the first item where a path is missing
    or unreadable, or a pattern fits nothing.
    """
    yield from each_file(paths, limits, _expand, stdin=stdin, go_on=True)


def _expand(blob: Blob, limits: Limits, depth: int) -> Iterator[Document | Damage]:
    try:
        head = head_of(blob)
        if not head:
            yield blob.damage("It is empty.")
            return
        sure = best_of(DOCUMENTS, head, blob.name)
        if sure is not None:
            yield from _document(sure, blob, limits, depth)
            return
        if refused := _refused(head):
            yield blob.damage(f"It is {refused}.")
            return
    except InputError as error:
        yield blob.damage(error.message)
        return
    except OSError as error:
        yield blob.damage(f"It cannot be read: {error.strerror or error}.")
        return
    unpacker = best_of(UNPACKERS, head, blob.name)
    if unpacker is None:
        what = kind_of(head)
        yield blob.damage(
            f"It is {what}, not a document that can be read." if what else "Its format is unknown."
        )
        return
    if depth >= limits.depth:
        yield too_nested(blob, limits, depth)
        return
    try:
        for inner in unpacker.unpack(blob, limits, depth + 1):
            if isinstance(inner, Damage):
                yield inner
            else:
                yield from _expand(inner, limits, depth + 1)
    except (InputError, OSError) as error:
        yield blob.damage(error.message if isinstance(error, InputError) else f"It cannot be read: {error}.")


def _refused(head: bytes) -> str:
    """What a file is that must not be unpacked, or ""."""
    if head.startswith(b"PK\x03\x04"):
        name = head[30:300]
        if name.startswith(_OFFICE):
            return "an Office file of another kind than DOCX (a workbook or slides), which is not read"
        return next((what for magic, what in _ELSE if name.startswith(magic)), "")
    return next((what for magic, what in _ELSE if head.startswith(magic)), "")


def _document(reader: DocumentReader, blob: Blob, limits: Limits, depth: int) -> Iterator[Document | Damage]:
    yield reader.read(blob, limits)
    carried = reader.inside(blob, limits, depth + 1)
    if carried and depth >= limits.depth:
        reason = f"It carries {len(carried)} files inside {depth} others; the bound is {limits.depth}."
        yield blob.damage(reason, format=reader.name, records=len(carried))
        return
    for inner in carried:
        if isinstance(inner, Damage):
            yield inner
        else:
            yield from _expand(inner, limits, depth + 1)
