"""A Git repository, read without running anything that its configuration names.

A repository may come from anywhere, and its configuration can name programs: filters, hooks, monitors,
pagers, drivers for diffs. So Git is asked for trees and the contents of objects alone, which start none of
them, and what changed is found out here (https://git-scm.com/docs/git-config lists what can be named).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cybersecqwen.errors import InputError, LimitError

_SECONDS = 60
_LARGEST = 512 << 20
"""Bytes of an answer."""
_AT_ONCE = 64 << 20
"""Bytes of contents that are asked for in one go."""
_HEAD_PARTS = 3
"""Words before a content: id, kind, size. One that is missing has two."""
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

    def start(self) -> str:
        """The id of HEAD; that of the empty tree where there is no commit yet."""
        try:
            return self.commit("HEAD")
        except InputError:
            # A HEAD that names no branch is damage; a branch without a commit is a beginning.
            _git(self.root, "symbolic-ref", "-q", "HEAD")
            return _git(self.root, "hash-object", "-t", "tree", "--stdin").decode("ascii").strip()

    def commit(self, name: str) -> str:
        """The id of a commit; of "A..." that of the one where A and HEAD parted.

        Raises InputError for one that is not there.
        """
        if name.endswith("..."):
            ends = self.commit(name[:-3]), self.commit("HEAD")
            try:
                found = _git(self.root, "merge-base", "--", *ends)
            except InputError as error:
                raise InputError(
                    f"{name[:-3]!r} and HEAD have no commit in common in {str(self.root)!r}.",
                    hint=self._depth(),
                ) from error
        else:
            try:
                found = _git(self.root, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")
            except InputError as error:
                raise InputError(
                    f"There is no commit {name!r} in {str(self.root)!r}.", hint=self._depth()
                ) from error
        return found.decode("ascii", "replace").split("\n")[0].strip()

    def _depth(self) -> str:
        if _git(self.root, "rev-parse", "--is-shallow-repository").strip() != b"true":
            return ""
        return "It is a shallow clone, which has the newest commits alone: fetch more of them first."

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
        """The same of what is staged.

        `git commit -a` and `git commit FILE` stage into an index of their own, which hooks are told of.
        """
        made = {}
        named = _index_of_hook(self.root)
        for entry in _git(self.root, "ls-files", "-s", "-z", index=named).split(b"\0"):
            head, _, path = entry.partition(b"\t")
            mode, *rest = head.decode("ascii", "replace").split(" ")
            if mode in _FILES:
                made[path.decode("utf-8", "surrogateescape")] = rest[0]
        return made

    def work_tree(self) -> list[str]:
        """Paths of the files that are tracked, and of those that are new and not ignored."""
        listed = _git(self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return sorted({one.decode("utf-8", "surrogateescape") for one in listed.split(b"\0") if one})

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """The lengths of objects by their ids; those that are missing are left out."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        said = _git(self.root, "cat-file", "--batch-check", given=_lined(wanted)).split(b"\n")
        heads = [line.split(b" ") for line in said]
        return {
            one: int(head[2]) for one, head in zip(wanted, heads, strict=False) if len(head) == _HEAD_PARTS
        }

    def contents(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of objects by their ids; those that are missing are left out."""
        made: dict[str, bytes] = {}
        some: list[str] = []
        waiting = 0
        for one, size in self.sizes(ids).items():
            if some and waiting + size > _AT_ONCE:
                made.update(self._contents(some))
                some, waiting = [], 0
            some.append(one)
            waiting += size
        return made | self._contents(some)

    def _contents(self, ids: Sequence[str]) -> dict[str, bytes]:
        said = _git(self.root, "cat-file", "--batch", given=_lined(ids)) if ids else b""
        made: dict[str, bytes] = {}
        at = 0
        for one in ids:
            end = said.index(b"\n", at)
            head = said[at:end].split(b" ")
            at = end + 1
            if len(head) == _HEAD_PARTS:
                size = int(head[2])
                made[one] = said[at : at + size]
                at += size + 1
        return made


def _lined(ids: Sequence[str]) -> bytes:
    return "".join(f"{one}\n" for one in ids).encode()


def object_id(data: bytes, like: str) -> str:
    """The id that Git gives a content, by the hash whose ids are as long as `like`."""
    made = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()


def _index_of_hook(root: Path) -> str:
    """The index that Git names to the hook that this runs in; "" for none, or one of another repository."""
    named = os.environ.get("GIT_INDEX_FILE", "")
    if not named:
        return ""
    own = Path(os.fsdecode(_git(root, "rev-parse", "--absolute-git-dir").rstrip(b"\n"))).resolve()
    index = Path(named).resolve()
    return str(index) if index.is_relative_to(own) else ""


def _git(folder: Path, *words: str, given: bytes = b"", index: str = "") -> bytes:
    environment: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        # Outweighs what a repository allows of itself, unlike protocol.allow: no transport at all.
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_NO_REPLACE_OBJECTS": "1",
        **({"GIT_INDEX_FILE": index} if index else {}),
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
