"""Records: what is written is read again, and whatever else stands in a file is named and passed over."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, InputError, LimitError, OutputError
from cybersecqwen.tuning import records as module
from cybersecqwen.tuning.records import (
    LONGEST,
    SKILL,
    Broken,
    Record,
    packed_records,
    read_records,
    write_records,
)
from tests.amounts import draws

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SAID = TEXTS.filter(lambda text: bool(text.strip()))
NAMES = st.from_regex(SKILL, fullmatch=True)
OPEN = st.builds(
    Record,
    skill=NAMES,
    instructions=TEXTS,
    material=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    question=SAID,
    answer=SAID,
    source=SAID,
    licence=st.sampled_from(("Apache-2.0", "CC0-1.0", "")),
)
RECORDS = OPEN | st.builds(
    lambda one, others: replace(one, choices=tuple(dict.fromkeys((one.answer, *others)))),
    OPEN,
    st.lists(SAID, min_size=2, max_size=4, unique=True),
)
PLAIN: dict[str, Any] = {"skill": "cwe", "question": "Which?", "answer": "CWE-79", "source": "template:x"}


def line(**changes: Any) -> bytes:
    return json.dumps({**PLAIN, **changes}).encode() + b"\n"


def read(folder: Path, data: bytes, name: str = "some.jsonl") -> list[Record | Broken]:
    path = folder / name
    path.write_bytes(data)
    return list(read_records(path))


@given(some=st.lists(RECORDS, max_size=5), packed=st.booleans())
@draws(60)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, some: list[Record], packed: bool
) -> None:
    path = tmp_path_factory.mktemp("pair") / ("some.jsonl.gz" if packed else "some.jsonl")
    count, digest = write_records(path, some)
    assert list(read_records(path)) == some
    assert count == len(some)
    data = path.read_bytes()
    assert digest == hashlib.sha256(gzip.decompress(data) if packed else data).hexdigest()


def test_the_same_records_make_the_same_file(tmp_path: Path) -> None:
    some = [Record(**PLAIN), Record(**{**PLAIN, "question": "And which?"})]
    write_records(tmp_path / "a.gz", some)
    write_records(tmp_path / "b.gz", some)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@given(one=RECORDS, other=RECORDS)
@draws(60)
def test_a_key_says_what_is_asked(one: Record, other: Record) -> None:
    def asked(record: Record) -> tuple[object, ...]:
        return record.skill, record.material, record.question, record.choices

    assert (one.key == other.key) == (asked(one) == asked(other))
    assert len(one.key) == 16


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{\n", "no JSON"),
        (b"\xff\xfe\n", "no JSON"),
        (b"[" * 100_000 + b"\n", "no JSON"),
        (b"1" * 10_000 + b"\n", "no JSON"),
        (b'"text"\n', "no JSON object"),
        (b"null\n", "no JSON object"),
        (line(colour="red"), "unknown part 'colour'"),
        (line(answer=""), "no answer"),
        (line(answer=" \n\t"), "no answer"),
        (line(answer=79), "no answer"),
        (line(question=None), "no question"),
        (line(skill=["cwe"]), "no skill"),
        (line(source="  "), "no source"),
        *(
            (line(skill=skill), "its skill is no name")
            for skill in (
                "planted",
                "CWE",
                "a b",
                "cwe\n",
                "-cwe",
                "7",
                "../x",
                "a|b",
                "cwe_1",
                "é",
                "x" * 42,
            )
        ),
        (line(instructions=1), "instructions is no text"),
        (line(licence=None), "licence is no text"),
        (line(material=None), "material is no list"),
        (line(material=[["label"]]), "material is no list"),
        (line(material=[["label", 1]]), "material is no list"),
        (line(material=["ab"]), "material is no list"),
        (line(material={"label": "text"}), "material is no list"),
        (line(choices="CWE-79"), "choices is no list"),
        (line(choices=["CWE-79", 1]), "choices is no list"),
        (line(choices=["CWE-79", " "]), "choices is no list"),
        (line(choices=["CWE-79"]), "choices are not 2 to 26"),
        (line(choices=["CWE-79", "CWE-89", "CWE-79"]), "choices are not 2 to 26"),
        (line(choices=["CWE-20", "CWE-89"]), "the answer is none of the choices"),
        (line(choices=["CWE-79", "x" * LONGEST]), "longer than a record may be"),
        (line(question="x" * LONGEST), "longer than a record may be"),
        (line(material=[["label", "x" * LONGEST]]), "longer than a record may be"),
        (line(question="x" * LONGEST * 5), "longer than a record may be"),
        (b'{"skill": "cwe", "question": "\\ud800", "answer": "a", "source": "s"}\n', "no JSON in UTF-8"),
        (b'{"skill": "cwe", "question": "Whi', "no JSON"),
    ],
    ids=range(43),
)
def test_a_line_that_is_no_record_says_why(tmp_path: Path, raw: bytes, reason: str) -> None:
    whole = b"\n" + line() + raw
    before, broken, *after = read(tmp_path, whole if not raw.endswith(b"\n") else whole + line())
    assert before == Record(**PLAIN)
    assert isinstance(broken, Broken)
    assert (broken.line, reason in broken.reason) == (3, True), broken
    assert after == ([Record(**PLAIN)] if raw.endswith(b"\n") else [])


def test_empty_files_and_empty_lines_hold_no_records(tmp_path: Path) -> None:
    assert read(tmp_path, b"") == read(tmp_path, b"\n \n\t\r\n") == []
    assert read(tmp_path, gzip.compress(b""), "none.gz") == []


@pytest.mark.parametrize("cut", [1, 9, 11, 20, -9, -1])
def test_a_packed_file_that_ends_in_the_middle_is_an_input_error(tmp_path: Path, cut: int) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path, gzip.compress(line() * 50)[:cut], "cut.gz")


def test_a_packed_file_that_was_damaged_is_an_input_error(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(line(question=f"Number {n}?") for n in range(500)))
    for at in range(12, len(whole) - 8, 7):
        damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            read(tmp_path, damaged, "damaged.gz")
        except InputError as error:
            assert "damaged.gz cannot be read" in error.message
            continue
        pytest.fail(f"damage at {at} was not noticed")


@pytest.mark.parametrize("name", ["missing.jsonl", "missing.jsonl.gz", ""])
def test_what_cannot_be_opened_is_an_input_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(read_records(tmp_path / name))


@given(raw=st.binary(max_size=300), packed=st.sampled_from(("no", "yes", "as if")))
@draws(150)
def test_any_bytes_are_records_broken_lines_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, packed: str
) -> None:
    data = gzip.compress(raw) if packed == "yes" else b"\x1f\x8b\x08\x00" + raw if packed == "as if" else raw
    try:
        found = read(tmp_path_factory.mktemp("fuzz"), data, "some.jsonl" + ".gz" * (packed != "no"))
    except CsqError:
        return
    assert all(isinstance(one, (Record, Broken)) for one in found)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("skill", "material", "question", "answer", "licence")), inner)
        ),
        max_leaves=12,
    )
)
@draws(150)
def test_any_json_is_a_record_or_a_broken_line(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    changed = {**PLAIN, **value} if isinstance(value, dict) else value
    (found,) = read(tmp_path_factory.mktemp("json"), json.dumps(changed).encode())
    if isinstance(found, Record):
        path = tmp_path_factory.mktemp("again") / "a.jsonl"
        write_records(path, [found])
        assert list(read_records(path)) == [found]
        assert found.key and found.prompt.question


def test_a_small_packed_file_cannot_hold_anybody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 3 << 20)
    for name, data in (("line", b"x" * (4 << 20)), ("lines", b"\n" * 20 + b" " * 799_999 + b"\n")):
        bomb = gzip.compress(data * (6 if name == "lines" else 1))
        assert len(bomb) < 6_000
        with pytest.raises(LimitError, match="3 MB once it is unpacked"):
            read(tmp_path, bomb, f"{name}.gz")
    assert len(read(tmp_path, line() * 3)) == 3


def test_a_file_has_so_many_lines_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    assert len(read(tmp_path, line() * 3)) == 3
    with pytest.raises(LimitError, match="more than 3 lines"):
        read(tmp_path, line() * 4)


def test_half_a_pair_is_written_as_a_question_mark(tmp_path: Path) -> None:
    odd = Record(**{**PLAIN, "answer": "a\ud800b"})
    assert len(Record(**{**PLAIN, "question": "\ud800"}).key) == 16
    write_records(tmp_path / "odd.jsonl", [odd])
    assert list(read_records(tmp_path / "odd.jsonl")) == [Record(**{**PLAIN, "answer": "a?b"})]


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(OutputError):
        write_records(tmp_path / "file" / "some.jsonl", [Record(**PLAIN)])
    assert (tmp_path / "file").read_text() == "here"


def test_a_prompt_has_the_parts_of_its_record() -> None:
    record = Record(**PLAIN, instructions="Say it.", material=(("note", "text"),))
    prompt = record.prompt
    assert (prompt.instructions, prompt.question, prompt.skill) == ("Say it.", "Which?", "cwe")
    assert [(one.label, one.text) for one in prompt.material] == [("note", "text")]
    assert record.text == "Say it.\nnote\ntext\nWhich?"
    offered = replace(record, choices=("CWE-79", "CWE-89"))
    assert offered.prompt == prompt, "the choices are put as the model answers best"
    assert offered.text == record.text + "\nCWE-79\nCWE-89"
    assert len({record.key, offered.key, replace(offered, choices=("CWE-89", "CWE-79")).key}) == 3


@pytest.mark.parametrize("skill", ["cwe", "planted-orders", "unplanted", "a", "x" * 41, "multiple-choice"])
def test_names_that_a_skill_may_have(tmp_path: Path, skill: str) -> None:
    assert read(tmp_path, line(skill=skill)) == [Record(**{**PLAIN, "skill": skill})]


@given(some=st.lists(RECORDS, max_size=4))
@draws(20)
def test_packed_records_are_what_a_file_holds(
    tmp_path_factory: pytest.TempPathFactory, some: list[Record]
) -> None:
    path = tmp_path_factory.mktemp("packed") / "some.jsonl.gz"
    _, digest = write_records(path, some)
    assert packed_records(some) == (path.read_bytes(), digest)
