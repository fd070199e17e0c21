"""`csq logs`, `csq logs baseline` and `csq rules` as a person types them."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from cybersecqwen.interfaces.cli import main
from cybersecqwen.tasks.logs import reading
from cybersecqwen.tasks.logs.interruption import Undisturbed
from tests.detect.scan.made import failure, recording, sign_in

RULE = """
title: Made-up tool started
id: 11111111-2222-4333-8444-555555555555
logsource: {product: windows, category: process_creation}
detection: {one: {CommandLine|contains: "-k n3"}, condition: one}
level: medium
tags: [attack.t1059.001, attack.execution]
author: A. Nother
license: DRL 1.1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(orjson.dumps(raw) + b"\n" for raw in recording(400)) + b"\x00\xff rubbish\n")
    return path


def logs(capsys: pytest.CaptureFixture[str], *words: str, code: int | None = None) -> dict[str, Any]:
    got = main(["logs", "--format", "json", *words])
    out = capsys.readouterr()
    assert code is None or got == code, out.err
    found: dict[str, Any] = json.loads(out.out)
    return found


def test_what_rules_describe_is_found(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    report = logs(capsys, str(file), code=1)
    assert report["task"] == "logs" and report["verdict"] in ("suspicious", "malicious")
    assert report["counts"]["events"] == 400 and report["counts"]["damaged"] == 1
    titles = {finding["title"] for finding in report["findings"]}
    assert any("Encoded" in title for title in titles)
    worst = report["incidents"][0]
    ids = {event["id"] for event in worst["events"]}
    assert all(set(finding["events"]) <= ids for finding in worst["findings"])
    known = {event["id"]: event for event in worst["events"]}
    for finding in worst["findings"]:
        for item in finding["evidence"]:
            assert item["event"] in known
    assert "T1059.001" in {technique["id"] for technique in report["techniques"]}
    extra = report["extra"]["logs"]
    assert sum(extra["histogram"]["events"]) == 400
    assert extra["cost"]["lines"] == 400 and extra["cost"]["model_lines"] == 0
    assert all(one["author"] for one in extra["detections"])


@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "ndjson", "ocsf", "json"])
def test_every_format(capsys: pytest.CaptureFixture[str], file: Path, form: str) -> None:
    assert main(["logs", str(file), "--format", form, "--model", "none", "--fail-on", "never"]) == 0
    out = capsys.readouterr().out
    assert "Encoded" in out
    if form == "ndjson":
        lines = [json.loads(line) for line in out.splitlines()]
        assert lines[-1]["type"] == "summary" and lines[0]["type"] == "detection"


def test_folders_archives_patterns_and_input(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(file.read_bytes()))
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.write(file, "inner/events.jsonl")
    (folder / "auth.log").write_text("\n".join(failure(n) for n in range(50)) + "\nhalf a li")
    (folder / "rubbish.bin").write_bytes(bytes(range(256)) * 40)
    report = logs(capsys, str(folder))
    assert report["counts"]["events"] == 400 + 400 + 51
    assert {"jsonl": 2, "syslog": 1}.items() <= report["extra"]["logs"]["formats"].items()
    assert any("rubbish.bin" in problem["subject"] for problem in report["problems"])
    pattern = logs(capsys, str(folder / "*.log"))
    assert pattern["counts"]["events"] == 51


def test_own_rules_beside_and_alone(capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path) -> None:
    rule = tmp_path / "own.yml"
    rule.write_text(RULE)
    report = logs(capsys, str(file), "--rules", str(rule), "--only-rules", "--fail-on", "never", code=0)
    (finding,) = [f for f in report["findings"] if not f["signal"].startswith("anomaly:")]
    due = sum(1 for raw in recording(400) if "-k n3" in raw["CommandLine"])
    assert (finding["title"], finding["count"]) == ("Made-up tool started", due)
    both = logs(capsys, str(file), "--rules", str(rule))
    assert len(both["findings"]) > 1 and "Made-up tool started" in {f["title"] for f in both["findings"]}


