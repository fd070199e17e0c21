from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import (
    CsqError,
    ModelError,
    ModelServerError,
    ModelTimeoutError,
    SchemaError,
    SettingsError,
)
from cybersecqwen.models import Cancel, Material, Options, Prompt
from cybersecqwen.models.breaker import Gate
from cybersecqwen.models.openai_compatible import OpenAICompatible
from tests.amounts import draws

from .fake_hub import running
from .fake_server import Behaviour, FakeServer, Handler, listing

pytestmark = pytest.mark.usefixtures("loopback")

PROMPT = Prompt(instructions="I", material=(Material(label="e1", text="data " * 400),), question="Q")
KEY = "sk-very-secret-0123456789"


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
    assert server.keys == [f"Bearer {KEY}"] * 2
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
    [
        "ftp://127.0.0.1/v1",
        "127.0.0.1:8080",
        "",
        "http://",
        "http://[::1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:x/v1",
        "http://u:secret@127.0.0.1/v1",
    ],
)
def test_addresses_that_are_none(url: str):
    with pytest.raises(SettingsError) as caught:
        OpenAICompatible(url, "m")
    assert "secret" not in caught.value.message


def test_no_server(server: FakeServer):
    gone = model(server)
    server.shutdown()  # a thread that still waits at the socket would keep it open for a while
    server.server_close()
    with pytest.raises(ModelServerError, match=r"Nothing listens at http://127\.0\.0\.1:\d+\.") as caught:
        gone.generate(PROMPT)
    assert "running" in caught.value.hint


@draws(30)
@given(st.text(max_size=30))
def test_an_odd_address_is_a_typed_error(path: str):
    with pytest.raises(CsqError):  # nothing listens at port 1
        OpenAICompatible(f"http://127.0.0.1:1/{path}", "m").generate(PROMPT, Options(timeout_s=5))


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


