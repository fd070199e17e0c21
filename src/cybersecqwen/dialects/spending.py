"""A limit on the processor time of work that no other bound holds in.

Processor time, since a busy machine must not change an answer. Where signals can be had (the main thread of
a Unix system) the work is broken off wherever it is; elsewhere only where it looks at what is left.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

_AGAIN_S = 0.5
"""Seconds after which work is broken off again that has swallowed the first time, in a destructor say."""


_elsewhere = [0.0]


def spend_elsewhere(seconds: float) -> None:
    """Count processor time that another process spent for this one."""
    _elsewhere[0] += seconds


def _spent() -> float:
    """Seconds of processor time so far, here and elsewhere."""
    return time.process_time() + _elsewhere[0]


class OutOfTime(BaseException):
    """The time is spent. Not an Exception, so that nothing on the way takes it for an error of its own."""


@dataclass(kw_only=True, slots=True)
class Allowance:
    """Seconds of processor time for some work, from now on."""

    seconds: float = math.inf
    _begun: float = field(default_factory=_spent)

    @property
    def left(self) -> float:
        """Seconds that are left; never below 0."""
        return max(0.0, self.seconds - (_spent() - self._begun))

    def check(self) -> None:
        """Raise OutOfTime when nothing is left."""
        if self.left <= 0:
            raise OutOfTime

    @contextmanager
    def held(self) -> Iterator[None]:
        """Break the work inside off with OutOfTime when nothing is left.

        Inside another one both hold; what the outer breaks off is not the inner's to catch, so catch
        OutOfTime around the whole of the work and look at `left`.
        """
        self.check()
        if math.isinf(self.seconds) or not _signals():
            yield
            return
        before = signal.getsignal(signal.SIGPROF)
        outer, begun = signal.getitimer(signal.ITIMER_PROF)[0], time.process_time()
        armed = True

        def stop(_number: int, _frame: FrameType | None) -> None:
            if armed:
                raise OutOfTime

        signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, min(self.left or _AGAIN_S, outer or math.inf), _AGAIN_S)
        try:
            yield
        finally:
            armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
            if outer:
                rest = max(0.001, outer - (time.process_time() - begun))
                signal.setitimer(signal.ITIMER_PROF, rest, _AGAIN_S)


def _signals() -> bool:
    main: Any = threading.main_thread()
    return hasattr(signal, "SIGPROF") and threading.current_thread() is main
