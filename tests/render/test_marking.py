"""TLP on the way out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cybersecqwen.errors import OutputError
from cybersecqwen.records.intel import Tlp
from cybersecqwen.render import FORMATS
from cybersecqwen.render.marking import check_export

from .exported_samples import INTEL, intel_report
from .samples import office

RED = intel_report(replace(INTEL, marking=Tlp.RED))


@pytest.mark.parametrize("format", [name for name in FORMATS.names() if name != "terminal"])
def test_red_is_not_exported(format: str) -> None:
    with pytest.raises(OutputError, match="TLP:RED") as caught:
        check_export(RED, format)
    assert "--allow-tlp red" in caught.value.hint
    check_export(RED, format, Tlp.RED)


def test_red_may_be_read_on_a_screen_and_not_saved() -> None:
    check_export(RED, "terminal")
    with pytest.raises(OutputError):
        check_export(RED, "terminal", saved=True)
    check_export(RED, "terminal", Tlp.RED, saved=True)


@pytest.mark.parametrize("marking", [one for one in Tlp if one is not Tlp.RED])
def test_other_markings_are_exported(marking: Tlp) -> None:
    check_export(intel_report(replace(INTEL, marking=marking)), "stix", saved=True)


def test_a_stricter_bound_is_kept() -> None:
    amber = intel_report(replace(INTEL, marking=Tlp.AMBER))
    with pytest.raises(OutputError, match="TLP:AMBER") as caught:
        check_export(amber, "csv", Tlp.GREEN)
    assert "--allow-tlp amber" in caught.value.hint


def test_reports_of_other_tasks_have_no_marking() -> None:
    check_export(office(), "stix", Tlp.NONE, saved=True)
