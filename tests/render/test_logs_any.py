"""Whatever stands in a report on logs, every format renders it: safe, whole, the same each time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cybersecqwen.records import Report
from cybersecqwen.render import FORMATS, RenderOptions
from tests.strategies import FAST, NASTY, reports

from .samples_logs import logs, quiet_logs
from .test_html import check

QUICK = settings(max_examples=40, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
PEOPLE = ["terminal", "markdown", "html"]
DETAILS = st.sampled_from(["brief", "normal", "full"])

_TEXTS = st.sampled_from(["", "word", "critical", "host", "T1059.001", *NASTY])
_NUMBERS = st.sampled_from(
    [0, -1, 1, 7, 10**6, 1 << 70, -(1 << 70), 10**400, 0.5, -0.5, 1e300, 1.7e9, float("nan"), float("inf")]
)
_LEAVES = st.none() | st.booleans() | _TEXTS | _NUMBERS
_WRONG = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
"""JSON of any type, where another was expected."""


def _like(value: Any) -> st.SearchStrategy[Any]:
    """`value` with parts of it replaced by what does not belong there, or left out."""
    if isinstance(value, dict):
        kept = st.fixed_dictionaries({}, optional={key: _like(inner) for key, inner in value.items()})
        return st.one_of(kept, kept, kept, _WRONG)
    if isinstance(value, list):
        items = st.one_of([_like(one) for one in value[:3]] or [_LEAVES])
        return st.one_of(st.lists(items, max_size=4), st.lists(items, max_size=4), _WRONG)
    return st.one_of(st.just(value), _LEAVES)


EXTRAS = st.one_of(_like(logs().extra["logs"]), _WRONG)
"""Values of `extra["logs"]` whose parts often have the wrong type."""


def with_logs(extra: object) -> Report:
    """The sample with another `extra["logs"]`."""
    return replace(logs(), extra={"logs": extra})


def render(name: str, report: Report, **options: Any) -> str:
    return FORMATS.get(name)().render(report, RenderOptions(**options))


@pytest.mark.parametrize("name", FORMATS.names())
@QUICK
@given(extra=EXTRAS, detail=DETAILS)
def test_any_extra_renders(name: str, extra: object, detail: str) -> None:
    text = render(name, with_logs(extra), detail=detail)
    assert text.endswith("\n")
    text.encode("utf-8")
    if name in PEOPLE:
        assert all(char.isprintable() or char in "\n\u3000" for char in text)
        assert "http://" not in text
    elif name == "ndjson":
        assert [json.loads(line)["type"] for line in text.split("\n")[:-1]][-1] == "summary"
    elif FORMATS.get(name).extension.endswith("json"):
        json.loads(text)


@pytest.mark.parametrize("name", FORMATS.names())
@QUICK
@given(report=reports, extra=EXTRAS)
def test_any_report_renders_as_one_on_logs(name: str, report: Report, extra: object) -> None:
    made = replace(report, task="logs", extra={"logs": extra})
    text = render(name, made, detail="full")
    assert text.endswith("\n")
    if name in PEOPLE:
        assert all(char.isprintable() or char in "\n\u3000" for char in text)
        assert "http://" not in text


@QUICK
@given(report=reports, extra=EXTRAS, detail=DETAILS)
def test_any_page_stands_alone(report: Report, extra: object, detail: str) -> None:
    check(render("html", replace(report, task="logs", extra={"logs": extra}), detail=detail))


@QUICK
@given(extra=EXTRAS, width=st.integers(0, 300), detail=DETAILS, ascii=st.booleans())
def test_no_line_is_wider_than_the_window(extra: object, width: int, detail: str, ascii: bool) -> None:
    text = render("terminal", with_logs(extra), width=width, detail=detail, ascii=ascii)
    limit = max(60, min(200, width))
    assert max(cell_len(line) for line in text.splitlines()) <= limit
    assert not ascii or text.isascii()


@pytest.mark.parametrize("width", range(60, 201, 7))
@pytest.mark.parametrize("build", [logs, quiet_logs])
def test_the_sample_fits_every_width(build: Any, width: int) -> None:
    for detail in ("brief", "normal", "full"):
        text = render("terminal", build(), width=width, detail=detail)
        assert max(cell_len(line) for line in text.splitlines()) <= width
