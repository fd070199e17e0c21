"""`csq train` from end to end: data, plan, run, export, gate, install."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from cybersecqwen.interfaces.cli import main
from cybersecqwen.tuning.building import GATE, HELD_FILE, MANIFEST, TRAIN
from cybersecqwen.tuning.records import Record, read_records
from tests.amounts import THOROUGH

INSTANT = Path(os.environ.get("CSQ_MODELS", "")) / "smollm2-135m-instruct-q4_1.gguf"

SMALL = """
title = "Small"
[base]
model = "{base}"
architecture = "llama"
[lora]
rank = 8
[run]
steps = {steps}
batch = 4
longest = 500
learning_rate = 1e-3
[mix]
{mix}
"""


OWN = """
title = "Our schema"
[base]
model = "ours"
[lora]
rank = 16
[run]
epochs = 2
batch = 8
pass_tokens = 2048
longest = 700
learning_rate = 1e-3
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def recipe(base: str = "none", steps: int = 3, mix: str = "roles = 40\nnarratives = 20") -> str:
    Path("small.toml").write_text(SMALL.format(base=base, steps=steps, mix=mix))
    return "small.toml"


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["train", *argv])
    out, err = capsys.readouterr()
    return code, out, err


def records(path: str) -> list[Record]:
    return [one for one in read_records(Path(path)) if isinstance(one, Record)]


def test_data_of_skills_are_made_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "data", "skills", recipe(), "--out", "d")
    assert code == 0 and "indicator-role" in out and "narrative" in out
    assert "not held apart from any benchmark" in err
    manifest = json.loads(Path("d", MANIFEST).read_text())
    assert len(records(f"d/{TRAIN}")) == manifest["train"]["records"]
    sides = [{one.key for one in records(f"d/{name}")} for name in (TRAIN, HELD_FILE, GATE)]
    assert all(sides) and not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])


def test_benchmarks_are_kept_out(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "data", "skills", recipe(), "--out", "d")
    taken = records(f"d/{TRAIN}")[:5]
    Path("bench").mkdir()
    Path("bench/items.txt").write_text("\n".join(" ".join(one.material[0][1].split()) for one in taken))
    code, out, err = run(capsys, "data", "skills", recipe(), "--out", "apart", "--against", "bench")
    assert code == 0 and "held apart from 5 items" in out and "not held apart" not in err
    kept = {one.key for name in (TRAIN, HELD_FILE, GATE) for one in records(f"apart/{name}")}
    assert not kept & {one.key for one in taken}
    assert run(capsys, "data", "skills", recipe(), "--out", "x", "--against", "nowhere")[0] == 2


def test_an_organisations_own_data(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"skill": "cwe", "question": f"Which is number {n}?", "given": "CWE-20", "corrected": "CWE-79",
         "material": [["mail", f"from jo{n}@corp.example about {n}"]]}
        for n in range(30)
    ]  # fmt: skip
    Path("f.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\nno json\n")
    code, out, err = run(capsys, "data", "from-feedback", "f.jsonl", "--out", "d")
    assert code == 0 and "records to learn" in out and "f.jsonl:31: left out" in err
    assert "corp.example" not in "".join(one.text for one in records(f"d/{TRAIN}"))
    assert run(capsys, "data", "from-feedback", "none.jsonl", "--out", "d")[0] == 2
    # A folder each, held apart from benchmarks and from what was learned before.
    Path("t.csv").write_text("title,note\nTool run on a server,Approved change of the backup team.\n" * 2)
    code, _, err = run(capsys, "data", "from-tickets", "t.csv", "--out", "d")
    assert code == 2 and "own data: feedback" in err and "a folder for each" in err
    assert len(records(f"d/{TRAIN}")) + len(records(f"d/{GATE}")) == 30
    Path("bench").mkdir()
    Path("bench/items.txt").write_text("Mail from the seventh of the strange people about invoices.\n")
    Path("bench/items.parquet").write_bytes(b"PAR1")
    rows[0]["material"] = [["mail", "mail from the seventh of the strange people about invoices"]]
    Path("g.jsonl").write_text("\n".join(map(json.dumps, rows)))
    code, out, err = run(
        capsys, "data", "from-feedback", "g.jsonl", "--out", "g", "--against", "bench", "--taught", "d"
    )
    assert code == 0 and "1 items of benchmarks: 1 left out" in out and "items.parquet" in err
    learned = {one.key for one in records(f"d/{TRAIN}")}
    assert not learned & {one.key for one in records(f"g/{GATE}")}
    Path("empty.jsonl").write_text("")
    code, _, err = run(capsys, "data", "from-feedback", "empty.jsonl", "--out", "e")
    assert code in (2, 3) and not Path("e").exists()


