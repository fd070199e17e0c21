from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from cybersecqwen.interfaces.cli import main
from cybersecqwen.verify.cacao.extension import EXTENSION_ID
from tests.verify.cacao.playbooks import END, act, ask, examples, playbook, uid, when

A, B, C = (uid("action", number) for number in range(1, 4))
IF = uid("if-condition")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _value() -> dict[str, Any]:
    own = {
        "effect": "change",
        "phase": "containment",
        "minutes": 5,
        "verify": "It is off.",
        "breaks": "Mail.",
    }
    steps = {
        A: ask(IF, name="Ask the owner"),
        IF: when(B, C, name="Approved?"),
        B: act(C, "isolate", name="Cut it off", step_extensions={EXTENSION_ID: own}),
        C: act(END, name="Tell everybody"),
    }
    return playbook(steps, A)


def _file(value: object, name: str = "p.json") -> str:
    Path(name).write_text(json.dumps(value), encoding="utf-8")
    return name


def _run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, script: str, *args: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(script))
    code = main(["playbook", "rehearse", *args])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def _log() -> Path:
    (found,) = Path().glob("*.jsonl")
    return found


def test_a_script_walks_to_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "note a first note\nyes\nhelp\ndone\nskip nobody to tell\n"
    code, out, err = _run(capsys, monkeypatch, script, _file(_value()), "--injects", "none")
    assert (code, err) == (0, "")
    assert out.startswith("REHEARSAL  Test ─")
    assert "3 steps; seed " in out
    for line in (
        "STEP 1 of 3  0:00 at the table, 0 h 00 min in the scenario ─",
        "yes, no, skip, cannot, note, help? yes\n",
        "-- Approved?: __approved__:value == 'yes' holds, as was answered.",
        "STEP 2 of 3 · containment  0:00 at the table, 0 h 00 min in the scenario ─",
        "  how       5 min expected; changes what can be changed back\n",
        "  may break Mail.\n",
        "  worked if It is off.\n",
        "  who       Lead\n",
        "  worked if the playbook does not say\n",
        "STEP 3 of 3  0:00 at the table, 0 h 05 min in the scenario ─",
        "AFTER THE REHEARSAL  Test ─",
        "walked to its end. 3 of 3 steps were met: 2 done, 1 skipped, 0 could",
        "“Tell everybody” was skipped.",
        "“nobody to tell”",
    ):
        assert line in out
    assert _log().name.startswith("rehearsal-test-20")
    kinds = [json.loads(line)["kind"] for line in _log().read_text(encoding="utf-8").splitlines()]
    assert kinds == ["start", "note", "answer", "decided", "answer", "note", "answer", "end"]


