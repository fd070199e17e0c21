from __future__ import annotations

import functools
import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.errors import InputError, OutputError, UsageError
from cybersecqwen.records.rehearsal import Reply
from cybersecqwen.tasks.playbook.rehearsal.log import FIELDS, Log, Recorded, read_log
from cybersecqwen.tasks.playbook.rehearsal.looking_back import looked_back
from cybersecqwen.tasks.playbook.rehearsal.opening import Opened
from cybersecqwen.tasks.playbook.rehearsal.session import Clock, Session, Terms, terms_of
from cybersecqwen.verify.cacao.extension import EXTENSION_ID
from tests.verify.cacao.playbooks import END, act, ask, playbook, uid, when

from .workflows import opened_from

A, B, C, D = (uid("action", number) for number in range(1, 5))
E2, E3 = uid("end", 2), uid("end", 3)
IF, PAR = uid("if-condition"), uid("parallel")


def _act(name: str, after: str, **own: Any) -> dict[str, Any]:
    said = {"effect": "observe", "phase": "identification", "minutes": 1, **own}
    return act(after, name=name, step_extensions={EXTENSION_ID: said})


@functools.cache
def _book(name: str = "Test") -> Opened:
    steps = {
        A: ask(IF, name="Ask"),
        IF: when(PAR, B),
        PAR: {"type": "parallel", "name": "Both", "next_steps": [C, D], "on_completion": B},
        C: _act("See", E2),
        D: _act("Look", E3, phase="containment"),
        B: _act("Close", END, minutes=10, phase="lessons learned"),
        E2: {"type": "end"},
        E3: {"type": "end"},
    }
    return opened_from({**playbook(steps, A), "name": name})


class _Ticking:
    """A clock that goes on by ten seconds whenever it is looked at."""

    def __init__(self) -> None:
        self.at = 0.0

    def clock(self) -> Clock:
        def ticks() -> float:
            self.at += 10
            return self.at

        begun = datetime(2026, 1, 1, tzinfo=UTC)
        return Clock(ticks, lambda: begun + timedelta(seconds=self.at))


def _session(log: Log, recorded: Recorded | None = None, often: str = "many") -> Session:
    terms = Terms(seed=2, often=often) if recorded is None else terms_of(recorded)
    return Session(_book(), log, terms, recorded=recorded, clock=_Ticking().clock())


def _finish(session: Session) -> list[str]:
    """Answer what is left, always the same; returns the steps that were asked."""
    asked = []
    while (question := session.question) is not None:
        if question.kind == "condition":  # cut after the answer that is taken back
            assert session.back()
            continue
        inject = session.inject()
        if inject is not None:
            session.answer_inject(inject, f"about {inject.id} äöü \x1b[31m\u202e")
        asked.append(question.step.id)
        if question.step.id == D:
            session.note("nobody knows the tool")
            session.answer(Reply.CANNOT)
        else:
            session.answer(Reply.DONE, {"__approved__": "yes"} if question.step.id == A else None)
    return asked


def _whole(path: Path) -> bytes:
    with Log.new(path) as log:
        session = _session(log)
        session.answer(Reply.SKIP)
        session.back()
        _finish(session)
    return path.read_bytes()


def _kinds(data: bytes) -> list[str]:
    return [json.loads(line)["kind"] for line in data.splitlines()]


def test_a_log_holds_everything_and_reads_back(tmp_path: Path) -> None:
    data = _whole(tmp_path / "log")
    recorded = read_log(data)
    header = recorded.header
    book = _book()
    assert header["playbook"] == {"id": book.id, "name": "Test", "sha256": book.sha256}
    assert (header["seed"], header["injects"], header["rounds"], header["steps"]) == (2, "many", 5, 4)
    assert recorded.ended
    assert recorded.dropped == 0
    assert recorded.whole == len(data)
    answer = next(one for one in recorded.entries if one["kind"] == "answer" and one["step"] == D)
    assert answer["time"].startswith("2026-01-01T00:0")
    assert answer["time"].endswith("Z")
    assert (answer["name"], answer["phase"], answer["answer"]) == ("Look", "containment", "cannot")
    assert answer["expected_minutes"] == 1
    assert {"inject", "note", "decided", "branches", "back", "end"} <= {e["kind"] for e in recorded.entries}
    said = [one["answer"] for one in recorded.entries if one["kind"] == "inject"]
    assert said
    assert all(one.endswith("äöü \x1b[31m\u202e") for one in said)


def test_a_log_can_be_looked_at_in_a_terminal(tmp_path: Path) -> None:
    text = _whole(tmp_path / "log").decode()
    assert "äöü" in text
    assert all(line.isprintable() for line in text.splitlines())
    assert text.count("\n") == len(text.splitlines())