def dripping_the_head(handler: Handler, _: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.over.wait(0.05):
        handler.wfile.write(b"X-Still: here\r\n")
        handler.wfile.flush()


SLOW = [silent, silent_after_the_head, dripping, dripping_the_head]


@pytest.mark.parametrize("behave", SLOW)
def test_slow_servers_are_a_timeout(server: FakeServer, behave: Behaviour):
    server.behave = behave
    started = time.monotonic()
    with pytest.raises(ModelTimeoutError) as caught:
        model(server).generate(PROMPT, Options(timeout_s=0.3))
    assert "more time" in caught.value.hint
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("behave", SLOW)
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
        lambda handler, _: handler.answer(500, b"[" * 60_000),
        lambda handler, _: handler.answer(200, b'{"choices": []}'),
        lambda handler, _: handler.answer(200, b'{"choices": [{"finish_reason": "stop"}]}'),
        lambda handler, _: handler.answer(200, b'{"choices": [{"message": {"content": 7}}]}'),
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
    assert caught.value.hint
    assert caught.value.hint != ModelError.default_hint


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


def test_a_server_is_asked_once_what_it_serves(server: FakeServer):
    asked = model(server)
    assert server.gets == 0, "nothing is sent before the first question"
    asked.generate(PROMPT)
    asked.generate(PROMPT)
    assert (server.gets, len(server.bodies)) == (1, 2)


@pytest.mark.parametrize(
    ("served", "hint"),
    [
        (("threat", "code"), "It serves: threat, code."),
        ((), "It serves: none."),
        (tuple(f"m{n}" for n in range(20)), "m7 …"),
        (("bad\nname", "x" * 300, "fine"), "It serves: fine."),
    ],
)
def test_a_model_that_is_not_served_is_named_with_those_that_are(
    server: FakeServer, served: tuple[str, ...], hint: str
):
    server.models = listing(*served)
    with pytest.raises(ModelServerError, match="does not serve a model named 'qwen3-4b'") as caught:
        model(server).generate(PROMPT)
    assert hint in caught.value.hint
    assert not server.bodies


def test_the_only_model_is_taken_where_none_is_named(server: FakeServer):
    server.models = listing("Qwen/Qwen3-8B")
    server.behave = lambda handler, _: handler.stream("<think>hm</think>", "Yes.")
    nameless = OpenAICompatible(server.url, "")
    done = nameless.generate(PROMPT)
    assert (done.model, nameless.name, server.bodies[0]["model"]) == ("Qwen/Qwen3-8B",) * 3
    assert done.text == "Yes.", "the family is known by then"
    server.models = listing("a", "b")
    with pytest.raises(ModelServerError, match="2 models") as caught:
        OpenAICompatible(server.url, "").generate(PROMPT)
    assert "a, b" in caught.value.hint


def test_a_name_as_ollama_writes_it(server: FakeServer):
    server.models = listing("qwen3-4b:latest")
    assert model(server).generate(PROMPT).text == "Hello there"


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_a_list_is_believed(server: FakeServer, status: int):
    server.models = lambda handler, _: handler.answer(status, b"{}")
    assert model(server).generate(PROMPT).text == "Hello there"


def says(data: bytes, status: int = 200) -> Behaviour:
    return lambda handler, _: handler.answer(status, data)


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (html, "no model server"),
        (says(b"[1]"), "no model server"),
        (says(b'{"data": "all"}'), "no model server"),
        (says(b"[" * 100_000), "no model server"),
        (says(b'{"data": null}'), "does not serve"),
        (says(b'{"data": [1, {"id": 2}, {}]}'), "does not serve"),
        (says(b'{"error": {"message": "Loading model"}}', 503), "Loading model"),
        (says(b"", 302), "302"),
        (failing, "500"),
        (endless_line, "more than"),
        (endless_comments, "more than"),
        (gibberish, "cannot be used"),
        (says(b"{}", 401), "refused the key"),
    ],
)
def test_whatever_a_server_says_that_it_serves(server: FakeServer, models: Behaviour, said: str):
    server.models = models
    with pytest.raises(ModelServerError, match=said) as caught:
        model(server, key_variable="MY_KEY").generate(PROMPT, Options(timeout_s=20))
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert caught.value.hint != ModelError.default_hint
    assert not server.bodies


