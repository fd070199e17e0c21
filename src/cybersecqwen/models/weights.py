"""Bring weights in: fetched or copied under a temporary name, checked, then moved into place.

A file under its final name has always been checked whole. A killed pull leaves NAME.part files,
which the next pull continues from.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cybersecqwen import offline
from cybersecqwen.errors import WeightsError

from .gguf import Header, read_header
from .portfolio import Known, Origin
from .sources import SOURCES
from .sources.interface import Fetched, NoSpaceError, Progress, WrongHashError, disk_errors

_CHUNK = 4 << 20


def no_progress(done: int, total: int) -> None:
    """A progress that nobody looks at."""


def fetch(
    known: Known, target: Path, *, progress: Progress = no_progress, kind: str = ""
) -> tuple[Fetched, str]:
    """Fetch a known model to `target`; what its source said, and the file's sha256.

    Args:
        known: The model.
        target: Where it goes; its directory is made if need be.
        progress: Told about bytes that have arrived.
        kind: Only this kind of source; the model's sources in their order where empty.

    Raises:
        WeightsError: And its kinds in `sources.interface`: no space, no network, wrong hash.
    """
    origins = [one for one in known.sources if kind in ("", one.kind)]
    if not origins:
        raise WeightsError(f"{known.name} has no source of the kind {kind!r}.")
    failed: WeightsError | None = None
    for origin in origins:
        try:
            return _fetch_from(origin, known, target, progress)
        except NoSpaceError:
            raise
        except WeightsError as error:
            failed = failed or error  # the first source is the one to tell about
    assert failed is not None
    raise failed


def _fetch_from(origin: Origin, known: Known, target: Path, progress: Progress) -> tuple[Fetched, str]:
    part = target.with_name(f"{target.name}.{origin.kind}.part")
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with locked(part), offline.allowed("*"):  # downloads are redirected to hosts not known before
        total = known.bytes if known.sha256 else 0
        fetched = SOURCES.get(origin.kind)().fetch(origin, part, total=total, progress=progress)
        digest = check(part, known.sha256 or fetched.sha256, known.name)
        settle(part, target)
    return fetched, digest


def check(part: Path, expected: str, name: str) -> str:
    """The sha256 of a fetched file that is whole and readable; anything else is deleted.

    Raises:
        WrongHashError: Its hash is not `expected`, or nobody said what it should be.
        WeightsError: It is no GGUF model.
    """
    try:
        digest = sha256_of(part)
        if digest != expected:
            wanted = f"{expected[:16]}…" if expected else "one that is known"
            raise WrongHashError(f"What came for {name} has the sha256 {digest[:16]}…, not {wanted}.")
        model_header(part)
    except WeightsError:
        part.unlink(missing_ok=True)
        raise
    return digest


def model_header(path: Path) -> Header:
    """The header of a file that holds a model; an adapter or vocabulary is a WeightsError."""
    header = read_header(path)
    if header.kind != "model" or not header.tensors or not header.architecture:
        raise WeightsError(f"{path} is a GGUF file but holds no model (its type is {header.kind!r}).")
    return header


def settle(part: Path, target: Path) -> None:
    """Give a checked file its name, in one step."""
    with disk_errors(target):
        part.replace(target)


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file; about a gigabyte takes one to three seconds."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process fills a file; the lock goes with the process, however it ends."""
    lock = path.with_name(f"{path.name}.lock")
    with disk_errors(lock):
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # A lock that another process took and removed meanwhile is on a file without a name.
        if not _try_lock(handle) or not lock.exists() or lock.stat().st_ino != os.fstat(handle).st_ino:
            raise WeightsError(f"Another process is fetching {path.name}.", hint="Wait for it to end.")
        yield
        lock.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows: two pulls at once are the user's affair
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
