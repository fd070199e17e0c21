"""Whatever the bytes are: a result, or one of three errors."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import InputError, LimitError, NothingAnalysedError
from cybersecqwen.records.rule_tests import Weight
from cybersecqwen.verify.cacao import check
from cybersecqwen.verify.cacao.checking import checked
from cybersecqwen.verify.cacao.finding import MOST_PROBLEMS
from cybersecqwen.verify.cacao.reading import MOST_STEPS, read
from tests.strategies import UNHURRIED

from .full import full
from .playbooks import END, act, places, playbook, uid

A = uid("action")


@UNHURRIED
@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        check(data)
    assert caught.value.message.count("\n") == 0


_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


@settings(UNHURRIED, max_examples=60)
@given(st.data(), _VALUES)
def test_any_value_in_any_place(data: st.DataObject, value: object) -> None:
    whole = full()
    every = list(places(whole))[1:]
    path, _ = every[data.draw(st.integers(0, len(every) - 1))]
    at: Any = whole
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    result = check(json.dumps(whole).encode())
    assert all(one.message.endswith((".", "?")) for one in result.problems)
    assert sum(result.counts.values()) >= len(result.problems)


@UNHURRIED
@given(st.data())
def test_any_cut(data: st.DataObject) -> None:
    text = json.dumps(playbook({A: act(END)}, A)).encode()
    with pytest.raises(InputError):
        check(text[: data.draw(st.integers(0, len(text) - 1))])


def test_a_mark_in_front_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(playbook({A: act(END)}, A)).encode())["name"] == "Test"


def test_brackets_in_strings_are_no_depth() -> None:
    value = playbook({A: act(END, description="[" * 100 + '\\"' + "{" * 100)}, A)
    assert check(json.dumps(value).encode()).errors == 0


def test_a_deep_list_where_a_text_belongs() -> None:
    value: Any = 1
    for _ in range(60):
        value = [value]
    assert checked(playbook({A: act(END)}, A, name=value)).errors == 1
    for _ in range(10):
        value = [value]
    with pytest.raises(LimitError):
        read(json.dumps(playbook({A: act(END)}, A, name=value)).encode())


def test_too_many_steps() -> None:
    steps: dict[str, Any] = {uid("end", at): {"type": "end"} for at in range(MOST_STEPS)}
    with pytest.raises(LimitError, match="20,000 steps"):
        read(json.dumps(playbook(steps, END)).encode())


def test_a_damaged_playbook_is_one_still() -> None:
    assert check(b'{"type": 5, "workflow": []}').errors > 5
    assert check(b'{"spec_version": "cacao-3.0"}').errors > 5
    with pytest.raises(NothingAnalysedError):
        check(b'{"type": "bundle", "objects": []}')


def test_problems_are_bounded_and_counted() -> None:
    value = playbook({A: act(END)}, A, labels=[1] * 3_000)
    result = checked(value)
    assert result.errors == 3_000
    assert len(result.problems) < 3_000
    assert sum(one.severity is Weight.ERROR for one in result.problems) == MOST_PROBLEMS


def _chain(size: int) -> dict[str, Any]:
    names = [uid("action", at) for at in range(1, size + 1)]
    after = [*names[1:], END]
    return playbook(
        {name: act(to, "rm -rf /x", description="x" * 300) for name, to in zip(names, after, strict=True)},
        names[0],
    )


def _loops(size: int) -> dict[str, Any]:
    names = [uid("while-condition", at) for at in range(1, size + 1)]
    condition = "__other__:value = 'x'"
    steps = {
        name: {"type": "while-condition", "condition": condition, "on_true": inner, "on_completion": outer}
        for name, inner, outer in zip(names, [*names[1:], END], [END, *names[:-1]], strict=True)
    }
    return playbook(steps, names[0])


def _ladder(size: int) -> dict[str, Any]:
    steps = {
        uid("if-condition", at): {
            "type": "if-condition", "condition": "__other__:value = 'x'",
            "on_true": uid("if-condition", min(size, at + 1)),
            "on_false": uid("if-condition", max(1, at - 7)),
        }
        for at in range(1, size + 1)
    }  # fmt: skip
    return playbook(steps, uid("if-condition", 1))


@pytest.mark.slow
@pytest.mark.parametrize("make", [_chain, _loops, _ladder])
@pytest.mark.timeout(60)
def test_the_largest_workflows(make: Any) -> None:
    text = json.dumps(make(19_900)).encode()
    began = time.process_time()
    result = check(text)
    spent = time.process_time() - began
    assert result.steps == 19_902
    assert spent < 20, spent


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        b'{"type":"playbook",' + b",".join(b'"%d":0' % at for at in range(1_200_000)) + b"}",
        b'{"type":"playbook","x":[' + b"[]," * 5_000_000 + b"0]}",
        b'{"type":"playbook","x":"' + b'\\"' * 8_000_000,
        b'{"type":"playbook","name":"' + b"__" * 8_000_000 + b'"}',
        b'{"type":"playbook","playbook_types":[' + b'"attak",' * 1_400_000 + b'""]}',
    ],
    ids=range(5),
)
@pytest.mark.timeout(90)
def test_hostile_files_take_bounded_time(text: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(InputError):
        check(text)
    assert time.process_time() - began < 40
