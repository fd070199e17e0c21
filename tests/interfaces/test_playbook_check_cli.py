from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.interfaces.cli import main
from tests.verify.cacao.playbooks import END, act, examples, playbook, uid

_ACT = uid("action")


def _written(folder: Path, value: object) -> str:
    path = folder / "p.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def _good() -> dict[str, Any]:
    return playbook({_ACT: act(END)}, _ACT)


def _run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(["playbook", "check", *args])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_good_playbook_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run(capsys, _written(tmp_path, _good()))
    assert (code, err) == (0, "")
    assert "“Test”, 3 steps: passes with 0 errors, 0 warnings, 3 notes." in out


def test_errors_stand_first_and_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = _good()
    value["workflow"][_ACT]["on_completion"] = uid("end", 7)
    value["colour"] = "red"
    code, out, _ = _run(capsys, _written(tmp_path, value))
    assert code == 1
    assert out.startswith(f"Errors (3)\n  workflow.{_ACT}.on_completion  [missing-step]\n")
    assert out.index("Errors") < out.index("Warnings (1)") < out.index("Notes")
    assert "    → Add the step, or name one that is there.\n" in out
    assert out.endswith("fails with 3 errors, 1 warning, 3 notes.\n")


def test_warnings_fail_only_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _written(tmp_path, {**_good(), "colour": "red"})
    assert _run(capsys, path)[0] == 0
    assert _run(capsys, path, "--strict")[0] == 1


def test_a_destructive_step_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _written(tmp_path, playbook({_ACT: act(END, "rm -rf /srv")}, _ACT))
    code, out, _ = _run(capsys, path)
    assert code == 1
    assert "[missing-approval]" in out and "1 of them destructive" in out


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(json.dumps(_good()).encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert _run(capsys, "-")[0] == 0


def test_json_and_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _written(tmp_path, {**_good(), "name": 7})
    code, out, _ = _run(capsys, path, "--format", "json")
    document = json.loads(out)
    assert (code, document["valid"], document["counts"]["errors"]) == (1, False, 1)
    assert document["problems"][0]["path"] == "name"
    assert document["problems"][0]["rule"] == "type"
    code, out, _ = _run(capsys, path, "-f", "sarif")
    run = json.loads(out)["runs"][0]
    assert run["results"][0]["level"] == "error"
    assert run["results"][0]["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "name"}]
    assert {one["id"] for one in run["tool"]["driver"]["rules"]} == {one["ruleId"] for one in run["results"]}


def test_text_of_the_file_moves_no_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = {**_good(), "name": "\x1b[2J\u202e\ud800", "\x1b]8;;x\x07": 1}
    for format in ("terminal", "json", "sarif"):
        out = _run(capsys, _written(tmp_path, value), "-f", format)[1]
        assert "\x1b" not in out and "\x07" not in out
        assert "\u202e" not in out or format != "terminal"


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        (b"", 3, "There is nothing in the file."),
        (b" \n\t", 3, "There is nothing in the file."),
        (b"[]", 3, "It is JSON, but a list and not a playbook."),
        (b"7", 3, "It is JSON, but a single value and not a playbook."),
        (b'{"a": 1}', 3, "It is JSON, but not a playbook"),
        (b"{", 2, "It is not JSON: "),
        (b'{"type": "playbook", "x": NaN}', 2, "It is not JSON: there is no NaN in it."),
        (b'{"type": "playbook", "type": "playbook"}', 2, "The key 'type' stands twice"),
        (b"type: playbook\nspec_version: cacao-2.0\n", 2, "This looks like YAML"),
        (b"---\ntype: playbook\n", 2, "This looks like YAML"),
        (b'{"type": "playbook", "spec_version": "1.1", "workflow": {}}', 2, "This is CACAO 1.1;"),
        (b'{"type": "playbook", "spec_version": "cacao-1.0"}', 2, "This is CACAO 1.0;"),
        (b'{"type": "playbook", "x": ' + b"[" * 70 + b"]" * 70 + b"}", 2, "It nests deeper than 64 levels."),
        (b"[" * 1_000_000, 2, "It nests deeper than 64 levels."),
        (b'{"type": "playbook", "x": "\xff"}', 2, "Byte 27 is not UTF-8."),
        ('{"type": "playbook"}'.encode("utf-16"), 2, "The file is in UTF-16"),
        (b'{"type": "playbook", "x": ' + b"9" * 5_000 + b"}", 2, "a number that has thousands of digits"),
        (b" " * ((16 << 20) + 1), 2, "The file has over 16 MiB."),
    ],
    ids=range(18),
)
def test_what_is_no_playbook_gets_one_sentence(
    text: bytes, code: int, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(text)
    result, out, err = _run(capsys, str(path))
    assert (result, out) == (code, "")
    assert err.startswith("csq: ") and sentence in err.splitlines()[0]
    assert len(err.splitlines()) <= 2


def test_a_hundred_megabytes_are_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as stream:
        stream.truncate(100 << 20)
    assert "The file has over 16 MiB." in _run(capsys, str(path))[2]


def test_what_is_asked_wrongly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, str(tmp_path / "none.json"))[0] == 2
    assert _run(capsys, str(tmp_path))[0] == 2
    assert _run(capsys, "a\0b")[0] == 2
    code, _, err = _run(capsys, _written(tmp_path, _good()), "-f", "pdf")
    assert code == 2 and "There is no format 'pdf' here." in err
    assert main(["playbook-check", str(tmp_path / "p.json")]) == 0


@pytest.mark.data
def test_the_examples_of_others_pass_and_their_broken_ones_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = {}
    for name, text in examples().items():
        path = tmp_path / "x.json"
        path.write_bytes(text)
        codes[name] = _run(capsys, str(path))[0]
    assert {name for name, code in codes.items() if code == 0} == {
        name for name in codes if name.startswith("examples/")
    }
    assert set(codes.values()) == {0, 1}
