"""Where the indicators of a text stand, and how much of a stretch they cover."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from .interface import Found


class Spans:
    """The matches that lie in no other one, in order.

    Detection rules are left out, for what stands in them is judged alone.
    """

    def __init__(self, found: Found) -> None:
        self.starts: list[int] = []
        """First character of each, ascending."""
        self.ends: list[int] = []
        self._covered = [0]
        for match in found:
            if match.type in ("yara", "sigma", "suricata") or (self.ends and match.start < self.ends[-1]):
                continue
            self.starts.append(match.start)
            self.ends.append(match.end)
            self._covered.append(self._covered[-1] + match.end - match.start)

    def at(self, offset: int) -> int:
        """Number of the span that a character lies in, or of the one before it; -1 where there is none."""
        return bisect_right(self.starts, offset) - 1

    def next(self, offset: int, otherwise: int) -> int:
        """Start of the first span behind a character, or what is given for there is none."""
        at = bisect_right(self.starts, offset)
        return self.starts[at] if at < len(self.starts) else otherwise

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them covers a part of a stretch."""
        at = self.at(start)
        return (at >= 0 and self.ends[at] > start) or self.next(start, end) < end

    def length(self, a: int, b: int) -> int:
        """Characters of those that begin in a stretch."""
        first, last = bisect_left(self.starts, a), bisect_left(self.starts, b)
        return self._covered[last] - self._covered[first] if last > first else 0

    def without(self, text: str, a: int, b: int) -> str:
        """A stretch of a text without them."""
        parts, at = [], a
        for one in range(bisect_left(self.starts, a), bisect_left(self.starts, b)):
            parts.append(text[at : self.starts[one]])
            at = self.ends[one]
        parts.append(text[at:b])
        return " ".join(parts)
