"""Every action of the library is whole; every way to write one badly is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import RuleError
from cybersecqwen.knowledge import identifiers
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.playbook import Effect, Phase, Role
from cybersecqwen.tasks.playbook.action import ANY, DECLARE, HARDEN, HUNT, PLATFORMS, Action
from cybersecqwen.tasks.playbook.hunting import hunts
from cybersecqwen.tasks.playbook.incidents import incident_types
from cybersecqwen.tasks.playbook.library import PLACEHOLDER, Library, actions_of, read_actions
from tests.amounts import draws

LIBRARY = Library.shipped()
TYPES = {one.id for one in incident_types()}

WHOLE: dict[str, Any] = {
    "id": "host-look",
    "title": "Look at {host}",
    "phase": "containment",
    "platforms": ["windows"],
    "answers": ["T1486"],
    "acts_on": ["host"],
    "do": "Look at {host}.",
    "effect": "change",
    "undo": "Look away.",
    "breaks": "Nothing.",
    "minutes": 5,
    "role": "analyst",
    "verify": "It was looked at.",
}


def made(**changes: Any) -> Action:
    given_ = {key: value for key, value in {**WHOLE, **changes}.items() if value is not ...}
    (action,) = actions_of(yaml.safe_dump([given_]), "own.yaml")
    return action


def test_there_are_enough_for_every_phase_and_place() -> None:
    assert len(LIBRARY.actions) >= 150
    for phase in Phase:
        assert sum(one.phase is phase for one in LIBRARY.actions) >= 10, phase
    for place in PLATFORMS:
        assert sum(place in one.platforms for one in LIBRARY.actions) >= 10, place
    assert {one.role for one in LIBRARY.actions} == set(Role)
    assert {DECLARE, HUNT, HARDEN} <= set(LIBRARY.by_id)


@pytest.mark.parametrize("action", LIBRARY.actions, ids=lambda one: one.id)
def test_each_action_names_what_there_is(action: Action, store: Store) -> None:
    for one in (*action.answers, *action.not_for):
        if one == ANY:
            continue
        entity = store.get(one) if one.startswith("T") else None
        assert one in TYPES or (entity is not None and entity.status == "active"), one
        assert entity is None or entity.type in ("technique", "tactic"), one
    assert not set(action.answers) & set(action.not_for)
    for one in action.sources:
        family, _ = identifiers.parse(one)
        assert not family or store.exists(one), one
    assert not action.query or action.query in hunts()


@pytest.mark.parametrize("action", LIBRARY.actions, ids=lambda one: one.id)
def test_each_action_can_be_followed(action: Action) -> None:
    assert len(action.title) <= 90 and not action.title.endswith(".")
    for text in (action.do, action.verify, *filter(None, (action.undo, action.breaks, action.approval))):
        assert text[-1] in ".)", text
    assert action.commands or action.query or action.do
    for command in action.commands:
        assert not command.platform or command.platform in action.platforms
        assert set(PLACEHOLDER.findall(command.run)) <= {one.value for one in action.acts_on}
    if action.effect is Effect.COLLECT:
        assert action.collects and not action.destroys
    if action.effect is Effect.DESTROY:
        assert action.approval and not action.reversible


def test_every_type_of_incident_is_answered_in_every_part_of_a_response() -> None:
    for one in TYPES - {"false-positive"}:
        phases = {action.phase for action in LIBRARY.actions if {one, ANY} & set(action.answers)}
        assert phases >= {Phase.IDENTIFICATION, Phase.CONTAINMENT, Phase.RECOVERY, Phase.LESSONS}, one


def test_a_whole_action_is_taken() -> None:
    assert made().minutes == 5
    assert made(effect="observe", undo=..., breaks=...).effect is Effect.OBSERVE


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "Host Look"}, "id is not lower-case words"),
        ({"id": 5}, "'id' is no text"),
        ({"title": ...}, "it has no 'title'"),
        ({"nothing": 1}, "'nothing' is no key"),
        ({"phase": "later"}, "'later' is no phase"),
        ({"platforms": ["amiga"]}, "'amiga' is none of its platforms"),
        ({"platforms": "windows"}, "no list of texts"),
        ({"answers": ["T14"]}, "'T14' is no technique"),
        ({"acts_on": ["planet"]}, "'planet' is none of its acts_on"),
        ({"acts_on": []}, "{host} is not among what it acts on"),
        ({"needs": "luck"}, "'luck' is no kind of tool"),
        ({"undo": ...}, "does not say how to undo it"),
        ({"breaks": ...}, "does not say what could break"),
        ({"effect": "destroy"}, "is said to be reversible"),
        ({"reversible": False}, "why a person must decide"),
        ({"reversible": "no"}, "neither true nor false"),
        ({"collects": ["memory"]}, "its effect is collect"),
        ({"minutes": 0}, "it has no 'minutes'"),
        ({"minutes": 5000}, "no whole number from 1 to 2,880"),
        ({"minutes": True}, "no whole number"),
        ({"urgency": 4}, "no whole number from 0 to 3"),
        ({"role": "king"}, "'king' is no role"),
        ({"commands": "rm"}, "its commands are no list"),
        ({"commands": [{"tool": "powershell"}]}, "keys tool, run"),
        ({"commands": [{"tool": "powershell", "run": 5}]}, "values are texts"),
        ({"commands": [{"tool": "abacus", "run": "x"}]}, "'abacus' takes no commands"),
        ({"commands": [{"tool": "bash", "run": "x", "platform": "amiga"}]}, "'amiga' is no platform"),
        ({"commands": [{"tool": "bash", "run": "look {user}"}]}, "{user} is not among"),
        ({"do": "Look at {hosts}."}, "{hosts} is not among"),
    ],
)
def test_half_an_action_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RuleError) as caught:
        made(**changes)
    assert said in caught.value.message and caught.value.message.startswith("own.yaml: the action")


@pytest.mark.parametrize("text", ["", "a: 1", "- 1", "[", "- &a [*a]", "[" * 2_000, "- id: x\n  y: \x00"])
def test_what_is_no_library_is_one_sentence(text: str) -> None:
    with pytest.raises(RuleError):
        list(actions_of(text, "own.yaml"))


def test_aliases_that_grow_are_no_danger() -> None:
    levels = "\n".join(f"  k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    with pytest.raises(RuleError, match="no key"):
        list(actions_of(f"- id: [x]\n  k0: &a0 [x]\n{levels}", "own.yaml"))


@given(
    st.dictionaries(
        st.sampled_from(sorted(Action.__dataclass_fields__)),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.text(max_size=9),
            st.lists(st.text(max_size=9), max_size=3),
            st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
        ),
    )
)
@draws(60)
def test_any_values_are_taken_or_refused(changes: dict[str, Any]) -> None:
    try:
        made(**changes)
    except RuleError as error:
        assert len(error.message) < 400


def test_own_actions_come_beside_and_replace(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump([{**WHOLE, "id": DECLARE}, WHOLE]))
    library = Library.shipped([tmp_path])
    assert len(library.actions) == len(LIBRARY.actions) + 1
    assert library.by_id[DECLARE].title == WHOLE["title"]
    (tmp_path / "b.yaml").write_text(yaml.safe_dump([WHOLE]))
    with pytest.raises(RuleError, match=r"stands in a\.yaml, too"):
        list(read_actions(tmp_path))
    with pytest.raises(RuleError, match="cannot be read"):
        list(read_actions(tmp_path / "none.yaml"))
