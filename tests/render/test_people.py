"""What holds for every format for people, whatever the report: safe, counted, the same each time."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cybersecqwen.records import Report
from cybersecqwen.render import FORMATS, RenderOptions
from tests.strategies import FAST, reports

from .samples import SAMPLES, hostile, many, office

PEOPLE = [name for name in ("terminal", "markdown", "html") if FORMATS.get(name).for_people]
QUICK = settings(max_examples=30, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def render(name: str, report: Report, **options: object) -> str:
    return FORMATS.get(name)().render(report, RenderOptions(**options))  # type: ignore[arg-type]


def test_three_formats_are_for_people() -> None:
    assert PEOPLE == ["terminal", "markdown", "html"]


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_hostile_text_stays_text(name: str, detail: str) -> None:
    text = render(name, hostile(), detail=detail)
    assert text.endswith("\n")
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "http://" not in text
    assert "evil.example" not in text


@pytest.mark.parametrize("name", PEOPLE)
@QUICK
@given(report=reports, detail=st.sampled_from(["brief", "normal", "full"]))
def test_any_report_is_rendered_safely(name: str, report: Report, detail: str) -> None:
    text = render(name, report, detail=detail)
    assert all(char.isprintable() or char in "\n\u3000" for char in text)
    assert "http://" not in text
    text.encode("utf-8")


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_report_gives_the_same_text(name: str, sample: str) -> None:
    assert render(name, SAMPLES[sample]()) == render(name, SAMPLES[sample]())


@QUICK
@given(report=reports, width=st.integers(0, 300), detail=st.sampled_from(["brief", "normal", "full"]))
def test_no_line_is_wider_than_the_window(report: Report, width: int, detail: str) -> None:
    limit = max(60, min(200, width))
    lines = render("terminal", report, width=width, detail=detail).splitlines()
    assert max(cell_len(line) for line in lines) <= limit


@QUICK
@given(report=reports, width=st.integers(0, 300), detail=st.sampled_from(["brief", "normal", "full"]))
def test_a_plain_page_is_ascii_and_no_wider(report: Report, width: int, detail: str) -> None:
    text = render("terminal", report, width=width, detail=detail, ascii=True)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= max(60, min(200, width))


@QUICK
@given(reports)
def test_colour_changes_nothing_but_colour(report: Report) -> None:
    plain = render("terminal", report)
    painted = render("terminal", report, color=True)
    assert "\x1b" not in plain
    stripped = COLOR.sub("", painted)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_left_out_is_counted(name: str) -> None:
    told = {"terminal": 3, "markdown": 3, "html": 12}[name]
    text = render(name, many())
    assert f"and {17 - told} more" in text
    assert "--detail full" in text
    assert f"and {17 - told} more" not in render(name, many(), detail="full")


@pytest.mark.parametrize("name", PEOPLE)
def test_every_finding_is_shown_in_full_or_counted(name: str) -> None:
    one = office().incidents[0]
    findings = tuple(replace(one.findings[0], signal=f"signal-{n}", title=f"Title {n}") for n in range(40))
    report = replace(office(), incidents=(replace(one, findings=findings),), findings=findings)
    title = r"<h4>Title \d+" if name == "html" else r"Title \d+"
    shown = len(re.findall(title, render(name, report)))
    assert f"and {40 - shown} more, together +{(40 - shown) * 3.2:.1f}" in render(name, report)
    assert len(re.findall(title, render(name, report, detail="full"))) == 40


@pytest.mark.parametrize("name", PEOPLE)
def test_the_story_is_told(name: str) -> None:
    text = render(name, office(), width=200)
    for expected in (
        "98 %",
        "critical",
        "Word started a shell",
        "+3.2",
        "−0.6",
        "T1059.001",
        "base64",
        "alert.json:4",
        "smollm2-135m",
        "Isolate WS-042",
        "elastic",
        "powershell.exe",
        "7402",
    ):
        assert expected in text, expected
    assert "hxxp://203" in text


def test_a_title_can_be_given() -> None:
    assert "Ticket 7" in render("terminal", office(), title="Ticket 7").splitlines()[0]
    assert render("markdown", office(), title="Ticket 7").startswith("# Malicious: Ticket 7")
    assert "<h1>Ticket 7</h1>" in render("html", office(), title="Ticket 7")
