"""A Git repository, read without running anything that its configuration names.

A repository may come from anywhere, and its configuration can name programs: filters, hooks, monitors,
pagers, drivers for diffs. So Git is asked for trees and the contents of objects alone, which start none of
them, and what changed is found out here (https://git-scm.com/docs/git-config lists what can be named).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cybersecqwen.errors import InputError, LimitError

_SECONDS = 60
_LARGEST = 512 << 20
"""Bytes of an answer."""
_OPTIONS = (
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat"),
    *("-c", "protocol.allow=never", "-c", "core.quotePath=false", "-c", "submodule.recurse=false"),
)
_FILES = ("100644", "100755")
"""Modes of ordinary files: links and submodules are left out."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository and its work tree."""

    root: Path
    """Of the work tree, resolved."""

    @classmethod
    def around(cls, path: Path) -> Repository:
        """The one that a file or folder stands in. Raises InputError where there is none, or no Git."""
        folder = path if path.is_dir() else path.parent
        found = _git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
        return cls(Path(found).resolve())

    def commit(self, name: str) -> str:
        """The id of a commit; of "A..." that of the one where A and HEAD parted.

        Raises InputError for one that is not there.
        """
        if name.endswith("..."):
            found = _git(self.root, "merge-base", "--", self.commit(name[:-3]), self.commit("HEAD"))
        else:
            try:
                found = _git(self.root, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")
            except InputError as error:
                raise InputError(f"There is no commit {name!r} in {str(self.root)!r}.") from error
        return found.decode("ascii", "replace").split("\n")[0].strip()

    def tree(self, commit: str) -> dict[str, str]:
        """Path → id of the content, of all files of a commit."""
        made = {}
        for entry in _git(self.root, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            head, _, path = entry.partition(b"\t")
            mode, _, rest = head.decode("ascii", "replace").partition(" ")
            if mode in _FILES:
                made[path.decode("utf-8", "surrogateescape")] = rest.split(" ")[-1]
        return made

    def index(self) -> dict[str, str]:
        """The same of what is staged."""
        made = {}
        for entry in _git(self.root, "ls-files", "-s", "-z").split(b"\0"):
            head, _, path = entry.partition(b"\t")
            mode, *rest = head.decode("ascii", "replace").split(" ")
            if mode in _FILES:
                made[path.decode("utf-8", "surrogateescape")] = rest[0]
        return made

    def work_tree(self) -> list[str]:
        """Paths of the files that are tracked, and of those that are new and not ignored."""
        listed = _git(self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return sorted({one.decode("utf-8", "surrogateescape") for one in listed.split(b"\0") if one})

    def contents(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of objects by their ids; those that are missing are left out."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        said = _git(self.root, "cat-file", "--batch", given="".join(f"{one}\n" for one in wanted).encode())
        made: dict[str, bytes] = {}
        at = 0
        for one in wanted:
            end = said.index(b"\n", at)
            head = said[at:end].split(b" ")
            at = end + 1
            if len(head) == 3:
                size = int(head[2])
                made[one] = said[at : at + size]
                at += size + 1
        return made


def object_id(data: bytes, like: str) -> str:
    """The id that Git gives a content, by the hash whose ids are as long as `like`."""
    made = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()


def _git(folder: Path, *words: str, given: bytes = b"") -> bytes:
    environment: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(
            ["git", *_OPTIONS, *words],
            cwd=folder,
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        raise InputError("Git is not installed.", hint="--diff and --staged need it.") from None
    except subprocess.TimeoutExpired:
        raise LimitError(f"Git takes longer than {_SECONDS} seconds.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1][:200]
        raise InputError(f"Git says: {said.removeprefix('fatal: ')}.".replace("..", "."))
    if len(done.stdout) > _LARGEST:
        raise LimitError("What Git says is too long.")
    return done.stdout
