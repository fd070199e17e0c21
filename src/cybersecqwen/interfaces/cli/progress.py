"""One line of progress on a terminal, none in a pipe."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import Self

_EVERY_S = 0.1


class Status:
    """Keeps one line on stderr up to date while something takes long."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._start = time.monotonic()
        self._last = 0.0
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def update(self, what: str, done: int, of: int) -> None:
        """Say what is going on; with amounts also how far it is and how long it will take."""
        now = time.monotonic()
        if not self._on or (self._shown and now - self._last < _EVERY_S and done < of):
            return
        self._last = now
        text = "".join(c if c.isprintable() else "?" for c in what) + "…"
        if of:
            share = done / of
            left = (now - self._start) * (1 - share) / share if share > 0 else 0.0
            text += f" {share:.0%}, {left:.0f} s left"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\x1b[K" + text[:width])
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away before a result is printed."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False
        self._start = time.monotonic()
