"""Interruptions wait while something is being counted, so that what is counted always fits its position."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Undisturbed:
    """A context in which Ctrl-C and SIGTERM are only noted; what they do is done when it is left.

    With `once`, the first is forgotten and the second interrupts at once: for what has to end soon anyway.
    For the main thread; in any other there are no interruptions, and it does nothing.
    """

    def __init__(self, *, once: bool = False) -> None:
        self._once = once
        self._before: dict[int, Any] = {}
        self._noted: list[int] = []

    def __enter__(self) -> None:
        try:
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        except ValueError:
            self._before.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        before, self._before = self._before, {}
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        noted, self._noted = self._noted, []
        if noted and error is None and not self._once:
            signal.raise_signal(noted[0])

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._once and self._noted:
            raise KeyboardInterrupt
        self._noted.append(number)
