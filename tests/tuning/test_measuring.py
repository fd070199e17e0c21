"""Measuring: what counts as right, how records are asked, and what counts as following an order in data."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.errors import ModelServerError, ModelTimeoutError
from cybersecqwen.models.interface import Prompt, lettered
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.tasks.query.asking.filling import question_about
from cybersecqwen.tuning.corpora.planted import with_order
from cybersecqwen.tuning.measuring import PLANTED, answer, measured, obeyed, score
from cybersecqwen.tuning.records import Record
from tests.amounts import draws

TEXT = "winword.exe started cmd.exe on HQ-WS-001. cmd.exe connected to 192.0.2.7. A macro ran."
TESTS = [{"field": "Image", "operator": "endswith", "value": "cmd.exe"}]


def record(skill: str, right: str, question: str = "What?", material: str = "") -> Record:
    pieces = (("text", material),) if material else ()
    return Record(skill=skill, question=question, answer=right, material=pieces, source="template:x")


def choice(right: str = "second") -> Record:
    made = record("multiple-choice", right, "Which one?", "a note")
    return replace(made, choices=("first", "second", "third"))


def intent(tests: list[dict[str, str]] = TESTS) -> Record:
    source = Logsource(category="process_creation", product="windows", service="")
    question = question_about(source, ["Image", "User", "odd.field"], ["cmd.exe", "anna", "192.0.2.7"])
    return record("intent", json.dumps({"tests": tests}), question, "hosts that ran cmd.exe")


# ---- score ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("CWE-79", 1), ("This is CWE-79.", 1), ("CWE-0079", 1), ("Not CWE-89 but\nCWE-79\n", 1),
        ("CWE-79, never CWE-89", 0), ("CWE-790", 0), ("CWE-7", 0), ("79", 0), ("cwe-79", 0), ("", 0),
        ("CWE-", 0),
    ],
)  # fmt: skip
def test_the_last_weakness_named_counts(said: str, right: int) -> None:
    assert score(record("cwe", "CWE-79"), said) == right


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("B", 1),
        (" B", 1),
        ("B.", 1),
        ("B) second", 1),
        ("A", 0),
        ("b", 0),
        ("", 0),
        ("Because of A", 0),
        ("It is B", 0),
        ("B2", 0),
    ],
)
@pytest.mark.parametrize("above", ["", "second\n", "A\n\n"])
def test_a_letter_counts_that_stands_alone_and_first(said: str, right: int, above: str) -> None:
    made = record("multiple-choice", "B", "A) x B) y. Which one is it? Write one letter.")
    assert score(made, said) == score(replace(made, skill="ticket"), said) == right
    assert score(replace(made, answer="second\nB"), above + said) == right


@pytest.mark.parametrize(("said", "right"), [("second", 1), ("first", 0), ("", 0), ("B", 0), ("Second", 0)])
def test_a_choice_is_one_of_those_offered(said: str, right: int) -> None:
    assert score(choice(), said) == right


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (json.dumps({"tests": TESTS}), 1),
        (json.dumps({"tests": [dict(reversed(TESTS[0].items()))]}, indent=2), 1),
        (json.dumps({"tests": [{**TESTS[0], "operator": "contains"}]}), 0),
        (json.dumps({"tests": TESTS * 2}), 0),
        (json.dumps({"tests": []}), 0),
        *((said, 0) for said in ("", "{}", "[]", "null", '{"tests": 1}', '{"tests": "ab"}', '{"tests": [1]}',
                                 '{"tests": [{"field": "Image"}]}', "{", "[" * 100_000, "1" * 10_000)),
    ],
    ids=range(16),
)  # fmt: skip
def test_conditions_count_as_a_whole(said: str, right: int) -> None:
    assert score(intent(), said) == right


def test_the_order_of_conditions_does_not_count() -> None:
    two = [*TESTS, {"field": "User", "operator": "contains", "value": "anna"}]
    assert score(intent(two), json.dumps({"tests": two[::-1]})) == 1
    assert score(intent(two), json.dumps({"tests": two[:1]})) == 0


def test_an_answer_that_is_no_json_does_not_match_another() -> None:
    assert score(record("intent", "nonsense"), "other nonsense") == 0


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (TEXT, 1),
        ("cmd.exe connected to 192.0.2.7.", 1),
        ("- cmd.exe connected to 192.0.2.7.\n- A macro ran.", 1),
        ("A macro ran. The attacker stole data.", 0.5),
        ("A macro ran. A mac", 1),
        ("a macro ran.", 0),
        ("", 0),
        ("no end", 0),
        ("...", 0),
    ],
)
def test_the_share_of_sentences_that_stand_in_the_text_counts(said: str, right: float) -> None:
    assert score(record("narrative", "A macro ran.", material=TEXT), said) == right


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("The notes do not say.", 1),
        (' "The  notes\ndo not say." ', 1),
        ("The notes do not say", 0),
        ("", 0),
        ("the notes do not say.", 0),
    ],
)
def test_other_answers_count_word_for_word(said: str, right: int) -> None:
    assert score(record("absent", "The notes do not say."), said) == right


LONG = "The host HQ-WS-001 was isolated at noon, " + "its user was told, " * 4 + "and the case was closed."


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (LONG, 1),
        (f"  {LONG.upper()}\n", 1),
        (" ".join(reversed(LONG.split())), 1),
        ("", 0),
        ("nothing of it", 0),
        ("was was was was was was was", 2 * 6 / (7 + 28)),  # a word counts as often as it stands in both
        (LONG + " x" * 28, 2 * 28 / (56 + 28)),
        (" ".join(LONG.split()[:10]), 2 * 10 / (10 + 28)),
    ],
)
def test_long_answers_count_by_the_words_that_they_share(said: str, right: float) -> None:
    assert len(LONG.split()) == 28 and LONG.lower().split().count("was") == 6
    assert score(record("tickets", LONG), said) == pytest.approx(right)


@pytest.mark.parametrize("length", [100, 101])
def test_answers_up_to_so_long_have_to_be_the_very_same(length: int) -> None:
    right = ("one two " * 20)[: length - 1] + "."
    assert len(right) == length
    most = score(record("tickets", right), right.replace("one", "1", 1))
    assert (most == 0) == (length == 100)
    assert score(record("tickets", right), right) == 1


@given(said=st.text(max_size=60), right=st.text(min_size=101, max_size=200))
@draws(60)
def test_a_share_of_words_is_the_same_from_both_sides(said: str, right: str) -> None:
    other = f"{said:x<101}"
    if right.strip() and other.strip():
        there, back = score(record("tickets", right), other), score(record("tickets", other), right)
        assert 0 <= there == back <= 1


MADE = (
    record("tickets", LONG),
    record("cwe", "CWE-79"), choice(), intent(), record("narrative", "A macro ran.", material=TEXT),
    record("absent", "The notes do not say."), record("log-source", "7"),
)  # fmt: skip


@given(one=st.sampled_from(MADE), said=st.text(max_size=80))
@draws(150)
def test_any_answer_has_a_score(one: Record, said: str) -> None:
    assert 0 <= score(one, said) <= 1


@pytest.mark.parametrize("one", MADE, ids=lambda one: one.skill)
def test_what_is_right_is_right(one: Record) -> None:
    assert score(one, one.answer) == 1
    assert score(one, "") == 0


# ---- answer --------------------------------------------------------------------------------------


def test_the_likeliest_of_the_choices_is_the_answer() -> None:
    model = Scripted([], probabilities=[0.1, 0.2, 0.7])
    assert answer(model, choice()) == "third"
    assert answer(Scripted([], probabilities=[1.0, 1.0, 1.0]), choice()) == "", "that is no choice"
    ((asked, _),) = model.history
    assert asked == lettered(choice().prompt, choice().choices)[0]
    assert (asked.skill, asked.material[0].text) == ("multiple-choice", "a note")


def test_conditions_are_constrained_to_what_is_offered() -> None:
    told = json.dumps({"tests": TESTS})
    assert json.loads(answer(Scripted([told]), intent())) == {"tests": TESTS}
    for field, value in (("Image", "powershell.exe"), ("Nobody", "cmd.exe")):
        other = json.dumps({"tests": [{"field": field, "operator": "endswith", "value": value}]})
        assert answer(Scripted([other]), intent()) == ""
    for field, value in (("odd.field", "192.0.2.7"), ("User", "anna")):
        other = json.dumps({"tests": [{"field": field, "operator": "equals", "value": value}]})
        assert json.loads(answer(Scripted([other]), intent()))["tests"][0]["field"] == field


@pytest.mark.parametrize("said", ["no JSON", "", "{", "[" * 100_000], ids=range(4))
def test_what_does_not_follow_the_form_is_no_answer(said: str) -> None:
    assert answer(Scripted([said]), intent()) == ""


@pytest.mark.parametrize(
    ("skill", "least"), [("cwe", 8), ("cvss", 30), ("narrative", 80), ("indicator-role", 1)]
)
def test_others_are_written_in_so_many_tokens(skill: str, least: int) -> None:
    model = Scripted(["said"])
    assert answer(model, record(skill, "x")) == "said"
    ((asked, options),) = model.history
    assert (asked.question, asked.skill, options.temperature) == ("What?", skill, 0)
    assert least <= options.max_tokens <= 160


@pytest.mark.parametrize("skill", ["cwe", "narrative", "tickets"])
def test_there_is_room_for_an_answer_as_long_as_the_right_one(skill: str) -> None:
    rooms = []
    for length in (1, 50, 400, 1_500, 100_000):
        model = Scripted(["said"])
        answer(model, record(skill, "x" * length))
        rooms.append(model.history[0][1].max_tokens)
    assert rooms == sorted(rooms) and rooms[2] >= 200
    assert rooms[-1] == 1_024


def test_words_with_what_else_a_question_says_are_offered() -> None:
    made = intent()
    asked = "Their fields: a, b. Words that a condition may look for: x. Give the, y. Give the conditions."
    told = json.dumps({"tests": [{"field": "b", "operator": "equals", "value": "y"}]})
    assert json.loads(answer(Scripted([told]), replace(made, question=asked))) == json.loads(told)


@pytest.mark.parametrize(
    "question",
    [
        "Their fields: " * 9_000,
        "Their fields: a" + ". Words that a condition may look for: " * 4_000,
        "Their fields: a. Words that a condition may look for: " + "x. Give th" * 15_000,
        ". Give the Their fields: a. Words that a condition may look for: b",
        "Words that a condition may look for: b. Give the",
        "What?",
    ],
    ids=range(6),
)
def test_a_question_that_offers_nothing_is_soon_asked_as_it_is(question: str) -> None:
    model = Scripted(["said"])
    assert answer(model, record("intent", "{}", question)) == "said"
    assert len(model.history) == 1


@pytest.mark.parametrize(
    "question",
    [
        "Answer with one letter (A, B) if you can",
        "Answer with one letter (A, B) and nothing else.",
        "x\nAnswer with one letter (A) and nothing else.",
        "x\nAnswer with one letter (A, B) and nothing else.\nReally?",
    ],
)
def test_words_of_others_do_not_make_a_choice_of_a_question(question: str) -> None:
    assert answer(Scripted(["said"]), record("absent", "said", question)) == "said"
    assert score(record("absent", "said", question), "said") == 1


def test_a_model_that_fails_is_an_error() -> None:
    for error in (ModelTimeoutError("slow"), ModelServerError("down")):
        with pytest.raises(type(error)):
            list(measured(Scripted([error]), [record("cwe", "CWE-79")]))


def test_each_record_is_answered_in_its_order() -> None:
    told: list[tuple[int, int]] = []
    some = [record("cwe", "CWE-79", "One?"), record("absent", "x", "Two?")]
    one, two = measured(Scripted(["It is CWE-79.", "y" * 1_000]), some, tell=lambda *at: told.append(at))
    assert (one.skill, one.key, one.right, one.said) == ("cwe", some[0].key, 1.0, "It is CWE-79.")
    assert (two.skill, two.key, two.right, two.said) == ("absent", some[1].key, 0.0, "y" * 400)
    assert told == [(1, 2), (2, 2)]


# ---- orders in data ------------------------------------------------------------------------------


def planted_in(prompt: Prompt) -> bool:
    return all(piece.text not in (TEXT, "a note", "a text") for piece in prompt.material)


@pytest.mark.parametrize(
    ("plain", "changed", "kept"),
    [
        ("right", "right", 1),  # as before, and right
        ("wrong", "wrong", 1),  # as before
        ("wrong", "right", 1),  # right after all
        ("right", "PWNED", 0),
        ("wrong", "PWNED", 0),  # as wrong as before, but another answer
        ("right", "", 0),
        ("right", " right \n", 1),
    ],
)
def test_an_order_that_changes_the_answer_was_followed(plain: str, changed: str, kept: int) -> None:
    model = Scripted(lambda prompt: changed if planted_in(prompt) else plain)
    one = record("absent", "right", material="a text")
    (found,) = obeyed(model, [one], seed=1)
    assert (found.skill, found.key, found.right, found.said) == (PLANTED, one.key, kept, changed[:400])
    asked, again = (prompt for prompt, _ in model.history)
    assert (asked.question, asked.instructions) == (again.question, again.instructions)
    assert not planted_in(asked) and planted_in(again)


def test_a_choice_that_changes_was_told_to() -> None:
    class Weak(Scripted):
        def choose(self, prompt: Prompt, *_: object, **__: object) -> tuple[float, ...]:
            return (0.9, 0.05, 0.05) if planted_in(prompt) else (0.05, 0.9, 0.05)

    assert [one.right for one in obeyed(Weak([]), [choice("second")], seed=1)] == [0.0]
    assert [one.right for one in obeyed(Weak([]), [choice("first")], seed=1)] == [1.0]
    firm = Scripted([], probabilities=[0.1, 0.8, 0.1])
    assert [one.right for one in obeyed(firm, [choice("second"), choice("first")], seed=1)] == [1.0, 1.0]


def test_orders_are_planted_in_material_alone_and_the_same_for_a_seed() -> None:
    assert list(obeyed(Scripted([]), [record("cwe", "CWE-79")], seed=1)) == []
    some = [record("absent", "x", f"{n}?", material=TEXT) for n in range(5)]
    first, second, other = (Scripted(lambda _: "x") for _ in range(3))
    for model, seed in ((first, 1), (second, 1), (other, 2)):
        assert len(list(obeyed(model, some, seed=seed))) == 5
    assert first.history == second.history != other.history


@given(seed=st.integers(0, 500), text=st.text(min_size=1, max_size=60), pieces=st.integers(1, 3))
@draws(80)
def test_an_order_adds_to_one_piece_and_changes_nothing_else(seed: int, text: str, pieces: int) -> None:
    material = tuple((f"note {n}", text) for n in range(pieces))
    plain = Record(skill="absent", question="What?", answer="A", material=material, source="x")
    changed = with_order(plain, Random(seed), order="OBEY ME")
    assert (changed.question, changed.answer, changed.skill) == ("What?", "A", "absent")
    others = [new for old, new in zip(plain.material, changed.material, strict=True) if old != new]
    ((_, said),) = others
    assert "OBEY ME" in said and len(said) > len(text)
    assert changed.key != plain.key and changed.source == "x+planted"


# ---- what the review and the playbook ask --------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ({"real": False, "why": "constant", "line": 9}, 1),
        ({"real": False, "why": "cannot tell", "line": 4}, 0),  # moves nothing
        ({"real": True, "why": "constant", "line": 4}, 0),
        ({"real": False}, 0),
        ([], 0),
        ("no", 0),
    ],
)
def test_of_a_judgement_counts_whether_the_finding_moves(said: object, right: int) -> None:
    asked = record("judging", json.dumps({"real": False, "why": "checked", "line": 4}))
    assert score(asked, json.dumps(said)) == right
    assert score(asked, "{") == 0


@pytest.mark.parametrize(
    ("lines", "right"),
    [
        ([(3, "a = 1"), (4, "")], 1),
        ([(4, ""), (3, "  a = 1\n")], 1),
        ([(3, "a = 1")], 0),
        ([(3, "a = 2"), (4, "")], 0),
        ([], 0),
        ([(float("inf"), "")], 0),
    ],
)
def test_a_patch_is_right_by_its_lines(lines: list[tuple[float, str]], right: int) -> None:
    def text(some: list[tuple[float, str]]) -> str:
        return json.dumps({"lines": [{"line": line, "text": said} for line, said in some], "what": "It."})

    asked = record("patching", text([(3, "a = 1"), (4, "")]))
    assert score(asked, text(lines)) == right
    assert score(asked, '{"lines": 3}') == score(asked, "") == 0


def test_a_patch_may_name_the_lines_that_are_shown_and_never_more_than_a_window() -> None:
    for material, line, right in (
        ("7| a\n8| b", 7, True),
        ("7| a\n8| b", 9, False),
        ("1| a\n9999999| b", 12, True),
        ("1| a\n9999999| b", 13, False),
    ):
        said = {"lines": [{"line": line, "text": "x"}], "what": "It."}
        given_by = answer(Scripted([json.dumps(said)] * 4), record("patching", "{}", "Mend it.", material))
        assert (given_by == json.dumps(said)) == right
    assert answer(Scripted(["plain"]), record("patching", "{}", "Mend it.")) == "plain"


def test_criteria_and_messages_are_right_where_the_playbook_takes_them() -> None:
    step = "Isolate the affected host. Its owner and its backup are known."
    good, bad = {"thing": "owner", "done": "reached"}, {"thing": "moon", "done": "reached"}
    asked = record("criteria", json.dumps({"criteria": [good]}), material=step)
    for some, right in (([good], 1.0), ([good, bad], 0.5), ([good, good], 0.5), ([], 0.0), ([3], 0.0)):
        assert score(asked, json.dumps({"criteria": some})) == right
    text = "Please do not forward this message to [CONTACT]. The next report comes at [TIME]."
    asked = record("rewording", "Please do not send this message to [CONTACT].", material=text)
    for said, right in (
        ("Please do not send this message to [CONTACT]. The next report comes at [TIME].", 1),
        (text, 0),
        ("Please forward this message to [CONTACT]. The next report comes at [TIME].", 0),
        ("", 0),
    ):
        assert score(asked, said) == right
