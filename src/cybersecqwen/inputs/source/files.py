"""The files of a source tree, read for review, and what was left out with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.walk import reason_not_to_read
from cybersecqwen.records.review import Skipped

from .languages import TEXT, language_of

LARGEST = 1 << 20
"""Bytes of a file that is reviewed: nobody writes a longer one by hand."""
_HEAD = 4_096
_LONGEST_LINE = 5_000
"""Characters of a line: a longer one was written by a program."""
_ORDINARY_LINE = 250
"""Characters of a line on average, for files of more than 5,000 characters."""
LEFT_OUT = {
    "node_modules": "packages of others",
    "bower_components": "packages of others",
    "site-packages": "packages of others",
    "dist-packages": "packages of others",
    "vendor": "packages of others",
    "__pycache__": "what a program made",
    ".venv": "packages of others",
    "venv": "packages of others",
    ".tox": "packages of others",
    ".nox": "packages of others",
    ".mypy_cache": "what a program made",
    ".pytest_cache": "what a program made",
    ".ruff_cache": "what a program made",
    ".terraform": "packages of others",
    ".gradle": "what a program made",
    ".next": "what a program made",
}
"""Folders that are not gone into, with what is in them."""
_REPOSITORIES = frozenset((".git", ".hg", ".svn"))
"""Folders that nobody expects to be reviewed, so that it is not worth saying that they were not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceFile:
    """A file to review."""

    path: str
    """Its name, with / between folders: see `naming`."""
    language: str
    text: str


def walk_sources(
    root: str, *, left_out: Iterable[str] = LEFT_OUT, only: Iterable[str] | None = None
) -> Iterator[Path | Skipped]:
    """The files below a folder, or the file itself; a Skipped for each that is not looked at.

    Folders of `left_out` are counted and not gone into. With `only`, those paths below the folder alone.
    Raises InputError where there is nothing.
    """
    top = Path(root)
    if not top.exists():
        raise InputError(f"There is no file or folder {root!r}.")
    if not top.is_dir():
        yield top
        return
    wanted = None if only is None else {top / one for one in only}
    resolved = top.resolve()
    names = frozenset(left_out)
    unreadable: list[OSError] = []
    for at, below, files in os.walk(top, onerror=unreadable.append):
        for name in sorted(set(below) & names):
            yield Skipped(path=_shown(Path(at, name)), reason=f"The folder holds {_held(name)}.")
        kept = sorted(set(below) - names - _REPOSITORIES)
        for name in kept:
            if Path(at, name).is_symlink():
                yield Skipped(
                    path=_shown(Path(at, name)), reason="It is a link to a folder; it was not followed."
                )
        below[:] = [name for name in kept if not Path(at, name).is_symlink()]
        for name in sorted(files):
            path = Path(at, name)
            if wanted is not None and path not in wanted:
                continue
            reason = reason_not_to_read(path, resolved)
            yield Skipped(path=_shown(path), reason=reason) if reason else path
    for error in unreadable:
        yield Skipped(
            path=_shown(Path(error.filename)), reason=f"The folder cannot be read: {error.strerror}."
        )


def _held(name: str) -> str:
    return LEFT_OUT.get(name, "what is left out")


def _shown(path: Path) -> str:
    return path.as_posix()


def read_source(path: Path, shown: str = "") -> SourceFile | Skipped | None:
    """A file as text, a Skipped where it cannot be reviewed, None where its language is not known."""
    name = shown or _shown(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            if not _may_be_source(name, head):
                return None
            data = head + stream.read(LARGEST + 1 - len(head))
    except OSError as error:
        return Skipped(path=name, reason=f"It cannot be read: {error.strerror or error}.")
    return source_of(name, data)


def _may_be_source(name: str, head: bytes) -> bool:
    return bool(language_of(name, head.decode("utf-8", "replace")))


def source_of(path: str, data: bytes) -> SourceFile | Skipped | None:
    """The same for bytes that were read already."""
    text = data[:_HEAD].decode("utf-8-sig", "replace")
    language = language_of(path, text)
    if not language:
        return None
    if len(data) > LARGEST:
        return Skipped(path=path, reason=f"It is longer than {LARGEST >> 20} MiB.")
    if b"\0" in data:
        return Skipped(path=path, reason="It is binary.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if not text.strip():
        return Skipped(path=path, reason="It is empty.")
    if language != TEXT and _is_made(path, text):
        return Skipped(
            path=path, reason="It was made by a program: its lines are too long to be written by hand."
        )
    return SourceFile(path=path, language=language, text=text)


def _is_made(path: str, text: str) -> bool:
    lines = text.split("\n")
    if PurePosixPath(path).name.endswith((".min.js", ".min.mjs", ".bundle.js")):
        return True
    if len(text) > 5_000 and len(text) / len(lines) > _ORDINARY_LINE:
        return True
    return sum(len(line) for line in lines if len(line) > _LONGEST_LINE) > len(text) // 2 > 2_500
