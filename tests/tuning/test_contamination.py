"""Nothing of a benchmark is learned: each sign is caught, other text is not, and a whole build holds none."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, InputError, LimitError
from cybersecqwen.knowledge import Store
from cybersecqwen.tuning import contamination as module
from cybersecqwen.tuning.building import GATE, HELD_FILE, TRAIN, build
from cybersecqwen.tuning.contamination import (
    PREFIX,
    WORDS,
    Benchmarks,
    Report,
    held_apart,
    read_benchmarks,
)
from cybersecqwen.tuning.corpora import Sources
from cybersecqwen.tuning.recipe import read_recipe
from cybersecqwen.tuning.records import Broken, Record, read_records
from tests.amounts import draws

ITEM = (
    "The widget manager before 1.2.3 lets everybody on the same network read the list of secret widgets "
    "and change the widgets of all other people without a password."
)
WORDS_OF_ITEM = re.findall(r"[a-z0-9]+", ITEM.lower())


def benchmarks(folder: Path, *rows: tuple[str, ...], name: str = "exam.tsv") -> Benchmarks:
    text = "\n".join("\t".join(row) for row in (("URL", "Text"), *rows))
    (folder / name).write_text(text, "utf-8")
    return read_benchmarks(folder)


def record(question: str = "Which?", **changes: Any) -> Record:
    plain = Record(skill="cwe", question=question, answer="CWE-79", source="nvd:CVE-2031-7")
    return replace(plain, **changes)


def placed(place: str, text: str) -> Record:
    changes: dict[str, Any] = {place: (("note", text),) if place == "material" else text}
    return record(**changes)


@pytest.fixture
def exam(tmp_path: Path) -> Benchmarks:
    return benchmarks(tmp_path, ("https://x.example/CVE-2031-12345", ITEM))


@pytest.mark.parametrize(
    "made",
    [
        record(source="nvd:CVE-2031-12345"),
        record(source="nvd:cve-2031-12345"),
        record("What is CVE-2031-12345 about?"),
        record(answer="It is CVE-2031-12345."),
        record(material=(("note", "nothing"), ("note", "see cve-2031-12345, it says"))),
    ],
)
def test_an_identifier_is_caught_wherever_it_stands(exam: Benchmarks, made: Record) -> None:
    assert exam.sign(made) == "identifier"


@pytest.mark.parametrize("id", ["CVE-2031-1234", "CVE-2031-123456", "CVE-2030-12345", "CWE-12345"])
def test_another_identifier_is_not(exam: Benchmarks, id: str) -> None:
    assert exam.sign(record(f"What is {id} about?", source=f"nvd:{id}")) == ""


@pytest.mark.parametrize("place", ["question", "answer", "material"])
def test_the_same_beginning_is_caught_however_it_is_written(exam: Benchmarks, place: str) -> None:
    shouted = f"  {' '.join(WORDS_OF_ITEM)[:PREFIX].upper().replace(' ', '_?!')}xyz, and on it goes"
    assert exam.sign(placed(place, shouted)) == "beginning"


def test_a_beginning_alone_is_caught(tmp_path: Path) -> None:
    text = "abcdefghijklmnopqrstuvwxyz" * 4
    exam = benchmarks(tmp_path, ("", text))
    assert exam.sign(record(text[:90])) == "beginning"
    assert exam.sign(record(text[:79])) == exam.sign(record(f"x{text}")) == ""


@pytest.mark.parametrize("place", ["question", "answer", "material"])
def test_a_short_item_is_caught_as_a_whole(tmp_path: Path, place: str) -> None:
    exam = benchmarks(tmp_path, ("", "Which port does the implant listen on?"))
    assert exam.sign(placed(place, "which PORT does the implant listen on")) == "beginning"
    assert exam.sign(placed(place, "Which port does the implant listen on at night?")) == ""
    assert benchmarks(tmp_path, ("", "Command and control")).sign(record("Command and control")) == ""


@pytest.mark.parametrize("place", ["question", "answer", "material"])
@pytest.mark.parametrize("at", [0, 5, len(WORDS_OF_ITEM) - WORDS])
def test_a_run_of_thirteen_words_is_caught_and_twelve_are_not(exam: Benchmarks, place: str, at: int) -> None:
    def made(count: int, start: int) -> Record:
        text = f"Before it, {', '.join(WORDS_OF_ITEM[start : start + count]).upper()}; and after it."
        return placed(place, text)

    assert exam.sign(made(WORDS, at)) == "run of words"
    assert exam.sign(made(WORDS - 1, at)) == exam.sign(made(WORDS - 1, at + 1)) == ""


def items(count: int, wording: str) -> list[tuple[str, str]]:
    return [("", f"{wording} {Random(n).getrandbits(300):x} is number {n}") for n in range(count)]


@pytest.mark.parametrize(("count", "sign"), [(4, "run of words"), (5, ""), (9, "")])
def test_wording_that_five_items_share_is_not_theirs(tmp_path: Path, count: int, sign: str) -> None:
    wording = " ".join(WORDS_OF_ITEM[:14])
    exam = benchmarks(tmp_path, *items(count, wording))
    assert exam.sign(record(f"We ask: {wording} of ours")) == sign


def test_a_shared_beginning_is_not_theirs_either(tmp_path: Path) -> None:
    head = "abcdefghij" * 9
    assert benchmarks(tmp_path, *items(4, head)).sign(record(f"{head} of ours")) == "beginning"
    assert benchmarks(tmp_path, *items(5, head)).sign(record(f"{head} of ours")) == ""


def test_an_item_that_says_something_twice_counts_once(tmp_path: Path) -> None:
    rows = [(text, f"Answer this. {text}") for _, text in items(3, ITEM)]
    assert benchmarks(tmp_path, *rows).sign(record(f"It was so that {ITEM}")) == "run of words"


@pytest.mark.parametrize(
    "head",
    [
        "Name the weakness behind this description, the number alone and nothing else.\n\nDescription: ",
        "Choose the best of the four options.\n\n**Question:** ",
        "Question: ",
        "Answer with the letter of the right option, and with nothing else at all.\n",
    ],
)
def test_what_stands_behind_an_instruction_is_caught(tmp_path: Path, head: str) -> None:
    exam = benchmarks(tmp_path, ("", "Which port does the implant listen on?"), ("", "w" * 90))
    assert exam.sign(record(f"{head}Which port does the implant listen on?\nA) 80\nB) 443")) == "beginning"
    assert exam.sign(record(f"{head}{'w' * 95}")) == "beginning"
    assert exam.sign(record(f"{head}Which port does it listen on?\nA) 80\nB) 443")) == ""


def test_an_option_is_no_question(tmp_path: Path) -> None:
    exam = benchmarks(tmp_path, ("", "Remote Services: SMB/Windows Admin Shares"), ("", ITEM))
    name = "Remote Services: SMB/Windows Admin Shares"
    assert exam.sign(record(f"Which one?\nA) {name}\nB: {name}")) == ""
    assert exam.sign(record(choices=("CWE-79", name))) == ""
    assert exam.sign(record(choices=("CWE-79", f"Perhaps {ITEM}"))) == "run of words"


def test_a_passage_that_items_repeat_is_theirs(tmp_path: Path) -> None:
    rows = [(ITEM, f"What of it is number {number}?") for number in range(9)]
    assert benchmarks(tmp_path, *rows).sign(record(f"It was so that {ITEM}")) == "run of words"
    (tmp_path / "exam.tsv").unlink()
    row = dict.fromkeys(("text", "body", "summary", "said", "told"), ITEM)
    (tmp_path / "exam.jsonl").write_text(f"{json.dumps(row)}\n")
    found = read_benchmarks(tmp_path)
    assert (found.items, found.sign(record(f"It was so that {ITEM}"))) == (1, "run of words")


def test_packed_benchmarks_are_read_and_other_files_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exam.jsonl.gz").write_bytes(gzip.compress(json.dumps({"text": ITEM}).encode()))
    (tmp_path / "more.parquet").write_bytes(b"PAR1")
    found = read_benchmarks(tmp_path)
    assert (found.files, found.unread) == (("exam.jsonl.gz",), ("more.parquet",))
    assert found.sign(record(f"It was so that {ITEM}")) == "run of words"
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(b"text" * 999)[:-9])
    with pytest.raises(InputError, match="cut"):
        read_benchmarks(tmp_path)
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(b"text" * 999))
    monkeypatch.setattr(module, "_MOST_BYTES", 2_000)
    with pytest.raises(LimitError, match=r"cut\.txt\.gz the benchmarks unpack to more"):
        read_benchmarks(tmp_path)


def test_packed_benchmarks_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt.gz").write_bytes(gzip.compress(b"text\n" * 200))
    monkeypatch.setattr(module, "_MOST_BYTES", 2_999)
    with pytest.raises(LimitError, match=r"2\.txt\.gz"):
        read_benchmarks(tmp_path)
    monkeypatch.setattr(module, "_MOST_BYTES", 3_000)
    assert read_benchmarks(tmp_path).items == 600


JSON_FORMS = [
    ([{"q": "one"}, {"q": "two"}], 2),
    (["one", "two", "three"], 3),
    ({"version": "1", "questions": [{"q": "one"}, {"q": "two"}]}, 3),
    ({"q": "one", "options": {"A": "x", "B": "y"}}, 1),
    ("one", 1),
    ([], 0),
    ({}, 0),
]


@pytest.mark.parametrize(("value", "items"), JSON_FORMS, ids=range(len(JSON_FORMS)))
def test_items_of_json(tmp_path: Path, value: object, items: int) -> None:
    (tmp_path / "exam.json").write_text(json.dumps(value))
    assert read_benchmarks(tmp_path).items == items


def test_wording_is_shared_within_a_file_alone(tmp_path: Path) -> None:
    for number in range(6):
        found = benchmarks(tmp_path, ("", ITEM), name=f"exam{number}.tsv")
    assert found.sign(record(f"It was so that {ITEM}")) == "run of words"
    assert found.files == tuple(f"exam{number}.tsv" for number in range(6))


FORMS = {
    "exam.tsv": f"Text\tGT\n{ITEM}\tA\n",
    "exam.csv": f'Text,GT\n"{ITEM}",A\n',
    "lines.csv": 'Text\n"{}"\n'.format(ITEM.replace(" ", "\n", 9)),
    "EXAM.TSV": f"Text\n{ITEM}\n",
    "exam.jsonl": f"{json.dumps({'deep': [{'er': ITEM}]})}\n\n{json.dumps('other')}\n",
    "odd.jsonl": json.dumps({"a": f"one\u2028two {ITEM}"}, ensure_ascii=False) + "\n",
    "exam.json": json.dumps([{"q": ITEM}, {"q": 1}], indent=1),
    "exam.txt": f"first\n{ITEM}\n",
    "exam.md": f"# Exam\r\n\r\n{ITEM}\r\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_benchmarks_are_read_in_every_form(tmp_path: Path, name: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).write_text(FORMS[name], "utf-8", newline="")
    (tmp_path / "picture.png").write_bytes(b"\x00")
    found = read_benchmarks(tmp_path)
    assert found.files == (f"deep/{name}",)
    assert found.items > 0
    assert found.sign(record(f"It is said that {ITEM}")) == "run of words"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"{"),
        ("a.jsonl", b'{"a": 1}\nnot\n'),
        ("a.json", b"[" * 100_000),
        ("a.jsonl", b"[" * 99_999),
    ],
    ids=range(4),
)
def test_a_damaged_benchmark_is_an_input_error(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=re.escape(name)):
        read_benchmarks(tmp_path)


def test_a_folder_without_benchmarks_is_an_input_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match="no benchmark files"):
            read_benchmarks(folder)


def test_benchmarks_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("line\n")
    monkeypatch.setattr(module, "_MOST_FILES", 2)
    with pytest.raises(LimitError):
        read_benchmarks(tmp_path)
    monkeypatch.setattr(module, "_MOST_FILES", 3)
    monkeypatch.setattr(module, "_MOST_BYTES", 14)
    with pytest.raises(LimitError):
        read_benchmarks(tmp_path)
    monkeypatch.setattr(module, "_MOST_BYTES", 15)
    assert read_benchmarks(tmp_path).items == 3


@given(raw=st.binary(max_size=200), name=st.sampled_from(("a.tsv", "a.csv", "a.json", "a.jsonl", "a.md")))
@draws(100)
def test_any_bytes_are_items_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, name: str
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / name).write_bytes(raw)
    try:
        assert read_benchmarks(folder).items >= 0
    except CsqError as error:
        assert isinstance(error, InputError)


@given(text=st.text(max_size=300), head=st.text(max_size=40), tail=st.text(max_size=40))
@draws(100)
def test_any_text_is_caught_once_it_is_long_enough(
    tmp_path_factory: pytest.TempPathFactory, text: str, head: str, tail: str
) -> None:
    folder = tmp_path_factory.mktemp("text")
    (folder / "exam.jsonl").write_text(json.dumps({"text": f"{text} {ITEM}"}))
    exam = read_benchmarks(folder)
    assert exam.sign(record(f"{head} {text} {ITEM} {tail}"))
    assert exam.sign(record(f"{head} {ITEM} {tail}"))
    assert isinstance(exam.sign(record(f"{head}{text}{tail}", answer=text, material=((head, tail),))), str)


def test_what_overlaps_is_left_out_and_counted(exam: Benchmarks) -> None:
    some = [
        record("One?"),
        record("Two?", source="nvd:CVE-2031-12345"),
        record(f"It was so that {ITEM}"),
        record("Three?"),
        record(f"And then {ITEM}"),
    ]
    report = Report()
    assert [one.question for one in held_apart(some, exam, report)] == ["One?", "Three?"]
    assert report.as_json() == {"kept": 2, "shortened": 0, "left out": {"identifier": 1, "run of words": 2}}


FORM = (
    "It is possible to start the attack from afar. The exploit has been told to everybody and may be used. "
    "The vendor was told early and did not answer."
)
"""What an authority says of many, and of an item."""


def described(text: str, **changes: Any) -> Record:
    return record(f"Which weakness? The number alone.\n\nDescription: {text}", **changes)


@pytest.fixture
def formal(tmp_path: Path) -> Benchmarks:
    return benchmarks(tmp_path, ("", f"A flaw was found in Item 4.1. {FORM}"))


def test_a_description_is_kept_without_the_sentences_that_make_a_run(formal: Benchmarks) -> None:
    long = "A flaw was found in the parser of long names of Other 5.2, which reads one byte too many there."
    whole = described(f"{long} The file a.c is to blame. {FORM}")
    assert formal.sign(whole) == "run of words"
    report = Report()
    (kept,) = held_apart([whole], formal, report)
    assert kept == described(
        f"{long} The file a.c is to blame. It is possible to start the attack from afar."
        " The vendor was told early and did not answer."
    )
    assert formal.sign(kept) == ""
    assert report.as_json() == {"kept": 1, "shortened": 1, "left out": {}}


@pytest.mark.parametrize(
    "made",
    [
        described(FORM.rpartition(" The vendor")[0]),  # more than half of it would go
        described(f"{FORM.replace('. ', ', ')} {'It does little harm. ' * 9}"),  # the first sentence would go
        described(f"{'It does little harm. ' * 9}{FORM}", material=(("note", FORM),)),
        described(f"{'It does little harm. ' * 9}{FORM}", skill="judging"),
        record(f"{'It does little harm. ' * 9}{FORM}"),
    ],
)
def test_what_cannot_be_shortened_is_left_out(formal: Benchmarks, made: Record) -> None:
    report = Report()
    assert list(held_apart([made], formal, report)) == []
    assert report.left == {"run of words": 1}


@given(sentences=st.lists(st.sampled_from([*FORM.split(". "), "It does harm", "Ok", "a b c"]), max_size=12))
@draws(100)
def test_what_is_kept_shares_no_run(tmp_path_factory: pytest.TempPathFactory, sentences: list[str]) -> None:
    exam = benchmarks(tmp_path_factory.mktemp("form"), ("", f"A flaw was found in Item 4.1. {FORM}"))
    made = described(". ".join(["A flaw is here", *sentences]))
    for kept in held_apart([made], exam, Report()):
        assert exam.sign(kept) == ""
        assert 2 * len(kept.question) >= len(made.question)
        left = iter(re.split(r"(?<=[.])\s+(?=[A-Z])", made.question))
        assert all(one in left for one in re.split(r"(?<=[.])\s+(?=[A-Z])", kept.question)), "in order"


def test_nothing_to_be_held_apart_from_leaves_nothing_out() -> None:
    report = Report()
    assert len(list(held_apart([record(ITEM)], Benchmarks(), report))) == report.kept == 1


# ---- a whole build, by a check of its own -------------------------------------------------------


def texts_of(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """File and all fields of each row of the tables below a folder."""
    csv.field_size_limit(10_000_000)
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in list(csv.reader(stream, delimiter="\t"))[1:]:
                yield path.name, row


class Plainly:
    """The same question answered in another way: by words in a string, without hashes."""

    def __init__(self, folder: Path) -> None:
        self.ids: set[str] = set()
        self.runs: set[str] = set()
        self.texts: set[str] = set()
        rows: dict[str, list[set[str]]] = {}
        for name, row in texts_of(folder):
            self.ids |= set(re.findall(r"CVE-\d+-\d+", " ".join(row)))
            rows.setdefault(name, []).append({run for field in row for run in self.runs_of(field)})
            # What is asked, whole, of any length: a description, or a question.
            self.texts |= {" ".join(self.words_of(field)) for field in row if len(field) > 40}
        for of_file in rows.values():
            times = Counter(run for of_row in of_file for run in of_row)
            self.runs |= {run for run, count in times.items() if count < 5}

    @staticmethod
    def words_of(text: str) -> list[str]:
        return "".join(char if char.isascii() and char.isalnum() else " " for char in text.lower()).split()

    @classmethod
    def runs_of(cls, text: str) -> list[str]:
        told = cls.words_of(text)
        return [" ".join(told[at : at + 13]) for at in range(max(0, len(told) - 12))]

    def overlaps(self, one: Record) -> bool:
        texts = [one.question, one.answer, *(text for _, text in one.material)]
        ids = set(re.findall(r"CVE-\d+-\d+", " ".join([one.source, *texts]).upper()))
        lines = [line for text in texts for line in text.split("\n")]
        parts = {" ".join(self.words_of(part)) for line in lines for part in (line, line.partition(": ")[2])}
        shared = any(run in self.runs for text in [*texts, *one.choices] for run in self.runs_of(text))
        return bool(ids & self.ids) or shared or bool(parts & self.texts)


@pytest.fixture(scope="module")
def plainly(data_dir: Path) -> Plainly:
    found = Plainly(data_dir / "bench")
    assert len(found.ids) > 300 and len(found.runs) > 10_000
    return found


@pytest.fixture(scope="module")
def some_vulnerabilities(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of the published CVEs, and every fifth benchmark item about one as if it were among them."""
    path = tmp_path_factory.mktemp("cve") / "some.jsonl"
    with gzip.open(data_dir / "cve" / "cve_2023_2024.jsonl.gz", "rt", encoding="utf-8") as stream:
        lines = [line for line, _ in zip(stream, range(1_500), strict=False)]
    about = [row for name, row in texts_of(data_dir / "bench") if name == "cti-rcm.tsv"][::5]
    for number, row in enumerate(about):
        # Once under its own identifier, once under one that nobody knows.
        for id in (re.findall(r"CVE-\d+-\d+", row[0])[0], f"CVE-2024-9{number:07}"):
            text = {"id": id, "desc": row[1] if id in row[0] else f"In short, {row[1]}"}
            lines.append(json.dumps({**text, "cwe": [row[3].strip()], "cwe_src": "nvd"}) + "\n")
    path.write_text("".join(lines), "utf-8")
    return path


