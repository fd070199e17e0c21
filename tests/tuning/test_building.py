"""Builds: the same files for a seed, no question on two sides, and a manifest that says what is in them."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError, OutputError, UsageError
from cybersecqwen.tuning import building
from cybersecqwen.tuning.building import (
    GATE,
    HELD_FILE,
    MANIFEST,
    MOST_HELD,
    OF_EACH,
    TRAIN,
    _asked,
    build,
    split,
    write_own,
)
from cybersecqwen.tuning.contamination import Benchmarks, read_benchmarks
from cybersecqwen.tuning.corpora import CORPORA, Sources, corpus
from cybersecqwen.tuning.recipe import Base, Recipe
from cybersecqwen.tuning.records import Record, read_records, write_records
from tests.amounts import draws

PARTS = {"train": TRAIN, "held": HELD_FILE, "gate": GATE}
RECIPE = Recipe(
    name="mine",
    title="Mine",
    base=Base(model="some"),
    mix=dict.fromkeys(CORPORA, 25) | {"roles": 60},
)


def records(path: Path) -> list[Record]:
    found = [one for one in read_records(path) if isinstance(one, Record)]
    assert len(found) == sum(1 for _ in read_records(path))
    return found


def record(number: int) -> Record:
    return Record(skill="absent", question=f"Number {number}?", answer=f"{number}", source="own")


@pytest.fixture(scope="module")
def built(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("built") / "deep" / "er"
    return folder, build(RECIPE, sources, folder, seed=3)


def test_the_same_seed_makes_the_same_files(
    built: tuple[Path, dict[str, Any]], sources: Sources, tmp_path: Path
) -> None:
    folder, _ = built
    build(RECIPE, sources, tmp_path / "again", seed=3)
    build(RECIPE, sources, tmp_path / "other", seed=4)
    for name in PARTS.values():
        data = (folder / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == data
        assert (tmp_path / "other" / name).read_bytes() != data


def test_the_seed_is_that_of_the_recipe_where_none_is_given(sources: Sources, tmp_path: Path) -> None:
    few = replace(RECIPE, mix={"roles": 20})
    build(few, sources, tmp_path / "a")
    build(few, sources, tmp_path / "b", seed=few.run.seed)
    assert (tmp_path / "a" / TRAIN).read_bytes() == (tmp_path / "b" / TRAIN).read_bytes()


def test_no_question_is_on_two_sides(built: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = built
    keys = [one.key for name in PARTS.values() for one in records(folder / name)]
    assert len(keys) == len(set(keys)) > 200
    # A question is the same whatever its key says.
    asked = [
        (one.skill, one.material, one.question) for name in PARTS.values() for one in records(folder / name)
    ]
    assert len(asked) == len(set(asked))


def test_the_manifest_says_what_is_in_the_files(built: tuple[Path, dict[str, Any]], sources: Sources) -> None:
    folder, manifest = built
    assert json.loads((folder / MANIFEST).read_text("utf-8")) == manifest
    assert {path.name for path in folder.iterdir()} == {*PARTS.values(), MANIFEST}
    for part, name in PARTS.items():
        lines = gzip.decompress((folder / name).read_bytes())
        found = records(folder / name)
        assert manifest[part] == {
            "records": len(found),
            "sha256": hashlib.sha256(lines).hexdigest(),
            "skills": dict(sorted(Counter(one.skill for one in found).items())),
        }
        assert len(found) == lines.count(b"\n") > 5
    (path,) = sources.vulnerabilities
    assert manifest["files"] == {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    assert (manifest["recipe"], manifest["seed"], manifest["benchmarks"]) == ("mine", 3, None)
    assert manifest["knowledge"] == sources.store.version
    learned = [one for name in (TRAIN, HELD_FILE) for one in records(folder / name)]
    assert manifest["licences"] == Counter(one.licence for one in learned)
    assert len(manifest["licences"]) == 3  # ours, NVD’s, and that of the bundle’s passages


def test_every_skill_is_learned_and_asked_by_the_gate(built: tuple[Path, dict[str, Any]]) -> None:
    _, manifest = built
    expected = {
        "cwe", "cvss", "multiple-choice", "indicator-role", "intent", "narrative", "refusal", "absent",
        "judging", "patching", "situation", "criteria", "rewording", "log-template",
    }  # fmt: skip
    assert set(manifest["train"]["skills"]) == expected
    # Of vulnerabilities there are few here: what the gate draws is learned already.
    assert set(manifest["gate"]["skills"]) >= expected - {"cwe", "cvss"}
    assert all(count <= 3 * OF_EACH for count in manifest["gate"]["skills"].values())


def test_what_overlaps_is_left_out_of_all_parts(sources: Sources, tmp_path: Path) -> None:
    few = replace(RECIPE, mix={"weaknesses": 60, "roles": 20})
    build(few, sources, tmp_path / "open", seed=3)
    ids = [
        one.source.removeprefix("nvd:") for one in records(tmp_path / "open" / TRAIN) if one.skill == "cwe"
    ]
    exam = Benchmarks(ids=frozenset(ids[:7]), files=("a.tsv",), items=7)
    manifest = build(few, sources, tmp_path / "apart", benchmarks=exam, seed=3)
    assert manifest["benchmarks"]["left out"] == {"identifier": 7}
    assert manifest["benchmarks"]["items"] == 7 and manifest["benchmarks"]["files"] == ["a.tsv"]
    kept = [one for name in PARTS.values() for one in records(tmp_path / "apart" / name)]
    assert not {one.source.removeprefix("nvd:") for one in kept} & set(ids[:7])
    held = sum(manifest[part]["records"] for part in ("train", "held"))
    assert manifest["benchmarks"]["kept"] >= held


def test_a_record_of_a_benchmark_is_left_out_and_counted(sources: Sources, tmp_path: Path) -> None:
    item = "Which of these many quiet harbours had a loud bear in it before the fox came to see the old mill?"
    (tmp_path / "exam").mkdir()
    (tmp_path / "exam" / "exam.jsonl").write_text(json.dumps({"question": item}))
    own = [replace(record(1), question=f"Say: {item}"), replace(record(2), answer=item), record(3), record(4)]
    few = replace(RECIPE, mix={})
    manifest = build(
        few, sources, tmp_path / "out", benchmarks=read_benchmarks(tmp_path / "exam"), more=own, seed=1
    )
    assert sum(manifest["benchmarks"]["left out"].values()) == 2
    kept = [one for name in (TRAIN, HELD_FILE) for one in records(tmp_path / "out" / name)]
    assert sorted(one.question for one in kept) == ["Number 3?", "Number 4?"]
    assert all(
        item not in gzip.decompress((tmp_path / "out" / name).read_bytes()).decode()
        for name in PARTS.values()
    )


def test_the_gate_asks_so_many_new_ones_of_each(sources: Sources, tmp_path: Path) -> None:
    # All that is drawn first is learned already: the gate goes on until it has as many as it asks.
    few = replace(RECIPE, mix={"roles": OF_EACH + 30, "intents": 7})
    first = list(_asked(few, sources, 3, set(), Benchmarks()))
    assert Counter(one.skill for one in first) == {"indicator-role": OF_EACH, "intent": 7}
    manifest = build(few, sources, tmp_path, more=first[:100], seed=3)
    assert manifest["gate"]["skills"] == {"indicator-role": OF_EACH, "intent": 7}
    asked = {one.key for one in records(tmp_path / GATE)}
    assert not asked & {one.key for one in first[:100]} and len(asked) == OF_EACH + 7
    assert {one.key for one in first[100:OF_EACH]} <= asked


def test_what_stands_in_a_benchmark_is_not_asked_and_another_is(sources: Sources) -> None:
    few = replace(RECIPE, mix={"roles": 20})
    first = list(_asked(few, sources, 3, set(), Benchmarks()))

    class Apart(Benchmarks):
        def sign(self, record: Record) -> str:
            return "text" if record.key in {one.key for one in first[:9]} else ""

    other = list(_asked(few, sources, 3, set(), Apart()))
    assert len(other) == 20 and other[:11] == first[9:]


def test_the_manifest_says_how_many_were_asked_for_and_made(bare: Sources, tmp_path: Path) -> None:
    mix = {"roles": 15, "weaknesses": 9, "reading": 12}
    manifest = build(replace(RECIPE, mix=mix), bare, tmp_path, more=[record(1)], seed=1)
    assert manifest["asked for"] == mix
    assert manifest["made"] == {"roles": 15, "weaknesses": 0, "reading": 0}
    assert sum(manifest[part]["records"] for part in ("train", "held")) == 16
    assert json.loads((tmp_path / MANIFEST).read_text()) == manifest


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_folder_holds_the_files_of_one_build(
    bare: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    few = replace(RECIPE, mix={"roles": 15})
    build(few, bare, tmp_path, seed=1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    written: list[int] = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) == at:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            build(few, bare, tmp_path, seed=2)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_question_that_comes_twice_is_taken_once(sources: Sources, tmp_path: Path) -> None:
    own = [record(1), replace(record(1), answer="another"), record(2)]
    build(replace(RECIPE, mix={}), sources, tmp_path, more=own, seed=1)
    kept = [one for name in (TRAIN, HELD_FILE) for one in records(tmp_path / name)]
    assert sorted(one.answer for one in kept) == ["1", "2"]


@pytest.mark.parametrize("mix", [{}, {"weaknesses": 9}, {"reading": 9, "from-memory": 9, "absent": 9}])
def test_a_build_of_nothing_is_a_usage_error(bare: Sources, tmp_path: Path, mix: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="mine makes no records") as caught:
        build(replace(RECIPE, mix=mix), bare, tmp_path / "out")
    assert "--cve" in caught.value.hint
    assert not (tmp_path / "out").exists()


def test_sources_that_are_not_there_are_input_errors(bare: Sources, tmp_path: Path) -> None:
    gone = tmp_path / "gone.jsonl"
    for mix in ({"roles": 5}, {"weaknesses": 5}):
        for sources in (replace(bare, vulnerabilities=(gone,)), replace(bare, wording=gone)):
            with pytest.raises(InputError, match=r"gone\.jsonl"):
                build(replace(RECIPE, mix=mix), sources, tmp_path / "out")


def test_a_folder_that_cannot_be_made_is_an_output_error(bare: Sources, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(OutputError):
        build(replace(RECIPE, mix={"roles": 5}), bare, tmp_path / "file" / "out")


@given(
    numbers=st.sets(st.integers(0, 10_000), max_size=120),
    seed=st.integers(0, 99),
    more=st.integers(10_001, 20_000),
)
@draws(40)
def test_a_split_loses_nothing_and_hangs_on_nothing_but_the_questions(
    numbers: set[int], seed: int, more: int
) -> None:
    some = [record(number) for number in sorted(numbers)]
    train, held = split(some, seed)
    assert sorted(one.key for one in (*train, *held)) == sorted(one.key for one in some)
    assert split(some[::-1], seed) == (train, held)
    other = [replace(one, answer="another", source="else") for one in some]
    assert [one.key for one in split(other, seed)[1]] == [one.key for one in held]
    if len(some) > 1:
        assert 1 <= len(held) <= max(1, round(len(some) * 0.05)) and train
    else:
        assert (train, held) == (some, [])
    # One record more moves at most one of the others over.
    wider = split([*some, record(more)], seed)[1]
    assert len({one.key for one in held} - {one.key for one in wider}) <= 1


def test_so_much_is_held_out_and_no_more() -> None:
    _, held = split([record(number) for number in range(12_000)], 1)
    assert len(held) == MOST_HELD


# ---- an organisation's own records ---------------------------------------------------------------


def test_own_records_are_written_with_what_was_masked(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("some")
    words = [f"{chr(97 + number % 26)}{'x' * (number // 26)}" for number in range(60)]
    some = [replace(record(1), question=f"What does {word} mean?") for word in words]
    manifest = write_own("schema", path, some, tmp_path / "out", masked={"user": 3})
    assert manifest["masked"] == {"user": 3} and manifest["benchmarks"] is None
    assert manifest["files"] == {"own.csv": hashlib.sha256(b"some").hexdigest()}
    train, held, gate = (records(tmp_path / "out" / name) for name in PARTS.values())
    assert held == gate and held and not {one.key for one in held} & {one.key for one in train}
    assert manifest["train"]["records"] + manifest["held"]["records"] == 60
    assert json.loads((tmp_path / "out" / MANIFEST).read_text()) == manifest


def test_data_of_another_source_are_not_lost(sources: Sources, tmp_path: Path) -> None:
    some = [replace(record(1), question=f"What does {chr(97 + number)} mean?") for number in range(26)]
    out = tmp_path / "out"
    write_own("tickets", tmp_path, some, out, masked={})
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(UsageError, match=r"own data: tickets.*would be lost") as caught:
        write_own("feedback", tmp_path, some[:9], out, masked={})
    assert "a folder for each" in caught.value.hint
    with pytest.raises(UsageError, match="own data: tickets"):
        build(RECIPE, sources, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    write_own("tickets", tmp_path, some[:9], out, masked={})  # made anew
    assert sum(len(records(out / name)) for name in (TRAIN, GATE)) == 9
    for damaged in ("", "[]", "{}", "[" * 99_999):
        (out / MANIFEST).write_text(damaged)
        with pytest.raises(UsageError, match="cannot be read"):
            write_own("tickets", tmp_path, some, out, masked={})


def test_of_ones_own_nothing_is_held_out_that_was_learned_before(tmp_path: Path) -> None:
    some = [replace(record(1), question=f"What does {chr(97 + number)} mean?") for number in range(26)]
    write_own("tickets", tmp_path, some, tmp_path / "first", masked={})
    before = {one.key for one in records(tmp_path / "first" / TRAIN)}
    more = [replace(record(1), question=f"What does {chr(97 + number)}x mean?") for number in range(26)]
    manifest = write_own(
        "tickets", tmp_path, [*some, *more], tmp_path / "second", masked={}, taught=[tmp_path / "first"]
    )
    asked = {one.key for one in records(tmp_path / "second" / GATE)}
    assert asked and not asked & before
    assert {one.key for one in records(tmp_path / "second" / TRAIN)} >= before
    assert manifest["train"]["records"] + manifest["gate"]["records"] == 52
    digest = hashlib.sha256((tmp_path / "first" / TRAIN).read_bytes()).hexdigest()
    assert manifest["taught"] == [digest]


def test_ones_own_records_are_held_apart_too(tmp_path: Path) -> None:
    (tmp_path / "exam.txt").write_text("Which port does the implant of the seventh question listen on?\n")
    apart = read_benchmarks(tmp_path)
    some = [replace(record(1), question=f"What does {chr(97 + number)} mean?") for number in range(26)]
    item = replace(record(1), question="Which port does the implant of the seventh question listen on?")
    manifest = write_own("feedback", tmp_path, [*some, item], tmp_path / "o", masked={}, benchmarks=apart)
    assert manifest["benchmarks"]["left out"] == {"beginning": 1} and manifest["benchmarks"]["items"] == 1
    kept = [*records(tmp_path / "o" / TRAIN), *records(tmp_path / "o" / GATE)]
    assert len(kept) == 26 and item not in kept
    with pytest.raises(UsageError, match="can be learned from"):
        write_own("feedback", tmp_path, [item], tmp_path / "p", masked={}, benchmarks=apart)


def test_nothing_of_ones_own_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can be learned from"):
        write_own("schema", tmp_path, [], tmp_path / "out", masked={})


def test_what_was_taught_before_is_neither_asked_nor_measured_on(sources: Sources, tmp_path: Path) -> None:
    few = replace(RECIPE, mix={"roles": 60, "intents": 60})
    build(few, sources, tmp_path / "plain", seed=3)
    asked = [one for name in (HELD_FILE, GATE) for one in records(tmp_path / "plain" / name)]
    assert len(asked) > 40
    before = tmp_path / "before"
    write_records(before / TRAIN, asked)
    manifest = build(few, sources, tmp_path / "on", taught=[before], seed=3)
    now = [one for name in (HELD_FILE, GATE) for one in records(tmp_path / "on" / name)]
    assert now and not {one.key for one in now} & {one.key for one in asked}
    assert records(tmp_path / "on" / TRAIN) == records(tmp_path / "plain" / TRAIN)
    assert manifest["taught"] == [hashlib.sha256((before / TRAIN).read_bytes()).hexdigest()]
    build(few, sources, tmp_path / "new", taught=[tmp_path / "plain"], only_new=True, seed=4)
    new, plain = records(tmp_path / "new" / TRAIN), records(tmp_path / "plain" / TRAIN)
    drawn = build(few, sources, tmp_path / "drawn", seed=4)
    assert new and not {one.key for one in new} & {one.key for one in plain}
    assert len(new) <= drawn["train"]["records"]
    write_records(tmp_path / "all" / TRAIN, [*plain, *records(tmp_path / "plain" / HELD_FILE)])
    with pytest.raises(UsageError, match="nothing that was not taught before"):
        build(few, sources, tmp_path / "x", taught=[tmp_path / "all"], only_new=True, seed=3)
    with pytest.raises(InputError):
        build(few, sources, tmp_path / "x", taught=[tmp_path / "nowhere"], seed=3)


def test_where_what_is_drawn_first_is_known_more_is_drawn(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pairs are, which go before all other weaknesses: there would be nothing left to ask."""
    few = replace(RECIPE, mix={"roles": 20})
    before = tmp_path / "before"
    write_records(before / TRAIN, corpus("roles")(sources, Random("3/gate/roles"), 12 * 20))
    build(few, sources, tmp_path / "more", taught=[before], seed=3)
    asked = records(tmp_path / "more" / GATE)
    assert len(asked) == 20 and not {one.key for one in asked} & {one.key for one in records(before / TRAIN)}
    monkeypatch.setattr(building, "_DRAWN", (12,))
    build(few, sources, tmp_path / "few", taught=[before], seed=3)
    assert records(tmp_path / "few" / GATE) == []
