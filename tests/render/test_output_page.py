"""The examples in docs/output.md stand in the snapshots, line for line and in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cybersecqwen.render import FORMATS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- from (\S+) -->\n```text\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize(("snapshot", "example"), EXAMPLES)
def test_an_example_is_real(snapshot: str, example: str) -> None:
    lines = iter(
        (ROOT / "tests" / "snapshots" / "render" / snapshot).read_text(encoding="utf-8").splitlines()
    )
    for line in example.splitlines():
        assert line in lines, f"{line!r} is not in {snapshot}, or not after the line before it"


def test_every_built_in_format_has_its_row_and_section() -> None:
    assert len(EXAMPLES) == 5
    for name in ("terminal", "json", "markdown", "html", "ndjson", "ocsf"):
        made = FORMATS.get(name)
        row = re.search(rf"^\| `{name}` .*$", PAGE, re.M)
        assert row and f"`.{made.extension}`" in row[0]
        assert ("as recorded" in row[0]) is not made.for_people
        assert f"\n## {name}\n" in PAGE
