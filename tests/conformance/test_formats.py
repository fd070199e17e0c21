"""Every output format takes every report of every task, raises nothing, and says the same twice."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.records import Report
from cybersecqwen.render import FORMATS, RenderOptions
from tests.render.exported_samples import intel_report, intel_reports
from tests.render.samples import SAMPLES
from tests.strategies import FAST, reports

OF_REVIEWS = ("sarif", "gitlab", "junit", "cyclonedx", "openvex")
QUICK = settings(max_examples=15, deadline=None, phases=FAST, suppress_health_check=list(HealthCheck))


def check(format: str, report: Report) -> None:
    renderer = FORMATS.get(format)()
    text = renderer.render(report, RenderOptions())
    assert text.endswith("\n")
    assert text == renderer.render(
        report, RenderOptions(color=True, width=60) if not renderer.for_people else RenderOptions()
    )
    text.encode("utf-8")


@pytest.mark.parametrize("format", FORMATS.names())
@QUICK
@given(report=st.one_of(reports, intel_reports))
def test_any_report(format: str, report: Report) -> None:
    check(format, report)


@pytest.mark.parametrize("format", FORMATS.names())
def test_samples(format: str) -> None:
    for make in (*SAMPLES.values(), intel_report):
        check(format, make())


@pytest.mark.parametrize("format", FORMATS.names())
def test_each_format_names_what_was_found(format: str) -> None:
    # OCSF tells findings, and the sample of intel has none; a query stands alone
    names = {"ocsf": "office", "query": "query", "oscal": "audit", "cacao": "playbook"} | dict.fromkeys(
        OF_REVIEWS, "review"
    )
    report = SAMPLES[names.get(format, "intel")]()
    text = FORMATS.get(format)().render(report, RenderOptions()).replace("[.]", ".")
    found = {one.value for one in report.indicators} | {one.id for one in report.techniques}
    if report.query:
        found |= {report.query.text}
    if report.review:
        found |= {one.rule for one in report.review.findings} | {
            one.id for one in report.review.vulnerabilities
        }
    if report.playbook:
        found |= {one.title for one in report.playbook.steps}
    if report.audit:
        found |= {one.finding for one in report.audit.observations}
    if report.intel:
        found |= {one.value for one in report.intel.usable} | {one.id for one in report.intel.techniques}
    assert any(one in text for one in found)


def test_formats_are_told_apart_by_their_files() -> None:
    from cybersecqwen.interfaces.cli.output import suffix_format

    for name in FORMATS.names():
        assert suffix_format(f"report.{FORMATS.get(name).extension}") == name
