"""Many files looked at: what is known by its content is looked up, the rest spread over processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.suppressing import without_reason
from cybersecqwen.detect.code.taint.crossing import Crossing, joined
from cybersecqwen.detect.packages.reach import Imports
from cybersecqwen.errors import CsqError
from cybersecqwen.inputs.source.files import LARGEST, SourceFile, source_of
from cybersecqwen.records.review import CodeFinding, Skipped

from .kept import Kept, Seen
from .pool import Pool

if TYPE_CHECKING:
    from cybersecqwen.detect.code.looking import Look
    from cybersecqwen.detect.code.rule import CodeRule

_AT_ONCE = 2_000
"""Files whose texts are held at once."""
_MOST_HELD = 32 << 20
"""Bytes of them that are: a text may take four times as much, and is copied for another process."""


@dataclass(slots=True)
class Looked:
    """What was found in files."""

    findings: list[CodeFinding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    """Language → files."""
    lines: int = 0
    imports: Imports = field(default_factory=Imports)
    """What the files import, and where first."""

    crossings: list[Crossing] = field(default_factory=list)
    """What files have to do with each other."""

    def take(self, seen: Seen) -> None:
        """Add what was found in one file."""
        self.findings += seen.findings
        if seen.crossing is not None and not seen.crossing.is_empty:
            self.crossings.append(seen.crossing)

    def cross(self) -> None:
        """Put together what files say of each other: new findings, and known ones that are proven by it."""
        across = {one.fingerprint: one for one in joined(self.crossings)}
        self.findings = [
            across.pop(one.fingerprint) if not one.proven and one.fingerprint in across else one
            for one in self.findings
        ]
        there = {one.fingerprint for one in self.findings}
        self.findings += [one for mark, one in across.items() if mark not in there]

    def count(self, source: SourceFile) -> None:
        """Count a file, keep what it imports, and say which of its comments do nothing."""
        self.files[source.language] = self.files.get(source.language, 0) + 1
        self.lines += source.text.count("\n") + 1
        family = "javascript" if source.language in ("typescript", "tsx") else source.language
        self.imports.add(source.path, family, source.text)
        self.skipped += without_reason(source.path, source.text)


def look_at(
    paths: Sequence[Path],
    rules: CodeRules,
    kept: Kept | None,
    count: int,
    progress: Callable[[str, int, int], None],
    root: Path = Path(),
) -> Looked:
    """Look at files by rules, which are named as they stand below a folder.

    Files of no known language are passed over in silence.
    """
    found = Looked()
    with pool_of(rules, count) as pool:
        for begin in range(0, len(paths), _AT_ONCE):
            progress("Reviewing", begin, len(paths))
            _look_at(root, paths[begin : begin + _AT_ONCE], found, kept, pool)
    found.cross()
    return found


def _look_at(
    root: Path, paths: Sequence[Path], found: Looked, kept: Kept | None, pool: Pool[SourceFile, Result]
) -> None:
    waiting: list[tuple[bytes, SourceFile]] = []
    held = 0
    for path in paths:
        one = _read(root, path)
        if isinstance(one, Skipped):
            found.skipped.append(one)
        elif one is not None:
            source, data = one
            found.count(source)
            waiting.append((kept.key(source.path, source.language, data) if kept else b"", source))
            held += len(data)
            if held > _MOST_HELD:
                _look_at_some(waiting, found, kept, pool)
                waiting, held = [], 0
    _look_at_some(waiting, found, kept, pool)


def _look_at_some(
    waiting: Sequence[tuple[bytes, SourceFile]],
    found: Looked,
    kept: Kept | None,
    pool: Pool[SourceFile, Result],
) -> None:
    known = kept.find([key for key, _ in waiting]) if kept else {}
    for seen in known.values():
        found.take(seen)
    fresh = [(key, source) for key, source in waiting if key not in known]
    made = []
    for (key, source), (seen, problem) in zip(fresh, pool.map([one for _, one in fresh]), strict=True):
        found.take(seen)
        if problem:  # said again at the next run: what cannot be read is not kept
            found.skipped.append(Skipped(path=source.path, reason=problem))
        else:
            made.append((key, seen))
    if kept and made:
        kept.keep(made)


def _read(root: Path, path: Path) -> tuple[SourceFile, bytes] | Skipped | None:
    try:
        with (root / path).open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        return Skipped(path=path.as_posix(), reason=f"It cannot be read: {error.strerror or error}.")
    made = source_of(path.as_posix(), data)
    return (made, data) if isinstance(made, SourceFile) else made


Result = tuple[Seen, str]
"""(what was found, why the file could not be looked at)"""
Again = Callable[[SourceFile], Result]
"""Looks at one file, which may be another text than the one on disk."""


class _Look:
    """Looks at files; each process reads the rules for itself."""

    def __init__(self, rules: CodeRules) -> None:
        self._places = rules.places
        self._rules: CodeRules | None = rules

    def __call__(self, source: SourceFile) -> Result:
        if self._rules is None:
            self._rules = CodeRules(places=self._places)
        return look(source, self._rules)

    def __reduce__(self) -> Any:
        return _look_by, (self._places,)


def _look_by(places: Any) -> _Look:
    return _Look(CodeRules(places=places))


def _late(source: SourceFile) -> Result:
    return Seen((), None), "It takes too long or too much memory: it is no program, or one made to be slow."


def pool_of(rules: CodeRules, count: int) -> Pool[SourceFile, Result]:
    """Processes that look at files by rules."""
    return Pool(_Look(rules), _late, count)


@contextmanager
def again(rules: CodeRules) -> Iterator[Again]:
    """A look at single files in a process of its own, which is ended where one takes too long."""
    with pool_of(rules, 1) as pool:
        yield lambda source: next(pool.map([source]))


def look(source: SourceFile, rules: CodeRules) -> Result:
    """What rules find in one file, and the secrets in it."""
    from cybersecqwen.detect.code.secrets.joining import with_secrets
    from cybersecqwen.detect.code.suppressing import suppressed

    seen, problem = _by_rules(source, rules)
    findings, crossing = with_secrets(seen.findings, seen.crossing, source)
    return Seen(tuple(suppressed(findings, source.text)), crossing), problem


def _by_rules(source: SourceFile, rules: CodeRules) -> Result:
    from cybersecqwen.detect.code.looking import Look
    from cybersecqwen.detect.code.suppressing import suppressed

    try:
        look = Look(source)
        near = rules.near(source.language, source.text)
        findings = tuple(suppressed(look.findings(near), source.text))
        return Seen(findings, _crossing(look, near, source)), look.problem
    except RecursionError:
        return Seen((), None), "It nests too deep."
    except CsqError:
        raise
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the library that parses, which is no Exception
            raise
        return Seen((), None), "The parser gave up on it."


def _crossing(look: Look, rules: Sequence[CodeRule], source: SourceFile) -> Crossing | None:
    from cybersecqwen.detect.code.bordering import crossing_of
    from cybersecqwen.detect.code.suppressing import suppressed

    found = crossing_of(look, rules)
    if found is None or not found.sinks:
        return found
    (*findings,) = suppressed([one.finding for one in found.sinks], source.text)
    sinks = tuple(replace(one, finding=finding) for one, finding in zip(found.sinks, findings, strict=True))
    return replace(found, sinks=sinks)
