from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.dialects.examples import events
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.improving import improve
from cybersecqwen.dialects.interface import Data, Effect, Rows, Running
from cybersecqwen.dialects.proving import same
from cybersecqwen.errors import EffectError, LimitError, QuerySyntaxError, UnsayableError

from .toy import Toy, ToyDialect, doubled, once, swap, without

SOUND = swap("filter-before-sort", "sort", "where")
WRONG = swap("filter-before-take", "take", "where")
SHORTER = once("once")


def test_a_sound_change_is_made_and_proven() -> None:
    made = improve(ToyDialect(SHORTER, SOUND), "logs | sort b | where a = 1 | where a = 1")
    assert made.after == "logs | where a = 1 | sort b"
    assert [step.rule for step in made.steps] == ["once", "filter-before-sort"]
    assert made.proof is not None and made.proof.holds
    assert made.proof.rows > 100 and made.proof.events == 4_000 and made.proof.seeds == (0, 1)
    assert made.proof.said == f"Both give the same {made.proof.rows:,} rows of 4,000 events, 2 draws."
    assert 0 < made.steps[1].gain <= made.gain < 1
    assert made.cost_after < made.cost_before
    assert not (made.withdrawn or made.suggestions or made.problems)


def test_a_change_that_fails_its_proof_is_taken_back_alone() -> None:
    made = improve(ToyDialect(WRONG, SOUND), "logs | take 50 | where a = 1 | sort b | where c = 2")
    assert made.after == "logs | take 50 | where a = 1 | where c = 2 | sort b"
    assert [step.rule for step in made.steps] == ["filter-before-sort"]
    assert made.withdrawn == (
        "filter-before-take was taken back: the query then gives other rows on made events.",
    )
    assert made.proof is not None and made.proof.holds


def test_nothing_is_left_where_all_fail() -> None:
    text = "logs | take 50 | where a = 1"
    made = improve(ToyDialect(WRONG), text)
    assert (made.before, made.after, made.steps, made.proof) == (text, text, (), None)
    assert len(made.withdrawn) == 1


def test_what_cannot_be_run_is_only_suggested() -> None:
    text = "logs | sort b | where a = 1 | magic"
    made = improve(ToyDialect(SOUND), text)
    assert made.after == text and made.steps == ()
    assert [(one.rule, one.text) for one in made.suggestions] == [
        ("filter-before-sort", "logs | where a = 1 | sort b | magic")
    ]
    assert made.suggestions[0].caveat == "Not proven here: the step magic cannot be run here."
    assert made.proof is not None and not made.proof.holds
    assert made.proof.said == "Not proven here: the step magic cannot be run here."


def test_what_may_change_rows_is_only_suggested() -> None:
    rule = without("no-limit", "take", safe=False, caveat="More rows may come.")
    made = improve(ToyDialect(rule), "logs | where a = 1 | take 5")
    assert made.steps == () and made.proof is None
    assert made.suggestions[0].caveat == "More rows may come."
    assert made.suggestions[0].text == "logs | where a = 1"


def test_few_rows_ask_for_more_draws() -> None:
    made = improve(ToyDialect(SOUND), "logs | sort b | where a = 1 | take 7")
    assert made.proof is not None and (made.proof.rows, made.proof.seeds) == (35, (0, 1, 2, 3, 4))


def test_a_query_without_rows_proves_little() -> None:
    made = improve(ToyDialect(SOUND), "logs | sort b | where a = 1 | where a = 2 | count")
    assert made.proof is not None and made.proof.weak and not made.proof.holds
    assert len(made.proof.seeds) == 5
    assert made.proof.said.startswith("Weak: neither finds anything in 10,000 events")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (swap("flip", "where", "where"), "it goes in circles"),
        (swap("sort-first", "where", "sort"), "what it makes is estimated to cost more"),
    ],
)
def test_a_rule_that_does_not_end_or_help_is_stopped(rule: object, why: str) -> None:
    made = improve(ToyDialect(rule), "logs | where a = 1 | where b = 2 | sort c")  # type: ignore[arg-type]
    assert any(why in problem for problem in made.problems)


def test_a_rule_that_never_ends_is_stopped() -> None:
    made = improve(ToyDialect(doubled("again", "take"), priced=False), "logs | take 5", proof_events=0)
    assert made.problems == ("The rule again was stopped: it was still changing something after 20 times.",)
    assert len(made.steps) == 20


def test_without_a_cost_model_no_gain_is_claimed() -> None:
    made = improve(ToyDialect(SOUND, priced=False), "logs | sort b | where a = 1")
    assert made.after == "logs | where a = 1 | sort b"
    assert made.gain == made.steps[0].gain == made.cost_before == 0.0


def test_effects_and_nonsense_are_refused() -> None:
    with pytest.raises(EffectError, match=r"write \(line 1\) writes a file"):
        improve(ToyDialect(SOUND), "logs | sort b | where a = 1 | write x")
    with pytest.raises(QuerySyntaxError):
        improve(ToyDialect(SOUND), "logs | sort")


def test_a_rule_without_words_for_a_query_changes_nothing() -> None:
    def refuses(_tree: Toy, _context: Context) -> Toy | None:
        raise UnsayableError("no words", what="it")

    rule = without("refuses", "take")
    made = improve(ToyDialect(type(rule)(name="r", reason="", source="", apply=refuses)), "logs | take 5")
    assert made.after == "logs | take 5" and made.steps == ()


def test_what_cannot_be_written_is_left_out() -> None:
    class Careless(ToyDialect):
        def render(self, tree: Toy) -> str:
            return super().render(tree).replace("where", "sort")

    made = improve(Careless(SOUND), "logs | sort b | where a = 1")
    assert made.after == made.before and made.steps == () and made.proof is None
    assert "cannot be written" in made.problems[0]


