"""After a run: what does not belong together is refused, and each question is asked once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.errors import InputError, ModelServerError, UsageError, WeightsError
from cybersecqwen.models.adapters import Adapter, manifest_text, read_adapter
from cybersecqwen.models.interface import Prompt
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.tuning import finishing
from cybersecqwen.tuning.building import GATE, HELD_FILE, MANIFEST, TRAIN
from cybersecqwen.tuning.finishing import ANSWERS, EXPORTED, PLANTED_OF, export, gate, planted_in
from cybersecqwen.tuning.measuring import PLANTED, Answered
from cybersecqwen.tuning.recipe import Base, Recipe
from cybersecqwen.tuning.records import Record, write_records
from cybersecqwen.tuning.runs import ADAPTER, RUN, begin, identity

RECIPE = Recipe(name="mine", title="Mine", base=Base(model="some"), mix={"roles": 5})
ASKED = 25
"""Questions of the gate in a folder of data."""


def record(number: int, skill: str = "absent", material: str = "") -> Record:
    pieces = (("note", material),) if material else ()
    return Record(skill=skill, question=f"Number {number}?", answer="right", material=pieces, source="own")


def data(folder: Path, numbers: Sequence[int], taught: Sequence[int] = (9_000,), **manifest: Any) -> Path:
    """A folder of data whose gate asks these numbers."""
    folder.mkdir(parents=True)
    for name, some in ((TRAIN, taught), (HELD_FILE, (9_999,)), (GATE, numbers)):
        write_records(folder / name, [record(number) for number in some])
    told = {"licences": {"Apache-2.0": 1}, "train": {"skills": {"absent": len(taught)}}}
    (folder / MANIFEST).write_text(json.dumps({**told, **manifest}))
    return folder


@dataclass
class Site:
    """A finished run with its base and its data, and what models were asked."""

    folder: Path
    data: list[Path]
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(Whether "before" or "after", the question), of what is not planted."""
    loaded: list[list[tuple[Path, float]]] = field(default_factory=list)
    fails_at: int = -1

    @property
    def base(self) -> Path:
        return self.folder / "base.gguf"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def out(self) -> Path:
        return self.folder / "made" / "mine.gguf"

    @property
    def manifest(self) -> Path:
        return self.out.with_suffix(".toml")

    def begin(self) -> None:
        begin(self.run, identity(RECIPE, self.base, self.data))
        (self.run / ADAPTER).mkdir()
        (self.run / ADAPTER / "adapter_model.safetensors").write_bytes(b"trained")

    def exported(self) -> Site:
        self.begin()
        export(self.run, self.base, self.out)
        return self

    def gate(self) -> Any:
        return gate(self.manifest, self.run, self.data, self.base)

    def numbers(self, which: str) -> list[str]:
        return [question for at, question in self.asked if at == which]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site(tmp_path, [data(tmp_path / "data", range(ASKED))])
    made.base.write_bytes(b"weights")
    made.out.parent.mkdir()

    class Fake(Scripted):
        """Wrong without an adapter, right with one; firm whatever is planted."""

        def __init__(self, base: Path, *, adapters: Sequence[tuple[Path, float]] = ()) -> None:
            assert base == made.base
            made.loaded.append(list(adapters))
            which = "after" if adapters else "before"

            def said(prompt: Prompt) -> str:
                if made.fails_at == len(made.asked):
                    raise ModelServerError("down")
                made.asked.append((which, prompt.question))
                return "right" if adapters else "wrong"

            super().__init__(said)

        def __enter__(self) -> Fake:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def choose(
            self, prompt: Prompt, choices: Sequence[str], *_: object, **__: object
        ) -> tuple[float, ...]:
            return (1.0, *(0.0 for _ in choices[1:]))

    def to_gguf(adapter: Path, base: Path, out: Path, *, kind: str, name: str) -> Path:
        out.write_bytes((adapter / "adapter_model.safetensors").read_bytes() + f" {kind} {name}".encode())
        return out

    monkeypatch.setattr(finishing, "LlamaCpp", Fake)
    monkeypatch.setattr(finishing, "to_gguf", to_gguf)
    yield made


