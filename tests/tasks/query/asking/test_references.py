"""Links that are for reading, and links that are looked for."""

from __future__ import annotations

import pytest

from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.asking.references import references
from cybersecqwen.tasks.query.asking.saying import said

LINK = "https://blog.example/post/1.html"


@pytest.mark.parametrize(
    "text",
    [
        f"rundll32 with comsvcs, see {LINK}",
        f"rundll32 with comsvcs as documented at {LINK}",
        f"rundll32 with comsvcs ({LINK})",
        f"rundll32 with comsvcs <{LINK}>",
        f"rundll32 with comsvcs. Reference: {LINK}",
        f"rundll32 with comsvcs, described by the vendor in {LINK} last year",
        f"rundll32 with comsvcs\n- {LINK}",
        f"rundll32 with comsvcs [1]({LINK})",
    ],
)
def test_for_reading(text: str, starter: Library) -> None:
    asked = read_question(text, library=starter, store=None, now=1_700_000_000.0)
    assert asked.query.where is not None
    assert "blog.example" not in said(asked.query.where)
    assert any("is read as a reference" in one for one in asked.assumptions)


@pytest.mark.parametrize(
    "text",
    [
        f"certutil downloading from {LINK}",
        f"connections to {LINK}",
        f"proxy requests for {LINK}",
        f'command line containing "{LINK}"',
        f"see who visited {LINK}",
    ],
)
def test_looked_for(text: str, starter: Library) -> None:
    asked = read_question(text, library=starter, store=None, now=1_700_000_000.0)
    assert asked.query.where is not None
    assert "blog.example" in said(asked.query.where)


@pytest.mark.timeout(60)
def test_many_links() -> None:
    assert len(references(f"see {LINK} " * 2_000)) == 2_000
    assert not references("details in " * 20_000)
