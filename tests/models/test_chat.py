from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import ModelError, ModelServerError, ModelTimeoutError
from cybersecqwen.models import Cancel, Options
from cybersecqwen.models.chat import Collector, ContextOverflowError, request, schema_format
from cybersecqwen.models.profiles import GENERIC, profile


def collector(options: Options | None = None, cancel: Cancel | None = None, on_text=None, thinking="qwen3"):
    return Collector(
        model="m", profile=profile(thinking), options=options or Options(), on_text=on_text, cancel=cancel
    )


def piece(text: str, reason: str | None = None) -> dict:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


def test_a_stream_becomes_a_completion():
    heard: list[str] = []
    taker = collector(on_text=heard.append)
    for chunk in (piece("He"), piece("llo"), piece("", "stop")):
        assert not taker.feed(chunk)
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 7}}
    taker.feed({"choices": [], "usage": usage})
    done = taker.completion()
    assert (done.text, done.finish, heard) == ("Hello", "stop", ["He", "llo"])
    assert (done.prompt_tokens, done.cached_tokens, done.answer_tokens) == (9, 7, 2)


def test_length_is_told_apart():
    taker = collector()
    taker.feed(piece("x", "length"))
    assert taker.completion().finish == "length"


def test_cancelling_keeps_what_there_is():
    cancel = Cancel()
    taker = collector(cancel=cancel)
    taker.feed(piece("some"))
    cancel.set()
    assert taker.feed(piece(" more"))
    assert (taker.completion().text, taker.completion().finish) == ("some more", "cancelled")


def test_time_that_is_up_is_an_error():
    taker = collector(Options(timeout_s=0.0))
    assert taker.feed(piece("x"))
    with pytest.raises(ModelTimeoutError):
        taker.completion()


def test_time_that_is_up_after_the_end_does_not_matter():
    taker = collector(Options(timeout_s=0.0))
    taker.feed(piece("x", "stop"))
    assert taker.completion().text == "x"


@given(st.text(alphabet="ab <>/think", max_size=30), st.integers(1, 5))
def test_thinking_is_removed_however_it_is_cut(answer: str, size: int):
    whole = f"\n<think>secret </thin plans</think>\n\n{answer}"
    heard: list[str] = []
    taker = collector(on_text=heard.append)
    for at in range(0, len(whole), size):
        taker.feed(piece(whole[at : at + size]))
    assert taker.completion().text == answer.lstrip() == "".join(heard)


@given(st.text(alphabet="ab <>/think\n", max_size=30), st.integers(1, 5))
def test_an_answer_that_does_not_think_comes_through_whole(answer: str, size: int):
    if answer.lstrip().startswith("<think>"):
        return
    taker = collector()
    for at in range(0, len(answer), size):
        taker.feed(piece(answer[at : at + size]))
    assert taker.completion().text == answer


@pytest.mark.parametrize("chunk", [None, [], "x", 3, {}, {"choices": 5}, {"choices": [5]}])
def test_nonsense_is_a_server_error(chunk):
    with pytest.raises(ModelServerError):
        collector().feed(chunk)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "choices",
                        "delta",
                        "content",
                        "usage",
                        "logprobs",
                        "top_logprobs",
                        "error",
                        "message",
                        "finish_reason",
                        "prompt_tokens_details",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_any_chunk_gives_an_answer_or_a_model_error(chunk):
    taker = collector()
    try:
        taker.feed(chunk)
        taker.completion()
    except ModelError:
        pass


def test_errors_of_servers_are_typed():
    with pytest.raises(ContextOverflowError):
        collector().feed(
            {"error": {"type": "exceed_context_size_error", "message": "request (9 tokens) exceeds"}}
        )
    with pytest.raises(ModelServerError, match="answered with an error: slow down"):
        collector().feed({"error": {"message": "slow\ndown"}})
    with pytest.raises(ModelServerError):
        collector().feed({"error": "plain"})


def test_an_endless_answer_is_stopped():
    taker = collector()
    with pytest.raises(ModelServerError, match="more than"):
        for _ in range(20):
            taker.feed(piece("x" * 100_000))


@pytest.mark.parametrize("odd", [10**400, -(10**400), float("nan"), "x", None, [], True])
def test_a_logprob_that_is_none_is_passed_over(odd: object):
    top = [{"token": "A", "logprob": -0.5}, {"token": "B", "logprob": odd}]
    taker = collector()
    taker.feed({"choices": [{"delta": {}, "logprobs": {"content": [{**top[1], "top_logprobs": top}]}}]})
    assert taker.logprobs[0] == ("A", -0.5)
    assert taker.taken[0][1][0] == (b"A", -0.5)


def test_logprobs_are_those_of_the_first_token():
    def with_logprobs(token: str) -> dict:
        top = [{"token": token, "logprob": -0.5}, {"token": "B", "logprob": float("nan")}, {"token": 3}, None]
        return {"choices": [{"delta": {}, "logprobs": {"content": [{"top_logprobs": top}]}}]}

    taker = collector()
    taker.feed(with_logprobs("A"))
    taker.feed(with_logprobs("Z"))
    assert taker.logprobs == [("A", -0.5)]


def test_so_many_tokens_are_kept_and_no_more():
    top = [{"token": "x", "logprob": -1.0}] * 2_000
    said = [{"token": "x", "logprob": -1.0, "top_logprobs": top if at < 2 else []} for at in range(700)]
    taker = collector()
    for _ in range(3):
        taker.feed({"choices": [{"delta": {}, "logprobs": {"content": said}}]})
    assert len(taker.taken) == 1_024
    assert len(taker.taken[0][1]) == 512


def test_each_token_of_an_answer_is_kept_with_the_likeliest_ones():
    top = [
        {"token": "\ufffd", "bytes": [195], "logprob": -0.5},
        {"token": "B", "bytes": [300], "logprob": -1},
    ]
    strange = [{"bytes": [1], "logprob": None}, {"token": 3, "logprob": -1}, None, {}]
    said = [
        {"token": "\ufffd", "bytes": [195], "logprob": -0.5, "top_logprobs": [*top, *strange]},
        {"token": "x", "top_logprobs": "none"},
        {"top_logprobs": []},
        None,
    ]
    taker = collector()
    taker.feed({"choices": [{"delta": {}, "logprobs": {"content": said[:1]}}]})
    taker.feed({"choices": [{"delta": {}, "logprobs": {"content": said[1:]}}]})
    for nothing in ({"content": 1}, [], "x"):
        taker.feed({"choices": [{"delta": {}, "logprobs": nothing}]})
    assert taker.taken == [(b"\xc3", [(b"\xc3", -0.5), (b"B", -1.0)]), (b"x", []), (b"", [])]


def test_requests_hold_what_was_asked():
    options = Options(max_tokens=7, temperature=0.5, seed=3, stop=("\n",))
    body = request([{"role": "user", "content": "x"}], options, profile("qwen3"))
    assert body["max_tokens"] == 7
    assert body["temperature"] == 0.5
    assert body["seed"] == 3
    assert body["stop"] == ["\n"]
    assert body["stream"] is True
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert "chat_template_kwargs" not in request([], Options(), GENERIC)
    assert schema_format({"type": "object"})["json_schema"]["schema"] == {"type": "object"}
