"""Texts that are built to make patterns backtrack: work grows with the text and not faster."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.report.anchors import Anchors
from cybersecqwen.detect.report.scan import lookers, scan
from cybersecqwen.detect.report.shaped import ShapedLooker
from cybersecqwen.detect.text.extraction import matches

MEGABYTE = 1_000_000
ATTACKS = (
    "a.",
    ".",
    "[.]",
    "a[.]",
    "@",
    "a@",
    "[at]",
    "hxxp://",
    "http://a.b/)",
    "http[",
    "::::",
    "1:",
    "1.",
    "1.2.3.",
    "7",
    "f0",
    "(",
    "([{<",
    "C:\\",
    "\\",
    "\\\\a",
    "%a",
    "pipe\\",
    "HKLM\\a b ",
    "Software\\Microsoft\\",
    "/tmp/",
    "<a>\\",
    "CVE-2021-1234/",
    "T1059/",
    " dot a",
    "a dot ",
    "a .com",
    "AS1 ",
    "__",
    "http__",
    "-1",
    "00-",
    '"C:\\',
    "\u00ad.",
    "\u200b",
    "\u3002",
    "a&gt;",
)


ENDS = {"a[.]": "a@", "a(dot)": "a@a", "a {.} ": "a:1@"}
"""What makes a pattern fail behind many pieces, so that it may be tried again at each of them."""


@pytest.mark.parametrize(("piece", "end"), ENDS.items())
@pytest.mark.timeout(60)
def test_a_megabyte_with_an_end_of_its_own_ends(piece: str, end: str) -> None:
    """As below; a hundredth of this text took two seconds when the time was quadratic."""
    text = piece * (MEGABYTE // len(piece)) + end
    assert len(scan(text)) <= len(text)
    assert len(matches(text)) <= len(text)


@pytest.mark.parametrize("piece", ATTACKS, ids=ascii)
@pytest.mark.timeout(60)
def test_a_megabyte_ends(piece: str) -> None:
    """Quadratic behaviour would take hours here; the limit is generous for slow machines."""
    text = piece * (MEGABYTE // len(piece))
    assert len(scan(text)) <= len(text)


def _candidates(text: str) -> int:
    anchors = Anchors(text)
    return sum(len(looker.starts(anchors)) for looker in lookers() if isinstance(looker, ShapedLooker))


@pytest.mark.parametrize("piece", ATTACKS, ids=ascii)
def test_candidates_grow_with_the_text(piece: str) -> None:
    small, large = _candidates(piece * 2_000), _candidates(piece * 4_000)
    assert large <= 2 * small + 64
