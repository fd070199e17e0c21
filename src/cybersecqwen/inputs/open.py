"""From what the user named to blobs with their readers: files, folders, standard input, archives."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.records import Damage, Limits, Source
from cybersecqwen.registry import Registry

from . import READERS, UNPACKERS
from .globs import expand, is_pattern
from .interface import HEAD_BYTES, Blob, Reader, Unpacker
from .lines import BLOCK
from .spool import Again, Spool
from .walk import walk

Known = TypeVar("Known", bound="Recognises")
Item = TypeVar("Item")


class Recognises(Protocol):
    """Readers, unpackers and document readers."""

    def recognise(self, head: bytes, name: str) -> int:
        """How sure it is, 0 to 100."""


Expand = Callable[[Blob, Limits, int], Iterator[Item]]
"""What becomes of a file: itself, what it holds, or a damage; the number says how many files it is inside."""
Live = Callable[[str, bytes, Again], Item | None]
"""What becomes of a stream (its name, its first bytes) that can be read once, or None to keep it first."""

_ELSE: tuple[tuple[bytes, str], ...] = (
    (b"\x00\x05\x16\x07", "macOS file metadata (AppleDouble)"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"SQLite format 3", "a SQLite database"),
    (b"regf", "a Windows registry hive"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"PAR1", "a Parquet file"),
    (b"GGUF", "a language model"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an Office document or Outlook message of the old binary formats"),
    (b"{\\rtf", "an RTF document"),
)


def open_inputs(
    paths: Sequence[str | os.PathLike[str]], limits: Limits, *, stdin: BinaryIO | None = None
) -> Iterator[tuple[Blob, Reader] | Damage]:
    """Every file to read, with its reader, and a damage for each that has none; "-" is `stdin`.

    Patterns (`logs/**/*.log`) stand for the files that fit. Folders are walked in the order of names;
    links that lead out of a folder, and links to folders, are not followed. A member of an archive is
    readable until the next item is asked for. Raises InputError before the first item where a path is
    missing or unreadable, or a pattern fits nothing. What one file does never keeps the others from being
    read: one that vanishes, or fails when its turn comes, is a damage.
    """
    yield from each_file(paths, limits, _expand, stdin=stdin, live=_live, go_on=True)


def each_file(
    paths: Sequence[str | os.PathLike[str]],
    limits: Limits,
    expand: Expand[Item],
    *,
    stdin: BinaryIO | None = None,
    live: Live[Item] | None = None,
    go_on: bool = False,
) -> Iterator[Item | Damage]:
    """What `expand` makes of every file that the names stand for, as `open_inputs` says.

    With `go_on` a file that cannot be read when its turn comes is a damage, and the others are read.
    """
    names = named(paths)
    given = frozenset(os.fspath(path) for path in paths)
    for name in names:
        if name != "-" and (name in given or not go_on or os.path.lexists(name)):
            _check(name)  # what a pattern found and is gone by now was named by nobody
    for name in names:
        if name == "-":
            yield from _told("-", _once("-", stdin or _standard_input(), limits, expand, live), go_on)
        elif Path(name).is_dir():
            for path, damage in walk(name):
                if damage is not None:
                    yield damage
                else:
                    yield from _told(str(path), _file(str(path), limits, expand, live), go_on)
        else:
            yield from _told(name, _file(name, limits, expand, live), go_on)


def _told(name: str, items: Iterator[Item | Damage], go_on: bool) -> Iterator[Item | Damage]:
    try:
        yield from items
    except InputError as error:
        if not go_on:
            raise
        yield Damage(source=Source(path=name), reason=error.message)
    except OSError as error:
        if not go_on:
            raise
        yield Damage(source=Source(path=name), reason=f"It cannot be read: {error.strerror or error}.")


def named(paths: Sequence[str | os.PathLike[str]]) -> list[str]:
    """The paths, with patterns that no file bears as a name replaced by what fits them.

    Raises InputError for a pattern that nothing fits.
    """
    names: list[str] = []
    for path in paths:
        name = os.fspath(path)
        if not is_pattern(name):
            names.append(name)
            continue
        found = expand(name)
        if not found:
            raise InputError(f"No file fits the pattern {name}.", hint="** goes through all folders below.")
        names += found
    return names


def _check(name: str) -> None:
    if not name:
        raise InputError("An empty name is no file.", hint="Check the path; - reads standard input.")
    path = Path(name)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
            hint = "Check the path; - reads standard input."
            raise InputError(f"{name} does not exist.", hint=hint) from error
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISFIFO(mode)):
        raise InputError(f"{name} is a device or socket, not a file.")
    if not os.access(path, os.R_OK):
        raise InputError(f"{name} may not be read.", hint="Check its permissions.")


def _standard_input() -> BinaryIO:
    import sys

    return sys.stdin.buffer


def _once(
    name: str, stream: BinaryIO, limits: Limits, expand: Expand[Item], live: Live[Item] | None
) -> Iterator[Item | Damage]:
    """What can be read only once: as it comes where `live` takes it, else kept first."""
    what = "Standard input" if name == "-" else name
    try:
        head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror or error}.") from error
    again = Again(head, stream, limits.file_bytes, what)
    found = live(name, head, again) if live is not None else None
    if found is not None:
        yield found
    else:
        yield from _spooled(name, again.open(), limits, expand)


def _live(name: str, head: bytes, again: Again) -> tuple[Blob, Reader] | None:
    found = format_of(head, name)
    return (
        (Blob(path=name, opener=again.open), found) if isinstance(found, Reader) and found.by_line else None
    )


def _spooled(name: str, stream: BinaryIO, limits: Limits, expand: Expand[Item]) -> Iterator[Item | Damage]:
    what = "Standard input" if name == "-" else name
    try:
        spool = Spool(stream, limits.unpacked_bytes, what)
    except LimitError as error:
        yield Blob(path=name, opener=lambda: stream).damage(error.message)
        return
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror or error}.") from error
    try:
        yield from expand(Blob(path=name, size=spool.size, opener=spool.open), limits, 0)
    finally:
        spool.close()


def _file(
    name: str, limits: Limits, expand: Expand[Item], live: Live[Item] | None
) -> Iterator[Item | Damage]:
    path = Path(name)
    try:
        found = path.stat()
        if stat.S_ISFIFO(found.st_mode):
            with path.open("rb") as stream:
                yield from _once(name, stream, limits, expand, live)
            return
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error
    blob = Blob(path=name, size=found.st_size, opener=lambda: _open(path), file=path)
    if found.st_size > limits.file_bytes:
        yield blob.damage(f"It has {found.st_size:,} bytes; the bound is {limits.file_bytes:,}.")
        return
    yield from expand(blob, limits, 0)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb", buffering=BLOCK)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def best_of(registry: Registry[type[Known]], head: bytes, name: str) -> Known | None:
    """The surest of a family; the first of its list among equals; None where none is sure at all."""
    best: Known | None = None
    most = 0
    for _, kind in registry:
        one = kind()
        sure = one.recognise(head, name)
        if sure > most:
            best, most = one, sure
    return best


def format_of(head: bytes, name: str) -> Reader | Unpacker | None:
    """What would read a file that begins so; None where nothing would."""
    return best_of(UNPACKERS, head, name) or best_of(READERS, head, name)


def kind_of(head: bytes) -> str:
    """What a file is that no reader takes: "a PNG image"; "" where it is not known."""
    return next((what for magic, what in _ELSE if head.startswith(magic)), "")


def _unknown(head: bytes) -> str:
    what = kind_of(head)
    return f"It is {what}, which holds no events that can be read here." if what else "Its format is unknown."


def head_of(blob: Blob) -> bytes:
    """Its first bytes, as many as `recognise` gets to see; raises InputError where they cannot be read."""
    try:
        with blob.open() as stream:
            return stream.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{blob.name} cannot be read: {error.strerror or error}.") from error


def too_nested(blob: Blob, limits: Limits, depth: int) -> Damage:
    """The damage of an archive that lies inside too many others."""
    return blob.damage(f"It is an archive inside {depth} others; the bound is {limits.depth}.")


def _expand(blob: Blob, limits: Limits, depth: int) -> Iterator[tuple[Blob, Reader] | Damage]:
    try:
        head = head_of(blob)
    except InputError as error:
        yield blob.damage(error.message)
        return
    if not head:
        yield blob.damage("It is empty.")
        return
    unpacker = best_of(UNPACKERS, head, blob.name)
    if unpacker is None:
        reader = best_of(READERS, head, blob.name)
        if reader is not None:
            yield blob, reader
        else:
            yield blob.damage(_unknown(head))
        return
    if depth >= limits.depth:
        yield too_nested(blob, limits, depth)
        return
    for inner in unpacker.unpack(blob, limits, depth + 1):
        if isinstance(inner, Damage):
            yield inner
        else:
            yield from _expand(inner, limits, depth + 1)
