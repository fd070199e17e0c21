"""A server that fails in a row is left alone, tried once, and taken back; never asked by too many at once."""

from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import ModelServerError, ModelTimeoutError, SettingsError
from cybersecqwen.models.breaker import Breaker, Gate
from tests.amounts import draws


class Clock:
    """Time goes on where the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("box", failures=3, pause_s=30, clock=clock)


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    error = error or ModelServerError("It broke.")
    with pytest.raises(type(error)), breaker.attempt():
        raise error


def succeed(breaker: Breaker) -> None:
    with breaker.attempt():
        pass


def is_open(breaker: Breaker) -> bool:
    try:
        breaker.check()
    except ModelServerError:
        return True
    return False


def test_a_timeout_of_a_hurried_call_says_nothing(breaker: Breaker) -> None:
    for _ in range(9):
        with pytest.raises(ModelTimeoutError), breaker.attempt() as attempt:
            attempt.hurried = True
            raise ModelTimeoutError("Too late.")
    assert not is_open(breaker)
    for _ in range(3):
        with pytest.raises(ModelServerError), breaker.attempt() as attempt:
            attempt.hurried = True
            raise ModelServerError("It broke.")
    assert is_open(breaker)


def test_it_opens_after_so_many_failures_in_a_row(breaker: Breaker) -> None:
    for _ in range(2):
        fail(breaker)
    succeed(breaker)
    for _ in range(2):
        fail(breaker, ModelTimeoutError("Too slow."))
    assert not is_open(breaker)
    fail(breaker)
    assert is_open(breaker)


def test_while_open_the_caller_hears_at_once_what_happened_and_when_it_is_tried_again(
    breaker: Breaker, clock: Clock
) -> None:
    for _ in range(3):
        fail(breaker, ModelServerError("Out of memory."))
    clock.now += 10.5
    said = "box is left alone after 3 failures"
    with pytest.raises(ModelServerError, match=said) as caught, breaker.attempt():
        pytest.fail("a call went through")
    assert "in 20 s" in caught.value.hint and "Out of memory." in caught.value.hint


def test_after_the_pause_one_call_tries_and_the_others_are_refused_meanwhile(
    breaker: Breaker, clock: Clock
) -> None:
    for _ in range(3):
        fail(breaker)
    clock.now += 30
    with breaker.attempt() as probe:
        assert probe.probe
        with pytest.raises(ModelServerError) as caught, breaker.attempt():
            pytest.fail("a second probe went through")
        assert "right now" in caught.value.hint
    assert not is_open(breaker)
    fail(breaker)
    assert not is_open(breaker), "the count begins anew"


def test_a_probe_that_fails_starts_the_pause_again(breaker: Breaker, clock: Clock) -> None:
    for _ in range(3):
        fail(breaker)
    clock.now += 30
    fail(breaker)
    clock.now += 29
    assert is_open(breaker)
    clock.now += 1
    succeed(breaker)
    assert not is_open(breaker)


def test_a_late_failure_of_an_earlier_call_does_not_prolong_the_pause(breaker: Breaker, clock: Clock) -> None:
    with pytest.raises(ModelServerError, match="late"), breaker.attempt():
        for _ in range(3):
            fail(breaker)
        clock.now += 29
        raise ModelServerError("late")
    clock.now += 1
    assert not is_open(breaker)


@pytest.mark.parametrize("spared", [True, False])
def test_a_probe_that_says_nothing_lets_the_next_caller_try(
    breaker: Breaker, clock: Clock, spared: bool
) -> None:
    for _ in range(3):
        fail(breaker)
    clock.now += 30
    if spared:
        with breaker.attempt() as attempt:
            attempt.spared = True
    else:
        fail(breaker, KeyError("of the caller"))
    with breaker.attempt() as attempt:
        assert attempt.probe, "the server is still unproven"


def test_an_error_that_shows_that_the_server_works_closes_it(breaker: Breaker) -> None:
    class RefusedError(ModelServerError):
        pass

    for _ in range(5):
        fail(breaker)
        fail(breaker)
        with pytest.raises(RefusedError), breaker.attempt(answers=(RefusedError,)):
            raise RefusedError("No such field.")
    assert not is_open(breaker)


@draws(60)
@given(
    st.integers(1, 4),
    st.lists(st.sampled_from(["fail", "succeed", "wait", "nothing"]), max_size=40),
)
def test_it_is_open_exactly_while_it_should_be(failures: int, events: list[str]) -> None:
    clock = Clock()
    breaker = Breaker("box", failures=failures, pause_s=30, clock=clock)
    row, until = 0, None  # the whole specification, by hand
    for event in events:
        closed = until is None or clock.now >= until
        assert is_open(breaker) is not closed
        if event == "wait":
            clock.now += 11
        elif closed and event == "fail":
            fail(breaker)
            row += 1
            until = clock.now + 30 if row >= failures or until is not None else None
        elif closed and event == "succeed":
            succeed(breaker)
            row, until = 0, None
        elif closed:
            fail(breaker, KeyError("of the caller"))


@pytest.mark.parametrize(
    "wrong",
    [{"failures": 0}, {"pause_s": -1.0}, {"pause_s": math.nan}, {"pause_s": math.inf}, {"at_once": 0}],
)
def test_numbers_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError):
        Gate("box", **wrong)


def test_no_more_than_so_many_are_inside_and_all_come_in() -> None:
    gate = Gate("box", at_once=2)
    lock, inside, most, entered = threading.Lock(), 0, 0, 0
    both = threading.Barrier(2, timeout=10)  # pairs form only if two are really inside together

    def call() -> None:
        nonlocal inside, most, entered
        with gate.place(lambda: False) as held:
            assert held
            with lock:
                inside, entered = inside + 1, entered + 1
                most = max(most, inside)
            both.wait()
            with lock:
                inside -= 1

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (entered, most) == (8, 2)


def test_a_wait_ends_where_the_caller_says_so_and_the_place_is_free_again_after_an_error() -> None:
    gate = Gate("box", at_once=1)
    with pytest.raises(KeyError), gate.place(lambda: False):
        with gate.place(lambda: True) as held:
            assert not held
        raise KeyError
    with gate.place(lambda: True) as held:
        assert held, "a place that is free needs no waiting"


def test_nobody_waits_for_a_server_that_is_left_alone() -> None:
    gate = Gate("box", at_once=1, failures=1)
    with gate.place(lambda: False):
        fail(gate.breaker)
        with pytest.raises(ModelServerError, match="left alone"), gate.place(lambda: False):
            pytest.fail("somebody came in")
