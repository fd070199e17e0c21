"""The main job through the command line, on the samples that ship with the project."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cybersecqwen.interfaces.cli import main

SAMPLES = Path(__file__).parent.parent.parent / "samples"


def triage(capsys: pytest.CaptureFixture[str], *words: str, code: int | None = None) -> dict:
    got = main(["triage", "--format", "json", *words])
    if code is not None:
        assert got == code
    return json.loads(capsys.readouterr().out)


def signals(report: dict) -> set[str]:
    return {finding["signal"] for finding in report["findings"]}


# --- the four cases that explain the product


def test_word_starting_a_shell_deserves_scrutiny(capsys: pytest.CaptureFixture[str]) -> None:
    report = triage(capsys, str(SAMPLES / "1-word-starts-cmd.jsonl"))
    assert report["verdict"] in ("suspicious", "malicious")
    assert "office-starts-shell" in signals(report)
    quoted = {e["value"] for f in report["findings"] for e in f["evidence"]}
    assert any("WINWORD.EXE" in value for value in quoted)


def test_an_encoded_command_from_a_user_folder_is_decoded_and_suspicious(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = triage(capsys, str(SAMPLES / "2-encoded-from-user-folder.jsonl"))
    assert report["verdict"] in ("suspicious", "malicious")
    decoded = [e for f in report["findings"] for e in f["evidence"] if e["layer"]]
    assert any("DownloadString('http://203.0.113.77/a/update.ps1')" in e["value"] for e in decoded)
    assert "203.0.113.77" in {i["value"] for i in report["indicators"]}


def test_the_same_call_from_a_known_task_is_not_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    report = triage(capsys, str(SAMPLES / "3-encoded-from-agent-task.jsonl"))
    assert report["verdict"] in ("benign", "needs review")
    context = [f for f in report["findings"] if f["weight"] < 0]
    assert context, "says why"
    assert any("task" in f["title"].lower() for f in context)


def test_the_verdict_of_the_encoded_call_hangs_on_where_it_came_from(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The agent's own events with another parent and without the task: worse than with it."""
    lines = [json.loads(x) for x in (SAMPLES / "3-encoded-from-agent-task.jsonl").read_text().splitlines()]
    started = lines[-1]
    data = started["winlog"]["event_data"]
    word = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
    data.update(
        ParentImage=word, ParentCommandLine=f'"{word}"', User="CONTOSO\\m.keller", ParentProcessGuid="{0}"
    )
    file = tmp_path / "moved.json"
    file.write_text(json.dumps(started))
    moved = triage(capsys, str(file))
    kept = triage(capsys, str(SAMPLES / "3-encoded-from-agent-task.jsonl"))
    order = ["benign", "needs review", "suspicious", "malicious"]
    assert order.index(moved["verdict"]) >= 2 > order.index(kept["verdict"])


def test_an_administrators_morning_is_benign(capsys: pytest.CaptureFixture[str]) -> None:
    report = triage(capsys, str(SAMPLES / "4-administrators-morning.jsonl"), code=0)
    assert report["verdict"] == "benign"


def test_an_intrusion_is_one_story_with_its_techniques_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    report = triage(capsys, str(SAMPLES / "intrusion.jsonl"), code=1)
    assert report["verdict"] == "malicious" and report["severity"] in ("high", "critical")
    (incident,) = report["incidents"]
    assert {"FIN-LT-014", "FS01"} <= set(incident["hosts"])
    ids = [t["id"] for t in incident["techniques"]]
    assert {"T1204.002", "T1003.001", "T1053.005", "T1070.001"} <= set(ids)
    assert ids.index("T1204.002") < ids.index("T1003.001")
    for finding in report["findings"]:
        for evidence in finding["evidence"]:
            assert evidence["event"] in {e["id"] for e in incident["events"]}


# --- containers


def test_the_same_evidence_in_zip_gz_and_on_standard_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sample = SAMPLES / "1-word-starts-cmd.jsonl"
    plain = triage(capsys, str(sample))
    packed = tmp_path / "e.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(sample, "deep/er.jsonl")
    (tmp_path / "e.jsonl.gz").write_bytes(gzip.compress(sample.read_bytes()))
    line = [sys.executable, "-m", "cybersecqwen", "triage", "--format", "json", "-"]
    piped = subprocess.run(line, input=sample.read_bytes(), capture_output=True, timeout=60)
    others = [
        triage(capsys, str(packed)),
        triage(capsys, str(tmp_path / "e.jsonl.gz")),
        json.loads(piped.stdout),
    ]
    for other in others:
        assert (other["verdict"], other["title"]) == (plain["verdict"], plain["title"])
        assert signals(other) == signals(plain)