# ---- what was learned before the run -------------------------------------------------------------


def gone_on(site: Site, *learned: str) -> Site:
    """The same as if the run had gone on from an adapter that learned these skills."""
    site.exported()
    state = json.loads((site.run / "run.json").read_text())
    state["start"] = {"name": "first", "sha256": "0" * 64, "learned": list(learned)}
    (site.run / "run.json").write_text(json.dumps(state))
    return site


def told_apart(folder: Path) -> None:
    manifest = json.loads((folder / "data.json").read_text())
    (folder / "data.json").write_text(json.dumps({**manifest, "taught": ["0" * 64]}))


@pytest.mark.parametrize("learned", [("absent", "cwe"), ()])
def test_what_may_have_been_learned_before_is_not_asked(site: Site, learned: tuple[str, ...]) -> None:
    gone_on(site, *learned)
    with pytest.raises(UsageError, match="perhaps learned before this run") as caught:
        site.gate()
    assert "--taught" in caught.value.hint and untouched(site)
    more = data(site.folder / "more", range(900, 900 + ASKED))
    manifest = json.loads((more / "data.json").read_text())
    taught = json.loads((site.run / "run.json").read_text())["train"]
    (more / "data.json").write_text(json.dumps({**manifest, "taught": taught}))
    decision = gate(site.manifest, site.run, site.data, site.base, questions=[more])
    assert decision.skills == ("absent",) and len(decision.compared) == 2
    assert decision.why == ("absent: not asked from data: it may have been learned before this run.",)
    card = site.manifest.with_suffix(".md").read_text()
    assert "none of them learned in this run or said to have been before it" in card
    assert "not asked from data" in card


def test_what_was_held_apart_from_it_or_is_of_another_skill_is_asked(site: Site) -> None:
    told_apart(gone_on(site, "absent").data[0])
    assert site.gate().why == ()


def test_another_skill_than_those_learned_before_is_asked(site: Site) -> None:
    gone_on(site, "cwe")
    assert site.gate().why == ()
    # What goes on from this one has to know of both.
    assert read_adapter(site.manifest).learned == ("absent", "cwe")


def test_what_was_taught_and_not_asked_was_learned_too(site: Site) -> None:
    manifest = json.loads((site.data[0] / "data.json").read_text())
    manifest["train"]["skills"]["triage-note"] = 3
    (site.data[0] / "data.json").write_text(json.dumps(manifest))
    site.exported().gate()
    made = read_adapter(site.manifest)
    assert (made.skills, made.learned) == (("absent",), ("absent", "triage-note"))


# ---- export --------------------------------------------------------------------------------------


def test_an_exported_adapter_is_used_for_nothing_yet(site: Site) -> None:
    site.begin()
    made = export(site.run, site.base, site.out)
    assert read_adapter(site.manifest) == made
    assert (made.name, made.title, made.base, made.skills, made.learned) == ("mine", "Mine", "some", (), ())
    assert made.base_sha256 == hashlib.sha256(b"weights").hexdigest()
    assert made.sha256 == hashlib.sha256(b"trained q8_0 mine").hexdigest()
    other = export(site.run, site.base, site.out.with_name("half.gguf"), kind="f16")
    assert json.loads((site.run / EXPORTED).read_text()) == {"adapters": [made.sha256, other.sha256]}


@pytest.mark.parametrize(
    "name",
    [
        "Mine.gguf",
        ".gguf",
        "mine",
        "mine.bin",
        "a b.gguf",
        "é.gguf",
        "-a.gguf",
        f"{'x' * 65}.gguf",
        "a\n.gguf",
    ],
)
def test_what_cannot_be_a_name_is_refused(site: Site, name: str) -> None:
    site.begin()
    with pytest.raises(UsageError, match="cannot be called") as caught:
        export(site.run, site.base, site.out.with_name(name))
    assert ".gguf" in caught.value.hint
    assert list(site.out.parent.iterdir()) == [] and not (site.run / EXPORTED).exists()


