"""A model made of models: the first that answers within the time that is left.

Fallback([standard, instant], budget_s=10)
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cybersecqwen.errors import ModelError, ModelTimeoutError

from .interface import Cancel, Completion, LanguageModel, Options, Prompt, TextSink

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A candidate that was tried and did not answer."""

    model: str
    """Its name."""
    error: ModelError
    """Why."""
    seconds: float
    """How long that took."""


class Fallback(LanguageModel):
    """Tries its candidates in order, on any ModelError, within one budget of time.

    A candidate that has already sent text to the caller is not replaced: two models' words would mix.
    """

    def __init__(self, candidates: Sequence[LanguageModel], *, budget_s: float = 60.0) -> None:
        if not candidates:
            raise ModelError("There is no model to ask.")
        self.candidates = tuple(candidates)
        """In the order in which they are tried."""
        self.budget_s = budget_s
        """Seconds for all candidates of one call together; a call's own timeout may be shorter."""
        self.name = " | ".join(one.name for one in candidates)
        self.profile = candidates[0].profile
        self._failures: deque[Failure] = deque(maxlen=100)
        self._lock = threading.Lock()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The latest candidates that did not answer, oldest first, at most 100."""
        with self._lock:
            return tuple(self._failures)

    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """See `LanguageModel.generate`; the completion names the model that wrote it."""
        sent = False

        def pass_on(text: str) -> None:
            nonlocal sent
            sent = True
            if on_text is not None:
                on_text(text)

        taker = pass_on if on_text is not None else None
        return self._first(
            options,
            lambda model, bounded: model.generate(prompt, bounded, on_text=taker, cancel=cancel),
            may_go_on=lambda: not sent,
        )

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """See `LanguageModel.choose`."""
        return self._first(
            options, lambda model, bounded: model.choose(prompt, choices, bounded, cancel=cancel)
        )

    def generate_json(
        self,
        prompt: Prompt,
        schema: dict[str, Any],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> Any:
        """See `LanguageModel.generate_json`; an invalid answer is a reason to ask the next."""
        return self._first(
            options, lambda model, bounded: model.generate_json(prompt, schema, bounded, cancel=cancel)
        )

    def close(self) -> None:
        """Close every candidate."""
        for one in self.candidates:
            one.close()

    def _first(
        self,
        options: Options | None,
        ask: Callable[[LanguageModel, Options], T],
        *,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> T:
        options = options or Options()
        deadline = time.monotonic() + min(self.budget_s, options.timeout_s)
        failed: list[Failure] = []
        for model in self.candidates:
            started = time.monotonic()
            if started >= deadline:
                break
            try:
                return ask(model, replace(options, timeout_s=deadline - started))
            except ModelError as error:
                failed.append(Failure(model=model.name, error=error, seconds=time.monotonic() - started))
                with self._lock:
                    self._failures.append(failed[-1])
                if not may_go_on():
                    raise
        raise _all_failed(failed, len(self.candidates)) from (failed[-1].error if failed else None)


def _all_failed(failed: Sequence[Failure], candidates: int) -> ModelError:
    reasons = "; ".join(f"{one.model}: {one.error.message}" for one in failed)
    if len(failed) < candidates:
        return ModelTimeoutError(f"The time was up before every model could be asked. {reasons}".strip())
    return failed[0].error if len(failed) == 1 else ModelError(f"No model answered. {reasons}")
