"""The findings that a change brought: those on its lines, and those that were not there before."""

from __future__ import annotations

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.changes import Changed, new_lines
from cybersecqwen.inputs.source.files import SourceFile, source_of
from cybersecqwen.records.review import CodeFinding, Skipped

from .looking import Looked, pool_of


def look_at_changes(files: tuple[Changed, ...], rules: CodeRules, count: int = 1) -> Looked:
    """What rules find in what a change touched or made reachable.

    A finding on a line that stayed as it was counts where the file had none like it before: the change made
    a value reach it, say.
    """
    found = Looked()
    now = [(one, source) for one in files if (source := _source(one, found)) is not None]
    old = [source for one, _ in now if (source := _before(one)) is not None]
    with pool_of(rules, count) as pool:
        seen = list(pool.map([source for _, source in now]))
        before = {source.path: one for source, (one, _) in zip(old, pool.map(old), strict=True)}
    lines = {source.path: source.text for source in old}
    for (one, source), (here, problem) in zip(now, seen, strict=True):
        if problem:
            found.skipped.append(Skipped(path=one.path, reason=problem))
        new = new_lines(lines.get(one.path), source.text)
        known = {each.fingerprint for each in before[one.path].findings} if new is not None else set()
        found.findings += [
            each
            for each in here.findings
            if new is None or each.fingerprint not in known or _touches(each, new)
        ]
    return found


def _source(one: Changed, found: Looked) -> SourceFile | None:
    now = source_of(one.path, one.now)
    if isinstance(now, Skipped):
        found.skipped.append(now)
    if not isinstance(now, SourceFile):
        return None
    found.count(now)
    return now


def _before(one: Changed) -> SourceFile | None:
    old = None if one.before is None else source_of(one.path, one.before)
    return old if isinstance(old, SourceFile) else None


def _touches(finding: CodeFinding, lines: frozenset[int]) -> bool:
    places = [finding.place, *(step.place for step in finding.flow)]
    return any(
        number in lines
        for place in places
        for number in range(place.line, max(place.line, place.end_line) + 1)
    )
