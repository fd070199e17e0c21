"""The examples in docs/intel-formats.md are what the formats write, line for line and in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cybersecqwen.interfaces.cli.output import suffix_format
from cybersecqwen.render import FORMATS, RenderOptions

from .exported_samples import intel_report

PAGE = (Path(__file__).parents[2] / "docs" / "intel-formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- from (\S+) -->\n```text\n(.*?)```", PAGE, re.S)
FORMATS_OF_THIS_PAGE = ("stix", "misp", "navigator", "csv", "hosts", "rpz", "suricata", "sigma", "yara")


@pytest.mark.parametrize(("format", "example"), EXAMPLES)
def test_an_example_is_real(format: str, example: str) -> None:
    lines = iter(FORMATS.get(format)().render(intel_report(), RenderOptions()).splitlines())
    for line in example.splitlines():
        assert line in lines, f"{line!r} is not written, or not after the line before it"


@pytest.mark.parametrize("format", FORMATS_OF_THIS_PAGE)
def test_every_format_has_its_row_and_its_suffix(format: str) -> None:
    made = FORMATS.get(format)
    row = re.search(rf"^\| \[`{format}`\].*$", PAGE, re.M)
    assert row and f"`.{made.extension}`" in row[0]
    assert suffix_format(f"Report.{made.extension.upper()}") == format
    assert not made.for_people
