"""Findings that whoever wrote the code says are none: a comment that names the rule and gives a reason.

    subprocess.run(command, shell=True)  # csq: ignore[python-shell-command] the command is a constant of ours

The comment stands on the line of the finding, or alone on the line before. Without a reason it does nothing,
and that is said. Comments of other kinds, whoever they are addressed to, do nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cybersecqwen.records.review import CodeFinding, Skipped, Status

_COMMENT = re.compile(
    r"(?:#|//|/\*|--|<!--)[ \t]*csq:[ \t]*ignore\[([a-z0-9*, -]{1,400})\][ \t]*:?[ \t]*([^\r\n]{0,500})"
)
_SHORTEST = 8
"""Characters of a reason: fewer say nothing."""
_ENDS = ("*/", "-->")


def suppressed(findings: Sequence[CodeFinding], text: str) -> Iterator[CodeFinding]:
    """The findings of one file, those with a comment that gives a reason as suppressed."""
    if "csq:" not in text or not findings:
        yield from findings
        return
    reasons: dict[tuple[int, str], str] = {}
    for line, (names, reason) in _comments(text):
        if len(reason) >= _SHORTEST:
            reasons.update(dict.fromkeys(((line, name) for name in names), reason))
    for one in findings:
        said = reasons.get((one.place.line, one.rule))
        yield one if said is None else replace(one, status=Status.SUPPRESSED, reason=said)


def without_reason(path: str, text: str) -> Iterator[Skipped]:
    """The comments that are meant to suppress and give no reason."""
    if "csq:" not in text:
        return
    for line, (names, reason) in _comments(text):
        if len(reason) < _SHORTEST:
            yield Skipped(
                path=f"{path}:{line}",
                reason=f"A comment ignores {', '.join(sorted(names))} without a reason, so it does nothing.",
            )


def _comments(text: str) -> Iterator[tuple[int, tuple[frozenset[str], str]]]:
    """(line that it is for, (rules, reason)); a comment that stands alone is for the next line of code."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = _COMMENT.search(line) if "csq:" in line else None
        if found is None:
            continue
        reason = found[2]
        for end in _ENDS:
            reason = reason.removesuffix(end).rstrip()
        names = frozenset(name.strip() for name in found[1].split(",") if name.strip())
        at = number
        if not line[: found.start()].strip():
            at = next(
                (n for n in range(number + 1, min(number + 20, len(lines))) if _is_code(lines[n])), number
            )
        yield at + 1, (names, reason.strip())


def _is_code(line: str) -> bool:
    bare = line.strip()
    return bool(bare) and not bare.startswith(("#", "//", "/*", "*", "--"))