def test_cut_at_every_byte_it_goes_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # thousands of files
    data = _whole(tmp_path / "log")
    wanted = looked_back(read_log(data))
    first = data.index(b"\n") + 1
    path = tmp_path / "cut"
    for size in range(len(data)):
        path.write_bytes(data[:size])
        if size < first:
            with pytest.raises(InputError, match="first line"):
                Log.resumed(path)
            continue
        log, recorded = Log.resumed(path)
        with log:
            assert recorded.whole == data[:size].rindex(b"\n") + 1
            assert recorded.dropped == size - recorded.whole
            session = _session(log, recorded)
            started = path.read_bytes()
            assert started.startswith(data[: recorded.whole])
            assert read_log(started).dropped == 0
            if recorded.dropped > 1 and size % 97:  # the walk to the end depends on whole lines alone
                continue
            _finish(session)
        after = path.read_bytes()
        result = read_log(after)
        assert result.dropped == 0
        assert _kinds(after).count("end") == 1
        found = looked_back(result)
        assert [(s.id, s.answer) for s in found.steps] == [(s.id, s.answer) for s in wanted.steps], size
        assert found.decisions == wanted.decisions, size
        assert [one.id for one in found.injects] == [one.id for one in wanted.injects], size
        assert found.unsaid == wanted.unsaid


def test_a_damaged_last_line_is_dropped_and_one_before_it_refused(tmp_path: Path) -> None:
    data = _whole(tmp_path / "log")
    lines = data.splitlines(keepends=True)
    for damage in (b"\x00" * 30 + b"\n", b'{"kind": "answer"}\n', b"[1]\n", b'{"kind": ["x"]}\n', b"\xff\n"):
        read = read_log(b"".join(lines[:3]) + damage)
        assert (len(read.entries), read.dropped) == (2, len(damage))
        with pytest.raises(InputError, match="Line 3 of the log is damaged"):
            read_log(b"".join([*lines[:2], damage, *lines[3:]]))
    with pytest.raises(InputError, match="second rehearsal"):
        read_log(data + lines[0])
    with pytest.raises(InputError, match="first line"):
        read_log(b"")


def test_every_field_of_a_line_is_held_against_its_kind(tmp_path: Path) -> None:
    lines = _whole(tmp_path / "log").splitlines()
    for at, line in enumerate(lines[:-1]):
        value = json.loads(line)
        for name in value:
            broken = [*lines]
            broken[at] = json.dumps({**value, name: [True]}).encode()
            with pytest.raises(InputError):
                read_log(b"\n".join(broken) + b"\n")


def test_a_log_of_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    data = _whole(path)
    path.write_bytes(b"\n".join(data.splitlines()[:3]) + b"\n")
    log, recorded = Log.resumed(path)
    before = path.read_bytes()
    with log, pytest.raises(InputError, match="another file"):
        Session(_book("Other"), log, terms_of(recorded), recorded=recorded)
    assert path.read_bytes() == before


def test_answers_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    text = _whole(path).decode().replace(A, D)
    path.write_text(text, encoding="utf-8")
    log, recorded = Log.resumed(path)
    with log, pytest.raises(InputError, match="Answer 1 of this log does not fit"):
        _session(log, recorded)
    assert path.read_text(encoding="utf-8") == text


def test_a_log_is_never_overwritten_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "log"
    _whole(path)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    with pytest.raises(UsageError, match="never overwritten"):
        Log.new(path)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="there already"):
        Log.new(tmp_path / "link")
    with pytest.raises(OutputError, match="cannot be written"):
        Log.new(tmp_path / "no" / "log")
    assert path.read_bytes() == before
    assert not (tmp_path / "nowhere").exists()


def test_two_do_not_write_to_one_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Log.new(path) as log:
        _session(log)
        with pytest.raises(UsageError, match="Another rehearsal"):
            Log.resumed(path)
    Log.resumed(path)[0].close()


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "", "none", "\0"):
        with pytest.raises(InputError):
            Log.resumed(tmp_path / name)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    with Log.new(path) as log:
        session = _session(log)
        whole, write = path.read_bytes(), os.write

        def full(handle: int, data: Any) -> int:
            if len(data) > 20:
                return write(handle, data[:20])
            raise OSError(28, "No space left on device")

        def stuck(handle: int, data: Any) -> int:
            if bytes(data[:6]) == b'{"kind':
                return write(handle, data[:20])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", stuck)
        with pytest.raises(OutputError, match="No space left"):
            session.note("lost")
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OutputError, match="No space left"):
            session.answer(Reply.DONE)
        assert path.read_bytes() == whole
        assert session.question is not None
        assert session.question.step.id == A


def test_each_line_is_on_the_disk_before_the_next_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    path = tmp_path / "log"
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(path.read_bytes()))
    with Log.new(path) as log:
        session = _session(log)
        session.note("one")
        assert len(synced) == 2
        assert b'"one"' in synced[-1]