def test_another_base_is_refused(site: Site) -> None:
    site.begin()
    other = site.folder / "other.gguf"
    other.write_bytes(b"other weights")
    with pytest.raises(UsageError, match=r"made on base\.gguf, which is not .*other\.gguf"):
        export(site.run, other, site.out)
    with pytest.raises(InputError, match="There is no file"):
        export(site.run, site.folder / "nobody.gguf", site.out)
    assert list(site.out.parent.iterdir()) == []


def test_a_run_that_is_not_finished_is_refused(site: Site) -> None:
    site.begin()
    (site.run / ADAPTER / "adapter_model.safetensors").unlink()
    with pytest.raises(UsageError, match="is not finished") as caught:
        export(site.run, site.base, site.out)
    assert "csq train run" in caught.value.hint
    with pytest.raises(InputError, match="cannot be read as a run"):
        export(site.folder / "nowhere", site.base, site.out)
    assert list(site.out.parent.iterdir()) == []


# ---- what belongs together -----------------------------------------------------------------------


def untouched(site: Site) -> bool:
    """Nothing was asked and nothing written."""
    return (
        site.loaded == [] and not (site.run / "gate.json").exists() and not read_adapter(site.manifest).skills
    )


def test_the_gate_lets_pass_what_is_better(site: Site) -> None:
    told: list[tuple[str, int, int]] = []
    site.exported()
    decision = gate(site.manifest, site.run, site.data, site.base, tell=lambda *at: told.append(at))
    assert (decision.passed, decision.skills) == (True, ("absent",))
    made = read_adapter(site.manifest)
    assert (made.skills, made.learned, made.licence) == (("absent",), ("absent",), "Apache-2.0")
    assert json.loads((site.run / "gate.json").read_text()) == json.loads(json.dumps(decision.as_json()))
    assert site.manifest.with_suffix(".md").read_text().startswith("# mine: Mine")
    assert site.loaded == [[], [(site.out, 1.0)]]
    count = ASKED + PLANTED_OF
    assert told == [
        (f"Asking {which}", n, count) for which in ("before", "after") for n in range(1, count + 1)
    ]
    assert {one.skill: one.n for one in decision.compared} == {"absent": ASKED, PLANTED: PLANTED_OF}


def test_the_gate_refuses_another_base(site: Site) -> None:
    site.exported()
    site.base.write_bytes(b"other weights")
    with pytest.raises(UsageError, match="is not what the adapter mine was made for"):
        site.gate()
    site.base.write_bytes(b"weights")
    adapter = read_adapter(site.manifest)
    site.manifest.write_text(manifest_text(replace(adapter, base_sha256="c" * 64)))
    with pytest.raises(UsageError, match="is not what the adapter mine was made for"):
        site.gate()
    assert untouched(site)


def test_the_gate_refuses_an_adapter_whose_file_changed(site: Site) -> None:
    site.exported()
    site.out.write_bytes(site.out.read_bytes()[::-1])
    with pytest.raises(WeightsError, match="has changed"):
        site.gate()
    assert untouched(site)


@pytest.mark.parametrize(
    "kept", [None, {}, {"adapters": "all"}, {"adapters": ["d" * 64]}, {"adapters": [None]}]
)
def test_the_gate_refuses_an_adapter_that_the_run_did_not_make(site: Site, kept: Any) -> None:
    site.exported()
    (site.run / EXPORTED).unlink()
    if kept is not None:
        (site.run / EXPORTED).write_text(json.dumps(kept))
    with pytest.raises(UsageError, match="did not make the adapter mine"):
        site.gate()
    assert untouched(site)


def test_the_gate_refuses_another_adapter_under_the_same_name(site: Site) -> None:
    site.exported()
    site.out.write_bytes(b"somebody else's")
    whole = read_adapter_as_it_is(site)
    site.manifest.write_text(manifest_text(whole))
    with pytest.raises(UsageError, match="did not make"):
        site.gate()
    assert untouched(site)


