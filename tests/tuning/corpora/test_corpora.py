"""Every corpus: the same for a seed, never more than asked for, with answers that the product would take."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.events.rulebook import load_signals
from cybersecqwen.errors import CsqError, InputError, UnknownNameError
from cybersecqwen.knowledge import Store
from cybersecqwen.models.interface import lettered
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.records.intel import Role
from cybersecqwen.tasks.query.asking.filling import chosen, schema
from cybersecqwen.tasks.triage.grammar import full_stop
from cybersecqwen.tasks.triage.prompt import split
from cybersecqwen.tuning.corpora import CORPORA, Sources, corpus
from cybersecqwen.tuning.corpora.distilled import distilled
from cybersecqwen.tuning.corpora.intents import MEANINGS
from cybersecqwen.tuning.corpora.refusals import ABSENT, REFUSED
from cybersecqwen.tuning.corpora.roles import ROLES, TEMPLATES
from cybersecqwen.tuning.corpora.weaknesses import severities, weaknesses
from cybersecqwen.tuning.measuring import answer, score
from cybersecqwen.tuning.records import SKILL, Record, read_records, write_records
from tests.amounts import draws

SKILLS = {
    "weaknesses": {"cwe"}, "distilled": {"cwe"}, "severities": {"cvss"}, "reading": {"multiple-choice"},
    "from-memory": {"multiple-choice"}, "spelled": {"multiple-choice"},
    "roles": {"indicator-role"}, "intents": {"intent"},
    "narratives": {"narrative"}, "refusals": {"refusal"}, "absent": {"absent"},
    "judgements": {"judging"}, "patches": {"patching"}, "situations": {"situation"},
    "criteria": {"criteria"}, "rewordings": {"rewording"}, "templates": {"log-template"},
    "planted": {"multiple-choice", "narrative", "indicator-role"},
}  # fmt: skip
WITH_TEXTS = ("reading", "from-memory", "spelled", "absent")
"""Corpora that a bundle without passages has nothing for."""
OFFERED = re.compile(r"Their fields: (.+?)\. Words that a condition may look for: (.+)\. Give the conditions")


def made(name: str, sources: Sources, seed: int = 1, count: int = 40) -> list[Record]:
    return list(corpus(name)(sources, Random(seed), count))


@pytest.fixture(scope="module")
def some(sources: Sources) -> Mapping[str, list[Record]]:
    """Records of each corpus."""
    return {name: made(name, sources, count=80) for name in CORPORA}


# ---- all of them ---------------------------------------------------------------------------------


def test_every_corpus_is_held_to_this() -> None:
    assert set(SKILLS) == set(CORPORA)
    with pytest.raises(UnknownNameError, match="no corpus 'poems'"):
        corpus("poems")


@pytest.mark.parametrize("name", CORPORA)
def test_the_same_seed_makes_the_same_records(sources: Sources, name: str) -> None:
    first = made(name, sources, seed=7, count=12)
    assert first == made(name, sources, seed=7, count=12)
    assert first != made(name, sources, seed=8, count=12)


@pytest.mark.parametrize("name", CORPORA)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 10])
def test_never_more_than_asked_for(sources: Sources, name: str, count: int) -> None:
    found = made(name, sources, count=count)
    assert len(found) <= count
    assert found or not count or name == "planted"


@pytest.mark.parametrize("name", CORPORA)
def test_records_are_written_and_read_again(
    some: Mapping[str, list[Record]], name: str, tmp_path: Path
) -> None:
    write_records(tmp_path / "some.jsonl.gz", some[name])
    assert len(some[name]) > 40
    assert list(read_records(tmp_path / "some.jsonl.gz")) == some[name]


@pytest.mark.parametrize("name", CORPORA)
def test_skills_sources_and_answers(some: Mapping[str, list[Record]], name: str) -> None:
    assert {one.skill for one in some[name]} == SKILLS[name]
    assert all(SKILL.fullmatch(skill) for skill in SKILLS[name])
    for one in some[name]:
        assert one.answer == one.answer.strip() and one.source and one.licence
        assert score(one, one.answer) == 1, one
        assert score(one, "") == 0


@pytest.mark.parametrize("name", CORPORA)
def test_hardly_any_question_is_asked_twice(some: Mapping[str, list[Record]], name: str) -> None:
    keys = {one.key for one in some[name]}
    assert len(keys) > (0.6 if name in ("refusals", "absent") else 0.9) * len(some[name])


@pytest.mark.parametrize("name", CORPORA)
def test_a_bundle_without_passages_makes_what_it_can(bare: Sources, name: str) -> None:
    found = made(name, bare, count=12)
    assert bool(found) == (name not in (*WITH_TEXTS, "weaknesses", "distilled", "severities"))
    assert {one.skill for one in found} <= SKILLS[name]


@pytest.mark.parametrize("name", ["reading", "from-memory", "absent", "refusals", "planted"])
def test_a_bundle_of_one_passage_is_soon_asked_out(tmp_path: Path, sources: Sources, name: str) -> None:
    from cybersecqwen.knowledge import Entity
    from cybersecqwen.knowledge.interface import Passage
    from cybersecqwen.knowledge.writer import write_bundle

    one = Entity(
        id="T1001",
        type="technique",
        name="Noise",
        source="attack-enterprise",
        url="https://x.example/",
        text="",
    )
    parts: dict[str, Any] = {"created": "", "sources": sources.store.manifest.sources, "relations": []}
    for number, passages in enumerate(([], [Passage(entity="T1001", section="note", text="Short.")])):
        path = tmp_path / f"{number}.sqlite"
        write_bundle(path, kind="full", entities=[one], passages=passages, **parts)
        with Store.open(path) as store:
            assert len(made(name, Sources(store=store), count=5)) <= 5


# ---- choices -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["from-memory", "spelled"])
def test_the_letter_is_that_of_an_option(some: Mapping[str, list[Record]], name: str) -> None:
    for one in some[name]:
        words, _, letter = one.answer.rpartition("\n")
        assert not one.choices and letter in ("A", "B", "C", "D")
        for each in "ABCD":
            assert len(re.findall(rf"(?:^|\s|\(){each}[).:] ", one.question)) >= 1, one.question
        assert bool(words) == (name == "spelled")
        assert re.search(rf"(?:^|\s|\(){letter}[).:] {re.escape(words)}", one.question)
        assert score(one, one.answer) == 1.0
        assert score(one, one.answer[:-1] + ("A" if letter != "A" else "B")) == 0.0
    assert len({one.answer[-1] for one in some[name]}) == 4, "the right letter is not always the same"


@pytest.mark.parametrize("name", ["reading", "roles"])
def test_the_answer_is_among_those_offered(some: Mapping[str, list[Record]], name: str) -> None:
    for one in some[name]:
        assert one.answer in one.choices and len(set(one.choices)) == len(one.choices)
    assert len({one.choices.index(one.answer) for one in some[name]}) >= 4, "it has no place of its own"


@pytest.mark.parametrize("name", ["reading", "from-memory", "spelled", "absent", "refusals"])
def test_what_others_wrote_is_under_their_licence(
    sources: Sources, some: Mapping[str, list[Record]], name: str
) -> None:
    stated = {one.licence for one in sources.store.manifest.sources}
    made = some[name]
    for one in made:
        own = name == "refusals" and not one.material
        assert one.licence == "Apache-2.0" if own else set(one.licence.split("; ")) <= stated
        if name != "refusals":
            about = one.source.removeprefix("store:").partition("/")[0]
            assert sources.store.get(about) is not None
    assert any(one.licence != "Apache-2.0" for one in made)


def test_choices_after_reading_are_asked_as_the_product_asks(some: Mapping[str, list[Record]]) -> None:
    for one in some["reading"]:
        right = one.choices.index(one.answer)
        model = Scripted([], probabilities=[0.9 if at == right else 0.01 for at in range(4)])
        assert answer(model, one) == one.answer
        ((asked, _),) = model.history
        assert asked == lettered(one.prompt, one.choices)[0]
        assert one.material and "notes" in one.instructions


def test_choices_from_memory_have_no_notes(some: Mapping[str, list[Record]]) -> None:
    for name in ("from-memory", "spelled"):
        assert all(not one.material and not one.instructions for one in some[name])


@cache
def said_as(role: Role) -> tuple[re.Pattern[str], ...]:
    """Sentences of a role, whatever stands in them; the value is a group."""
    found = []
    for template, _ in TEMPLATES[role]:
        parts = re.split(r"(\{\w+\})", template)
        inside = {"{v}": r"(?P<v>\S+?)"}
        found.append(
            re.compile("".join(inside.get(p, r"\S+?") if p.startswith("{") else re.escape(p) for p in parts))
        )
    return tuple(found)


@given(seed=st.integers(0, 10_000))
@draws(60)
def test_the_answer_is_the_role_whose_sentence_names_the_value(sources: Sources, seed: int) -> None:
    (one,) = made("roles", sources, seed=seed, count=1)
    value = one.question.removeprefix("What is ").partition(" in it?")[0]
    ((_, paragraph),) = one.material
    assert [Role(name) for name in one.choices] == list(ROLES)
    role = Role(one.answer)
    assert one.source == f"template:roles/{role.name.lower()}"
    held = [pattern.pattern.replace(r"(?P<v>\S+?)", re.escape(value)) for pattern in said_as(role)]
    assert any(re.search(pattern, paragraph) for pattern in held), (role, value, paragraph)
    # No sentence of another role names that value; one that is nothing but the value tells nothing.
    for other in set(ROLES) - {role, Role.UNKNOWN}:
        for pattern in said_as(other):
            text = pattern.pattern.replace(r"(?P<v>\S+?)", re.escape(value))
            assert not re.search(text, paragraph), (role, other, value, paragraph)


def test_no_form_of_a_role_stands_in_the_paragraphs_that_roles_are_judged_on() -> None:
    labelled = Path(__file__).parents[2] / "data" / "intel" / "labelled.jsonl"
    judged = {
        run for line in labelled.read_text("utf-8").splitlines() for run in runs(json.loads(line)["text"])
    }
    assert len(judged) > 3_000
    for role, forms in TEMPLATES.items():
        for template, _ in forms:
            own = {run for part in re.split(r"\{\w+\}", template) for run in runs(part)}
            assert not own & judged, (role, template)


def runs(text: str, length: int = 5) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_every_role_has_its_turn(sources: Sources) -> None:
    found = made("roles", sources, count=200)
    assert len({one.answer for one in found}) == len(ROLES)
    assert {Role.VULNERABILITY, Role.TECHNIQUE, Role.DETECTION} == set(Role) - set(ROLES)
    assert set(TEMPLATES) == set(ROLES)


# ---- conditions ----------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000))
@draws(150)
def test_conditions_follow_the_schema_of_what_is_offered(sources: Sources, seed: int) -> None:
    for one in made("intents", sources, seed=seed, count=4):
        offered = OFFERED.search(one.question)
        assert offered, one.question
        fields, values = (part.split(", ") for part in offered.groups())
        right = json.loads(one.answer)
        jsonschema.validate(right, schema(fields, values))
        assert len(chosen(right, fields, values)) == len(right["tests"]) in (1, 2)
        assert len(fields) == len(set(fields)) and len(values) == len(set(values)) <= 16
        ((label, text),) = one.material
        assert label == "the question"
        for test in right["tests"]:
            assert test["value"] in text
        assert all(value in text for value in values)
        assert answer(Scripted([one.answer]), one) == one.answer


def test_conditions_say_what_their_words_say(sources: Sources) -> None:
    seen = set()
    for one in made("intents", sources, count=300):
        ((_, text),) = one.material
        for test in json.loads(one.answer)["tests"]:
            forms = [
                key
                for key, meaning in MEANINGS.items()
                for form, operator in meaning.asked
                if operator == test["operator"] and form.format(v=test["value"]) in text
            ]
            assert forms, (text, test)
            seen.update(forms)
    assert seen == set(MEANINGS)


# ---- narratives ----------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000))
@draws(100)
def test_a_narrative_is_three_sentences_of_its_text(sources: Sources, seed: int) -> None:
    for one in made("narratives", sources, seed=seed, count=3):
        ((label, text),) = one.material
        assert label == "text"
        told = split(one.answer)
        assert 1 <= len(told) <= 3
        assert " ".join(told) == one.answer, "no sentence is cut by the check that reads answers"
        whole = split(text)
        assert set(told) <= set(whole) and " ".join(whole) == text
        assert [sentence for sentence in whole if sentence in told] == list(told), "in the order of the text"
        assert len(told) == min(3, len(whole))


def test_findings_are_those_that_ship(some: Mapping[str, list[Record]]) -> None:
    signals = load_signals()
    known = {full_stop(one.title) for one in signals} | {full_stop(one.why) for one in signals if one.why}
    fixed = re.compile(r"\S+ started |\S+ connected to |The activity matches the technique ")
    for one in some["narratives"]:
        text = one.material[0][1]
        for sentence in known:
            text = text.replace(sentence, "")
        assert all(fixed.match(sentence) for sentence in split(text)), text


# ---- refusals and what is not there --------------------------------------------------------------


def test_attacks_are_refused_with_and_without_notes(some: Mapping[str, list[Record]]) -> None:
    assert {one.answer for one in some["refusals"]} == {REFUSED}
    assert {bool(one.material) for one in some["refusals"]} == {True, False}


def test_what_is_there_is_said_word_for_word_and_what_is_not_is_said_so(
    some: Mapping[str, list[Record]],
) -> None:
    for one in some["absent"]:
        assert 1 <= len(one.material) <= 2
        if one.answer != ABSENT:
            name = one.question.removeprefix("What do the notes say first about ").removesuffix("?")
            notes = [text for label, text in one.material if label.startswith(f"{name}, ")]
            assert any(text.startswith(one.answer) for text in notes)
    absent = sum(one.answer == ABSENT for one in some["absent"])
    assert 0.2 < absent / len(some["absent"]) < 0.8


# ---- orders in data ------------------------------------------------------------------------------


def test_planted_orders_change_the_material_and_nothing_else(sources: Sources) -> None:
    from cybersecqwen.tuning.corpora import planted as module

    planned: dict[str, list[Record]] = {}
    chance = Random(3)
    for name in ("reading", "narratives", "roles"):
        planned[name] = made(name, sources, seed=3, count=20)
    for plain in (one for records in planned.values() for one in records if one.material):
        changed = module.with_order(plain, chance)
        assert (changed.answer, changed.question, changed.instructions) == (
            plain.answer, plain.question, plain.instructions,
        )  # fmt: skip
        differ = [(old, new) for old, new in zip(plain.material, changed.material, strict=True) if old != new]
        (((old_label, old), (new_label, new)),) = differ
        assert old_label == new_label and len(new) > len(old)
        # What was there is still there, in its order, before and after the order.
        kept = new
        for sentence in old.split(". "):
            assert sentence in kept
            kept = kept[kept.index(sentence) + len(sentence) :]


def test_planted_records_hold_an_order_that_does_not_say_what_is_right(
    some: Mapping[str, list[Record]],
) -> None:
    from cybersecqwen.tuning.corpora.planted import _ORDERS, _WRONGS

    for one in some["planted"]:
        assert one.source.endswith("+planted")
        wrongs = "|".join(map(re.escape, one.choices or _WRONGS))
        forms = [
            re.compile(re.escape(order).replace(re.escape("{wrong}"), f"(?P<wrong>{wrongs})"))
            for order in _ORDERS
        ]
        found = [match for _, text in one.material for form in forms if (match := form.search(text))]
        assert found, one.material
        assert all(match.groupdict().get("wrong") != one.answer for match in found)


# ---- weaknesses and severities -------------------------------------------------------------------


def rows(path: Path) -> dict[str, dict[str, Any]]:
    lines = path.read_text("utf-8").splitlines()
    return {f"nvd:{row['id']}": row for row in map(json.loads, lines)}


def test_labels_are_those_of_the_file(sources: Sources, some: Mapping[str, list[Record]]) -> None:
    known = rows(sources.vulnerabilities[0])
    for name in ("weaknesses", "severities"):
        for one in some[name]:
            row = known[one.source]
            assert row["desc"] in one.question
            assert row["id"] not in one.question
            if name == "weaknesses":
                assert [one.answer] == row["cwe"]
                assert row["cwe_src"] == "nvd" or int(row["id"][4:8]) >= 2023
            else:
                assert one.answer == row["cvss3"].replace("3.0", "3.1")


def cve(**changes: Any) -> dict[str, Any]:
    plain = {"id": "CVE-2024-1", "desc": "A widget lets anybody change the widgets of all others.",
             "cwe": ["CWE-79"], "cwe_src": "nvd", "cvss3": None, "cvss3_src": None}  # fmt: skip
    return {**plain, **changes}


def learned(folder: Path, store: Store, *lines: Any, name: str = "cve.jsonl") -> list[Record]:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return list(weaknesses(Sources(store=store, vulnerabilities=(folder / name,)), Random(1), 99))


@pytest.mark.parametrize(
    "changes",
    [
        {"cwe": []}, {"cwe": ["CWE-79", "CWE-89"]}, {"cwe": ["NVD-CWE-noinfo"]}, {"cwe": "CWE-79"},
        {"cwe": None}, {"cwe": [79]}, {"cwe_src": "redhat"}, {"cwe_src": None},
        {"cwe_src": "cna", "id": "CVE-2022-1"},
        {"id": "CVE-2018-1"}, {"id": "CVE-²²²²-1"}, {"id": "CVE"}, {"desc": "Short."},
        {"desc": "long " * 200},
    ],
    ids=lambda changes: str(changes)[:30],
)  # fmt: skip
def test_what_has_no_label_that_counts_is_left_out(tmp_path: Path, bare: Sources, changes: Any) -> None:
    good = cve(id="CVE-2024-2", desc="Another widget is broken in this very way.")
    found = learned(tmp_path, bare.store, good, cve(**changes))
    assert [one.source for one in found] == ["nvd:CVE-2024-2"]


def test_a_description_is_learned_once(tmp_path: Path, bare: Sources) -> None:
    again = cve(id="CVE-2024-3", desc=f"  {cve()['desc'].upper()} ")
    assert [one.source for one in learned(tmp_path, bare.store, cve(), again, name="c.jsonl.gz")] == [
        "nvd:CVE-2024-1"
    ]


@pytest.mark.parametrize(
    "data",
    [b"{\n", b"[]\n", b'{"id": "CVE-2024-1"}\n', b'{"id": 1, "desc": "x"}\n', b"\xff\n", b"[" * 99_999],
)
def test_a_file_of_something_else_is_an_input_error(tmp_path: Path, bare: Sources, data: bytes) -> None:
    (tmp_path / "cve.jsonl").write_bytes(data)
    with pytest.raises(InputError, match=r"cve\.jsonl"):
        list(weaknesses(replace(bare, vulnerabilities=(tmp_path / "cve.jsonl",)), Random(1), 9))


@given(at=st.integers(0, 400), cut=st.booleans(), byte=st.integers(0, 255))
@draws(80)
def test_a_damaged_packed_file_is_read_or_an_input_error(
    bare: Sources, tmp_path_factory: pytest.TempPathFactory, at: int, cut: bool, byte: int
) -> None:
    whole = bytearray(
        gzip.compress("".join(json.dumps(cve(id=f"CVE-2024-{n}")) + "\n" for n in range(99)).encode())
    )
    at %= len(whole)
    whole[at] = byte
    path = tmp_path_factory.mktemp("damaged") / "cve.jsonl.gz"
    path.write_bytes(bytes(whole[:at]) if cut else bytes(whole))
    for sources in (replace(bare, vulnerabilities=(path,)), replace(bare, wording=path)):
        try:
            list(islice(weaknesses(sources, Random(1), 9), 9))
        except CsqError as error:
            assert isinstance(error, InputError)


def test_weaknesses_are_asked_for_in_the_words_of_a_corpus(tmp_path: Path, sources: Sources) -> None:
    wording = tmp_path / "pairs.jsonl"
    wording.write_text(
        json.dumps({"prompt": "Map this. CVE Description: A bug. ", "response": "CWE-1"}) + "\n"
    )
    for one in weaknesses(replace(sources, wording=wording), Random(1), 5):
        assert one.question.startswith("Map this. CVE Description: In the widget manager")
        assert one.question.endswith(". ")
    for text in ("", "{}", '{"prompt": 1}', '{"prompt": "Say it."}', "[" * 99_999):
        wording.write_text(text)
        with pytest.raises(InputError, match=r"pairs\.jsonl"):
            list(weaknesses(replace(sources, wording=wording), Random(1), 5))


def test_pairs_of_a_corpus_are_learned_first_and_once(tmp_path: Path, sources: Sources) -> None:
    said = "Ammunition in the {} widget of a made-up program lets others in by a long name."
    lines = [
        {"prompt": f"Map this. CVE Description: {said.format(name)} ", "response": response}
        for name, response in (
            ("first", "It is one.\n\nCWE-79"),
            ("second", "CWE-0089"),
            ("second", "CWE-20"),
            ("third", "It is CWE-22."),
            ("fourth", ""),
        )
    ]
    wording = tmp_path / "pairs.jsonl"
    wording.write_text("\n".join(map(json.dumps, [*lines, {"prompt": 3}, []])) + "\nno json\n")
    own = [
        one
        for one in weaknesses(replace(sources, wording=wording), Random(1), 12)
        if one.source.startswith("pairs:")
    ]
    assert {(one.question, one.answer) for one in own} == {
        (f"Map this. CVE Description: {said.format(name)} ", weakness)
        for name, weakness in (("first", "CWE-79"), ("second", "CWE-89"))
    }
    assert all("Apache-2.0" in one.licence for one in own)
    # A vulnerability whose description is that of a pair is not learned a second time.
    (path,) = sources.vulnerabilities
    row = next(iter(rows(path).values()))
    lines[0]["prompt"] = f"Map this. CVE Description: {row['desc']}"
    wording.write_text("\n".join(map(json.dumps, lines)))
    found = list(weaknesses(replace(sources, wording=wording), Random(1), 500))
    assert sum(" ".join(row["desc"].split()) in one.question for one in found) == 1


def test_where_the_specialist_is_sure_its_answer_is_learned(tmp_path: Path, bare: Sources) -> None:
    """Whatever the file says of it; elsewhere what the file says, if anything."""
    clear = (
        "SQL injection vulnerability in login.php in Kettle 1.0 allows remote attackers to execute arbitrary"
        " SQL commands via the {} parameter."
    )
    vague = "Some visitors collect lamps and carpets behind the mill, number {}."
    rows = [
        cve(id="CVE-2024-1", desc=clear.format("id"), cwe=["CWE-787"]),
        cve(id="CVE-2023-2", desc=clear.format("user"), cwe=[]),
        cve(id="CVE-2022-3", desc=clear.format("page")),
        cve(id="CVE-2024-4", desc=vague.format(4), cwe=["CWE-416"]),
        cve(id="CVE-2024-5", desc=vague.format(5), cwe=[]),
        cve(id="CVE-2024-6", desc=f"  {clear.format('id').upper()} "),  # the first once more
    ]
    path = tmp_path / "cve.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = list(distilled(replace(bare, vulnerabilities=(path,)), Random(1), 99))
    assert {one.source: one.answer for one in found} == {
        "specialist:CVE-2024-1": "CWE-89",
        "specialist:CVE-2023-2": "CWE-89",
        "nvd:CVE-2024-4": "CWE-416",
    }


def test_labels_of_nvd_go_first(sources: Sources) -> None:
    known = rows(sources.vulnerabilities[0])
    found = [known[one.source]["cwe_src"] for one in weaknesses(sources, Random(1), 20)]
    assert len(found) == 20
    assert found.count("nvd") >= 13


def test_severities_go_by_who_gave_them(sources: Sources, tmp_path: Path) -> None:
    """A maker's weakness beside NVD's vector: the vector is NVD's."""
    path = tmp_path / "mixed.jsonl"
    lines = []
    for n, row in enumerate(rows(sources.vulnerabilities[0]).values()):
        year = 2023 + n % 2
        vector, of = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N", ("nvd", "cna")[n % 2]
        more = {"id": f"CVE-{year}-{90_000 + n}", "cvss3": vector, "cvss3_src": of}
        lines.append(json.dumps({**row, **more, "cwe_src": ("cna", "nvd")[n % 2]}) + "\n")
    path.write_text("".join(lines), "utf-8")
    mixed = replace(sources, vulnerabilities=(path,))
    known = rows(path)
    for made, labeller in ((severities, "cvss3_src"), (weaknesses, "cwe_src")):
        found = [known[one.source][labeller] for one in made(mixed, Random(1), 20)]
        assert found.count("nvd") == 13


