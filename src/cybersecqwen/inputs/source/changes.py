"""What a change touched: files as they are now and as they were, and the lines that are new."""

from __future__ import annotations

import stat
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path, PurePosixPath

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.packages.open import is_manifest, reader_of
from cybersecqwen.records.review import Skipped

from .files import LARGEST
from .git import Repository, object_id
from .languages import language_of

_LONGEST = 64 << 20
"""Bytes of a lock file."""
_SHORT = 10_000
"""Lines times lines that are compared each with each; of more all count as new."""
_DEPTH = 4
"""How often what lies between two lines is cut by lines that are there once."""
Stretch = tuple[int, int]
"""Where lines begin and end, counted from 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A file that a change touched."""

    path: str
    """Below the root of the repository, with / between folders."""
    now: bytes
    before: bytes | None
    """None for a new file; of one that was moved what it was at its old place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """All of a change."""

    root: Path
    against: str
    """Id of the commit that it is counted from."""
    files: tuple[Changed, ...]
    skipped: tuple[Skipped, ...]


def change(paths: tuple[str, ...], revision: str, *, staged: bool) -> Change:
    """What changed below paths since a revision, in the work tree or in what is staged.

    Raises InputError where there is no repository or no such revision.
    """
    tops = [Path(one) for one in paths] or [Path()]
    for one in tops:
        if not one.exists():
            raise InputError(f"There is no file or folder {str(one)!r}.")
    repository = Repository.around(tops[0])
    against = repository.commit(revision) if revision else repository.start()
    before = repository.tree(against)
    prefixes = [_below(repository.root, one) for one in tops]
    skipped: list[Skipped] = []
    index = repository.index() if staged else {}
    if staged:
        changed = {path: id for path, id in index.items() if before.get(path) != id}
        chosen = {path: id for path, id in changed.items() if _within(path, prefixes)}
        chosen = _not_too_long(repository, chosen, skipped)
        held = repository.contents(chosen.values())
        now = {path: held[id] for path, id in chosen.items() if id in held}
    else:
        now = dict(_touched(repository, before, prefixes, skipped))
    known = {path: before[path] for path in now if path in before}
    new = {path: data for path, data in now.items() if path not in before}
    if new:
        there = index.__contains__ if staged else lambda path: (repository.root / path).exists()
        known |= _moved(new, {path: id for path, id in before.items() if not there(path)})
    olds = repository.contents(_not_too_long(repository, known, []).values())
    files = tuple(
        Changed(path=path, now=data, before=olds.get(known.get(path, "")))
        for path, data in sorted(now.items())
    )
    return Change(root=repository.root, against=against, files=files, skipped=tuple(skipped))


def _moved(new: Mapping[str, bytes], gone: Mapping[str, str]) -> dict[str, str]:
    """Path of a new file → the content that a file had that is gone and that it is taken for.

    That is one of the same content, else the only one of the same name.
    """
    like = next(iter(gone.values()), "")
    ids = frozenset(gone.values())
    names: dict[str, list[str]] = defaultdict(list)
    for path, id in gone.items():
        names[PurePosixPath(path).name].append(id)
    made = {}
    for path, data in new.items() if gone else ():
        id = object_id(data, like)
        named = names.get(PurePosixPath(path).name, [])
        if id in ids:
            made[path] = id
        elif len(named) == 1:
            made[path] = named[0]
    return made


def _below(root: Path, path: Path) -> str:
    resolved = path.resolve()
    if not resolved.is_relative_to(root):
        raise InputError(f"{str(path)!r} is not in the repository at {str(root)!r}.")
    return resolved.relative_to(root).as_posix()


def _within(path: str, prefixes: list[str]) -> bool:
    return any(one == "." or path == one or path.startswith(f"{one}/") for one in prefixes)


def _touched(
    repository: Repository, before: dict[str, str], prefixes: list[str], skipped: list[Skipped]
) -> Iterator[tuple[str, bytes]]:
    like = next(iter(before.values()), "")
    within: dict[str, bool] = {}
    """Folder → whether it is one of the repository: a link on the way may lead anywhere."""
    for path in repository.work_tree():
        if not _within(path, prefixes):
            continue
        folder = path.rpartition("/")[0]
        if folder not in within:
            within[folder] = (repository.root / folder).resolve().is_relative_to(repository.root)
        file = repository.root / path
        try:
            # Every file is read: what the index knows of sizes and times may be anybody's, or too old.
            data = _read(file, like, before.get(path, "")) if within[folder] and _is_file(file) else None
        except OSError as error:
            skipped.append(Skipped(path=path, reason=f"It cannot be read: {error.strerror or error}."))
            continue
        if data is not None:
            yield path, data


def _is_file(file: Path) -> bool:
    """Whether it is there and an ordinary file, no link."""
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _read(file: Path, like: str, before: str) -> bytes | None:
    """A file, None where it is as before; of a long one that names no packages only the beginning."""
    with file.open("rb") as stream:
        head = stream.read(LARGEST + 1)
        data = head if len(head) <= LARGEST else head + stream.read(_LONGEST + 1 - len(head))
    if object_id(data, like) == before:
        return None
    return data if reader_of(file.name, head) is not None else head


def _not_too_long(repository: Repository, ids: dict[str, str], skipped: list[Skipped]) -> dict[str, str]:
    """Path → id, without contents that are not looked at for their length: they stay where they are."""
    sizes = repository.sizes(ids.values())
    made = {}
    for path, id in ids.items():
        names_packages = is_manifest(PurePosixPath(path).name)
        most = _LONGEST if names_packages else LARGEST
        if sizes.get(id, 0) <= most:
            made[path] = id
        elif names_packages or language_of(path, ""):
            skipped.append(Skipped(path=path, reason=f"It is longer than {most >> 20} MiB."))
    return made


def new_lines(before: str | None, now: str) -> frozenset[int] | None:
    """Numbers of the lines, from 1, that are new or changed; None where all are.

    Ends of lines do not count. What was taken away counts as a change of the line after it.
    """
    if before is None:
        return None
    old, new = _lines(before), _lines(now)
    last = max(1, len(new) - (new[-1] == ""))
    found: set[int] = set()
    for (start, end), (begin, until) in unlike(old, new):
        if begin == until and start < end:
            found.add(min(begin + 1, last))
        found.update(range(begin + 1, until + 1))
    return frozenset(found)


def _lines(text: str) -> list[str]:
    """Lines as findings count them, without what ends them: a form feed, say, ends none."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def unlike(old: list[str], new: list[str]) -> Iterator[tuple[Stretch, Stretch]]:
    """Stretches of both that have nothing to do with each other, in no order; between them both are alike.

    Lines that both have once are taken for the same, and what lies between two of them is compared by itself.
    What stays is compared line by line where it is short. `SequenceMatcher` alone takes minutes for two
    thousand lines of which every other one is empty.
    """
    waiting = [((0, len(old)), (0, len(new)), _DEPTH)]
    while waiting:
        (start, end), (begin, until), depth = waiting.pop()
        while start < end and begin < until and old[start] == new[begin]:
            start, begin = start + 1, begin + 1
        while start < end and begin < until and old[end - 1] == new[until - 1]:
            end, until = end - 1, until - 1
        if start == end or begin == until:
            if start < end or begin < until:
                yield (start, end), (begin, until)
            continue
        anchors = _anchors(old[start:end], new[begin:until]) if depth else []
        if anchors:
            at, place = start, begin
            for one, other in anchors:
                waiting.append(((at, start + one), (place, begin + other), depth - 1))
                at, place = start + one + 1, begin + other + 1
            waiting.append(((at, end), (place, until), depth - 1))
        elif (end - start) * (until - begin) > _SHORT:
            yield from _by_place(old, new, (start, end), (begin, until))
        else:
            matcher = SequenceMatcher(None, old[start:end], new[begin:until], autojunk=False)
            for kind, i, j, k, m in matcher.get_opcodes():
                if kind != "equal":
                    yield (start + i, start + j), (begin + k, begin + m)


def _by_place(
    old: list[str], new: list[str], before: Stretch, now: Stretch
) -> Iterator[tuple[Stretch, Stretch]]:
    """Each line against the one at its place, where there are as many of them; else all are unlike."""
    (start, end), (begin, until) = before, now
    if end - start != until - begin:
        yield before, now
        return
    numbers = range(end - start)
    for alike, some in groupby(numbers, lambda number: old[start + number] == new[begin + number]):
        if not alike:
            run = list(some)
            first, last = run[0], run[-1] + 1
            yield (start + first, start + last), (begin + first, begin + last)


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Places of lines that both have once, as many as stand in the same order in both."""
    counts, others = Counter(old), Counter(new)
    places = {line: at for at, line in enumerate(old) if counts[line] == 1 and others[line] == 1}
    pairs = [(places[line], at) for at, line in enumerate(new) if line in places]
    ends: list[int] = []  # the place in old that the best row of each length ends with
    rows: list[int] = []  # the pair that it ends with
    before: list[int] = []  # the pair before each in its row
    for number, (place, _) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        rows[length : length + 1] = [number]
    made = []
    number = rows[-1] if rows else -1
    while number >= 0:
        made.append(pairs[number])
        number = before[number]
    return made[::-1]
