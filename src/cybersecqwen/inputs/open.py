"""From what the user named to blobs with their readers: files, folders, standard input, archives."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.records import Damage, Limits
from cybersecqwen.registry import Registry

from . import READERS, UNPACKERS
from .globs import expand, is_pattern
from .interface import HEAD_BYTES, Blob, Reader, Unpacker
from .lines import BLOCK
from .spool import Again, Spool
from .walk import walk

Known = TypeVar("Known", Reader, Unpacker)

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
)


def open_inputs(
    paths: Sequence[str | os.PathLike[str]], limits: Limits, *, stdin: BinaryIO | None = None
) -> Iterator[tuple[Blob, Reader] | Damage]:
    """Every file to read, with its reader, and a damage for each that has none; "-" is `stdin`.

    Patterns (`logs/**/*.log`) stand for the files that fit. Folders are walked in the order of names;
    links that lead out of a folder, and links to folders, are not followed. A member of an archive is
    readable until the next item is asked for. Raises InputError before the first item where a path is
    missing or unreadable, or a pattern fits nothing.
    """
    names = named(paths)
    for name in names:
        if name != "-":
            _check(name)
    for name in names:
        if name == "-":
            yield from _standard_input(stdin, limits)
        elif Path(name).is_dir():
            for path, damage in walk(name):
                yield from (damage,) if damage is not None else _file(str(path), limits)
        else:
            yield from _file(name, limits)


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


def _standard_input(stdin: BinaryIO | None, limits: Limits) -> Iterator[tuple[Blob, Reader] | Damage]:
    if stdin is None:
        import sys

        stdin = sys.stdin.buffer
    yield from _once("-", stdin, limits)


def _once(name: str, stream: BinaryIO, limits: Limits) -> Iterator[tuple[Blob, Reader] | Damage]:
    """What can be read only once: line by line as it comes where the format allows, else kept first."""
    what = "Standard input" if name == "-" else name
    try:
        head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror or error}.") from error
    again = Again(head, stream, limits.file_bytes, what)
    found = format_of(head, name)
    if isinstance(found, Reader) and found.by_line:
        yield Blob(path=name, opener=again.open), found
    else:
        yield from _spooled(name, again.open(), limits)


def _spooled(name: str, stream: BinaryIO, limits: Limits) -> Iterator[tuple[Blob, Reader] | Damage]:
    what = "Standard input" if name == "-" else name
    try:
        spool = Spool(stream, limits.unpacked_bytes, what)
    except LimitError as error:
        yield Blob(path=name, opener=lambda: stream).damage(error.message)
        return
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror or error}.") from error
    try:
        yield from _expand(Blob(path=name, size=spool.size, opener=spool.open), limits, 0)
    finally:
        spool.close()


def _file(name: str, limits: Limits) -> Iterator[tuple[Blob, Reader] | Damage]:
    path = Path(name)
    try:
        found = path.stat()
        if stat.S_ISFIFO(found.st_mode):
            with path.open("rb") as stream:
                yield from _once(name, stream, limits)
            return
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error
    blob = Blob(path=name, size=found.st_size, opener=lambda: _open(path), file=path)
    if found.st_size > limits.file_bytes:
        yield blob.damage(f"It has {found.st_size:,} bytes; the bound is {limits.file_bytes:,}.")
        return
    yield from _expand(blob, limits, 0)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb", buffering=BLOCK)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def _best(registry: Registry[type[Known]], head: bytes, name: str) -> Known | None:
    """The surest of a family; the first of its list among equals; None where none is sure at all."""
    best, most = None, 0
    for _, kind in registry:
        one = kind()
        sure = one.recognise(head, name)
        if sure > most:
            best, most = one, sure
    return best


def format_of(head: bytes, name: str) -> Reader | Unpacker | None:
    """What would read a file that begins so; None where nothing would."""
    return _best(UNPACKERS, head, name) or _best(READERS, head, name)


def _unknown(head: bytes) -> str:
    for magic, what in _ELSE:
        if head.startswith(magic):
            return f"It is {what}, which holds no events that can be read here."
    return "Its format is unknown."


def _expand(blob: Blob, limits: Limits, depth: int) -> Iterator[tuple[Blob, Reader] | Damage]:
    with blob.open() as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        yield blob.damage("It is empty.")
        return
    unpacker = _best(UNPACKERS, head, blob.name)
    if unpacker is None:
        reader = _best(READERS, head, blob.name)
        if reader is not None:
            yield blob, reader
        else:
            yield blob.damage(_unknown(head))
        return
    if depth >= limits.depth:
        yield blob.damage(f"It is an archive inside {depth} others; the bound is {limits.depth}.")
        return
    for inner in unpacker.unpack(blob, limits, depth + 1):
        if isinstance(inner, Damage):
            yield inner
        else:
            yield from _expand(inner, limits, depth + 1)
