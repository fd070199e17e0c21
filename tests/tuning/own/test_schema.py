"""Intents from a schema: right, answerable from what is offered, and asked as the product asks."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cybersecqwen.errors import InputError
from cybersecqwen.tasks.query.asking.filling import INSTRUCTIONS, chosen, schema
from cybersecqwen.tuning.own import from_schema
from cybersecqwen.tuning.own.meanings import concept_of, descriptions, words_of_description, words_of_name
from cybersecqwen.tuning.records import Broken, Record

STRANGE = """TableName,ColumnName,ColumnType,Description
ProcEvents,x_prc_nm_01,string,name of the process image
ProcEvents,x_prc_nm_02,string,The name of the parent process (if known).
ProcEvents,x_u,string,user that ran it
ProcEvents,x_h,string,host name
ProcEvents,x_ts,datetime,when it happened
ProcEvents,x_cl,string,"command line, cut after 8,000 characters"
ProcEvents,zz9,string,cost centre of the department
ProcEvents,q_7,string,
ProcEvents,x_prt,int,TCP port at the destination
ProcEvents,x_el,bool,whether it was elevated
ProcEvents,x_all,dynamic,everything else
"""


def offered(record: Record) -> tuple[list[str], list[str]]:
    """The fields and the words of a record."""
    fields = record.question.partition("Their fields: ")[2].partition(". Words that")[0]
    words = record.question.partition("may look for: ")[2].partition(". Give the")[0]
    return fields.split(", "), words.split(", ")


def made(path: Path, text: str, *, seed: int = 0, per_field: int = 12) -> tuple[list[Record], list[Broken]]:
    path.write_text(text, encoding="utf-8")
    found = list(from_schema(path, seed=seed, per_field=per_field))
    return [one for one in found if isinstance(one, Record)], [
        one for one in found if isinstance(one, Broken)
    ]


def test_each_answer_can_be_chosen_from_what_is_offered(tmp_path: Path) -> None:
    records, _ = made(tmp_path / "own.csv", STRANGE)
    assert len(records) > 80
    for one in records:
        answer = json.loads(one.answer)
        fields, words = offered(one)
        jsonschema.validate(answer, schema(fields, words))
        assert len(chosen(answer, fields, words)) == len(answer["tests"])
        assert one.answer == json.dumps(answer, ensure_ascii=False)
        assert (one.skill, one.instructions, one.material[0][0]) == (
            "own-intent",
            INSTRUCTIONS,
            "the question",
        )
        asked = [word.strip("?,") for word in one.material[0][1].split()]
        assert all(test["value"] in asked for test in answer["tests"])


def test_a_strange_name_is_asked_by_its_description(tmp_path: Path) -> None:
    records, _ = made(tmp_path / "own.csv", STRANGE, per_field=40)
    of_image = [one for one in records if "/x_prc_nm_01/" in one.source]
    asked = {one.material[0][1] for one in of_image}
    assert len(asked) == len(of_image) > 30
    assert any("hosts that ran" in text for text in asked)
    assert any("name of the process image" in text for text in asked)
    assert all('"field": "x_prc_nm_01"' in one.answer for one in of_image)
    parents = [one for one in records if "children of" in one.material[0][1]]
    assert parents
    assert all('"field": "x_prc_nm_02", "operator": "endswith"' in one.answer for one in parents)


def test_lists_are_shuffled_and_hold_other_fields(tmp_path: Path) -> None:
    records, _ = made(tmp_path / "own.csv", STRANGE)
    places = {offered(one)[0].index(json.loads(one.answer)["tests"][0]["field"]) for one in records}
    assert len(places) > 4
    assert all(len(offered(one)[0]) >= 4 for one in records)
    assert not any("x_ts" in one.question or "x_all" in one.question for one in records)


def test_nothing_is_offered_that_means_the_same(tmp_path: Path) -> None:
    twins = f"{STRANGE}ProcEvents,acct2,string,user that ran it\nProcEvents,u3,string,user name\n"
    records, _ = made(tmp_path / "own.csv", twins, per_field=30)
    for one in records:
        fields, _ = offered(one)
        of_users = {"x_u", "acct2", "u3"}.intersection(fields)
        asked = {test["field"] for test in json.loads(one.answer)["tests"]}
        assert len(of_users) < 2 or not asked & of_users


def test_questions_with_a_question_word_have_no_order_before_it(tmp_path: Path) -> None:
    records, _ = made(tmp_path / "own.csv", STRANGE, per_field=40)
    asked = [one.material[0][1] for one in records]
    assert any(text.startswith("what did ") for text in asked)
    assert not any(
        text.startswith(("show what", "find who", "list where", "are there what")) for text in asked
    )


def test_what_cannot_be_asked_for_is_named(tmp_path: Path) -> None:
    _, broken = made(tmp_path / "own.csv", STRANGE)
    assert {one.reason.rpartition(" ")[2]: one.reason.partition(":")[0] for one in broken} == {
        "'q_7'": "it has no description, and its name has no word in it",
        "'x_all'": "it holds parts, and no value",
        "'x_ts'": "times are asked for as spans, not as words",
    }
    assert all(one.line > 0 for one in broken)


def test_it_is_the_same_for_a_seed_and_other_for_another(tmp_path: Path) -> None:
    first, _ = made(tmp_path / "own.csv", STRANGE)
    again, _ = made(tmp_path / "own.csv", STRANGE)
    other, _ = made(tmp_path / "own.csv", STRANGE, seed=1)
    assert first == again
    assert first != other


_USER = {"description": "the user"}
FORMS: dict[str, tuple[object, str]] = {
    "mapping": (
        {
            "i": {
                "mappings": {"properties": {"a": {"properties": {"b1": {"type": "keyword", "meta": _USER}}}}}
            }
        },
        "a.b1",
    ),
    "json-schema": (
        {
            "$schema": "x",
            "properties": {"y": {"type": "object", "properties": {"z2": {"title": "the user"}}}},
        },
        "y.z2",
    ),
    "tables": ({"Table": "T", "Columns": [{"Name": "c7", "Type": "string", **_USER}]}, "c7"),
    "model": (
        {
            "modelName": "M",
            "objects": [{"objectName": "O", "fields": [{"fieldName": "f1", "comment": "the user"}]}],
        },
        "f1",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_descriptions_are_found_in_each_form(tmp_path: Path, name: str) -> None:
    content, field = FORMS[name]
    text = json.dumps(content)
    assert descriptions(text.encode())[field] == "the user"
    records, _ = made(tmp_path / "own.json", text)
    assert any(f'"field": "{field}"' in one.answer for one in records)


def test_sample_events_are_asked_for_by_the_words_of_their_names(tmp_path: Path) -> None:
    events = '{"src_ip": "192.0.2.7", "UserName": "eva"}\n{"src_ip": "192.0.2.8", "UserName": "li"}\n'
    records, _ = made(tmp_path / "events.jsonl", events)
    assert {json.loads(one.answer)["tests"][0]["field"] for one in records} == {"src_ip", "UserName"}
    assert "are of anything. Their fields" in records[0].question


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *(("x_prc_nm_01", "process name"), ("src_ip", "source address"), ("DeviceName", "device name")),
        *(("hash.sha256", "hash sha256"), ("x_y_z", ""), ("HTTPStatusCode", "http status code"), ("q_7", "")),
    ],
)
def test_names_are_read_as_words(name: str, words: str) -> None:
    assert words_of_name(name) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        *(("The account that logged on.", "account that logged on"), ("IP address (v4)", "IP address")),
        *(("Contains the name\nof it", "name"), ("", ""), ("a b c d e f g h i j k l m", "b c d e f g h i j")),
        ("...", ""),
    ],
)
def test_descriptions_become_phrases(said: str, words: str) -> None:
    assert words_of_description(said) == words


def test_concepts_are_told_by_words_and_by_names() -> None:
    assert concept_of("name of the parent process") == "parent-process"
    assert concept_of("", "SourceIp") == "source-address"
    assert concept_of("colour of the carpet") == ""


def test_a_schema_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        list(from_schema(tmp_path / "none.json"))
    (tmp_path / "empty.json").write_text("{}")
    with pytest.raises(InputError):
        list(from_schema(tmp_path / "empty.json"))


@pytest.mark.parametrize(("fields", "each"), [(6, 80), (20, 32), (90, 12)])
def test_the_fewer_fields_the_more_questions_for_each(tmp_path: Path, fields: int, each: int) -> None:
    path = tmp_path / "own.csv"
    rows = "".join(f"Events,f{n},string,kind of thing number {n:03}\n" for n in range(fields))
    path.write_text(f"TableName,ColumnName,ColumnType,Description\n{rows}", encoding="utf-8")
    found = [one for one in from_schema(path) if isinstance(one, Record)]
    assert 0.9 * fields * each <= len(found) <= fields * each


def test_many_tables_of_few_fields_are_no_small_schema(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rows = "".join(f"Table{n},f{n},string,kind of thing number {n:03}\n" for n in range(90))
    path.write_text(f"TableName,ColumnName,ColumnType,Description\n{rows}", encoding="utf-8")
    found = [one for one in from_schema(path) if isinstance(one, Record)]
    assert 0 < len(found) <= 90 * 12
