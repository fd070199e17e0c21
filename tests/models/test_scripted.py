from __future__ import annotations

import pytest

from cybersecqwen.errors import ModelError, ModelTimeoutError, SchemaError
from cybersecqwen.models import BACKENDS, Cancel, LanguageModel, Options, Prompt
from cybersecqwen.models.scripted import Scripted

PROMPT = Prompt(instructions="I", question="Q")


def test_every_backend_is_a_documented_language_model():
    for _, backend in BACKENDS:
        assert issubclass(backend, LanguageModel)
        assert backend.__doc__
        assert "generate" in vars(backend)


def test_answers_come_in_order_and_calls_are_remembered():
    with Scripted(["one two three", "four"]) as model:
        heard: list[str] = []
        assert model.generate(PROMPT, on_text=heard.append).text == "one two three" == "".join(heard)
        assert len(heard) > 1
        assert model.generate(PROMPT, Options(max_tokens=1)).finish == "stop"
        with pytest.raises(ModelError, match="no further answer"):
            model.generate(PROMPT)
        assert [prompt for prompt, _ in model.history] == [PROMPT] * 3
    assert model.closed


def test_length_and_stop_are_kept_to():
    model = Scripted(["one two three", "one. two."])
    cut = model.generate(PROMPT, Options(max_tokens=2))
    assert (cut.text, cut.finish) == ("one two", "length")
    assert model.generate(PROMPT, Options(stop=(".",))).text == "one"


def test_errors_are_raised_and_functions_are_asked():
    model = Scripted([ModelTimeoutError("late")])
    with pytest.raises(ModelTimeoutError):
        model.generate(PROMPT)
    assert Scripted(lambda prompt: prompt.question * 2).generate(PROMPT).text == "QQ"


def test_cancelling_ends_in_the_middle():
    cancel = Cancel()
    model = Scripted(["a long answer"], piece_chars=2)
    done = model.generate(PROMPT, on_text=lambda _: cancel.set(), cancel=cancel)
    assert (done.text, done.finish) == ("a ", "cancelled")


def test_choices_and_json():
    model = Scripted(['{"a": 1}', "no"], probabilities=[1, 3])
    assert model.choose(PROMPT, ["x", "y"]) == (0.25, 0.75)
    with pytest.raises(ModelError):
        model.choose(PROMPT, ["x", "y", "z"])
    assert model.generate_json(PROMPT, {"type": "object"}) == {"a": 1}
    with pytest.raises(SchemaError):
        model.generate_json(PROMPT, {"type": "object"})
