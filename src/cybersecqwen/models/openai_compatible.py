"""A model behind a server that speaks the chat-completions API: llama-server, vLLM, Ollama, LM Studio.

Only servers on this machine, unless the caller says otherwise in so many words. The key is read
from the environment when it is needed, and appears in no message, record or log. Everything that a
server sends is bounded and checked; whatever it does, the caller sees an answer or a typed error
within the time it allowed. Before the first question it is asked which models it serves.
Format: https://platform.openai.com/docs/api-reference/models/list
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cybersecqwen import offline
from cybersecqwen.errors import ModelError, ModelServerError, ModelTimeoutError, SettingsError

from .breaker import Gate
from .chat import Collector, ContextOverflowError, request, schema_format, server_error
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
    shares,
)
from .profiles import Profile, guess
from .wire import exchange, lines, origin, parts

_TOP = 20
"""Likeliest tokens asked for by `choose`; OpenAI's bound, which other servers share."""
_FRAMINGS = 4
_WHOLE = 0.9
"""Share of a caller's time that is left where it did not have to wait for a place."""
_CHECK_S = 5.0
"""Seconds that a server may take to say what it serves."""
_MAX_LIST = 1 << 20
"""Bytes of that list."""
_MAX_MODELS = 1000
_SHOWN = 8