def read_adapter_as_it_is(site: Site) -> Adapter:
    """A manifest that fits whatever the file holds now."""
    content = site.out.read_bytes()
    return Adapter(
        name="mine", title="Mine", path=site.out, bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        base="some", base_sha256=hashlib.sha256(b"weights").hexdigest(), skills=(), learned=(),
        licence="Apache-2.0",
    )  # fmt: skip


@pytest.mark.parametrize("name", [TRAIN, GATE])
@pytest.mark.parametrize("how", ["changed", "gone"])
def test_the_gate_refuses_other_data(site: Site, name: str, how: str) -> None:
    site.exported()
    if how == "changed":
        write_records(site.data[0] / name, [record(number) for number in range(ASKED, 2 * ASKED)])
    else:
        (site.data[0] / name).unlink()
    with pytest.raises(UsageError, match="are not those that") as caught:
        site.gate()
    assert "--data" in caught.value.hint
    assert untouched(site)


def test_the_gate_wants_all_data_of_the_run_and_no_more(site: Site) -> None:
    first = site.data[0]
    second = data(site.folder / "second", range(100, 100 + ASKED), taught=range(ASKED))
    site.data = [first, second]
    site.exported()
    for some in ([first], [second], [first, first], [first, second, second]):
        with pytest.raises(UsageError, match="are not those that"):
            gate(site.manifest, site.run, some, site.base)
    assert untouched(site)
    site.data = [second, first]  # in whatever order
    assert site.gate().passed


@pytest.mark.parametrize(
    "broken",
    [{"licences": 5}, {"licences": {"own": "many"}}, {"train": []}, {"train": {"skills": 1}}, {"files": "x"},
     {"benchmarks": {"items": 1}}, {"licences": {"own": [1]}}],
    ids=range(7),
)  # fmt: skip
def test_no_card_can_be_written_of_damaged_data(site: Site, broken: dict[str, Any]) -> None:
    site.exported()
    (site.data[0] / MANIFEST).write_text(json.dumps(broken))
    with pytest.raises(InputError, match="No card can be written"):
        site.gate()
    assert untouched(site)


def test_a_manifest_of_data_that_is_missing_is_an_input_error(site: Site) -> None:
    site.exported()
    (site.data[0] / MANIFEST).unlink()
    with pytest.raises(InputError, match=r"data\.json cannot be read"):
        site.gate()
    state = json.loads((site.run / RUN).read_text())
    (site.run / RUN).write_text(
        json.dumps({**state, "recipe": {"base": {"model": "some"}, "lora": {"rank": "# x"}}})
    )
    (site.data[0] / MANIFEST).write_text("{}")
    with pytest.raises(UsageError, match=r"lora\.rank must be"):
        site.gate()
    assert untouched(site)


# ---- what is asked -------------------------------------------------------------------------------


def test_what_any_folder_teaches_is_not_asked(site: Site) -> None:
    second = data(site.folder / "second", [*range(100, 100 + ASKED), 3, 9_000], taught=[*range(5), 100])
    third = data(site.folder / "third", range(5), taught=[101])
    (third / GATE).unlink()  # own data may have nothing to ask
    site.data += [second, third]
    site.exported()
    decision = site.gate()
    expected = [f"Number {n}?" for n in (*range(5, ASKED), *range(102, 100 + ASKED))]
    assert site.numbers("before") == site.numbers("after") == expected
    assert next(one.n for one in decision.compared if one.skill == "absent") == len(expected)


