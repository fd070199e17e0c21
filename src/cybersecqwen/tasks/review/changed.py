"""The findings that a change brought: those on its lines, and those that were not there before."""

from __future__ import annotations

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.changes import Changed, new_lines
from cybersecqwen.inputs.source.files import SourceFile, source_of
from cybersecqwen.records.review import CodeFinding, Skipped

from .looking import Looked, look


def look_at_changes(files: tuple[Changed, ...], rules: CodeRules) -> Looked:
    """What rules find in what a change touched or made reachable.

    A finding on a line that stayed as it was counts where the file had none like it before: the change made
    a value reach it, say.
    """
    found = Looked()
    for one in files:
        now = source_of(one.path, one.now)
        if isinstance(now, Skipped):
            found.skipped.append(now)
        if not isinstance(now, SourceFile):
            continue
        found.count(now)
        seen, problem = look(now, rules)
        if problem:
            found.skipped.append(Skipped(path=one.path, reason=problem))
        if seen.findings:
            found.findings += _brought(list(seen.findings), now, one, rules)
    return found


def _brought(
    findings: list[CodeFinding], now: SourceFile, changed: Changed, rules: CodeRules
) -> list[CodeFinding]:
    old = None if changed.before is None else source_of(changed.path, changed.before)
    if not isinstance(old, SourceFile):
        return findings
    lines = new_lines(old.text, now.text)
    if lines is None:
        return findings
    before = {one.fingerprint for one in look(old, rules)[0].findings}
    return [one for one in findings if one.fingerprint not in before or _touches(one, lines)]


def _touches(finding: CodeFinding, lines: frozenset[int]) -> bool:
    places = [finding.place, *(step.place for step in finding.flow)]
    return any(
        number in lines
        for place in places
        for number in range(place.line, max(place.line, place.end_line) + 1)
    )
