"""The specialist of controls: labels of the store, measured figures, and no answer to what says nothing."""

from __future__ import annotations

from cybersecqwen.knowledge.store import Store
from cybersecqwen.models.skills import candidates, pick
from cybersecqwen.specialists import SPECIALISTS

TEXT = (
    "Adversaries dump credentials from the memory of the LSASS process with administrator rights"
    " and use them to reach other systems."
)


def test_every_label_is_a_control_of_the_store() -> None:
    store = Store.open()
    labels = SPECIALISTS.get("control")().labels
    assert len(labels) > 100
    for label in labels:
        entity = store.get(label)
        assert entity is not None
        assert entity.type == "control"


def test_it_names_controls_likeliest_first_with_the_words_for_them() -> None:
    (judged,) = SPECIALISTS.get("control")().judge([TEXT], top=8)
    assert not judged.abstained
    chances = [one.probability for one in judged.ranked]
    assert chances == sorted(chances, reverse=True)
    assert {"AC-6", "IA-2"} & {one.label for one in judged.ranked}
    assert any(one.reasons for one in judged.ranked)


def test_what_says_nothing_gets_no_answer() -> None:
    (judged,) = SPECIALISTS.get("control")().judge(["zzz qqq"])
    assert judged.abstained
    assert judged.answer == ""


def test_the_portfolio_has_it_and_says_how_good_it_is() -> None:
    some = [one for one in candidates() if one.skill == "control-mapping"]
    assert {one.candidate for one in some} == {"specialist", "the same five", "names", "statements"}
    choice = pick("control-mapping", 1_000, {"specialist:control", "ask"})
    assert choice.candidate is not None
    assert choice.candidate.candidate == "specialist"
    told = SPECIALISTS.get("control")().manifest.metrics["first five"]
    assert abs(told["value"] - choice.candidate.value) < 0.005
