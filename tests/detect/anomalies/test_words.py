"""Levels of messages, templates that cover each other, names of templates, numbers in sentences."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.anomalies.covering import Covering
from cybersecqwen.detect.anomalies.levels import by_level
from cybersecqwen.detect.anomalies.new_pair import clean_path, clean_user
from cybersecqwen.detect.anomalies.tokens import kind_token, renumbered, template_token, token_text
from cybersecqwen.detect.anomalies.wording import many, quoted, score, severity, span, when
from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.records import Severity


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("RAS KERNEL FATAL data storage interrupt", Severity.MEDIUM),
        ("RAS KERNEL INFO parity error corrected", Severity.INFORMATIONAL),
        ("[notice] workerEnv.init() ok <*>", Severity.INFORMATIONAL),
        ("ERROR: INFO was lost", Severity.LOW),
        ("please give me some info", Severity.LOW),
        ("", Severity.LOW),
    ],
)
def test_levels(message: str, expected: Severity) -> None:
    assert by_level(message, Severity.LOW) is expected


@pytest.mark.parametrize(
    ("template", "known"),
    [
        ("user <*> left room <*>", True),
        ("user ann left room <*>", True),
        ("user <*> <*> room <*>", True),
        ("user <*> entered room <*>", False),
        ("user <*> left room", False),
        ("<*> <*> <*> <*> <*>", False),
    ],
)
def test_covering(template: str, known: bool) -> None:
    assert Covering(["user <*> left room <*>", "door closed"]).knows(template) is known


def test_tokens() -> None:
    miner = TemplateMiner()
    (id,) = miner.add(["door 7 closed"])
    assert token_text(miner, template_token(id)) == "door <*> closed"
    assert renumbered({id: 41}, template_token(id)) == "#41" and renumbered({id: 41}, "#9") == "#9"
    for kind in ("#1", "#x", "plain", ""):
        assert token_text(miner, kind_token(kind)) == kind_token(kind)
        assert renumbered({1: 2}, kind_token(kind)) == kind_token(kind)


def test_what_differs_between_installations_is_left_out() -> None:
    one = r"C:\Users\Ann\AppData\Local\Programs\tool-1.2.3\{0a1b2c3d-0000-4000-8000-00aa00bb00cc}\Tool.exe"
    other = r"c:\users\bob\appdata\local\programs\tool-1.10.0\{ffffffff-0000-4000-8000-00aa00bb00cc}\tool.exe"
    assert clean_path(one) == clean_path(other)
    assert clean_path(r"C:\Windows\System32\cmd.exe") == r"c:\windows\system32\cmd.exe"
    assert clean_user(r"Window Manager\DWM-1") == clean_user(r"window manager\dwm-12") != clean_user("ann1")


def test_numbers_and_times_in_sentences() -> None:
    assert [many(n, "line") for n in (0, 1, 2, 1_200, 2.5)] == [
        "no lines",
        "1 line",
        "2 lines",
        "1,200 lines",
        "2.5 lines",
    ]
    assert (span(0.5), span(3), span(400)) == ("12.0 hours", "3.0 days", "400 days")
    assert when(0.0) == "1970-01-01 00:00:00 UTC" and when(None) == "an unknown time"
    assert quoted("a\n\x1b[31m" + "b" * 200).count("\n") == 0 and len(quoted("b" * 200)) == 82
    assert score(0.01) == pytest.approx(2) and score(0.0) == pytest.approx(9)
    assert (severity(0.01), severity(0.0005)) == (Severity.LOW, Severity.MEDIUM)