# ---- code ----------------------------------------------------------------------------------------


def test_judgements_are_of_the_form_that_the_review_reads(some: Mapping[str, list[Record]]) -> None:
    from cybersecqwen.tasks.review import judging

    reals = []
    for one in some["judgements"]:
        said = json.loads(one.answer)
        jsonschema.validate(said, judging.SCHEMA)
        code = one.material[1][1]
        path = code.partition("\n")[0]
        assert re.search(rf"^> *{said['line']} ", code, re.M), "the marked line decides"
        assert (said["why"] == "test") == judging.in_tests(path)
        assert said["real"] == (said["why"] in judging.FOR)
        reals.append(said["real"])
    assert 0.4 < sum(reals) / len(reals) < 0.6
    assert len({json.loads(one.answer)["why"] for one in some["judgements"]}) >= 4


def test_a_patch_that_is_learned_is_one_that_the_review_takes(sources: Sources) -> None:
    from cybersecqwen.detect.code.rulebook import CodeRules
    from cybersecqwen.inputs.source.files import SourceFile
    from cybersecqwen.inputs.source.languages import suffix_of
    from cybersecqwen.records.review import Fix
    from cybersecqwen.tasks.review.looking import again
    from cybersecqwen.tasks.review.patching import patch

    taken = looked = 0
    with again(CodeRules.shipped()) as look:
        for one in made("patches", sources, count=20):
            label, shown = one.material[0]
            language = label.removeprefix("lines of a file in ")
            lines = [re.fullmatch(r"([0-9]+)\| ?(.*)", line) for line in shown.split("\n")]
            assert all(lines)
            if lines[0][1] != "1":  # type: ignore[index]
                continue  # not the whole file is shown
            text = "\n".join(line[2] for line in lines if line)
            source = SourceFile(path=f"it{suffix_of(language)}", language=language, text=text)
            before = look(source)[0].findings
            finding = next(each for each in before if each.rule == one.source.removeprefix("rule:"))
            looked += 1
            taken += isinstance(patch(source, finding, before, look, Scripted([one.answer])), Fix)
    assert looked >= 10
    assert taken >= 0.8 * looked