def test_time_is_counted_for_the_step_and_pauses_are_not(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Log.new(path) as log:
        session = _session(log, often="none")
        session.note("x")  # 10 seconds
        assert session.elapsed() == 20
        session.answer(Reply.DONE, {"__approved__": "no"})  # 20: elapsed looked at the clock, too
        assert session.seconds == 30
        session.stop("quit")  # 10
    log, recorded = Log.resumed(path)
    with log:
        session = _session(log, recorded)
        assert session.seconds == 40
        assert session.elapsed() == 20
        session.answer(Reply.DONE)
    report = looked_back(read_log(path.read_bytes()))
    assert [(one.name, one.seconds) for one in report.steps] == [("Ask", 30.0), ("Close", 30.0)]
    assert report.seconds == 60


def test_a_secret_does_not_come_into_the_log(tmp_path: Path) -> None:
    steps = {A: ask(IF, "__admin_password__"), IF: when(B, END, "__admin_password__"), B: act(END)}
    value = playbook(steps, A)
    value["playbook_variables"]["__admin_password__"] = {"type": "string"}
    with Log.new(tmp_path / "log") as log:
        session = Session(opened_from(value), log, Terms(seed=1, often="none"))
        session.answer(Reply.DONE, {"__admin_password__": "hunter2", "__unasked__": "x"})
        assert session.question is not None
        assert session.question.step.id == IF
    assert b"hunter2" not in (tmp_path / "log").read_bytes()
    assert b"__unasked__" not in (tmp_path / "log").read_bytes()


def test_the_review_tells_what_to_talk_about(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Log.new(path) as log:
        session = _session(log, often="none")
        session.answer(Reply.DONE, {"__approved__": "yes"})
        for _ in range(12):
            session.note("slow")
        session.answer(Reply.DONE)
        session.answer(Reply.CANNOT)
        session.answer(Reply.SKIP)
    report = looked_back(read_log(path.read_bytes()))
    assert report.counts == {"done": 2, "skip": 1, "cannot": 1}
    assert report.finished
    assert report.scenario_minutes == 1  # the branches run at the same time; what was skipped takes none
    assert [(one.phase, one.steps, one.expected_minutes) for one in report.phases] == [
        ("identification", 1, 1),
        ("containment", 1, 1),
        ("lessons learned", 1, 10),
        ("no phase named", 1, 0),
    ]
    text = "\n".join(report.questions)
    assert text.startswith("“Look” could not be done.")
    assert "“Close” was skipped. Is it needed here" in text
    assert "“See” took 2 minutes where 1 were expected." in text
    assert [(one.condition, one.outcome, one.by) for one in report.decisions] == [
        ("__approved__", "yes", "person"),
        ("__approved__:value == 'yes' holds, as was answered.", "true", "answers"),
    ]


def test_what_was_taken_back_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Log.new(path) as log:
        session = _session(log, often="none")
        assert not session.back()
        session.answer(Reply.CANNOT)
        assert session.back()
        session.answer(Reply.DONE, {"__approved__": "no"})
        session.answer(Reply.DONE)
    report = looked_back(read_log(path.read_bytes()))
    assert [(one.name, one.answer) for one in report.steps] == [("Ask", Reply.DONE), ("Close", Reply.DONE)]
    assert report.finished


def test_the_page_tells_of_every_kind_of_line_and_what_it_holds() -> None:
    page = (Path(__file__).parents[4] / "docs" / "playbook-rehearse.md").read_text(encoding="utf-8")
    page = page.split("## The log")[1]
    for kind, fields in FIELDS.items():
        (row,) = [
            line for line in page.splitlines() if line.startswith("| `") and f"`{kind}`" in line.split("|")[1]
        ]
        for name in fields:
            assert f"`{name}`" in row, (kind, name)


def test_after_back_and_resume_nothing_is_told_twice(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Log.new(path) as log:
        session = _session(log, often="none")
        session.answer(Reply.DONE, {"__approved__": "yes"})
        session.answer(Reply.DONE)
        assert session.back()
    log, recorded = Log.resumed(path)
    with log:
        _session(log, recorded)
    assert _kinds(path.read_bytes()).count("decided") == 1


def _line(**own: Any) -> bytes:
    return json.dumps({"time": "t", **own}).encode() + b"\n"


_START = _line(
    kind="start",
    schema="csq.rehearsal/1",
    playbook={"id": "p", "name": "n", "sha256": "0"},
    version="1",
    seed=1,
    injects="few",
    rounds=5,
    steps=3,
)
_ANSWER = {
    "kind": "answer",
    "step": "a",
    "name": "n",
    "phase": "p",
    "who": "",
    "effect": "",
    "expected_minutes": 1,
    "answer": "done",
    "values": {},
    "seconds": 1,
}


def test_an_answer_that_is_none_is_a_damaged_line() -> None:
    odd, good = _line(**_ANSWER | {"answer": "perhaps"}), _line(**_ANSWER)
    with pytest.raises(InputError, match="Line 2 of the log is damaged"):
        read_log(_START + odd + good)
    recorded = read_log(_START + good + odd)
    assert (recorded.dropped, len(looked_back(recorded).steps)) == (len(odd), 1)


def test_a_hostile_log_is_read_in_time() -> None:
    begun = time.process_time()
    with pytest.raises(InputError, match="Line 2 of the log is damaged"):
        read_log(_START + b"\n" * (8 << 20))
    phases = b"".join(_line(**_ANSWER | {"phase": str(number)}) for number in range(12_000))
    assert len(looked_back(read_log(_START + phases)).phases) == 12_000
    assert time.process_time() - begun < 8
