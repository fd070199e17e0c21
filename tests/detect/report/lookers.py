"""What all tests of lookers share: calling one, its windows as the scanner cuts them, pieces of texts."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.detect.report.interface import Looker
from cybersecqwen.detect.text.matches import Match


def lowered(text: str) -> str:
    """The text in lower case with the same offsets."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def found(looker: Looker, text: str) -> list[Match]:
    """All matches in the whole text; offsets checked."""
    matches = list(looker.find(text, lowered(text)))
    reached = 0
    for match in matches:
        assert reached <= match.start < match.end <= len(text)
        assert match.value
        reached = match.start
    return matches


def values(looker: Looker, text: str) -> list[str]:
    """The values in a text."""
    return [match.value for match in found(looker, text)]


def windows(looker: Looker, text: str) -> list[tuple[int, int]]:
    """Where the needles stand, with the lines around them; those that touch are one."""
    if not looker.needles:
        return [(0, len(text))]
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    low = lowered(text)
    wanted = set()
    for number, (start, end) in enumerate(lines):
        if any(needle in low[start:end] for needle in looker.needles):
            wanted.update(range(number - looker.lines_before, number + looker.lines_after + 1))
    spans: list[tuple[int, int]] = []
    previous = -2
    for number in sorted(n for n in wanted if 0 <= n < len(lines)):
        if number == previous + 1:
            spans[-1] = (spans[-1][0], lines[number][1])
        else:
            spans.append(lines[number])
        previous = number
    return spans


def found_in_windows(looker: Looker, text: str) -> list[Match]:
    """All matches, looked for window by window."""
    return [
        replace(match, start=match.start + start, end=match.end + start)
        for start, end in windows(looker, text)
        for match in looker.find(text[start:end], lowered(text[start:end]))
    ]