@pytest.mark.parametrize("models", SLOW)
def test_a_server_that_does_not_say_what_it_serves(
    server: FakeServer, models: Behaviour, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cybersecqwen.models.openai_compatible._CHECK_S", 0.2)
    server.models = models
    with pytest.raises(ModelServerError, match=r"did not say within 0\.2 s") as caught:
        model(server).generate(PROMPT, Options(timeout_s=20))
    assert "loading" in caught.value.hint
    monkeypatch.setattr("cybersecqwen.models.openai_compatible._CHECK_S", 20.0)
    with pytest.raises(ModelTimeoutError):
        model(server).generate(PROMPT, Options(timeout_s=0.2))


class Clock:
    """Time goes on where the test says so."""

    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_a_server_that_fails_in_a_row_is_left_alone_and_tried_again(server: FakeServer):
    clock = Clock()
    gate = Gate("here", failures=3, pause_s=30, clock=clock)
    server.behave = failing
    asked = model(server, gate=gate)
    for _ in range(3):
        with pytest.raises(ModelServerError, match="500"):
            asked.generate(PROMPT)
    seen = len(server.bodies) + server.gets
    with pytest.raises(ModelServerError, match="left alone") as caught:
        asked.choose(PROMPT, "AB")
    assert "500" in caught.value.hint
    assert len(server.bodies) + server.gets == seen, "nothing was sent"
    clock.now += 30
    server.models = failing
    with pytest.raises(ModelServerError, match="500"):
        asked.generate(PROMPT)
    assert len(server.bodies) == 3, "the probe found out by the list, which costs little"
    clock.now += 30
    server.models, server.behave = listing("qwen3-4b"), lambda handler, _: handler.stream("Back.")
    assert asked.generate(PROMPT).text == "Back."
    assert asked.generate(PROMPT).text == "Back."


def no_such_field(handler: Handler, _: Any) -> None:
    handler.answer(422, b'{"detail": "unknown field"}')


def too_long(handler: Handler, _: Any) -> None:
    handler.answer(400, b'{"error": {"code": "context_length_exceeded"}}')


@pytest.mark.parametrize("behave", [no_such_field, too_long])
def test_a_server_that_answers_is_never_left_alone(server: FakeServer, behave: Behaviour):
    server.behave = behave
    asked = model(server, gate=Gate("here", failures=1))
    for _ in range(3):
        with pytest.raises(ModelError) as caught:
            asked.generate(PROMPT)
        assert "left alone" not in caught.value.message


def test_a_timeout_counts_as_a_failure_and_a_cancelled_call_as_nothing(server: FakeServer):
    server.behave = silent_after_the_head
    asked = model(server, gate=Gate("here", failures=2))
    with pytest.raises(ModelTimeoutError):
        asked.generate(PROMPT, Options(timeout_s=0.2))
    for _ in range(2):
        cancel = Cancel()
        threading.Timer(0.2, cancel.set).start()
        assert asked.generate(PROMPT, Options(timeout_s=20), cancel=cancel).finish == "cancelled"
    with pytest.raises(ModelTimeoutError):
        asked.generate(PROMPT, Options(timeout_s=0.2))
    with pytest.raises(ModelServerError, match="left alone"):
        asked.generate(PROMPT)


def test_no_more_calls_at_a_time_than_the_server_may_get(server: FakeServer):
    lock, go = threading.Lock(), threading.Event()
    inside = most = 0

    def counted(handler: Handler, _: Any) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == 2:
                go.set()
        go.wait(10)
        with lock:
            inside -= 1
        handler.stream("ok")

    server.behave = counted
    asked = model(server, gate=Gate("here", at_once=2))
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(asked.generate(PROMPT).text)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (texts, most) == (["ok"] * 6, 2)


def test_whoever_waits_for_a_place_waits_within_its_time(server: FakeServer):
    gate = Gate("here", at_once=1)
    asked = model(server, gate=gate)
    cancel = Cancel()
    cancel.set()
    with gate.place(lambda: False):
        with pytest.raises(ModelTimeoutError, match=r"no free place within 0\.2 s") as caught:
            asked.generate(PROMPT, Options(timeout_s=0.2))
        assert "server_concurrency" in caught.value.hint
        assert asked.generate(PROMPT, cancel=cancel).finish == "cancelled"
    assert asked.generate(PROMPT).text == "Hello there", "waiting is no failure of the server"
    assert server.gets == 1


def test_a_timeout_after_a_wait_is_no_failure_of_the_server(server: FakeServer):
    over = threading.Event()
    gate = Gate("here", at_once=1, failures=1, pause_s=60)
    asked = model(server, gate=gate)
    assert asked.generate(PROMPT).text == "Hello there"
    server.behave = lambda handler, _: over.wait(30) and handler.stream("too late")
    said: list[Exception] = []

    def ask() -> None:
        with pytest.raises(ModelTimeoutError) as caught:
            asked.generate(PROMPT, Options(timeout_s=2))
        said.append(caught.value)

    thread = threading.Thread(target=ask)
    with gate.place(lambda: False):
        thread.start()
        thread.join(1.0)  # half of its time is gone when it gets the place
    thread.join(20)
    assert "did not finish" in str(said[0])
    over.set()
    server.behave = lambda handler, _: handler.stream("ok")
    assert asked.generate(PROMPT).text == "ok", "the breaker is still closed"
    # A caller that had all of its time is believed.
    over.clear()
    server.behave = lambda handler, _: over.wait(30)
    with pytest.raises(ModelTimeoutError):
        asked.generate(PROMPT, Options(timeout_s=0.5))
    over.set()
    with pytest.raises(ModelServerError, match="left alone"):
        asked.generate(PROMPT)