def test_no_goes_around_the_step(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for script in ("no\ndone\n", "done\nN\ndone\n", "done\n\nno\ndone\n"):
        _, out, _ = _run(capsys, monkeypatch, script, _file(_value()), "--injects", "none")
        assert "Cut it off" not in out.split("AFTER THE REHEARSAL")[0]
        assert "walked to its end" in out


def test_the_end_of_the_input_leaves_and_resume_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _file(_value())
    code, out, _ = _run(capsys, monkeypatch, "yes\n", file, "--injects", "none", "--log", "my.jsonl")
    assert code == 0
    assert out.endswith("  csq playbook rehearse p.json --resume my.jsonl\n")
    with Path("my.jsonl").open("ab") as stream:
        stream.write(b'{"kind": "answ')
    code, out, err = _run(capsys, monkeypatch, "done\ndone\n", file, "--resume", "my.jsonl")
    assert code == 0
    assert err == "csq: the last line of the log is damaged and left out (14 bytes).\n"
    assert "Going on after 0:00 at the table." in out
    assert "STEP 1 " not in out
    assert "walked to its end" in out
    code, _, err = _run(capsys, monkeypatch, "", file, "--resume", "my.jsonl")
    assert code == 2
    assert err.startswith("csq: This rehearsal came to its end.")


def test_quit_back_and_nonsense(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    script = "back\nwhat\nskip\nback\nyes\nback\nbranch 7\nnote\n\nquit\n"
    code, out, _ = _run(capsys, monkeypatch, script, _file(_value()), "--injects", "none")
    assert code == 0
    for line in (
        "There is no answer before this.",
        "Not understood",
        "taken back",
        "no open branch",
        "note TEXT",
    ):
        assert line in out
    assert json.loads(_log().read_text(encoding="utf-8").splitlines()[-1])["reason"] == "quit"


def test_injects_are_thrown_by_the_seed_and_their_answers_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [uid("action", n) for n in range(1, 13)]
    steps = {id: act(after, name=f"Step {id[8:16]}") for id, after in zip(ids, [*ids[1:], END], strict=True)}
    file = _file(playbook(steps, ids[0]))
    told = []
    for log in ("one", "two"):
        args = (file, "--seed", "11", "--injects", "many", "--log", log)
        _, out, _ = _run(capsys, monkeypatch, "done\n" * 40, *args)
        assert "seed 11, injects many" in out
        assert "what you do> done" in out
        told.append([line for line in out.splitlines() if "INJECT" in line])
    assert told[0] == told[1]
    assert 3 <= len(told[0]) <= 9
    answers = [json.loads(line) for line in Path("one").read_text(encoding="utf-8").splitlines()]
    assert [one["answer"] for one in answers if one["kind"] == "inject"] == ["done"] * (len(told[0]) - 1)


def test_the_review_in_all_formats(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(capsys, monkeypatch, "yes\ncannot\nskip\n", _file(_value()), "--injects", "none", "--log", "l")
    code, out, _ = _run(capsys, monkeypatch, "", "--summary", "l")
    assert code == 0
    assert "“Cut it off” could not be done." in out
    _, out, _ = _run(capsys, monkeypatch, "", "--summary", "l", "--format", "json")
    report = json.loads(out)
    assert report["schema"] == "csq.rehearsal-report/1"
    assert report["counts"] == {"done": 1, "skip": 1, "cannot": 1}
    assert [one["answer"] for one in report["steps"]] == ["done", "cannot", "skip"]
    _, out, _ = _run(capsys, monkeypatch, "", "--summary", "l", "--format", "markdown")
    assert out.startswith("# After the rehearsal: Test\n")
    assert "| Cut it off |  Web | cannot |" in out.replace("| Web", "|  Web")
    assert "- [ ] “Cut it off” could not be done." in out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "There is no playbook to rehearse."),
        (("-",), "Standard input is where the answers come from."),
        (("p.json", "--injects", "lots"), "--injects is 'lots'."),
        (("p.json", "--format", "json"), "--format is for the review"),
        (("p.json", "--format", "pdf"), "There is no format 'pdf'"),
        (("p.json", "--resume", "l", "--seed", "1"), "--seed does not go together with --resume."),
        (("p.json", "--summary", "l"), "FILE does not go together with --summary."),
        (("--summary", "none"), "'none' cannot be read"),
        (("p.json", "--resume", "none"), "The log 'none' cannot be opened"),
        (("none.json",), "'none.json' cannot be read"),
        (("p.json", "--log", "p.json"), "'p.json' is there already"),
        (("--summary", "p.json"), "This is no log of a rehearsal"),
    ],
)
def test_what_cannot_be_is_told(
    args: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _file(_value())
    before = Path("p.json").read_bytes()
    code, out, err = _run(capsys, monkeypatch, "", *args)
    assert (code, out) == (2, "")
    assert err.startswith(f"csq: {said}")
    assert Path("p.json").read_bytes() == before
    assert not list(Path().glob("*.jsonl"))


def test_a_playbook_with_errors_is_refused_with_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = _value()
    value["workflow"][C]["on_completion"] = uid("end", 9)
    code, out, err = _run(capsys, monkeypatch, "done\n", _file(value))
    assert (code, out) == (2, "")
    assert "'Test' cannot be rehearsed: its check has 3 errors. There is no step" in err
    assert "     `csq playbook check p.json` lists them.\n" in err
    assert not list(Path().glob("*.jsonl"))


def test_a_log_of_another_file_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(capsys, monkeypatch, "yes\n", _file(_value()), "--log", "l")
    other = _file({**_value(), "name": "Other"}, "other.json")
    code, _, err = _run(capsys, monkeypatch, "", other, "--resume", "l")
    assert code == 2
    assert err.startswith("csq: This log is of another file")


_EVIL = "\x1b]0;evil\x07\x1b[2J\u202etxt\r\nSTEP 1 of 1"


def _hostile() -> dict[str, Any]:
    value = _value()
    for step in value["workflow"].values():
        step["name"] = _EVIL
        step["description"] = _EVIL
    for agent in value["agent_definitions"].values():
        agent["name"] = _EVIL
    value["workflow"][B]["commands"][0]["command"] = _EVIL + "x" * 3_000
    value["workflow"][B]["step_extensions"][EXTENSION_ID] |= {"verify": _EVIL, "undo": _EVIL, "breaks": _EVIL}
    return {**value, "name": _EVIL, "description": _EVIL}


@pytest.mark.parametrize("width", ["60", "100", "200", "9999"])
@pytest.mark.parametrize("flags", [(), ("--ascii",)])
def test_hostile_text_moves_nothing_and_fits(
    width: str,
    flags: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    script = f"note {_EVIL.split(chr(13))[0]}\nyes\ncannot \x1b[31m\u202ewhy\nskip\n"
    code, out, _ = _run(capsys, monkeypatch, script, _file(_hostile()), "--injects", "none", *flags)
    assert code == 0
    assert all(line.isprintable() for line in out.splitlines())
    assert max(cell_len(line) for line in out.splitlines()) <= min(200, int(width))
    assert out.isascii() or not flags
    for format in ("markdown", "json"):
        _, out, _ = _run(capsys, monkeypatch, "", "--summary", str(_log()), "-f", format)
        assert all(line.isprintable() or format == "json" for line in out.splitlines())
        assert "\x1b" not in out


def test_lines_without_end_are_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"note {'x' * 1_000_000}\nyes\ndone\ndone\n"
    code, out, _ = _run(capsys, monkeypatch, script, _file(_value()), "--injects", "none")
    assert code == 0
    assert "walked to its end" in out
    assert _log().stat().st_size < 10_000


def test_two_on_one_day_have_two_logs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        _run(capsys, monkeypatch, "", _file(_value()), "--injects", "none")
    names = sorted(path.name for path in Path().glob("*.jsonl"))
    assert len(names) == 3
    assert names[0].endswith("-2.jsonl")


def test_examples_of_others_are_walked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    walked = 0
    for name, text in examples().items():
        Path("x.json").write_bytes(text)
        code, out, err = _run(
            capsys, monkeypatch, "done\n" * 50, "x.json", "--seed", "1", "--log", f"{walked}.l"
        )
        if name.startswith("examples/"):
            assert code == 0, name
            assert "walked to its end" in out
            walked += 1
        else:
            assert code in (2, 3), name
            assert "cannot be rehearsed" in err or "not a playbook" in err, name
    assert walked == 6


# On a terminal


def _until(handle: int, text: str, seconds: float = 60) -> str:
    seen, end = "", time.monotonic() + seconds
    while text not in seen and time.monotonic() < end:
        if select.select([handle], [], [], 0.2)[0]:
            try:
                seen += os.read(handle, 65_536).decode("utf-8", "replace")
            except OSError:
                break
    assert text in seen, seen
    return seen


def test_on_a_terminal_ctrl_c_keeps_the_log() -> None:
    _file(_value())
    main_end, other = pty.openpty()
    line = [sys.executable, "-m", "cybersecqwen", "playbook", "rehearse", "p.json", "--injects", "none"]
    environ = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "1", "COLUMNS": "80"}
    process = subprocess.Popen(
        [*line, "--log", "l"],
        stdin=other,
        stdout=other,
        stderr=other,
        env=environ,
        start_new_session=True,
    )
    os.close(other)
    try:
        _until(main_end, "note, help?")
        os.write(main_end, b"yes\n")
        shown = _until(main_end, "done, skip, cannot, note, help?")
        assert "STEP 2 of 3" in shown
        time.sleep(1)  # until it reads: what comes between the prompt and the reading is seen after a line
        process.send_signal(signal.SIGINT)
        _until(main_end, "--resume l")
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.wait()
        os.close(main_end)
    kinds = [json.loads(one)["kind"] for one in Path("l").read_text(encoding="utf-8").splitlines()]
    assert kinds == ["start", "answer", "decided", "stop"]