class OpenAICompatible(LanguageModel):
    """A served model. Calls may be made from several threads."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        profile: Profile | None = None,
        context: int = 4096,
        key_variable: str = "",
        allow_remote: bool = False,
        gate: Gate | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            base_url: Up to and including /v1, such as http://127.0.0.1:8080/v1.
            model: The name that the server knows it by; where empty, the only one that it serves.
            profile: Facts about its family; guessed from the name where None.
            context: Most tokens of prompt and answer together.
            key_variable: Name of the environment variable that holds the key; none where empty. A
                server on this machine is asked without one if the variable is not set.
            allow_remote: Whether the server may be another machine: what is analysed is sent to it.
            gate: The way to the server, shared by all models behind it; one of its own where None.

        Raises:
            SettingsError: The address is no http(s) address, holds a key, or is another machine.
        """
        scheme, host, holds_key = parts(base_url)
        if scheme not in ("http", "https") or not host or not origin(base_url):
            raise SettingsError(
                f"{_shown(base_url)!r} is no address of a model server.", hint="http://127.0.0.1:8080/v1"
            )
        if holds_key:
            raise SettingsError(
                "A model server's address may not hold a key.", hint="Name a variable that holds it."
            )
        if not allow_remote and not offline.is_loopback(host):
            raise SettingsError(
                f"The model server {host} is another machine, and what is analysed would be sent to it.",
                hint="Allow it explicitly (allow_remote) if that is what you want.",
            )
        self.name = model or "server"
        self.profile = profile or guess("", model)
        self.context = context
        self._url = base_url.rstrip("/")
        self._local = offline.is_loopback(host)
        self._server = origin(base_url)
        self._gate = gate or Gate(self._server)
        self._key_variable = key_variable
        self._named = bool(model)
        self._profiled = profile is not None
        self._checked = False
        self._closed = False

    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """See `LanguageModel.generate`."""
        return self._ask(prompt, options or Options(), {}, on_text, cancel)[0]

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """See `LanguageModel.choose`; a server without log-probabilities is asked for the letter alone."""
        asked, letters = lettered(prompt, choices)
        more = {"logprobs": True, "top_logprobs": _TOP}
        try:
            _, logprobs = self._ask(asked, replace_tokens(options, 1), more, None, cancel)
            found = shares(logprobs, letters)
        except _RefusedError:  # some servers answer 400 to fields that they do not know
            found = None
        return found or super().choose(prompt, choices, options, cancel=cancel)

    def generate_json(
        self,
        prompt: Prompt,
        schema: dict[str, Any],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> Any:
        """See `LanguageModel.generate_json`; a server that knows no schemas is asked in words."""
        more = {"response_format": schema_format(schema)}
        try:
            completion, _ = self._ask(prompt, options or Options(), more, None, cancel)
        except _RefusedError:
            return super().generate_json(prompt, schema, options, cancel=cancel)
        return checked_json(completion.text, schema)

    def close(self) -> None:
        """Later calls are refused; connections do not outlive a call anyway."""
        self._closed = True

    def _ask(
        self,
        prompt: Prompt,
        options: Options,
        more: dict[str, Any],
        on_text: TextSink | None,
        cancel: Cancel | None,
    ) -> tuple[Completion, list[tuple[str, float]]]:
        """The answer and the log-probabilities of its beginning, as soon as the server has a place."""
        if self._closed:
            raise ModelError(f"The model {self.name} has been closed.")
        collector = Collector(
            model=self.name, profile=self.profile, options=options, on_text=on_text, cancel=cancel
        )
        with self._gate.place(collector.stop_now) as held:
            if not held and collector.finish != "cancelled":
                raise ModelTimeoutError(
                    f"The model server at {self._server} had no free place within {options.timeout_s:g} s.",
                    hint=f"{self._gate.at_once} calls at a time are let through (server_concurrency).",
                )
            if not held:
                return collector.completion(), []
            with self._gate.breaker.attempt(answers=(_AnsweredError, ContextOverflowError)) as attempt:
                # Those that got a place at once had all their time: a stuck server shows by them.
                attempt.hurried = collector.left_s() < _WHOLE * options.timeout_s
                # A probe asks for the list again: it costs seconds at most where an answer may cost a minute.
                self._check(collector, again=attempt.probe)
                collector.answers_as(self.name, self.profile)
                self._converse(prompt, options, more, collector)
                attempt.spared = collector.finish == "cancelled"
                return collector.completion(), collector.logprobs

    def _converse(self, prompt: Prompt, options: Options, more: dict[str, Any], collector: Collector) -> None:
        """Ask, with less material where the server finds the prompt too long."""
        budget = int(max(256, self.context - options.max_tokens) * self.profile.chars_per_token)
        for attempt in range(_FRAMINGS):
            framed = messages(prompt, self.profile, budget=budget)
            body = {"model": self.name, **request(framed, options, self.profile), **more}
            try:
                read = partial(self._read, collector=collector)
                if not self._send("POST", "/chat/completions", body, collector.left_s(), collector, read):
                    collector.time_up()
                return
            except ContextOverflowError:
                if attempt == _FRAMINGS - 1 or not prompt.material:
                    raise
                budget //= 2

    def _check(self, collector: Collector, *, again: bool) -> None:
        """See once that the server serves the model; a server that gives no list is believed."""
        if (self._checked and not again) or collector.stop_now():
            return

        def read(response: Any) -> None:
            if response.status_code not in (404, 405, 501):
                self._found(_served(response, self._refusal, self._server))
            self._checked = True

        left_s = min(_CHECK_S, collector.left_s())
        if not self._send("GET", "/models", None, left_s, collector, read) and not collector.stop_now():
            raise ModelServerError(
                f"The model server at {self._server} did not say within {left_s:g} s what it serves.",
                hint="It may be loading a model, or be stuck: see its log.",
            )

    def _found(self, served: Sequence[str]) -> None:
        """Take the only model where none was named; otherwise ours must be among them."""
        shown = ", ".join(served[:_SHOWN]) + (" …" if len(served) > _SHOWN else "")
        if not self._named and len(served) == 1:
            self.name, self._named = served[0], True
            self.profile = self.profile if self._profiled else guess("", self.name)
        elif not self._named:
            raise _AnsweredError(
                f"The model server at {self._server} serves {len(served)} models, and none was named.",
                hint=f"Name one (server_model): {shown}." if served else "See the server's log.",
            )
        elif self.name not in served and f"{self.name}:latest" not in served:  # as Ollama writes them
            raise _AnsweredError(
                f"{self._server} answers, but does not serve a model named {self.name!r}.",
                hint=f"It serves: {shown or 'none'}.",
            )

    def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        left_s: float,
        collector: Collector,
        read: Callable[[Any], None],
    ) -> bool:
        """See `wire.exchange`."""
        headers = {"Accept": "text/event-stream, application/json", **self._authorization()}
        return exchange(
            method,
            self._url + path,
            headers=headers,
            body=body,
            left_s=left_s,
            stop_now=collector.stop_now,
            read=read,
        )

    def _read(self, response: Any, collector: Collector) -> None:
        if response.status_code != 200:
            raise self._refusal(response)
        received = lines(response.iter_bytes())
        if "text/event-stream" not in response.headers.get("content-type", ""):
            said = _json("".join(received), self.name)
            collector.feed(said)
            if not _answers(said):
                raise ModelServerError(
                    f"{self.name} sent a reply without an answer.", hint="See the server's log."
                )
            return
        for line in received:
            data = line.removeprefix("data:").strip()
            if not line.startswith("data:") or not data:
                continue  # comments, event names and pings
            if data == "[DONE]" or collector.feed(_json(data, self.name)):
                break
        if collector.finish is None and not collector.stop_now():
            raise ModelServerError(
                f"{self.name} stopped in the middle of its answer.", hint="See the server's log."
            )

    def _refusal(self, response: Any) -> ModelError:
        text = "".join(lines(response.iter_bytes()))[:65_536]
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = text
        error = server_error(self.name, said.get("error", said) if isinstance(said, dict) else said)
        if isinstance(error, ContextOverflowError):
            return error
        code = response.status_code
        if code in (401, 403):
            return _AnsweredError(
                f"{self.name} refused the key (status {code}).",
                hint=f"Is the right variable named (server_key_env)? It is {self._key_variable or 'none'}.",
            )
        if code in (400, 404, 415, 422, 501):
            return _RefusedError(f"{error.message} (status {code})", hint="See the server's log.")
        if code == 503:
            return ModelServerError(
                f"{error.message} (status {code})", hint="It may still be loading its model."
            )
        return ModelServerError(f"{error.message} (status {code})", hint="See the server's log.")

    def _authorization(self) -> dict[str, str]:
        if not self._key_variable:
            return {}
        key = os.environ.get(self._key_variable, "").strip()
        if not key:
            if self._local:
                return {}  # servers on this machine mostly want none, and say so if they do
            raise SettingsError(f"The variable {self._key_variable}, which should hold a key, is empty.")
        if not (key.isascii() and key.isprintable()):
            raise SettingsError(f"The variable {self._key_variable} holds no usable key.")
        return {"Authorization": f"Bearer {key}"}