class _Endless(ToyDialect):
    """Runs `magic` for ever."""

    def run(self, tree: Toy, data: Data, running: Running) -> Rows:
        while any(words[0] == "magic" for words in tree.steps):
            pass
        return super().run(tree, data, running)


class _NotOnNothing(ToyDialect):
    """Cannot be run on no events, and on those only."""

    def run(self, tree: Toy, data: Data, running: Running) -> Rows:
        if not data:
            raise UnsayableError("nothing to run on.", what="nothing")
        return super().run(tree, data, running)


class _Fickle(ToyDialect):
    """Gives one row more than before whenever it is run."""

    runs = 0

    def run(self, tree: Toy, data: Data, running: Running) -> Rows:
        self.runs += 1
        return Rows(rows=({"a": 1},) * (self.runs if self.runs % 2 else 1))


@pytest.mark.timeout(60)
def test_a_proof_that_never_ends_is_given_up() -> None:
    text = "logs | sort b | where a = 1 | magic"
    made = improve(_Endless(SOUND), text, seconds=0.3)
    assert made.after == text and made.steps == ()
    assert [one.text for one in made.suggestions] == ["logs | where a = 1 | sort b | magic"]
    assert made.suggestions[0].caveat == "Not proven here: it takes too long."
    assert made.proof is not None and made.proof.said == "Not proven here: it takes too long."


@pytest.mark.timeout(60)
def test_a_rule_that_never_comes_back_is_given_up() -> None:
    def endless(_tree: Toy, _context: Context) -> Toy | None:
        while True:
            pass

    rule = type(SOUND)(name="endless", reason="", source="", apply=endless)
    made = improve(ToyDialect(SOUND, rule), "logs | sort b | where a = 1", seconds=0.3)
    assert made.after == made.before and len(made.suggestions) == 1
    assert made.problems == ("Not every change was looked for: it takes too long.",)
    unsafe = type(SOUND)(name="e", reason="", source="", apply=endless, safe=False)
    made = improve(ToyDialect(unsafe), "logs", seconds=0.3)
    assert made.after == made.before == "logs"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("where", ["parse", "effects"])
def test_a_query_that_takes_too_long_to_read_is_refused(where: str) -> None:
    class Slow(ToyDialect):
        def parse(self, text: str) -> Toy:
            return super().parse(text if where == "effects" else self._for_ever())

        def effects(self, tree: Toy) -> tuple[Effect, ...]:
            return super().effects(self._for_ever())

        def _for_ever(self) -> Any:
            while True:
                pass

    with pytest.raises(LimitError, match="takes too long"):
        improve(Slow(SOUND), "logs", seconds=0.1)


def test_without_time_nothing_is_proven_in_any_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(improve, ToyDialect(SOUND), "logs | sort b | where a = 1", seconds=0.0).result()
    assert made.after == made.before and made.steps == ()


@pytest.mark.timeout(60)
def test_what_cannot_be_run_on_no_events_is_only_suggested() -> None:
    made = improve(_NotOnNothing(SOUND), "logs | sort b | where a = 1")
    assert made.after == made.before and len(made.suggestions) == 1
    assert made.proof is not None and made.proof.not_run == "nothing to run on."


@pytest.mark.timeout(60)
def test_rows_that_are_never_the_same_end_the_proof() -> None:
    made = improve(_Fickle(SOUND), "logs | sort b | where a = 1")
    assert made.after == made.before


STEPS = st.sampled_from(
    ("where a = 1", "where b ~ x", "where a = 2", "sort a", "sort b", "take 3", "take 900", "count", "magic")
)


@given(st.lists(STEPS, max_size=6), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_what_is_given_out_is_what_was_proven(steps: list[str], seed: int) -> None:
    """Whatever the rules do: both texts give the same rows on every draw that the proof names."""
    rules = (WRONG, SOUND, SHORTER, without("no-sort", "sort"), swap("flip", "where", "where"))
    dialect = ToyDialect(*rules)
    made = improve(dialect, " | ".join(["logs", *steps]), proof_events=300, seed=seed)
    if "magic" in steps:
        assert made.after == made.before
        return
    assert (made.proof is None) == (made.steps == ())
    before, after = dialect.parse(made.before), dialect.parse(made.after)
    for at in made.proof.seeds if made.proof else ():
        data = events(
            dialect.atoms(before), tables=("logs",), fields=("a", "b"), types={}, count=300, seed=at
        )
        assert same(dialect.run(before, data, Running()), dialect.run(after, data, Running()))


def test_rows_are_compared_by_value() -> None:
    one = Rows(rows=({"a": 1, "b": None}, {"a": 0.1 + 0.2}, {"a": [1, "x"], "c": {"d": 2}}))
    assert same(one, Rows(rows=({"a": [1.0, "x"], "c": {"d": 2.0}}, {"a": 0.3}, {"a": 1.0})))
    assert not same(one, Rows(rows=one.rows[:2]))
    assert not same(Rows(rows=({"a": 1},)), Rows(rows=({"a": "1"},)))
    assert not same(Rows(rows=({"a": 1},)), Rows(rows=({"a": True},)))
    assert not same(Rows(rows=({"a": 2**60},)), Rows(rows=({"a": 2**60 + 1},)))


def test_order_counts_where_it_is_part_of_the_answer() -> None:
    rows = ({"a": 1}, {"a": 2})
    assert same(Rows(rows=rows), Rows(rows=rows[::-1]))
    assert not same(Rows(rows=rows, ordered=True), Rows(rows=rows[::-1], ordered=True))