def test_many_processes_see_what_one_sees(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file that is spread over processes gives the same events, ids and places."""
    text = (SAMPLES / "intrusion.jsonl").read_text().splitlines()
    noise = [
        json.dumps({**json.loads(text[4]), "padding": "x" * 4000, "n": n}, separators=(",", ":"))
        for n in range(8000)
    ]
    large = tmp_path / "large.jsonl"
    large.write_text("\n".join([*noise[:4000], *text, *noise[4000:]]) + "\nbroken\n")
    assert large.stat().st_size > 24 << 20
    reports = {}
    for workers in ("1", "3"):
        environ = {**os.environ, "CSQ_WORKERS": workers}
        line = [sys.executable, "-m", "cybersecqwen", "triage", "--format", "json", str(large)]
        done = subprocess.run(line, env=environ, capture_output=True, timeout=100)
        reports[workers] = json.loads(done.stdout)
    for report in reports.values():
        report.pop("timings_ms")
    assert reports["1"] == reports["3"]
    assert reports["1"]["counts"]["damaged"] == 1


# --- outputs


def test_files_are_written_beside_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    names = [tmp_path / f"out.{suffix}" for suffix in ("html", "json", "md")]
    saves = [word for name in names for word in ("--save", str(name))]
    assert (
        main(["triage", str(SAMPLES / "intrusion.jsonl"), "--fail-on", "never", "--model", "none", *saves])
        == 0
    )
    shown = capsys.readouterr().out
    assert "MALICIOUS" in shown and "http://" not in shown
    assert all(name.stat().st_size > 1000 for name in names)
    assert json.loads(names[1].read_text())["verdict"] == "malicious"
    page = names[0].read_text()
    assert "<script src" not in page and 'src="http' not in page and "url(http" not in page


def test_one_command_exits_by_severity() -> None:
    sample = str(SAMPLES / "intrusion.jsonl")
    assert main(["triage", sample, "--format", "json"]) == 1
    assert main(["triage", sample, "--format", "json", "--fail-on", "never"]) == 0


# --- bad input: one clear sentence with a hint, the documented exit code, nothing half-written


def complaint(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(list(words))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return code, captured.err


def test_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = complaint(capsys, "triage", "no/such/file.evtx")
    assert code == 2 and "no/such/file.evtx" in said and len(said.splitlines()) == 2


def test_an_empty_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint(capsys, "triage", "")[0] == 2


def test_an_empty_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    code, said = complaint(capsys, "triage", str(tmp_path / "empty.jsonl"))
    assert code == 3 and "empty" in said


def test_an_unknown_format(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 40)
    code, said = complaint(capsys, "triage", str(tmp_path / "a.bin"))
    assert code == 3 and "format" in said


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "docx"],
        ["--fail-on", "sometimes"],
        ["--detail", "all"],
        ["--save", "out.docx"],
        ["--save", "no/such/folder/out.html"],
        ["--nonsense"],
        ["--model", "no-such-model"],
    ],
)
def test_wrong_options(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    code = main(["triage", str(SAMPLES / "1-word-starts-cmd.jsonl"), *words])
    said = capsys.readouterr().err
    assert code == 2 and said.startswith("csq: ") and "Traceback" not in said


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    target.mkdir()
    assert (
        main(["triage", str(SAMPLES / "1-word-starts-cmd.jsonl"), "--model", "none", "--save", str(target)])
        == 2
    )
    assert list(tmp_path.iterdir()) == [target]


def test_damage_is_counted_and_placed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = (SAMPLES / "1-word-starts-cmd.jsonl").read_text().splitlines()
    lines.insert(2, '{"cut": ')
    (tmp_path / "d.jsonl").write_text("\n".join(lines))
    report = triage(capsys, str(tmp_path / "d.jsonl"))
    assert report["counts"]["damaged"] == 1
    assert any(":3" in p["subject"] for p in report["problems"])
    assert report["verdict"] in ("suspicious", "malicious")


def test_a_model_file_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"not a model")
    code, said = complaint(capsys, "model", "import", str(tmp_path / "m.gguf"))
    assert code == 2 and "GGUF" in said


def test_a_bundle_that_is_damaged(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["kb", "export", str(tmp_path / "b.sqlite")])
    assert code == 0
    capsys.readouterr()
    whole = tmp_path / "b.sqlite"
    code, said = complaint(capsys, "kb", "import", str(whole), "--sha256", "0" * 64)
    assert code == 2 and "SHA-256" in said
    whole.write_bytes(whole.read_bytes()[:-100_000])
    code, said = complaint(capsys, "kb", "import", str(whole))
    assert code == 2 and said.startswith("csq: ")
    assert not list(Path.home().rglob("knowledge.sqlite"))


def test_a_run_from_an_empty_home_leaves_only_a_cache(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    shutil.copy(SAMPLES / "1-word-starts-cmd.jsonl", tmp_path)
    line = [sys.executable, "-m", "cybersecqwen", "triage", "1-word-starts-cmd.jsonl", "--fail-on", "never"]
    subprocess.run(line, cwd=tmp_path, env=environ, check=True, capture_output=True, timeout=60)
    assert {p.name for p in home.iterdir()} <= {".cache"}