@pytest.mark.data
def test_a_build_holds_nothing_of_a_benchmark(
    data_dir: Path, plainly: Plainly, some_vulnerabilities: Path, tmp_path: Path
) -> None:
    shipped = read_recipe("instant")
    recipe = replace(shipped, mix={name: min(count, 1_200 if name == "weaknesses" else 40)
                                   for name, count in shipped.mix.items()})  # fmt: skip
    with Store.open() as store:
        sources = Sources(store=store, vulnerabilities=(some_vulnerabilities,))
        manifest = build(recipe, sources, tmp_path, benchmarks=read_benchmarks(data_dir / "bench"))
    left = manifest["benchmarks"]["left out"]
    assert left["identifier"] > 5 and left["run of words"] > 5, "planted items were not noticed"
    for name in (TRAIN, HELD_FILE, GATE):
        found = list(read_records(tmp_path / name))
        assert found and not any(isinstance(one, Broken) for one in found)
        assert [one.source for one in found if isinstance(one, Record) and plainly.overlaps(one)] == []
    assert {"cwe", "indicator-role", "intent", "narrative"} <= set(manifest["train"]["skills"])


@pytest.mark.data
def test_without_the_check_the_same_build_would_hold_some(
    plainly: Plainly, some_vulnerabilities: Path, tmp_path: Path
) -> None:
    recipe = replace(read_recipe("instant"), mix={"weaknesses": 1_200})
    with Store.open() as store:
        build(recipe, Sources(store=store, vulnerabilities=(some_vulnerabilities,)), tmp_path)
    found = [one for one in read_records(tmp_path / TRAIN) if isinstance(one, Record)]
    assert sum(plainly.overlaps(one) for one in found) > 10


@pytest.mark.data
def test_every_item_of_the_benchmarks_is_known_again(data_dir: Path) -> None:
    exam = read_benchmarks(data_dir / "bench")
    missed = [
        row
        for _, row in texts_of(data_dir / "bench")
        for text in row
        if len(re.findall("[a-z0-9]+", text.lower())) > 40 and not exam.sign(record(f"See: {text}"))
    ]
    assert missed == []
