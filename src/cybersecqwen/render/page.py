"""A page of text in columns: styled runs, wrapped with hanging indents, measured in terminal cells.

Of rich it uses the width tables and the styles only. Its console would take another 50 ms to
import, and its markup is a language that data must never speak.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from .defang import safe_text

Run = tuple[str, str]
"""Text and the name of its style, a key of STYLES; "" for plain text."""

# Mid-luminance colours of the 256-colour table: each has a contrast of 3.7 or more on black and on white.
STYLES: dict[str, str] = {
    "strong": "bold",
    "heading": "bold",
    "quiet": "color(243)",
    "malicious": "bold color(231) on color(160)",
    "suspicious": "bold color(231) on color(166)",
    "needs review": "bold color(231) on color(25)",
    "benign": "bold color(231) on color(28)",
    "critical": "bold color(160)",
    "high": "bold color(166)",
    "medium": "color(100)",
    "low": "color(32)",
    "informational": "color(243)",
    "bad": "color(160)",
    "bad name": "bold color(160)",
    "good": "color(29)",
    "code": "color(67)",
    "decoded": "color(133)",
    "warning": "color(100)",
}
"""Style names of the page in the words of rich (https://rich.readthedocs.io/en/stable/style.html)."""

# One letter for one cell, so that what was laid out stays in its columns.
_PLAIN = str.maketrans("●─━│├└▸█·…×–−—⤷▁▂▃▄▅▆▇“”’↵⇥✓", '*-=||`>#-~x--->.:-=+*%""\'$>v')
"""The characters that pages are drawn with, in ASCII."""

_WORDS = re.compile(r"\s+|\S+")


class Page:
    """Lines of runs, each at most `width` cells wide."""

    def __init__(self, width: int, *, ascii: bool = False) -> None:
        self.width = width
        """Cells of a line."""
        self.ascii = ascii
        """Whether nothing but ASCII may stand in it."""
        self._lines: list[list[Run]] = []

    def add(self, *body: Run, first: Sequence[Run] = (), rest: Sequence[Run] | None = None) -> None:
        """Add `body`, wrapped; its first line follows `first`, the others follow `rest`.

        Without `rest`, following lines are indented to where the body began.
        """
        body, first = self._plain(body), self._plain(first)
        rest = None if rest is None else self._plain(rest)
        taken = sum(cell_len(text) for text, _ in first)
        if taken > self.width // 2:  # no room beside it: the body follows it on the same line
            body, first, taken, rest = (*first, *body), (), 0, [("    ", "")]
        hanging = [(" " * taken, "")] if rest is None else list(rest)
        room = max(10, self.width - max(taken, sum(cell_len(text) for text, _ in hanging)))
        for at, line in enumerate(_wrapped(body, room)):
            self._lines.append([*(hanging if at else first), *line])

    def verbatim(self, text: str, style: str = "") -> None:
        """Lines that are to be copied as they stand: neither wrapped nor indented."""
        for line in safe_text(text, lines=True).split("\n"):
            self._lines.append(list(self._plain([(line, style)])))

    def blank(self) -> None:
        """An empty line, unless the last one is empty or the page is."""
        if self._lines and self._lines[-1]:
            self._lines.append([])

    def rule(self, *runs: Run) -> None:
        """A heading followed by a thin line to the right edge."""
        runs = self._plain(runs)
        used = sum(cell_len(text) for text, _ in runs)
        if used + 4 > self.width:
            self.add(*runs)
        else:
            line = ("─" * (self.width - used - 1), "quiet")
            self._lines.append([*runs, (" ", ""), *self._plain([line])])

    def columns(self, rows: Iterable[Sequence[Run]], *, indent: int, gap: int = 2) -> None:
        """Rows of cells under each other; the last column takes the rest of the line and wraps."""
        table = [self._plain(row) for row in rows]
        if not table:
            return
        count = max(len(row) for row in table)
        widths = [
            min(self.width // 3, max((cell_len(row[at][0]) for row in table if at < len(row) - 1), default=0))
            for at in range(count - 1)
        ]
        for row in table:
            first: list[Run] = [(" " * indent, "")]
            for (text, style), width in zip(row, widths, strict=False):
                first += [(fitted(text, width), style), (" " * gap, "")]
            self.add(row[-1], first=first)

    def _plain(self, runs: Sequence[Run]) -> tuple[Run, ...]:
        """`runs` in ASCII where the page must do with it; what has no letter is written out as an escape."""
        if not self.ascii:
            return tuple(runs)
        # Safe first: an escape of this page must not be taken for a character of the input.
        return tuple(
            (
                safe_text(text, lines=True).translate(_PLAIN).encode("ascii", "backslashreplace").decode(),
                style,
            )
            for text, style in runs
        )

    def text(self, *, color: bool) -> str:
        """The whole page, ending with a line break; escape sequences only with `color`."""
        lines = [_painted(line) if color else "".join(text for text, _ in line) for line in self._lines]
        return "\n".join(line.rstrip() for line in lines) + "\n"


def fitted(text: str, width: int) -> str:
    """`text` padded or cut to exactly `width` cells, cut text ending in an ellipsis."""
    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    kept = _head(text, max(0, width - 1))
    return kept + "…" + " " * (width - 1 - cell_len(kept)) if width else ""


def _head(text: str, room: int) -> str:
    """The longest beginning of `text` that fits into `room` cells."""
    if text.isascii():
        return text[:room]
    used = 0
    for at, char in enumerate(text):
        used += cell_len(char)
        if used > room:
            return text[:at]
    return text


def _wrapped(runs: Sequence[Run], room: int) -> list[list[Run]]:
    """`runs` cut into lines of at most `room` cells; line breaks in the text are kept."""
    lines: list[list[Run]] = [[]]
    left = room
    for text, style in runs:
        # Text of the input is made safe where it is quoted; this catches what a writer forgot.
        for at, part in enumerate(safe_text(text, lines=True).split("\n")):
            if at:
                lines.append([])
                left = room
            for word in _WORDS.findall(part):
                left = _place(lines, word, style, left, room)
    for line in lines:
        while line and line[-1][0].isspace():
            line.pop()
    return lines


def _place(lines: list[list[Run]], word: str, style: str, left: int, room: int) -> int:
    """Put one word or gap at the end of `lines`; returns the cells that remain on the last one."""
    size = cell_len(word)
    if size <= left:
        lines[-1].append((word, style))
        return left - size
    if word.isspace():
        return 0
    if size <= room and left < room:
        lines.append([(word, style)])
        return room - size
    while word:  # longer than a line: broken where the line ends
        head = _head(word, left)
        if not head and left < room:
            lines.append([])
            left = room
            continue
        head = head or word[:1]
        lines[-1].append((head, style))
        left -= cell_len(head)
        word = word[len(head) :]
        if word:
            lines.append([])
            left = room
    return left


def _painted(line: Sequence[Run]) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    out = []
    for text, style in line:
        known = STYLES.get(style)
        out.append(Style.parse(known).render(text, color_system=ColorSystem.EIGHT_BIT) if known else text)
    return "".join(out)
