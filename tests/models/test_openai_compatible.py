from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cybersecqwen.errors import (
    CsqError,
    ModelError,
    ModelServerError,
    ModelTimeoutError,
    SchemaError,
    SettingsError,
)
from cybersecqwen.models import Cancel, Material, Options, Prompt
from cybersecqwen.models.openai_compatible import OpenAICompatible

from .fake_hub import running

pytestmark = pytest.mark.usefixtures("loopback")

PROMPT = Prompt(instructions="I", material=(Material(label="e1", text="data " * 400),), question="Q")
KEY = "sk-very-secret-0123456789"

Behaviour = Callable[["Handler", dict[str, Any]], None]


class FakeServer(ThreadingHTTPServer):
    """A model server that behaves as the test says, request by request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave: Behaviour = lambda handler, _: handler.stream("Hello", " there")
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: Any) -> None:
        return  # a client that hangs up is what some tests are about


class Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self.server.keys.append(self.headers.get("Authorization", ""))
        if self.path == "/v1/chat/completions":
            self.server.behave(self, body)
        else:
            self.answer(404, b"{}")

    def head(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def answer(self, status: int, data: bytes, kind: str = "application/json") -> None:
        self.head(status, kind)
        self.wfile.write(data)

    def event(self, value: Any) -> None:
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        self.wfile.flush()

    def text(self, text: str, reason: str | None = None, **more: Any) -> None:
        self.event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason, **more}]})

    def stream(self, *texts: str) -> None:
        self.head()
        self.wfile.write(b": ping\n\nevent: message\n")
        for text in texts:
            self.text(text)
        self.text("", "stop")
        usage = {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 3}}
        self.event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    with running(fake):
        yield fake
        fake.over.set()


def model(server: FakeServer, **more: Any) -> OpenAICompatible:
    return OpenAICompatible(server.url, "qwen3-4b", **more)


def test_an_answer_is_streamed_and_counted(server: FakeServer):
    heard: list[str] = []
    done = model(server).generate(PROMPT, Options(max_tokens=9), on_text=heard.append)
    assert (done.text, done.finish, done.model) == ("Hello there", "stop", "qwen3-4b")
    assert heard == ["Hello", " there"]
    assert (done.prompt_tokens, done.cached_tokens, done.answer_tokens) == (5, 3, 2)
    body = server.bodies[0]
    assert body["model"] == "qwen3-4b"
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert body["max_tokens"] == 9


def test_an_answer_in_one_piece_is_taken_too(server: FakeServer):
    whole = {"choices": [{"message": {"role": "assistant", "content": "All."}, "finish_reason": "stop"}]}
    server.behave = lambda handler, _: handler.answer(200, json.dumps(whole).encode())
    assert model(server).generate(PROMPT).text == "All."


def test_the_key_comes_from_the_environment_and_shows_nowhere(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    monkeypatch.setenv("MY_KEY", KEY)
    keyed = model(server, key_variable="MY_KEY")
    keyed.generate(PROMPT)
    assert server.keys == [f"Bearer {KEY}"]
    server.behave = lambda handler, _: handler.answer(401, b'{"error": {"message": "bad key"}}')
    with pytest.raises(ModelServerError) as caught:
        keyed.generate(PROMPT)
    assert KEY not in f"{caught.value!r} {caught.value.hint} {keyed!r} {vars(keyed)} {caplog.text}"
    monkeypatch.setenv("MY_KEY", "  ")
    server.behave = lambda handler, _: handler.stream("ok")
    keyed.generate(PROMPT)
    assert server.keys[-1] == "", "a server on this machine is asked without a key"
    with pytest.raises(SettingsError, match="MY_KEY"):
        OpenAICompatible("http://192.0.2.1/v1", "m", key_variable="MY_KEY", allow_remote=True).generate(
            PROMPT
        )
    monkeypatch.setenv("MY_KEY", "a\nX-Injected: 1")
    with pytest.raises(SettingsError, match="usable"):
        keyed.generate(PROMPT)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/v1",
        "http://10.0.0.1/v1",
        "http://127.0.0.1.evil.example/v1",
        "http://2130706433/v1",
    ],
)
def test_other_machines_must_be_allowed(url: str):
    with pytest.raises(SettingsError, match="another machine"):
        OpenAICompatible(url, "m")
    assert OpenAICompatible(url, "m", allow_remote=True).name == "m"


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/v1", "127.0.0.1:8080", "", "http://", "http://[::1", "http://u:secret@127.0.0.1/v1"],
)
def test_addresses_that_are_none(url: str):
    with pytest.raises(SettingsError) as caught:
        OpenAICompatible(url, "m")
    assert "secret" not in caught.value.message


def test_no_server(server: FakeServer):
    gone = model(server)
    server.server_close()
    with pytest.raises(ModelServerError) as caught:
        gone.generate(PROMPT)
    assert "running" in caught.value.hint


def test_a_redirect_is_not_followed(server: FakeServer):
    def redirect(handler: Handler, _: Any) -> None:
        handler.send_response(307)
        handler.send_header("Location", "http://example.com/v1/chat/completions")
        handler.end_headers()

    server.behave = redirect
    with pytest.raises(ModelServerError, match="307"):
        model(server).generate(PROMPT)


def silent(handler: Handler, _: Any) -> None:
    handler.server.over.wait(10)


def silent_after_the_head(handler: Handler, _: Any) -> None:
    handler.head()
    handler.wfile.flush()
    handler.server.over.wait(10)


def dripping(handler: Handler, _: Any) -> None:
    handler.head()
    while not handler.server.over.wait(0.05):
        handler.wfile.write(b": still here\n\n")
        handler.wfile.flush()


@pytest.mark.parametrize("behave", [silent, silent_after_the_head, dripping])
def test_slow_servers_are_a_timeout(server: FakeServer, behave: Behaviour):
    server.behave = behave
    started = time.monotonic()
    with pytest.raises(ModelTimeoutError):
        model(server).generate(PROMPT, Options(timeout_s=0.3))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("behave", [silent_after_the_head, dripping])
def test_cancelling_does_not_wait_for_the_server(server: FakeServer, behave: Behaviour):
    server.behave = behave
    cancel = Cancel()
    threading.Timer(0.2, cancel.set).start()
    done = model(server).generate(PROMPT, Options(timeout_s=20), cancel=cancel)
    assert (done.text, done.finish) == ("", "cancelled")


def half(handler: Handler, _: Any) -> None:
    handler.head()
    handler.text("It was ")


def html(handler: Handler, _: Any) -> None:
    handler.answer(200, b"<html>It works!</html>", "text/html")


def broken_json(handler: Handler, _: Any) -> None:
    handler.head()
    handler.wfile.write(b'data: {"choices": [\n\n')


def deep_json(handler: Handler, _: Any) -> None:
    handler.head()
    handler.wfile.write(b"data: " + b"[" * 100_000 + b"\n\n")


def binary(handler: Handler, _: Any) -> None:
    handler.head()
    handler.wfile.write(b"data: \xff\xfe\x00\n\n")


def endless_line(handler: Handler, _: Any) -> None:
    handler.head()
    for _ in range(64):
        handler.wfile.write(b"x" * (1 << 20))


def endless_comments(handler: Handler, _: Any) -> None:
    handler.head()
    for _ in range(64):
        handler.wfile.write((b": " + b"y" * 4000 + b"\n") * 256)


def error_in_the_stream(handler: Handler, _: Any) -> None:
    handler.head()
    handler.event({"error": {"message": "out of memory"}})


def failing(handler: Handler, _: Any) -> None:
    handler.answer(500, b"Internal \x00 Server Error")


def gibberish(handler: Handler, _: Any) -> None:
    handler.wfile.write(b"this is not HTTP\r\n\r\n")


@pytest.mark.parametrize(
    "behave",
    [
        half,
        html,
        broken_json,
        deep_json,
        binary,
        endless_line,
        endless_comments,
        error_in_the_stream,
        failing,
        gibberish,
    ],
)
def test_whatever_a_server_does_is_a_typed_error(server: FakeServer, behave: Behaviour):
    server.behave = behave
    with pytest.raises(ModelServerError) as caught:
        model(server).generate(PROMPT, Options(timeout_s=20))
    assert "\n" not in caught.value.message
    assert "\x00" not in caught.value.message


def test_a_prompt_that_is_too_long_is_framed_again_with_less(server: FakeServer):
    def strict(handler: Handler, body: dict[str, Any]) -> None:
        if len(body["messages"][1]["content"]) > 900:
            handler.answer(400, b'{"error": {"code": "context_length_exceeded", "message": "too long"}}')
        else:
            handler.stream("ok")

    server.behave = strict
    assert model(server, context=1024).generate(PROMPT).text == "ok"
    assert len(server.bodies) > 1
    server.behave = lambda handler, _: handler.answer(400, b'{"error": {"code": "context_length_exceeded"}}')
    with pytest.raises(ModelError, match="too long"):
        model(server).generate(PROMPT)


def test_choices_by_probability(server: FakeServer):
    def probable(handler: Handler, body: dict[str, Any]) -> None:
        assert body["logprobs"] is True
        assert body["max_tokens"] == 1
        top = [{"token": " B", "logprob": -0.1}, {"token": "A", "logprob": -3.0}]
        handler.head()
        handler.text("B", "length", logprobs={"content": [{"token": "B", "top_logprobs": top}]})
        handler.wfile.write(b"data: [DONE]\n\n")

    server.behave = probable
    a, b = model(server).choose(PROMPT, ["benign", "malicious"])
    assert b > 0.9
    assert a + b == pytest.approx(1)


@pytest.mark.parametrize("refuse", [True, False])
def test_choices_of_a_server_without_probabilities(server: FakeServer, refuse: bool):
    def plain(handler: Handler, body: dict[str, Any]) -> None:
        if refuse and "logprobs" in body:
            handler.answer(400, b'{"error": {"message": "logprobs is not supported"}}')
        else:
            handler.stream("B")

    server.behave = plain
    assert model(server).choose(PROMPT, ["benign", "malicious"]) == (0.0, 1.0)


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def test_json_is_asked_for_and_checked(server: FakeServer):
    server.behave = lambda handler, _: handler.stream('{"a"', ": 1}")
    assert model(server).generate_json(PROMPT, SCHEMA) == {"a": 1}
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == SCHEMA
    server.behave = lambda handler, _: handler.stream('{"a": "one"}')
    with pytest.raises(SchemaError):
        model(server).generate_json(PROMPT, SCHEMA)


def test_json_of_a_server_that_knows_no_schemas(server: FakeServer):
    def plain(handler: Handler, body: dict[str, Any]) -> None:
        if "response_format" in body:
            handler.answer(422, b'{"detail": "unknown field"}')
        else:
            assert '"integer"' in body["messages"][1]["content"]
            handler.stream('```json\n{"a": 1}\n```')

    server.behave = plain
    assert model(server).generate_json(PROMPT, SCHEMA) == {"a": 1}


def test_a_closed_model_asks_nobody(server: FakeServer):
    with model(server) as closed:
        pass
    with pytest.raises(CsqError, match="closed"):
        closed.generate(PROMPT)
    assert not server.bodies
