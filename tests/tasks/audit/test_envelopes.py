"""Files that are no reports, or were made to do harm: named with one sentence, and the rest is done."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import NothingAnalysedError
from cybersecqwen.records import Limits
from cybersecqwen.records.audit import NotRead
from cybersecqwen.tasks.audit import task
from cybersecqwen.tasks.audit.task import AuditTask
from cybersecqwen.tasks.interface import Request
from cybersecqwen.tasks.saved import files as envelopes
from cybersecqwen.tasks.saved.files import Envelope, read
from tests.amounts import draws
from tests.render.test_oscal import rendered
from tests.strategies import NASTY

from .envelopes import BASE, audit, code, control, finding, intel, review, run, sample, tools, triage, write

GOOD = review(code("CWE-89"))
DEEP = '{"schema": "cybersecqwen/report/1", "task": "triage", "extra": ' + "[" * 200 + "]" * 200 + "}"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "It is empty."),
        (b" \n", "It is empty."),
        (b"%PDF-1.7", "not JSON"),
        (b"{", "damaged JSON"),
        (b'{"schema": "cybersecqwen/report/1", "task": "tri', "damaged JSON"),
        (b"{" * 5_000, "damaged JSON"),
        (b"[" * 100_000, "damaged JSON"),
        (b"[1, 2]", "it is a list"),
        (b'{"a": 1}', "no report of csq"),
        (b'{"schema": 1, "task": "triage"}', "no report of csq"),
        (b'{"schema": "cybersecqwen/report/2", "task": "triage"}', "version 2 of the envelope"),
        (b'{"schema": "cybersecqwen/report/1"}', "does not say which task"),
        (b'{"schema": "cybersecqwen/report/1", "task": "forecast"}', "task 'forecast', which is not known"),
        (DEEP.encode(), "nests more than 64 levels"),
        (b'{"schema": "cybersecqwen/report/1", "task": "triage", "title": "\xff\xfe"}', "damaged JSON"),
    ],
)
def test_what_is_no_report_is_named_and_the_rest_is_done(tmp_path: Path, data: bytes, reason: str) -> None:
    report = run(tmp_path, data, GOOD)
    assert report.audit is not None
    (left,) = report.audit.not_read
    assert reason in left.reason
    assert left.reason.endswith(".")
    assert report.counts["damaged"] == 1
    assert [one.task for one in report.audit.subjects] == ["review"]
    assert [(one.stage, one.message) for one in report.problems] == [("read", left.reason)]


def test_a_mark_of_byte_order_does_no_harm(tmp_path: Path) -> None:
    assert len(audit(tmp_path, b"\xef\xbb\xbf" + json.dumps(GOOD).encode()).subjects) == 1


def test_a_report_that_is_too_large_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelopes, "LARGEST", 2_000)
    made = audit(tmp_path, {**GOOD, "title": "x" * 3_000}, GOOD)
    assert [one.reason for one in made.not_read] == ["It holds more than 2,000 bytes."]


def test_there_is_a_bound_on_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelopes, "MOST", 1)
    made = audit(tmp_path, GOOD, triage(), intel("T1059"))
    assert len(made.subjects) == 1
    assert [one.reason for one in made.not_read] == ["More than 1 reports are not read at once."]


def test_there_is_a_bound_on_findings_and_the_worst_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "MOST", 6)
    monkeypatch.setattr(task, "KEPT", 2)
    mild = [finding(f"mild-{number}", severity="low") for number in range(5)]
    worst = finding("worst", severity="critical")
    made = run(tmp_path, triage(*mild, worst), triage(finding("more")))
    assert made.audit is not None
    assert len(made.audit.observations) == 6
    assert "1 kinds of its findings are left out" in made.audit.not_read[0].reason
    assert [one.used for one in made.audit.subjects] == [6, 0]
    one = control(made.audit, "SI-4")
    assert len(one.indications) == 2
    assert one.indications[0].observation == "o6"
    assert any("keep the worst 2" in one.message for one in made.problems)


def test_folders_are_walked_and_not_left(tmp_path: Path) -> None:
    inside = tmp_path / "reports"
    (inside / "deep").mkdir(parents=True)
    write(inside / "deep", GOOD)
    (tmp_path / "secret.json").write_text(json.dumps(triage()))
    (inside / "link.json").symlink_to(tmp_path / "secret.json")
    found = list(read(Request(paths=(str(inside),)), Limits()))
    assert [type(one) for one in found] == [Envelope, NotRead] or [type(one) for one in found] == [
        NotRead,
        Envelope,
    ]
    assert any(isinstance(one, NotRead) and "leads out of the folder" in one.reason for one in found)


def test_standard_input_is_one_report(tmp_path: Path) -> None:
    del tmp_path
    request = Request(paths=("-",), stdin=io.BytesIO(json.dumps(GOOD).encode()))
    made = AuditTask().assess(request, tools()).audit
    assert made is not None
    assert [(one.path, one.time, one.time_of) for one in made.subjects] == [("-", None, "")]


def _mutated(draw: st.DrawFn) -> Any:
    """A report of any task with some of its values replaced by others of any type."""
    name = draw(st.sampled_from(["office", "logs", "intel", "review", "query", "answer", "hostile", "many"]))
    made = sample(name)
    for _ in range(draw(st.integers(0, 6))):
        _spoil(made, draw)
    return made


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(NASTY),
    st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
    st.sampled_from(["malicious", "open", "CWE-89", "T1059.001", "critical", "high"]),
)


def _spoil(value: Any, draw: st.DrawFn) -> None:
    """Go down at random and replace what is there."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        inner = value[key]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 4)):
            value = inner
            continue
        value[key] = draw(ANYTHING)
        return


@draws(60)
@given(data=st.data())
def test_any_report_gives_an_audit_or_one_sentence(data: st.DataObject) -> None:
    made = data.draw(st.composite(_mutated)())
    raw = json.dumps(made).encode("utf-8", "replace")
    with tempfile.TemporaryDirectory() as folder:
        try:
            report = run(Path(folder), raw)
        except NothingAnalysedError:
            return
    held = tools().store
    assert report.audit is not None
    for one in (*report.audit.controls, *report.audit.gaps):
        assert held.exists(one.id)
    rendered(report)


@draws(200)
@given(
    raw=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_any_bytes_are_a_report_or_have_a_reason(raw: bytes) -> None:
    data, reason = envelopes.parsed(raw)
    assert bool(reason) != bool(data)


@pytest.mark.parametrize("text", NASTY)
def test_identifiers_are_the_stores_whatever_stands_around_them(tmp_path: Path, text: str) -> None:
    plain = text.encode("utf-8", "replace").decode()
    made = audit(
        tmp_path, triage(), review(code(f"CWE-89{plain}"), code(plain)), {**BASE, "task": f"triage{plain}"}
    )
    assert {name for one in made.observations for name in one.names} <= {"CWE-89"}