def test_a_plan_says_what_a_run_takes_and_whether_it_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cybersecqwen.tuning import planning

    monkeypatch.setattr(planning, "multiplying", lambda: 1e12)
    monkeypatch.setattr(planning, "_memory", lambda: 64 << 30)
    code, out, _ = run(capsys, "plan", "cybersecqwen-4b")
    assert code == 0 and "4,022 million weights" in out and "rank 64: 132.1 million weights" in out
    monkeypatch.setattr(planning, "_memory", lambda: 4 << 30)
    code, _, err = run(capsys, "plan", "cybersecqwen-4b")
    assert code == 1 and "does not fit" in err
    code, _, err = run(capsys, "plan", "nothing")
    assert code == 2 and "There is no recipe 'nothing'" in err and "instant" in err


def test_what_cannot_be_trained_is_said_before_it_is_begun(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "run", recipe())
    assert code == 2 and "nothing to learn from" in err
    run(capsys, "data", "skills", recipe(), "--out", "d")
    code, _, err = run(capsys, "run", recipe(), "--data", "d")
    assert code == 2 and "The base none is not here." in err
    code, _, err = run(capsys, "export", "nowhere", "--out", "x.gguf")
    assert code == 2 and "cannot be read as a run" in err
    code, _, err = run(capsys, "install", "x.toml")
    assert code == 2 and "cannot be read" in err


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore")
def test_a_small_model_is_trained_and_an_unfinished_run_is_not_exported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch", reason="training needs the extra train: make tuning")
    from tests.tuning.tiny import tiny

    tiny(Path("base"))
    run(capsys, "data", "skills", recipe("base"), "--out", "d")
    made = recipe("base").replace("small", "long")
    Path(made).write_text(Path("small.toml").read_text().replace("longest = 500", "longest = 4000"))
    code, out, err = run(capsys, "run", made, "--data", "d", "--out", "r")
    assert code == 0, err
    assert "3 steps" in out and Path("r/adapter/adapter_model.safetensors").is_file()
    assert Path("r/curves.svg").read_text().startswith("<svg")
    again = run(capsys, "run", made, "--data", "d", "--out", "r")
    assert again[0] == 0
    shutil.rmtree("r/adapter")
    code, _, err = run(capsys, "export", "r", "--out", "a.gguf")
    assert code == 2 and "is not finished" in err
    shutil.copytree("base", "other")
    Path("other/config.json").write_text(Path("other/config.json").read_text() + " ")
    code, _, err = run(capsys, "export", "r", "--out", "a.gguf", "--base", "other")
    assert code == 2 and "was made on base" in err