def test_rules_are_imported_listed_tested_updated_and_removed(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my rules"
    folder.mkdir()
    (folder / "own.yml").write_text(RULE)
    (folder / "bad.yml").write_text(
        "title: Bad\nlogsource: {product: windows}\ndetection: {condition: nothing}"
    )
    (folder / "broken.yml").write_text("a: [")
    assert main(["rules", "import", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "my-rules: 1 rules" in out and "2 not evaluated" in out and "'nothing'" in out
    report = logs(capsys, str(file))
    assert "Made-up tool started" in {f["title"] for f in report["findings"]}
    unsupported = [p for p in report["problems"] if "not evaluated" in p["message"]]
    assert {p["subject"] for p in unsupported} == {"Bad", "broken.yml"}
    assert main(["rules", "list", "--all"]) == 0
    assert "Made-up tool started  [T1059.001]" in capsys.readouterr().out
    (folder / "own.yml").write_text(RULE.replace("Made-up", "Renamed"))
    assert main(["rules", "update"]) == 0
    capsys.readouterr()
    assert "Renamed tool started" in {f["title"] for f in logs(capsys, str(file))["findings"]}
    assert main(["rules", "remove", "my-rules"]) == 0 and main(["rules", "remove", "my-rules"]) == 2
    assert "../" not in capsys.readouterr().err


def test_examples_of_rules_are_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    examples = (
        'x_examples: {match: [{EventID: 1, Channel: Microsoft-Windows-Sysmon/Operational, CommandLine: "x"}]}'
    )
    rule = tmp_path / "own.yml"
    rule.write_text(RULE + examples)
    assert main(["rules", "test", str(rule)]) == 1
    assert "match 1 does not match" in capsys.readouterr().out
    rule.write_text(RULE + examples.replace('"x"', '"a -k n3"'))
    assert main(["rules", "test", str(rule)]) == 0


def test_a_stopped_run_goes_on(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = logs(capsys, str(file), "--no-anomalies")
    monkeypatch.setattr("cybersecqwen.detect.scan.scanner.BATCH_RECORDS", 100)
    tell = reading._Run._tell

    def stop(self: Any, blob: Any, at: int) -> None:
        tell(self, blob, at)
        if self._scan.records == 200:
            raise KeyboardInterrupt

    monkeypatch.setattr(reading._Run, "_tell", stop)
    part = logs(capsys, str(file), "--no-anomalies")
    assert part["counts"]["events"] == 200
    assert any("stopped after 200 records" in problem["message"] for problem in part["problems"])
    monkeypatch.setattr(reading._Run, "_tell", tell)
    again = logs(capsys, str(file), "--no-anomalies", "--resume")
    for key in ("counts", "findings", "incidents", "verdict"):
        assert again[key] == whole[key], key
    assert main(["logs", str(file), "--no-anomalies", "--resume"]) == 2
    assert "no stopped run" in capsys.readouterr().err


@pytest.mark.parametrize("calls", range(1, 10))
def test_a_run_stopped_anywhere_gives_the_same_in_the_end(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    lines = [orjson.dumps(raw) + b"\n" for raw in recording(300)]
    lines[150:150] = [b"{half a line\n", *[b"{\n"] * 120]
    (file.parent / "more.jsonl").write_bytes(b"".join(lines))
    monkeypatch.setattr("cybersecqwen.detect.scan.scanner.BATCH_RECORDS", 100)
    whole = logs(capsys, str(file.parent), "--no-anomalies")
    assert whole["counts"]["damaged"] == 122
    tell, told = reading._Run._tell, 0

    def stop(self: Any, blob: Any, at: int) -> None:
        nonlocal told
        tell(self, blob, at)
        told += 1
        if told == calls:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reading._Run, "_tell", stop)
        part = logs(capsys, str(file.parent), "--no-anomalies")
        assert any("stopped after" in problem["message"] for problem in part["problems"])
    again = logs(capsys, str(file.parent), "--no-anomalies", "--resume")
    for key in ("counts", "findings", "incidents", "verdict", "problems"):
        assert again[key] == whole[key], key
    for key in ("bytes", "formats", "kinds", "histogram"):
        assert again["extra"]["logs"][key] == whole["extra"]["logs"][key], key


@pytest.mark.parametrize("change", ["more", "less", "shorter"])
def test_a_folder_that_changed_is_not_gone_on_with(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    (file.parent / "a.jsonl").write_bytes(file.read_bytes())
    monkeypatch.setattr("cybersecqwen.detect.scan.scanner.BATCH_RECORDS", 100)
    tell = reading._Run._tell

    def stop(self: Any, blob: Any, at: int) -> None:
        tell(self, blob, at)
        if self._scan.records == 700:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reading._Run, "_tell", stop)
        logs(capsys, str(file.parent), "--no-anomalies")
    if change == "more":
        (file.parent / "b.jsonl").write_bytes(file.read_bytes())
    elif change == "less":
        (file.parent / "a.jsonl").unlink()
    else:
        file.write_bytes(file.read_bytes()[:5_000])
    assert main(["logs", str(file.parent), "--no-anomalies", "--resume"]) == 2
    told = capsys.readouterr().err
    assert ("shorter" if change == "shorter" else "not those of the stopped run") in told


def test_a_run_that_cannot_be_kept_is_reported_all_the_same(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "stopped").write_text("A file, where a folder is to be made.")
    monkeypatch.setenv("CSQ_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("cybersecqwen.detect.scan.scanner.BATCH_RECORDS", 100)
    monkeypatch.setattr(reading, "_SAVED_EVERY_S", -1.0)
    report = logs(capsys, str(file), "--no-anomalies")
    assert report["counts"]["events"] == 400
    assert any("cannot be kept" in problem["message"] for problem in report["problems"])


def test_an_interruption_waits_until_what_is_counted_fits() -> None:
    undisturbed, reached = Undisturbed(), False
    with pytest.raises(KeyboardInterrupt), undisturbed:
        signal.raise_signal(signal.SIGINT)
        reached = True
    assert reached
    with undisturbed:
        pass
    with Undisturbed(once=True):
        signal.raise_signal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), Undisturbed(once=True):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_shorter_file_is_not_gone_on_with(
    capsys: pytest.CaptureFixture[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cybersecqwen.detect.scan.scanner.BATCH_RECORDS", 100)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reading._Run, "_tell", stop)
        logs(capsys, str(file))
    file.write_bytes(file.read_bytes()[:5_000])
    assert main(["logs", str(file), "--resume"]) == 2
    assert "shorter" in capsys.readouterr().err


def test_a_baseline_is_learned_shown_updated_and_compared(
    capsys: pytest.CaptureFixture[str], file: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert main(["logs", "baseline", "learn", str(file), "--to", str(first), "--name", "last week"]) == 0
    assert "400 records" in capsys.readouterr().err
    assert main(["logs", "baseline", "show", str(first)]) == 0
    shown = capsys.readouterr().out
    assert (
        "last week" in shown.splitlines()[0] and "Sysmon" not in shown.splitlines()[0] and "Sysmon" in shown
    )
    assert main(["logs", "baseline", "learn", str(file), "--to", str(tmp_path / "none" / "x.json")]) == 2
    assert "no folder" in capsys.readouterr().err
    other = tmp_path / "other.jsonl"
    other.write_bytes(b"".join(orjson.dumps(sign_in(number, 4625)) + b"\n" for number in range(60)))
    assert main(["logs", "baseline", "learn", str(other), "--to", str(second)]) == 0
    assert main(["logs", "baseline", "compare", str(first), str(second)]) == 0
    assert "4625" in capsys.readouterr().out
    assert main(["logs", "baseline", "update", str(first), str(other)]) == 0
    report = logs(capsys, str(file), "--baseline", str(first))
    assert report["extra"]["logs"]["baseline"]["learned_events"] == 460
    second.write_text('{"nonsense": true}')
    assert main(["logs", str(file), "--baseline", str(second)]) == 2


def test_entities_are_as_bad_as_what_stands_out_about_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "auth.log"
    path.write_text("".join(failure(number) + "\n" for number in range(300)))
    found = logs(capsys, str(path))["extra"]["logs"]
    worst = {one["severity"] for one in found["anomalies"] if "root" in one["users"]}
    root = next(one for one in found["entities"] if (one["type"], one["name"]) == ("user", "root"))
    assert worst == {root["worst"]} == {"medium"} and root["first"] is not None


def test_the_price_of_the_same_lines_elsewhere(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    cost = logs(capsys, str(file), "--price", "2.5")["extra"]["logs"]["cost"]
    assert cost["price_per_million"] == 2.5
    assert cost["priced"] == pytest.approx(file.stat().st_size / 3 / 1e6 * 2.5, abs=1e-4)


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere.log"],
        ["--rules", "nowhere"],
        ["--only-rules"],
        ["--follow", "--resume"],
        ["--follow", "--format", "html"],
        ["--baseline", "nowhere.json", "--model", "none"],
        ["--baseline", "nowhere.json", "--no-anomalies"],
        ["--price", "-1"],
        ["--price", "nan"],
    ],
)
def test_errors_are_one_sentence_before_anything_is_read(
    capsys: pytest.CaptureFixture[str], file: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "records", lambda *_: pytest.fail("It was read."))
    assert main(["logs", str(file), *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("csq: ") and len(captured.err.splitlines()) <= 2


def test_nothing_to_analyse_is_code_three(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00" * 100)
    assert main(["logs", str(tmp_path / "x.bin")]) == 3


def test_following_a_growing_file(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = [orjson.dumps(raw) + b"\n" for raw in recording(8)]
    path.write_bytes(b"".join(lines[:7]))
    command = [sys.executable, "-m", "cybersecqwen", "logs", "--follow", str(path), "--format", "ndjson"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"following" in process.stderr.readline()
        with path.open("ab") as stream:
            stream.write(lines[7][:20])
            stream.flush()
            time.sleep(0.1)
            stream.write(lines[7][20:])
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest = [json.loads(line) for line in process.stdout.read().splitlines()]
        assert process.wait(30) == 1
    assert first["type"] == "detection" and first["host"] and first["evidence"]
    assert rest[-1]["type"] == "summary" and rest[-1]["events"] == 8


def test_what_cannot_be_followed_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    path, other = tmp_path / "auth.log", tmp_path / "missing.log"
    path.write_text("".join(failure(number) + "\n" for number in range(300)))
    command = [sys.executable, "-m", "cybersecqwen", "logs", "--follow", str(path), str(other)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"following 2 inputs" in process.stderr.readline()
        told = process.stdout.readline() + process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        report = process.stdout.read()
        assert process.wait(30) == 0
    assert b"missing.log cannot be followed" in told
    assert b"2026-11-20 10:00" in told and b"203[.]0[.]113[.]7" in told
    assert b"300 events" in report


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Needs /dev/full.")
def test_output_that_cannot_be_written_loses_no_saved_report(file: Path, tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    command = [sys.executable, "-m", "cybersecqwen", "logs", str(file), "--model", "none"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*command, "--save", str(saved)], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2 and b"cannot be written: No space left" in done.stderr
    assert b"defect" not in done.stderr and json.loads(saved.read_text())["task"] == "logs"