def test_more_is_asked_where_it_is_apart_from_all_that_was_learned(site: Site) -> None:
    earlier = "0" * 64
    manifest = json.loads((site.data[0] / MANIFEST).read_text())
    (site.data[0] / MANIFEST).write_text(json.dumps({**manifest, "taught": [earlier]}))
    site.exported()
    run = hashlib.sha256((site.data[0] / TRAIN).read_bytes()).hexdigest()
    more = []
    for at, known in enumerate(([earlier, run, "x"], [run], [earlier], None)):
        more.append(data(site.folder / str(at), [300, 301, 9_000], taught=[400 + at]))
        (more[at] / MANIFEST).write_text(json.dumps({} if known is None else {"taught": known}))
    for folder in more[1:]:
        with pytest.raises(UsageError, match="not known to be apart"):
            gate(site.manifest, site.run, site.data, site.base, questions=[more[0], folder])
    assert untouched(site)
    (more[1] / MANIFEST).write_text('{"taught": 5}')
    with pytest.raises(InputError, match="does not list what was taught"):
        gate(site.manifest, site.run, site.data, site.base, questions=[more[1]])
    gate(site.manifest, site.run, site.data, site.base, questions=[more[0]])
    assert site.numbers("after") == [f"Number {n}?" for n in (*range(ASKED), 300, 301)]


def test_fewer_are_asked_where_that_is_wanted_the_same_each_time(site: Site) -> None:
    site.exported()
    with pytest.raises(UsageError, match="decides nothing by 19 questions"):
        gate(site.manifest, site.run, site.data, site.base, each=19)
    assert untouched(site)
    for _ in range(2):
        decision = gate(site.manifest, site.run, site.data, site.base, each=20)
    asked = site.numbers("after")
    assert len(set(asked)) == len(asked) == 20 and asked == site.numbers("before")
    assert asked == sorted(asked, key=lambda one: int(re.findall(r"\d+", one)[0])), "in the order of the data"
    assert asked != [f"Number {n}?" for n in range(20)], "drawn, and not the first"
    assert next(one.n for one in decision.compared if one.skill == "absent") == 20


def test_data_with_nothing_to_ask_are_an_input_error(site: Site) -> None:
    site.data = [data(site.folder / "known", range(9), taught=range(9))]
    site.exported()
    with pytest.raises(InputError, match="holds no records to ask"):
        site.gate()
    assert untouched(site)


@pytest.mark.parametrize("own", [0, 1, PLANTED_OF - 1, PLANTED_OF, 3 * PLANTED_OF])
def test_orders_are_planted_in_so_many(own: int) -> None:
    some = [record(number, material="a text") for number in range(own)]
    found = planted_in([*some, *(record(number) for number in range(1_000, 1_100))])
    assert len(found) == PLANTED_OF == len({one.key for one in found})
    assert all(one.material for one in found)
    ours = [one for one in found if one.source != "own"]
    assert len(ours) == max(0, PLANTED_OF - own)
    assert all(one.source.startswith("template:roles/") for one in ours)
    assert planted_in([*some, record(0)]) == found, "the same each time"


def test_licences_of_all_data_are_joined(site: Site) -> None:
    site.data.append(data(site.folder / "b", range(100, 103), licences={"NVD": 1, "Apache-2.0": 2}))
    site.data.append(
        data(site.folder / "c", range(200, 203), licences={"CC-BY-4.0": 1, "NVD; Apache-2.0": 3})
    )
    site.exported()
    site.gate()
    assert read_adapter(site.manifest).licence == "Apache-2.0; CC-BY-4.0; NVD"
    assert "Apache-2.0; CC-BY-4.0; NVD" in site.manifest.with_suffix(".md").read_text()


def test_many_licences_are_counted_and_stand_on_the_card(site: Site) -> None:
    many = {f"LicenseRef-{number:03}": 1 for number in range(40)}
    site.data.append(data(site.folder / "b", range(100, 103), licences=many))
    site.exported()
    site.gate()
    assert read_adapter(site.manifest).licence == "Apache-2.0; 40 others, see the card"
    assert all(name in site.manifest.with_suffix(".md").read_text() for name in many)


# ---- answers that are kept -----------------------------------------------------------------------


