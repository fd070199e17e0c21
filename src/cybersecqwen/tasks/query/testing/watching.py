"""Testing rules again whenever a file changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from cybersecqwen.errors import RuleError
from cybersecqwen.records.rule_tests import RuleTest, RuleTests

from .carried import IGNORE, MATCH
from .recordings import cases
from .rules import Found, found_in
from .run import Asked, first_ids, tested

_ENDINGS = (".yml", ".yaml", MATCH, IGNORE)
_MOST_FILES = 50_000
POLL_S = 0.5
"""Seconds between two looks at the files."""

Show = Callable[[RuleTests, Sequence[str]], None]
"""Called with the tests that were made, and the files that had changed; () for the first time."""
State = dict[tuple[Path, str], tuple[int, int]]
"""For each file of each set when it was changed, and its size."""


def watch(
    paths: Sequence[Path],
    show: Show,
    asked: Asked | None = None,
    *,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Test the rules, then again those of the files that change, until Ctrl-C.

    Gives the exit code of what stands then: 1 where a rule fails, else 0. A set that cannot be read while it
    is being written is looked at again at the next change. Raises RuleError where that is so at the start.
    """
    asked = asked or Asked()
    before = _state(paths)
    found = [one for path in paths for one in found_in(path)]
    recorded = [case for path in paths for case in cases(path)] if asked.recordings else []
    result = tested(found, recorded, asked, first_ids(found))
    known = _by_file(found, result.tests)
    show(result, ())
    try:
        while True:
            wait(POLL_S)
            now = _state(paths)
            changed = {key for key in now.keys() | before.keys() if now.get(key) != before.get(key)}
            if changed:
                before = now
                _again(paths, changed, known, asked, show)
    except KeyboardInterrupt:
        return int(any(test.failed for tests in known.values() for test in tests))


def _state(paths: Sequence[Path]) -> State:
    found: State = {}
    for root in paths:
        files = sorted(root.rglob("*")) if root.is_dir() else [root, *_beside(root)]
        for path in files[:_MOST_FILES]:
            if path != root and not path.name.lower().endswith(_ENDINGS):
                continue
            try:
                stat = path.stat()
            except OSError:
                continue
            name = path.relative_to(root).as_posix() if root.is_dir() else path.name
            found[root, name] = (stat.st_mtime_ns, stat.st_size)
    return found


def _beside(root: Path) -> list[Path]:
    return [root.with_name(root.stem + ending) for ending in (MATCH, IGNORE)]


def _by_file(found: Iterable[Found], tests: Iterable[RuleTest]) -> dict[tuple[Path, str], list[RuleTest]]:
    known: dict[tuple[Path, str], list[RuleTest]] = {}
    for one, test in zip(found, tests, strict=True):
        known.setdefault((one.root, one.file), []).append(test)
    return known


def _again(
    paths: Sequence[Path],
    changed: Iterable[tuple[Path, str]],
    known: dict[tuple[Path, str], list[RuleTest]],
    asked: Asked,
    show: Show,
) -> None:
    """Test what has changed, and keep the result in `known`."""
    names = sorted({name for _, name in changed})
    found: list[Found] = []
    for root in paths:
        mine = {rule for at, name in changed if at == root for rule in _rule_files(name)}
        if not mine:
            continue
        # What is gone, or half written, is left out until it can be read.
        with suppress(RuleError):
            found += found_in(root, () if not root.is_dir() else sorted(mine))
        for key in [key for key in known if key[0] == root and (key[1] in mine or not root.is_dir())]:
            del known[key]
    left = [(test.path, test.id) for tests in known.values() for test in tests]
    first: dict[str, str] = {}
    for path, id in sorted([*left, *((one.path, one.id) for one in found)]):
        first.setdefault(id, path)
    ids = {one.id for one in found}
    recorded = []
    if asked.recordings and found:
        recorded = [case for path in paths if path.exists() for case in cases(path) if ids & set(case.rules)]
    result = tested(found, recorded, asked, first)
    known.update(_by_file(found, result.tests))
    show(result, names)


def _rule_files(name: str) -> list[str]:
    """The rule files that a changed file belongs to."""
    for ending in (MATCH, IGNORE):
        if name.endswith(ending):
            return [name.removesuffix(ending) + suffix for suffix in (".yml", ".yaml")]
    return [name]