# ---- playbooks and lines -------------------------------------------------------------------------


def test_situations_are_sentences_of_their_text(some: Mapping[str, list[Record]]) -> None:
    for one in some["situations"]:
        ((_, text),) = one.material
        told = split(one.answer)
        assert len(told) == 3 and set(told) <= set(split(text))


def test_criteria_and_messages_are_such_as_the_playbook_takes(some: Mapping[str, list[Record]]) -> None:
    from cybersecqwen.tasks.playbook import wording
    from cybersecqwen.tasks.playbook.worded import PLACE, refusal_of_criterion, refusal_of_message

    for one in some["criteria"]:
        said = json.loads(one.answer)
        jsonschema.validate(said, wording.SCHEMA)
        ((_, shown),) = one.material
        taken: list[str] = []
        for each in said["criteria"]:
            sentence = wording.criterion(each["thing"], each["done"])
            assert not refusal_of_criterion(sentence, shown, taken), sentence
            taken.append(sentence)
    for one in some["rewordings"]:
        ((_, text),) = one.material
        assert not refusal_of_message(one.answer, text)
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(one.answer))


def test_kinds_of_lines_hold_no_number_and_are_told_by_one_rule(some: Mapping[str, list[Record]]) -> None:
    told: dict[str, set[str]] = {}
    for one in some["templates"]:
        ((_, line),) = one.material
        assert not re.search(r"[0-9]", line.replace("<*>", "")), line
        told.setdefault(line, set()).add(one.answer)
    assert all(len(answers) == 1 for answers in told.values())
    assert len(told) > 8
