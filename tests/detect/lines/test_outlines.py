"""Outlines: what native code sees of a line is what the patterns see."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.lines.mask import Masker
from cybersecqwen.detect.lines.outline import outlines_of
from cybersecqwen.detect.lines.shape import shapes_of, words_of

SIGNS = list("0afxZ.-:/\\=(é_ \t,;)\"'[]<>@{}+*#~%|")
PIECES = [
    "..",
    "--",
    "<*>",
    "\x1c",
    "\x85",
    "\xa0",
    "a.b.c",
    ":0",
    "0a-b-0-c-d",
    "a.b.0:0",
    "/x/y",
    "C:\\x",
    "\x00",
]
PIECES += ["\ud800", "\n", "h://a.b.c/d", "user=", "10.0.0.1", "0x", "a.b.c.d", " KB", "x" * 500, "/" * 500]
LINES = st.lists(st.lists(st.sampled_from(SIGNS + PIECES), max_size=12).map("".join), max_size=6)


@settings(max_examples=400, deadline=None)
@given(LINES)
def test_an_outline_is_masked_like_its_shape(lines: list[str]) -> None:
    shapes = shapes_of(lines, 4096)
    outlines = outlines_of(shapes)
    assert len(outlines) == len(shapes)
    for shape, outline in zip(shapes, outlines, strict=True):
        assert Masker().mask(words_of(outline, 256)) == Masker().mask(words_of(shape, 256))


@pytest.mark.parametrize(
    ("line", "outline"),
    [
        ("from /var/log/x.log: (10.0.0.1:22)", "from 0 (0)"),
        ("rhost=a.b.example.org user=root", "rhost=0 user=root"),
        ("id 9f4ef63, faf974ea-cba5-4e1b-93f4-3a3bc606006f", "id 0, 0"),
        ("a.b read/write cafe 7", "a.b read/write cafe 0"),
        ("", ""),
    ],
)
def test_parameters_stand_as_0(line: str, outline: str) -> None:
    assert outlines_of(shapes_of([line, line], 4096)) == [outline.encode()] * 2
