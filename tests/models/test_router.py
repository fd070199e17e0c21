from __future__ import annotations

import pytest

from cybersecqwen.errors import ModelError, ModelServerError, ModelTimeoutError, SchemaError
from cybersecqwen.models import Completion, Options, Prompt
from cybersecqwen.models.router import Fallback
from cybersecqwen.models.scripted import Scripted

PROMPT = Prompt(instructions="I", question="Q")


def test_the_next_is_asked_and_the_completion_names_who_wrote():
    first = Scripted([ModelServerError("down")], name="first")
    model = Fallback([first, Scripted(["fine"], name="second")])
    done = model.generate(PROMPT)
    assert (done.text, done.model) == ("fine", "second")
    assert [(one.model, one.error.message) for one in model.failures] == [("first", "down")]


def test_invalid_json_is_a_reason_to_ask_the_next():
    model = Fallback([Scripted(["nonsense"]), Scripted(['{"a": 1}'])])
    assert model.generate_json(PROMPT, {"type": "object"}) == {"a": 1}
    assert isinstance(model.failures[0].error, SchemaError)


def test_when_all_fail_the_error_names_all():
    model = Fallback([Scripted([], name="a"), Scripted([ModelTimeoutError("late")], name="b")])
    with pytest.raises(ModelError, match=r"a: .*b: late"):
        model.generate(PROMPT)
    with pytest.raises(ModelTimeoutError, match="late"):
        Fallback([Scripted([ModelTimeoutError("late")])]).generate(PROMPT)


def test_no_time_no_question():
    never = Scripted(["x"])
    with pytest.raises(ModelTimeoutError):
        Fallback([never], budget_s=0).generate(PROMPT)
    assert not never.history


def test_the_budget_is_handed_down():
    model = Scripted(["x"])
    Fallback([model], budget_s=5).generate(PROMPT, Options(timeout_s=100, max_tokens=3))
    _, options = model.history[0]
    assert options.timeout_s <= 5
    assert options.max_tokens == 3


class Breaking(Scripted):
    """Sends some text, then fails."""

    def generate(self, prompt, options=None, *, on_text=None, cancel=None) -> Completion:
        if on_text:
            on_text("half a sen")
        raise ModelServerError("broke")


def test_words_of_two_models_are_never_mixed():
    heard: list[str] = []
    second = Scripted(["whole"])
    with pytest.raises(ModelServerError, match="broke"):
        Fallback([Breaking([]), second]).generate(PROMPT, on_text=heard.append)
    assert heard == ["half a sen"]
    assert not second.history
    assert Fallback([Breaking([]), second]).generate(PROMPT).text == "whole"


def test_choices_and_closing():
    models = [Scripted([], name="a"), Scripted([], probabilities=[1, 1], name="b")]
    with Fallback(models) as model:
        assert model.choose(PROMPT, ["x", "y"]) == (0.5, 0.5)
    assert all(one.closed for one in models)
    with pytest.raises(ModelError):
        Fallback([])
