"""The chat-completions wire format, which llama.cpp speaks in-process and servers speak over HTTP.

Requests are built and streamed chunks are read here, without any connection, so that both backends
share it and it is tested on plain dictionaries.
Format: https://platform.openai.com/docs/api-reference/chat and llama.cpp, tools/server/README.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from cybersecqwen.errors import ModelError, ModelServerError, ModelTimeoutError

from .choosing import Position
from .interface import Cancel, Completion, Finish, Options, TextSink
from .profiles import Profile

_MAX_ANSWER_CHARS = 1 << 20
_MOST_POSITIONS = 1_024
"""Tokens of an answer whose likeliest ones are kept; nobody asks for more, whatever a server sends."""
_MOST_LIKELY = 512
_NONSENSE = "Is it a model server, and does its address end in /v1?"


class ContextOverflowError(ModelError):
    """The prompt is longer than the model's context; framed again with less material it may fit."""


def request(messages: Sequence[Mapping[str, str]], options: Options, profile: Profile) -> dict[str, Any]:
    """The body of a streamed chat request."""
    body: dict[str, Any] = {
        "messages": list(messages),
        "max_tokens": options.max_tokens,
        "temperature": options.temperature,
        "seed": options.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if options.stop:
        body["stop"] = list(options.stop)
    if profile.template_arguments:
        body["chat_template_kwargs"] = dict(profile.template_arguments)
    return body


def schema_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The `response_format` that constrains an answer to a JSON schema."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)}}


class Collector:
    """Gathers streamed chunks into a completion; says when to stop, and why it stopped."""

    def __init__(
        self,
        *,
        model: str,
        profile: Profile,
        options: Options,
        on_text: TextSink | None,
        cancel: Cancel | None,
    ) -> None:
        self.logprobs: list[tuple[str, float]] = []
        """Likeliest tokens of the first position with log-probabilities, where they were asked for."""
        self.taken: list[Position] = []
        """The tokens of the answer, each with the likeliest ones there, where they were asked for."""
        self.finish: Finish | None = None
        """Why the model stopped, once it said so."""
        self._model = model
        self._options = options
        self._on_text = on_text
        self._cancel = cancel
        self._started = time.monotonic()
        self._thinking = _Thinking(profile.thinking)
        self._parts: list[str] = []
        self._chars = 0
        self._usage: Mapping[str, Any] = {}
        self._timed_out = False

    def answers_as(self, model: str, profile: Profile) -> None:
        """Take the name and the profile that the server gave; before the first chunk only."""
        self._model = model
        self._thinking = _Thinking(profile.thinking)

    def stop_now(self) -> bool:
        """Whether time is up or the caller cancelled; look between chunks."""
        if self._cancel is not None and self._cancel.is_set():
            self.finish = "cancelled"
            return True
        self._timed_out = time.monotonic() - self._started > self._options.timeout_s
        return self._timed_out

    def left_s(self) -> float:
        """Seconds left of the time budget, at least 0."""
        return max(0.0, self._options.timeout_s - (time.monotonic() - self._started))

    def time_up(self) -> None:
        """Note that the backend ran out of time while waiting."""
        self._timed_out = True

    def feed(self, chunk: Any) -> bool:
        """Take one chunk; True if the stream should end here.

        Raises:
            ContextOverflowError: The chunk says that the prompt is too long.
            ModelServerError: It is an error or no chunk at all.
        """
        if not isinstance(chunk, dict):
            raise ModelServerError(f"{self._model} sent something that is no chat chunk.", hint=_NONSENSE)
        if "error" in chunk:
            raise server_error(self._model, chunk["error"])
        if isinstance(chunk.get("usage"), dict):
            self._usage = chunk["usage"]
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise ModelServerError(f"{self._model} sent a chunk without choices.", hint=_NONSENSE)
        if choices:
            self._feed_choice(choices[0])
        return self.stop_now()

    def completion(self) -> Completion:
        """The answer so far.

        Raises:
            ModelTimeoutError: The time was up before the model had finished.
        """
        if self._timed_out and self.finish is None:
            raise ModelTimeoutError(
                f"{self._model} did not finish within {self._options.timeout_s:g} s.",
                hint="Allow more time or a shorter answer, or take a smaller model.",
            )
        self._emit(self._thinking.rest())
        details = self._usage.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, dict) else 0
        return Completion(
            text="".join(self._parts),
            model=self._model,
            prompt_tokens=_count(self._usage.get("prompt_tokens")),
            cached_tokens=_count(cached),
            answer_tokens=_count(self._usage.get("completion_tokens")),
            seconds=time.monotonic() - self._started,
            finish=self.finish or "stop",
        )

    def _feed_choice(self, choice: Any) -> None:
        if not isinstance(choice, dict):
            raise ModelServerError(f"{self._model} sent a choice that is no object.", hint=_NONSENSE)
        delta = choice.get("delta") or choice.get("message") or {}
        content = delta.get("content") if isinstance(delta, dict) else None
        if isinstance(content, str):
            self._emit(self._thinking.feed(content))
        said = choice.get("logprobs")
        if said:
            self.logprobs = self.logprobs or _logprobs(said)
            self.taken += _positions(said)[: _MOST_POSITIONS - len(self.taken)]
        reason = choice.get("finish_reason")
        if reason:
            self.finish = "length" if reason == "length" else "stop"

    def _emit(self, text: str) -> None:
        if not text:
            return
        self._chars += len(text)
        if self._chars > _MAX_ANSWER_CHARS:
            raise ModelServerError(
                f"{self._model} sent an answer of more than {_MAX_ANSWER_CHARS:,} characters."
            )
        self._parts.append(text)
        if self._on_text is not None:
            self._on_text(text)