class _AnsweredError(ModelServerError):
    """The server works, and what it answers does not help: asking it again at once gives the same."""

    retryable = False


class _RefusedError(_AnsweredError):
    """The server understood and refused: asking in another way may help."""

    retryable = True


def _served(response: Any, refusal: Callable[[Any], ModelError], url: str) -> list[str]:
    """Names of the models that a server says it serves."""
    if response.status_code != 200:
        raise refusal(response)
    text = "".join(lines(response.iter_bytes(), _MAX_LIST))
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    data = said.get("data", ()) if isinstance(said, dict) else ()
    if data == () or not isinstance(data, (list, type(None))):  # Ollama without any model says null
        raise ModelServerError(
            f"What answers at {url} is no model server: {text[:80]!r}.",
            hint="Is the port right? An address mostly ends in /v1.",
        )
    names = (one.get("id") for one in (data or ())[:_MAX_MODELS] if isinstance(one, dict))
    return [name for name in names if isinstance(name, str) and name.isprintable() and 0 < len(name) <= 200]


def _answers(said: Any) -> bool:
    """Whether a reply in one piece holds a message, be it empty."""
    first = next(iter(said["choices"]), None)
    message = first.get("message") or first.get("delta") if isinstance(first, dict) else None
    return isinstance(message, dict) and isinstance(message.get("content"), (str, type(None)))


def _json(text: str, model: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelServerError(
            f"{model} sent something that is not JSON: {text[:80]!r}.",
            hint="Is it a model server, and does its address end in /v1?",
        ) from error


def _shown(url: str) -> str:
    return url.rpartition("@")[2]