def test_an_adapter_is_worked_into_its_base(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("gguf", reason="merging needs the extra train: make tuning")
    from cybersecqwen.models.adapters import manifest_text
    from tests.tuning.test_merging import UP, adapter, base

    made = adapter(tmp_path / "mine.gguf", base(tmp_path / "base.gguf"), UP)
    Path("mine.toml").write_text(manifest_text(made))
    code, out, err = run(capsys, "merge", "mine.toml", "--base", "base.gguf", "--out", "merged.gguf")
    assert (code, out.split(", ")[1].strip()) == (0, "1 tensors changed"), err
    assert Path("merged.gguf").stat().st_size > 1000
    code, _, err = run(capsys, "merge", "mine.toml", "--base", "mine.gguf", "--out", "more.gguf")
    assert code == 2 and "is not what the adapter mine was made for" in err
    assert not Path("more.gguf").exists()


@pytest.mark.model
@pytest.mark.timeout(1200)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not INSTANT.is_file(), reason="the instant model is not installed (CSQ_MODELS)")
@pytest.mark.skipif(not THOROUGH, reason="trains for some minutes: make test-thorough")
def test_the_whole_way_with_the_instant_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Data, some steps, export, gate, use: the manifest says what the gate found, whatever that is."""
    pytest.importorskip("torch", reason="training needs the extra train: make tuning")
    os.environ["CSQ_MODELS_DIR"] = str(tmp_path / "models")
    try:
        assert main(["model", "import", str(INSTANT), "--name", "smollm2-135m-instruct", "--link"]) == 0
        made = recipe("smollm2-135m-instruct", steps=12, mix="roles = 160")
        assert run(capsys, "data", "skills", made, "--out", "d")[0] == 0
        lines = (record for record in records(f"d/{GATE}")[:24])
        from cybersecqwen.tuning.records import write_records

        write_records(Path("d", GATE), lines)
        code, out, err = run(capsys, "run", made, "--data", "d", "--out", "r")
        assert code == 0, err
        code, out, err = run(capsys, "export", "r", "--out", "ours.gguf")
        assert code == 0 and "MB" in out, err
        code, _, err = run(capsys, "install", "ours.toml")
        assert code == 2 and "is used for nothing" in err
        code, out, err = run(capsys, "gate", "ours.toml", "--run", "r", "--data", "d")
        assert code in (0, 1) and "indicator-role        24" in out, out + err
        card = Path("ours.md").read_text()
        assert "## Used for" in card and "smollm2-135m-instruct" in card
        if code == 0:
            assert run(capsys, "install", "ours.toml")[0] == 0
            capsys.readouterr()
            assert main(["model", "show", "smollm2-135m-instruct"]) == 0
            assert "adapter  ours" in capsys.readouterr().out
    finally:
        os.environ.pop("CSQ_MODELS_DIR", None)


SCHEMA = """TableName,ColumnName,ColumnType,Description
ProcEvents,x_prc_nm_01,string,name of the process image
ProcEvents,x_prc_nm_02,string,name of the parent process
ProcEvents,x_u,string,user that ran it
ProcEvents,x_h,string,host name
ProcEvents,x_ts,datetime,when it happened
ProcEvents,x_cl,string,command line
ProcEvents,zz9,string,cost centre of the department
ProcEvents,kx_4,string,destination address of the connection
"""
ASKED = (
    ("which computers executed zgrabber7.exe", "x_prc_nm_01"),
    ("show me zgrabber7.exe running anywhere", "x_prc_nm_01"),
    ("anything that was spawned from winword.exe", "x_prc_nm_02"),
    ("winword.exe as parent", "x_prc_nm_02"),
    ("hosts talking to 192.0.2.77", "kx_4"),
    ("who contacted 192.0.2.77", "kx_4"),
)
"""Questions with the field that is right, none worded as those that are learned from: nobody could know the
field who has not learned the schema."""


@pytest.mark.model
@pytest.mark.timeout(2400)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not INSTANT.is_file(), reason="the instant model is not installed (CSQ_MODELS)")
@pytest.mark.skipif(not THOROUGH, reason="trains for some minutes: make test-thorough")
def test_a_strange_schema_is_learned_and_queries_are_right_that_were_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An organisation's whole path: schema, data, a short training, the gate, and the query task with it."""
    pytest.importorskip("torch", reason="training needs the extra train: make tuning")
    monkeypatch.setenv("CSQ_MODELS_DIR", str(tmp_path / "models"))

    def right() -> list[bool]:
        found = []
        for question, field in ASKED:
            capsys.readouterr()
            main(["query", question, "--schema", "own", "--to", "sqlite", "--model", "ours", "-f", "query"])
            said = capsys.readouterr().out
            found.append(f'"{field}"' in said and said.count('"x_') + said.count('"kx_') == 1)
        return found

    Path("schema.csv").write_text(SCHEMA)
    assert main(["model", "import", str(INSTANT), "--name", "ours", "--link"]) == 0
    assert main(["query", "schema", "import", "schema.csv", "--name", "own"]) == 0
    before = right()
    assert not any(before)
    code, out, err = run(capsys, "data", "from-schema", "schema.csv", "--out", "d")
    assert code == 0 and "records to learn" in out, err
    Path("own.toml").write_text(OWN)
    code, out, err = run(capsys, "run", "own.toml", "--data", "d", "--out", "r")
    assert code == 0, err
    assert run(capsys, "export", "r", "--out", "names.gguf")[0] == 0
    code, out, err = run(capsys, "gate", "names.toml", "--run", "r", "--data", "d")
    assert code == 0 and "used for: own-intent" in out, out + err
    assert run(capsys, "install", "names.toml")[0] == 0
    after = right()
    assert sum(after) >= 4, after