class _Thinking:
    """Takes a thinking section out of a stream, if the answer begins with one."""

    def __init__(self, tags: tuple[str, str] | None) -> None:
        self._open, self._close = tags or ("", "")
        self._held = ""
        self._state = "start" if tags else "answer"

    def feed(self, piece: str) -> str:
        if self._state == "answer":
            return piece
        self._held += piece
        if self._state == "start":
            begun = self._held.lstrip()
            if begun.startswith(self._open):
                self._state, self._held = "thinking", begun[len(self._open) :]
            elif not self._open.startswith(begun):
                self._state = "answer"
                return self._held
        if self._state == "thinking":
            before, found, after = self._held.partition(self._close)
            if found:
                self._state = "gap"
                self._held = after
            else:  # keep only what may be the beginning of the closing tag: thinking can be long
                self._held = before[-len(self._close) :]
        if self._state == "gap" and self._held.strip():
            self._state = "answer"
            return self._held.lstrip()
        return ""

    def rest(self) -> str:
        """What was held back and turned out to be the answer after all."""
        held, self._held = self._held, ""
        return held if self._state == "start" else ""


def server_error(model: str, error: Any) -> ModelError:
    """The typed error for an error object of a server."""
    message = error.get("message", "") if isinstance(error, dict) else error
    text = " ".join("".join(char if char.isprintable() else " " for char in str(message)[:2000]).split())[
        :300
    ]
    kind = str(error.get("type", "")) + str(error.get("code", "")) if isinstance(error, dict) else ""
    lowered = f"{kind} {text}".lower()
    if "exceed_context" in lowered or "context_length" in lowered or "context length" in lowered:
        return ContextOverflowError(
            f"The prompt is too long for {model}: {text}", hint="Give it less material."
        )
    return ModelServerError(
        f"{model} answered with an error: {text or 'no reason given'}",
        hint="Asking again may help; else see the log of the server, if it is one.",
    )


def _logprobs(value: Any) -> list[tuple[str, float]]:
    content = value.get("content") if isinstance(value, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    top = first.get("top_logprobs") if isinstance(first, dict) else None
    pairs = []
    for one in top if isinstance(top, list) else ():
        token, logprob = (one.get("token"), one.get("logprob")) if isinstance(one, dict) else (None, None)
        if isinstance(token, str) and (number := _number(logprob)) is not None:
            pairs.append((token, number))
    return pairs


def _positions(value: Any) -> list[Position]:
    content = value.get("content") if isinstance(value, dict) else None
    found: list[Position] = []
    for one in content if isinstance(content, list) else ():
        if isinstance(one, dict):
            top = one.get("top_logprobs")
            likely = top[:_MOST_LIKELY] if isinstance(top, list) else ()
            some = [pair for pair in map(_piece, likely) if pair is not None]
            taken = _piece({"logprob": 0.0, **one})
            found.append((taken[0] if taken else b"", some))
    return found


def _piece(one: Any) -> tuple[bytes, float] | None:
    """The bytes of a token, which may be a part of a character, and its log-probability."""
    if not isinstance(one, dict):
        return None
    token, data, logprob = one.get("token"), one.get("bytes"), _number(one.get("logprob"))
    if logprob is None:
        return None
    if isinstance(data, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in data):
        return bytes(data), logprob
    return (token.encode("utf-8", "replace"), logprob) if isinstance(token, str) else None


def _number(value: Any) -> float | None:
    """A log-probability; None for what is none, such as a number of hundreds of digits."""
    if not isinstance(value, (int, float)) or value != value:
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
