from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.errors import RuleError
from cybersecqwen.records.playbook import Effect, Phase
from cybersecqwen.records.rehearsal import ShownStep
from cybersecqwen.tasks.playbook.incidents import incident_types
from cybersecqwen.tasks.playbook.rehearsal.injects import OFTEN, chosen, fit, injects_of, shipped


def _step(number: int = 1, **more: Any) -> ShownStep:
    return ShownStep(id=f"action--{number}", type="action", name="Step", **more)


def test_there_are_enough_and_they_read_well() -> None:
    injects = shipped()
    assert len(injects) >= 40
    assert len({one.text for one in injects}) == len(injects)
    for one in injects:
        assert one.text.endswith("."), one.id
        assert one.asks.endswith("?"), one.id
        assert one.text.isascii(), one.id
        assert len(one.text) <= 200, one.id


def test_what_they_are_about_is_a_type_of_incident_or_a_technique() -> None:
    known = {one.id for one in incident_types()}
    for one in shipped():
        for word in one.about:
            assert word in known or re.fullmatch(r"t\d{4}(\.\d{3})?", word), (one.id, word)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("effect", list(Effect))
def test_every_kind_of_step_has_some_that_fit(phase: Phase, effect: Effect) -> None:
    step = _step(phase=phase.value, effect=effect.value)
    assert sum(bool(fit(one, step, ())) for one in shipped()) >= 5


@pytest.mark.parametrize("subject", ["ransomware", "data-theft", "phishing", "account-takeover"])
def test_kinds_of_incidents_have_their_own(subject: str) -> None:
    assert sum(subject in one.about for one in shipped()) >= 2


def test_the_same_seed_throws_the_same() -> None:
    steps = [_step(number, phase="containment", effect="change") for number in range(50)]

    def thrown(seed: int) -> list[str | None]:
        found = [chosen(step, 1, {"ransomware"}, seed=seed, often="many") for step in steps]
        return [one.id if one else None for one in found]

    assert thrown(1) == thrown(1)
    assert thrown(1) != thrown(2)


def test_the_draw_is_the_same_on_every_machine() -> None:
    """A seed that was told in one place must throw the same in another, and in the next version."""
    three = list(injects_of("".join(f"- {{id: a-{n}, text: A.}}\n" for n in "xyz"), "x"))
    found = [chosen(_step(n), 1, (), seed=7, often="few", injects=three) for n in range(20)]
    assert [(at, one.id) for at, one in enumerate(found) if one] == [(5, "a-z"), (10, "a-z"), (16, "a-y")]


def test_about_as_many_steps_get_one_as_was_asked() -> None:
    for often, share in OFTEN.items():
        got = sum(chosen(_step(n), 1, (), seed=5, often=often) is not None for n in range(2_000))
        assert abs(got / 2_000 - share) < 0.03, often


def test_a_step_that_destroys_gets_one_about_that() -> None:
    for number in range(60):
        one = chosen(_step(number, effect="destroy"), 1, {"ransomware"}, seed=1, often="many")
        assert one is None or "destroy" in one.effects
    for number in range(200):
        one = chosen(_step(number, effect="observe"), 1, {"ransomware"}, seed=1, often="many")
        assert one is None or "destroy" not in one.effects
    assert not any(fit(one, _step(), ()) for one in shipped() if one.effects == ("destroy",))


def test_none_comes_twice() -> None:
    used: set[str] = set()
    for number in range(500):
        one = chosen(_step(number), 1, {"ransomware"}, seed=3, often="many", used=used)
        if one is not None:
            assert one.id not in used
            used.add(one.id)
    assert len(used) > 10


def test_what_fits_more_closely_comes_more_often() -> None:
    step: dict[str, Any] = {"phase": "identification", "effect": "observe"}
    found = Counter(
        bool(one.about)
        for number in range(2_000)
        if (one := chosen(_step(number, **step), 1, {"ransomware"}, seed=9, often="many"))
    )
    general = sum(not one.about and bool(fit(one, _step(**step), ())) for one in shipped())
    special = sum(bool(one.about) and bool(fit(one, _step(**step), {"ransomware"})) for one in shipped())
    assert found[True] / found[False] > special / general


def test_conditions_are_kept() -> None:
    inject = next(
        injects_of("- {id: a-b, text: A., phases: [recovery], about: [ransomware], words: [windows]}", "x")
    )
    fits: dict[str, Any] = {"phase": "recovery", "words": frozenset(("windows",))}
    assert fit(inject, _step(**fits), {"ransomware"}) == 9
    assert fit(inject, _step(**{**fits, "phase": ""}), {"ransomware"}) == 7
    assert not fit(inject, _step(**{**fits, "phase": "containment"}), {"ransomware"})
    assert not fit(inject, _step(**fits), {"phishing"})
    assert not fit(inject, _step(phase="recovery"), {"ransomware"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b", "no list"),
        ("- [", "no YAML"),
        ("- {id: a-b, text: T., colour: red}", "'colour' is no key"),
        ("- {id: a-b}", "'text' is no text"),
        ("- {id: A, text: T.}", "hyphens"),
        ("- {id: a-b, text: T., phases: [never]}", "'never' is none of its phases"),
        ("- {id: a-b, text: T., effects: [explode]}", "'explode' is none of its effects"),
        ("- {id: a-b, text: T., about: [Ransomware]}", "lower-case"),
        ("- {id: a-b, text: T.}\n- {id: a-b, text: U.}", "twice"),
        ("- {id: a-b, text: T., asks: 3}", "'asks' is no text"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        list(injects_of(text, "x.yaml"))


def test_the_page_tells_how_many_there_are() -> None:
    page = Path(__file__).parents[4] / "docs" / "playbook-rehearse.md"
    assert f"all {len(shipped())} of them" in page.read_text(encoding="utf-8")
