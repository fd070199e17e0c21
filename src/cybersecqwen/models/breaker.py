"""How a server is spared: so many calls at a time, and none for a while after it failed in a row.

    closed ──failures in a row──▶ open ──pause over──▶ one probe ──it answers──▶ closed
                                   ▲                       │
                                   └────────it fails───────┘

A server that is down or stuck would otherwise cost every question its whole time. With the breaker open the
caller hears so at once, and the computed report leaves without delay.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cybersecqwen.errors import ModelServerError, ModelTimeoutError, SettingsError

_POLL_S = 0.05
"""How often a caller that waits for a place looks whether it should still wait."""


class Attempt:
    """A call that a breaker let through."""

    def __init__(self, probe: bool) -> None:
        self.probe = probe
        """Whether it is the one that tries out a server that was left alone."""
        self.spared = False
        """Set it where the call's end says nothing about the server: its caller gave up."""
        self.hurried = False
        """Set it where a timeout says nothing about the server: its caller had spent time on waiting."""


class Breaker:
    """Counts a server's failures in a row, and refuses calls while it is left alone. For any thread."""

    def __init__(
        self,
        name: str,
        *,
        failures: int = 3,
        pause_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Closed: the first call goes through.

        Args:
            name: The server, as messages name it.
            failures: So many in a row open it.
            pause_s: Seconds that the server is left alone before a call tries it again.
            clock: Seconds that never go back.

        Raises:
            SettingsError: `failures` is less than 1, or `pause_s` no number of seconds.
        """
        if failures < 1 or not (math.isfinite(pause_s) and pause_s >= 0):
            raise SettingsError(
                f"A server cannot be left alone for {pause_s:g} s after {failures} failures.",
                hint="server_failures is at least 1, server_pause_s a number of seconds.",
            )
        self._name = name
        self._failures = failures
        self._pause_s = pause_s
        self._clock = clock
        self._lock = threading.Lock()
        self._count = 0
        self._until: float | None = None
        self._probing = False
        self._last = ""

    def check(self) -> None:
        """Raise ModelServerError where a call would be refused now; takes nothing."""
        with self._lock:
            self._refuse()

    @contextmanager
    def attempt(self, answers: tuple[type[Exception], ...] = ()) -> Iterator[Attempt]:
        """Let one call through, and judge the server by how the block ends.

        ModelServerError and ModelTimeoutError are failures; the end of the block and errors of the types
        `answers` show that the server works; anything else, a spared attempt, and a timeout of a hurried one
        say nothing about it.

        Raises:
            ModelServerError: The server is left alone, or somebody else is trying it out.
        """
        with self._lock:
            self._refuse()
            attempt = Attempt(self._until is not None)
            self._probing = attempt.probe
        try:
            yield attempt
        except answers:
            self._answered()
            raise
        except (ModelServerError, ModelTimeoutError) as error:
            if not (attempt.hurried and isinstance(error, ModelTimeoutError)):
                self._failed(attempt, error.message)
            raise
        else:
            if not attempt.spared:
                self._answered()
        finally:
            if attempt.probe:
                with self._lock:
                    self._probing = False  # whatever happened, the next caller may try

    def _refuse(self) -> None:
        if self._until is None:
            return
        left = self._until - self._clock()
        if left <= 0 and not self._probing:
            return
        when = f"in {math.ceil(left)} s" if left > 0 else "right now by another call"
        raise ModelServerError(
            f"The model server at {self._name} is left alone after {self._count} failures in a row.",
            hint=f"It is tried again {when}. The last failure: {self._last}",
        )

    def _answered(self) -> None:
        with self._lock:
            self._count, self._until, self._last = 0, None, ""

    def _failed(self, attempt: Attempt, message: str) -> None:
        with self._lock:
            if self._until is not None and not attempt.probe:
                return  # began before the others failed: the pause does not start anew
            self._count += 1
            self._last = message
            if attempt.probe or self._count >= self._failures:
                self._until = self._clock() + self._pause_s


class Gate:
    """The way to one server, shared by all models behind it."""

    def __init__(
        self,
        name: str,
        *,
        at_once: int = 4,
        failures: int = 3,
        pause_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open, with all places free.

        Args:
            name: The server, as messages name it.
            at_once: Calls that may be under way at a time.
            failures: See `Breaker`.
            pause_s: See `Breaker`.
            clock: See `Breaker`.

        Raises:
            SettingsError: A number is out of its range.
        """
        if at_once < 1:
            raise SettingsError(
                f"A server cannot be asked {at_once} questions at a time.", hint="At least 1."
            )
        self.at_once = at_once
        """Calls that may be under way at a time."""
        self.breaker = Breaker(name, failures=failures, pause_s=pause_s, clock=clock)
        """Says whether the server is asked at all."""
        self._places = threading.BoundedSemaphore(at_once)

    @contextmanager
    def place(self, stop_now: Callable[[], bool]) -> Iterator[bool]:
        """Hold one of the places inside the block; False where `stop_now` ended the wait for it.

        Raises:
            ModelServerError: The server is left alone, so that waiting would be in vain.
        """
        self.breaker.check()
        held = self._places.acquire(blocking=False)
        while not held and not stop_now():
            held = self._places.acquire(timeout=_POLL_S)
        try:
            yield held
        finally:
            if held:
                self._places.release()
