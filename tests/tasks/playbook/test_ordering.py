"""The order of steps, over everything that the library may be asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.playbook import CONTAIN, Effect, Evidence, Phase, Playbook
from cybersecqwen.tasks.playbook.action import DECLARE, Action
from cybersecqwen.tasks.playbook.choosing import Chosen, acts_alike, is_volatile
from cybersecqwen.tasks.playbook.environment import Environment
from cybersecqwen.tasks.playbook.incidents import incident_types
from cybersecqwen.tasks.playbook.library import Library
from cybersecqwen.tasks.playbook.ordering import must_precede, ordered
from cybersecqwen.tasks.playbook.planning import plan
from cybersecqwen.tasks.playbook.words import facts_of_words
from tests.amounts import draws

LIBRARY = Library.shipped()
subsets = st.lists(st.sampled_from(LIBRARY.actions), min_size=1, max_size=60, unique_by=lambda one: one.id)


def chosen_of(actions: Sequence[Action], seed: int) -> list[Chosen]:
    rng = random.Random(seed)
    return [Chosen(action=one, score=rng.random() * 5, matched=()) for one in actions]


@given(subsets, st.integers(0, 99))
@draws(60)
def test_the_order_holds_for_any_choice(actions: list[Action], seed: int) -> None:
    chosen = chosen_of(actions, seed)
    made = ordered(chosen)
    assert sorted(one.action.id for one, _, _ in made) == sorted(one.id for one in actions)
    for at, (one, phase, after) in enumerate(made):
        assert all(earlier < at for earlier in after)
        for later, later_phase, _ in made[at + 1 :]:
            assert phase.rank <= later_phase.rank or one.action.id == DECLARE, (
                one.action.id,
                later.action.id,
            )
            assert not must_precede(later.action, one.action), (later.action.id, one.action.id)
    shuffled = list(chosen)
    random.Random(seed).shuffle(shuffled)
    assert [one.action.id for one, _, _ in ordered(shuffled)] == [one.action.id for one, _, _ in made]


@given(subsets)
@draws(30)
def test_evidence_that_does_not_wait_comes_before_changes_of_the_same_thing(actions: list[Action]) -> None:
    made = [one.action for one, _, _ in ordered(chosen_of(actions, 1))]
    for at, one in enumerate(made):
        if one.effect.rank < Effect.CHANGE.rank or one.phase.rank < Phase.CONTAINMENT.rank:
            continue
        for later in made[at + 1 :]:
            assert not (is_volatile(later) and acts_alike(later, one)), (one.id, later.id)


def test_no_circle_can_be_asked_for() -> None:
    """Only what collects must come first, and what collects destroys nothing."""
    for one in LIBRARY.actions:
        assert not (one.collects and one.destroys), one.id


QUESTIONS = [
    *(one.id.replace("-", " ") for one in incident_types()),
    "T1003.001",
    "T1486",
    "T1078.004",
    "T1190",
]


@pytest.fixture(scope="module")
def playbooks(store: Store) -> list[Playbook]:
    return [plan(facts_of_words(one, store), Environment(), LIBRARY, store) for one in QUESTIONS]


def test_nothing_that_lasts_goes_without_a_decision(playbooks: list[Playbook]) -> None:
    lasting = [s for p in playbooks for s in p.steps if s.effect is Effect.DESTROY or not s.reversible]
    assert lasting
    assert all(step.approval for step in lasting)


def test_what_changes_can_be_taken_back(playbooks: list[Playbook]) -> None:
    changing = [s for p in playbooks for s in p.steps if s.effect is Effect.CHANGE]
    assert changing
    assert all(step.undo and step.breaks for step in changing)


def test_phases_follow_each_other(playbooks: list[Playbook]) -> None:
    for playbook in playbooks:
        ranks = [step.phase.rank for step in playbook.steps]
        assert ranks == sorted(ranks), playbook.name
        assert [step.id for step in playbook.steps] == [f"s{n + 1}" for n in range(len(playbook.steps))]
        assert playbook.steps[0].action == DECLARE


def test_what_is_destroyed_was_taken_where_the_library_can(playbooks: list[Playbook]) -> None:
    for playbook in playbooks:
        for at, step in enumerate(playbook.steps):
            action = LIBRARY.by_id[step.action]
            for evidence in action.destroys:
                ways = _ways(evidence, action, playbook)
                done = {one.action for one in playbook.steps[:at]}
                assert not ways or ways & done, (playbook.name, step.action, evidence)


def _ways(evidence: Evidence, action: Action, playbook: Playbook) -> set[str]:
    """Actions that take this evidence of the same thing, and that this playbook could have."""
    have = {*playbook.platforms}
    answered = {
        *playbook.incidents,
        *playbook.techniques,
        *(t.partition(".")[0] for t in playbook.techniques),
    }
    return {
        one.id
        for one in LIBRARY.actions
        if evidence in one.collects
        and acts_alike(one, action)
        and set(one.platforms) & have
        and answered & set(one.answers)
        and not answered & set(one.not_for)
    }


def test_lanes_keep_what_depends_on_each_other_together(playbooks: list[Playbook]) -> None:
    for playbook in playbooks:
        by_id = {step.id: step for step in playbook.steps}
        for step in playbook.steps:
            for earlier in map(by_id.__getitem__, step.after):
                assert earlier.lane in ("", CONTAIN) and step.lane in ("", CONTAIN), step.action
            assert not step.lane or step.phase.rank <= Phase.CONTAINMENT.rank


def test_every_step_stands_on_something(playbooks: list[Playbook], store: Store) -> None:
    for step in (one for playbook in playbooks for one in playbook.steps):
        kinds = [one.kind for one in step.basis]
        assert "library" in kinds, step.action
        for one in step.basis:
            if one.kind in ("technique", "mitigation", "countermeasure", "control"):
                assert store.exists(one.id), (step.action, one.id)


def test_the_same_input_gives_the_same_playbook(store: Store) -> None:
    facts = facts_of_words("ransomware on a file server", store)
    first, second = (plan(facts, Environment(), LIBRARY, store) for _ in range(2))
    assert first == second
