"""Answers in every format: whatever `extra` holds, it renders, and nothing in it is obeyed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.answer import answer_view

from .samples import answer, no_answer

LEAF = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20)
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
ITEM = st.dictionaries(
    st.sampled_from(["letter", "text", "probability", "chosen", "id", "name", "section", "url"]),
    JSON,
    max_size=5,
)
EXTRA = st.fixed_dictionaries(
    {}, optional={"options": JSON | st.lists(ITEM, max_size=4), "passages": JSON | st.lists(ITEM, max_size=4)}
)


@settings(max_examples=60, deadline=None)
@given(extra=EXTRA | st.dictionaries(st.sampled_from(["answered", "support", "options"]), JSON))
def test_any_extra_renders_in_every_format(extra: dict[str, object]) -> None:
    report = replace(answer(), extra=extra)
    for name in FORMATS.names():
        assert FORMATS.get(name)().render(report, RenderOptions()).endswith("\n")


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_an_answer_shows_what_it_stands_on_and_no_verdict(name: str) -> None:
    text = FORMATS.get(name)().render(answer(), RenderOptions())
    for wanted in ("Code Signing", "T1059.001", "mitigation", "attack-enterprise 18.1", "94"):
        assert wanted in text
    shown = text.partition("<body")[2] or text  # the style sheet names every verdict
    assert "severity" not in shown.lower() and "malicious" not in shown.lower()
    assert "https://docs.example.com" not in text
    assert name == "terminal" or "<b>now</b>" not in text


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_no_answer_says_so(name: str) -> None:
    text = FORMATS.get(name)().render(no_answer(), RenderOptions())
    assert "Not in my sources." in text and "T9999" in text and "no answer" in text.lower()


def test_the_view_takes_nothing_for_granted() -> None:
    view = answer_view(replace(answer(), extra={"options": "abc", "passages": [1, None], "support": "x"}))
    assert (view.options, view.passages, view.support, view.answered) == ((), (), 0.0, False)
