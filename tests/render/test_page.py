"""Wrapping in terminal cells, and colours that can be read on dark and on light."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color

from cybersecqwen.render.page import STYLES, Page, fitted
from tests.strategies import UNHURRIED

wide = st.text(alphabet="ab 漢字é😀", max_size=80)


def text_of(page: Page) -> str:
    return page.text(color=False)


@UNHURRIED
@given(wide, st.integers(20, 60))
def test_wrapping_keeps_every_letter_and_no_line_is_too_wide(text: str, width: int) -> None:
    page = Page(width)
    page.add((text, ""), first=[("> ", "")])
    lines = text_of(page).splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(line.split()) for line in lines) == ">" + "".join(text.split())


def test_following_lines_hang_under_the_first() -> None:
    page = Page(16)
    page.add(("one two three four", ""), first=[("12 ", "quiet")])
    page.add(("one two three four", ""), first=[("├─ ", "")], rest=[("│  ", "")])
    assert text_of(page).splitlines() == ["12 one two three", "   four", "├─ one two three", "│  four"]


def test_a_start_that_takes_the_line_is_followed_by_the_body() -> None:
    page = Page(20)
    page.add(("body", ""), first=[("a very long beginning ", "")])
    assert text_of(page) == "a very long\n    beginning body\n"


@UNHURRIED
@given(wide, st.integers(0, 30))
def test_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) == width


def test_a_forgotten_escape_is_made_visible_all_the_same() -> None:
    page = Page(40)
    page.add(("a\x1b[2Jb", "bad"))
    assert text_of(page) == "a\\x1b[2Jb\n"


def luminance(color: tuple[int, int, int]) -> float:
    """From: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [one / 255 for one in color]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", [name for name, style in STYLES.items() if "color" in style])
def test_colours_can_be_read_on_dark_and_light(name: str) -> None:
    front, *back = (Color.parse(one).get_truecolor() for one in re.findall(r"color\(\d+\)", STYLES[name]))
    for ground in back or [(0, 0, 0), (255, 255, 255)]:
        assert contrast(tuple(front), tuple(ground)) >= 3.7
