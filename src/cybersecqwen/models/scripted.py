"""A model that answers what it is told to: for tests, for examples, for trying out a task.

model = Scripted(["First answer.", ModelTimeoutError("too slow"), '{"verdict": "benign"}'])
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cybersecqwen.errors import ModelError

from .framing import messages
from .interface import (
    Cancel,
    Completion,
    LanguageModel,
    Options,
    Prompt,
    TextSink,
    checked_json,
    lettered,
    replace_tokens,
)
from .profiles import GENERIC, Profile

Answer = str | BaseException
Answers = Iterable[Answer] | Callable[[Prompt], Answer]

_BUDGET = 12_000


class Scripted(LanguageModel):
    """Gives the listed answers in order, or what a function of the prompt returns.

    An exception in the list, or returned by the function, is raised. A list that has run out is a
    ModelError, so that a test sees every call it did not expect. Safe to use from several threads.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        probabilities: Sequence[float] | None = None,
        name: str = "scripted",
        profile: Profile = GENERIC,
        piece_chars: int = 5,
    ) -> None:
        self.name = name
        self.profile = profile
        self.history: list[tuple[Prompt, Options]] = []
        """Every call, in order."""
        self.closed = False
        """Whether `close` was called."""
        self._function = answers if callable(answers) else None
        self._list = None if callable(answers) else iter(answers)
        self._probabilities = probabilities
        self._piece_chars = max(1, piece_chars)
        self._lock = threading.Lock()

    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """See `LanguageModel.generate`. A token is a word here; `stop` and `max_tokens` are kept to."""
        options = options or Options()
        answer = self._next(prompt, options)
        for stop in options.stop:
            answer = answer.partition(stop)[0]
        words = answer.split(" ")
        text = " ".join(words[: options.max_tokens])
        sent = ""
        while len(sent) < len(text) and not (cancel and cancel.is_set()):
            piece = text[len(sent) : len(sent) + self._piece_chars]
            sent += piece
            if on_text:
                on_text(piece)
        finish = "length" if len(words) > options.max_tokens else "stop"
        return Completion(
            text=sent,
            model=self.name,
            prompt_tokens=sum(len(message["content"].split()) for message in self.messages(prompt)),
            answer_tokens=len(sent.split()),
            finish="cancelled" if sent != text else finish,  # type: ignore[arg-type]
        )

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """See `LanguageModel.choose`: the probabilities given at the start, scaled to sum to 1."""
        if self._probabilities is None:
            return super().choose(prompt, choices, options, cancel=cancel)
        asked, _ = lettered(prompt, choices)
        self.history.append((asked, replace_tokens(options, 1)))
        if len(self._probabilities) != len(choices):
            raise ModelError(
                f"The script has {len(self._probabilities)} probabilities for {len(choices)} choices."
            )
        return tuple(one / sum(self._probabilities) for one in self._probabilities)

    def generate_json(
        self,
        prompt: Prompt,
        schema: dict[str, Any],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> Any:
        """See `LanguageModel.generate_json`: the next answer, validated like any other model's."""
        return checked_json(self._next(prompt, options or Options()), schema)

    def close(self) -> None:
        """Remember that it was called."""
        self.closed = True

    def messages(self, prompt: Prompt) -> list[dict[str, str]]:
        """What a real model would have been sent."""
        return messages(prompt, self.profile, budget=_BUDGET)

    def _next(self, prompt: Prompt, options: Options) -> str:
        with self._lock:
            self.history.append((prompt, options))
            if self._function is not None:
                answer = self._function(prompt)
            else:
                answer = next(self._list or iter(()), ModelError("The script has no further answer."))
        if isinstance(answer, BaseException):
            raise answer
        return answer
