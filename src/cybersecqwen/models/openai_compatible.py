"""A model behind a server that speaks the chat-completions API: llama-server, vLLM, Ollama, LM Studio.

Only servers on this machine, unless the caller says otherwise in so many words. The key is read
from the environment when it is needed, and appears in no message, record or log. Everything that a
server sends is bounded and checked; whatever it does, the caller sees an answer or a typed error
within the time it allowed.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from cybersecqwen import offline
from cybersecqwen.errors import ModelError, ModelServerError, SettingsError

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

_MAX_BYTES = 16 << 20
_MAX_LINE = 1 << 20
_TOP = 20
"""Likeliest tokens asked for by `choose`; OpenAI's bound, which other servers share."""
_FRAMINGS = 4
_CONNECT_S = 5.0


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
    ) -> None:
        """Nothing is sent yet.

        Args:
            base_url: Up to and including /v1, such as http://127.0.0.1:8080/v1.
            model: The name that the server knows it by.
            profile: Facts about its family; guessed from the name where None.
            context: Most tokens of prompt and answer together.
            key_variable: Name of the environment variable that holds the key; none where empty. A
                server on this machine is asked without one if the variable is not set.
            allow_remote: Whether the server may be another machine: what is analysed is sent to it.

        Raises:
            SettingsError: The address is no http(s) address, holds a key, or is another machine.
        """
        scheme, host, holds_key = _parts(base_url)
        if scheme not in ("http", "https") or not host:
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
        self.name = model
        self.profile = profile or guess("", model)
        self.context = context
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._host = host
        self._key_variable = key_variable
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
        return self._ask(prompt, options or Options(), {}, on_text, cancel).completion()

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
            collected = self._ask(asked, replace_tokens(options, 1), more, None, cancel)
            collected.completion()
            found = shares(collected.logprobs, letters)
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
            completion = self._ask(prompt, options or Options(), more, None, cancel).completion()
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
    ) -> Collector:
        if self._closed:
            raise ModelError(f"The model {self.name} has been closed.")
        collector = Collector(
            model=self.name, profile=self.profile, options=options, on_text=on_text, cancel=cancel
        )
        budget = int(max(256, self.context - options.max_tokens) * self.profile.chars_per_token)
        for attempt in range(_FRAMINGS):
            framed = messages(prompt, self.profile, budget=budget)
            body = {"model": self.name, **request(framed, options, self.profile), **more}
            try:
                self._post(body, collector)
                break
            except ContextOverflowError:
                if attempt == _FRAMINGS - 1 or not prompt.material:
                    raise
                budget //= 2
        return collector

    def _post(self, body: dict[str, Any], collector: Collector) -> None:
        import httpx2

        headers = {"Accept": "text/event-stream", **self._authorization()}
        limits = httpx2.Timeout(collector.left_s(), connect=min(_CONNECT_S, collector.left_s() or 0.001))
        try:
            # trust_env: a proxy from the environment would be another machine that reads along.
            with (
                offline.allowed(self._host),
                httpx2.Client(timeout=limits, trust_env=False) as client,
                client.stream("POST", self._url, json=body, headers=headers) as response,
                _watchdog(response, collector),
            ):
                self._read(response, collector)
        except httpx2.TimeoutException:
            collector.time_up()
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            if collector.stop_now():  # the watchdog closed the connection under the reader
                return
            reason = str(error)[:200].rstrip(".") or type(error).__name__
            raise ModelServerError(
                f"The model server at {self._host} cannot be used: {reason}.",
                hint="Is it running, and is its address right?",
            ) from error

    def _read(self, response: Any, collector: Collector) -> None:
        if response.status_code != 200:
            raise self._refusal(response)
        lines = _lines(response.iter_bytes())
        if "text/event-stream" not in response.headers.get("content-type", ""):
            collector.feed(_json("".join(lines), self.name))
            return
        for line in lines:
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
        text = "".join(_lines(response.iter_bytes()))[:65_536]
        try:
            said = json.loads(text)
        except ValueError:
            said = text
        error = server_error(self.name, said.get("error", said) if isinstance(said, dict) else said)
        if isinstance(error, ContextOverflowError):
            return error
        code = response.status_code
        if code in (401, 403):
            return ModelServerError(
                f"{self.name} refused the key (status {code}).", hint="Is the right variable named?"
            )
        kind = _RefusedError if code in (400, 404, 415, 422, 501) else ModelServerError
        return kind(f"{error.message} (status {code})")

    def _authorization(self) -> dict[str, str]:
        if not self._key_variable:
            return {}
        key = os.environ.get(self._key_variable, "").strip()
        if not key:
            if offline.is_loopback(self._host):
                return {}  # servers on this machine mostly want none, and say so if they do
            raise SettingsError(f"The variable {self._key_variable}, which should hold a key, is empty.")
        if not (key.isascii() and key.isprintable()):
            raise SettingsError(f"The variable {self._key_variable} holds no usable key.")
        return {"Authorization": f"Bearer {key}"}


class _RefusedError(ModelServerError):
    """The server understood and refused: asking in another way may help."""


@contextmanager
def _watchdog(response: Any, collector: Collector) -> Iterator[None]:
    """Close the connection when time is up or the caller cancels, even while nothing arrives.

    A timeout of the client starts anew with every byte, so a server that drips would hold us forever.
    """
    done = threading.Event()
    thread = threading.Thread(target=_watch, args=(done, collector.stop_now, response), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _watch(done: threading.Event, stop_now: Callable[[], bool], response: Any) -> None:
    while not done.wait(0.05):
        if stop_now():
            stream = response.extensions.get("network_stream")
            raw = stream.get_extra_info("socket") if stream is not None else None
            if raw is not None:
                with suppress(OSError):  # it may have ended meanwhile
                    raw.shutdown(socket.SHUT_RDWR)  # wakes the reader, which sees the end of the stream
            return


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """Lines of a response, bounded in length and in all."""
    held, count = b"", 0
    for piece in pieces:
        count += len(piece)
        held += piece
        if count > _MAX_BYTES or len(held) > _MAX_LINE + len(piece):
            raise ModelServerError("The model server sent more than any answer can be.")
        *whole, held = held.split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    yield held.decode("utf-8", "replace")


def _json(text: str, model: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelServerError(f"{model} sent something that is not JSON: {text[:80]!r}.") from error


def _parts(url: str) -> tuple[str, str, bool]:
    """Scheme, host, and whether a user name or password stands in it; empty where it is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.username is not None or parts.password is not None
    except ValueError:
        return "", "", False


def _shown(url: str) -> str:
    return url.rpartition("@")[2]