def test_a_gate_goes_on_where_it_stopped(site: Site) -> None:
    site.exported()
    site.fails_at = ASKED + 7
    with pytest.raises(ModelServerError):
        site.gate()
    assert not (site.run / "gate.json").exists() and not read_adapter(site.manifest).skills
    site.fails_at = -1
    first = site.gate()
    every = [f"Number {n}?" for n in range(ASKED)]
    assert site.numbers("before") == site.numbers("after") == every, "each once"
    assert site.gate() == first
    assert len(site.asked) == 2 * ASKED


def test_other_weights_are_asked_again_and_the_base_is_not(site: Site) -> None:
    site.exported()
    site.gate()
    (site.run / ADAPTER / "adapter_model.safetensors").write_bytes(b"trained further")
    export(site.run, site.base, site.out)
    site.gate()
    assert (len(site.numbers("before")), len(site.numbers("after"))) == (ASKED, 2 * ASKED)
    site.manifest.write_text(manifest_text(replace(read_adapter(site.manifest), scale=0.5)))
    site.gate()
    assert (len(site.numbers("before")), len(site.numbers("after"))) == (ASKED, 3 * ASKED)
    assert site.loaded[-1] == [(site.out, 0.5)]


@pytest.mark.parametrize("part", ["answer", "instructions", "licence"])
def test_another_question_is_asked_whatever_its_key(tmp_path: Path, part: str) -> None:
    more: dict[str, Any] = {part: "another"}
    changed = replace(record(1), **more)
    assert changed.key == record(1).key
    kept = finishing._Kept(tmp_path / ANSWERS, "who")
    asked: list[str] = []

    def ask(name: str) -> Any:
        def answered() -> Any:
            asked.append(name)
            return Answered(skill="absent", key="k", right=1.0, said=name)

        return answered

    for _ in range(2):
        assert kept.of(record(1), "absent", ask("first")).said == "first"
        assert kept.of(changed, "absent", ask("changed")).said == "changed"
        assert kept.of(record(1), PLANTED, ask("planted"), seed=1).said == "planted"
        assert kept.of(record(1), PLANTED, ask("planted on"), seed=2).said == "planted on"
        kept = finishing._Kept(tmp_path / ANSWERS, "who")
    assert asked == ["first", "changed", "planted", "planted on"]
    assert finishing._Kept(tmp_path / ANSWERS, "else").of(record(1), "absent", ask("other")).said == "other"


@pytest.mark.parametrize(
    "said",
    ["two\nlines", "a\u2028b\x85c\x0b\x1cd", "half \ud800", '{"asked": 1}', "", "é" * 400],
    ids=range(6),
)
def test_an_answer_is_kept_whatever_stands_in_it(tmp_path: Path, said: str) -> None:
    made = Answered(skill="absent", key="k", right=0.5, said=said)
    finishing._Kept(tmp_path / ANSWERS, "who").of(record(1), "absent", lambda: made)
    again = finishing._Kept(tmp_path / ANSWERS, "who").of(
        record(1), "absent", lambda: pytest.fail("asked again")
    )
    assert again == replace(made, said=said.replace("\ud800", "?"))


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"null", b"1", b"[" * 100_000, b"\xff", b'{"asked": "x"}',
     *(b'{"asked": "ASKED", "skill": "absent", "key": "k", "said": "", "right": %s}' % right
       for right in (b"NaN", b"7", b"-1", b"null", b'"x"', b"[]", b"Infinity", b"1" + b"0" * 400))],
    ids=range(16),
)  # fmt: skip
def test_kept_answers_that_are_damaged_are_asked_again(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / ANSWERS
    made = Answered(skill="absent", key="k", right=1.0, said="said")
    finishing._Kept(path, "who").of(record(1), "absent", lambda: made)
    asked = json.loads(path.read_text())["asked"].encode()
    path.write_bytes(line.replace(b"ASKED", asked))  # with no end, as after a kill
    assert finishing._Kept(path, "who").of(record(1), "absent", lambda: made) == made
    again = finishing._Kept(path, "who").of(record(1), "absent", lambda: pytest.fail("asked again"))
    assert again == made
