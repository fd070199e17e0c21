"""What goes wrong on the command line of `csq query` is one clear sentence and a code, never a trace."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path

import pytest

from cybersecqwen.interfaces.cli import main

QUESTION = "powershell with an encoded command"
UNREADABLE = pytest.mark.skipif(
    sys.platform == "win32" or getattr(os, "geteuid", lambda: 0)() == 0, reason="permissions do not bind here"
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, parsed_rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(parsed_rules))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said on standard error, after checking that it is said as it should be."""
    code = main(["query", *words])
    out = capsys.readouterr()
    assert code in (2, 3), out.out + out.err
    assert "Traceback" not in out.err and 20 < len(out.err) < 2_500
    return out.err


@pytest.mark.timeout(60)
@pytest.mark.parametrize("suffix", ["", ".yml", ".toml"])
@pytest.mark.parametrize(
    "content",
    [None, b"", bytes(range(256)) * 40, b"a: &a [1]\nb: [*a, *a", b"{" * 100_000, b"- " * 100_000, "folder"],
    ids=("missing", "empty", "binary", "cut off", "deep", "a list", "a folder"),
)
def test_a_bad_schema_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str, content: bytes | str | None
) -> None:
    path = tmp_path / f"mine{suffix}"
    if isinstance(content, str):
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    refused(capsys, QUESTION, "--to", "splunk", "--schema", f"../{tmp_path.name}/mine{suffix}")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "/", ".", "a\x00b", "a" * 300, "\ud800"])
def test_a_schema_of_a_strange_name(capsys: pytest.CaptureFixture[str], name: str) -> None:
    refused(capsys, QUESTION, "--to", "splunk", "--schema", name)
    refused(capsys, QUESTION, "--to", "splunk", "--schema", name + ".yml")


@UNREADABLE
def test_a_mapping_that_may_not_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("name: x\n")
    path.chmod(0)
    refused(capsys, QUESTION, "--to", "splunk", "--schema", str(path))


@pytest.mark.timeout(60)
def test_a_pipeline_that_unfolds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = tmp_path / "mine.yml"
    path.write_text("\n".join([*lines, "name: x", "transformations: *a11"]))
    refused(capsys, QUESTION, "--to", "splunk", "--schema", str(path))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(range(256)) * 40,
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"{}",
        b"[1, 2]",
        b"1e999",
        b",".join(b"c%d" % n for n in range(200_000)) + b"\n1\n",
        b"\x1f\x8b" + b"\x00" * 100,
        gzip.compress(b"\x00" * (80 << 20)),
    ],
    ids=("empty", "binary", "deep", "deeper", "no field", "numbers", "a number", "wide", "damaged", "a bomb"),
)
def test_a_bad_file_to_import(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(content)
    refused(capsys, "schema", "import", str(path))


def test_strange_events_make_a_schema(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"a": 1, "a": 2, "b": 123456789012345678901234567890, "c": {"d": [1e308]}, "": 1}')
    assert main(["query", "schema", "import", str(path)]) == 0, capsys.readouterr().err
    refused(capsys, "schema", "import", str(tmp_path))
    refused(capsys, "schema", "import", str(tmp_path / "missing.json"))


def test_events_that_are_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    refused(capsys, QUESTION, "--to", "splunk", "--run-on", str(tmp_path / "missing.jsonl"))
    (tmp_path / "empty.jsonl").write_text("")
    refused(capsys, QUESTION, "--to", "splunk", "--run-on", str(tmp_path / "empty.jsonl"))
    (tmp_path / "noise.jsonl").write_bytes(bytes(range(256)) * 10)
    refused(capsys, QUESTION, "--to", "splunk", "--run-on", str(tmp_path / "noise.jsonl"))


def test_events_of_another_kind_are_not_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"kaffee": 1, "tee": [1, {"x": null}]}\n' * 20)
    words = ["query", QUESTION, "--to", "splunk", "--run-on", str(path), "--format", "json"]
    assert main(words) in (0, 1)
    trial = json.loads(capsys.readouterr().out)["extra"]["query"]["trial"]
    assert (trial["events"], trial["events_matched"]) == (20, 0)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "question",
    ["", " \n\t", "the of and in", "\u202e\u200b\ufeff", "a " * 500_000, '"x" ' * 10_000, "\x1b[2J" * 100],
    ids=("empty", "blank", "stop words", "marks", "long", "quoted", "control"),
)
def test_a_question_that_asks_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    class Piped:
        buffer = io.BytesIO(question.encode())

    monkeypatch.setattr(sys, "stdin", Piped())
    refused(capsys, "-", "--to", "splunk")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "query",
    [
        "| where (" * 2_000,
        "search " + "(" * 100_000,
        "DeviceProcessEvents | where " + "not(" * 100_000,
        "\x00",
    ],
    ids=("stages", "brackets", "negations", "zero"),
)
@pytest.mark.parametrize("command", ["optimise", "explain"])
def test_a_query_that_is_none(capsys: pytest.CaptureFixture[str], command: str, query: str) -> None:
    refused(capsys, command, query, "--from", "kql")
