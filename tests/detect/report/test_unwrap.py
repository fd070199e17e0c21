"""Soft line breaks become blanks; those that mean something stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.report.unwrap import unwrapped

PROSE = (
    "Since March the group has targeted energy companies and their suppliers in\n"
    "Germany, Poland and Czechia. It exploits firewalls and uses a loader that is\n"
    "called Cobalt Strike, which talks to a server of its own."
)
KEPT = [
    "Command and control\nThe loader talks to a server that the group has rented for this purpose.",
    "- creates a mutex so that it runs only once on each computer that it reaches\n- writes a key",
    "5f2b7c0e9d4a1836bb07e2c95a6d318f40c7e9a2b1d85f63c4e07a9218db6f35\n"
    "3c91d0a7be52f8461d7a90c3e5b62f843c91d0a7be52f8461d7a90c3e5b62f84",
    "name of the file\tits hash and its size and some more words here\nsecond\trow",
    "The following commands were run by the attacker on the first of these hosts:\nwhoami",
    "The paragraph ends with a sentence that is as long as the line may get here.\nNext one",
    "short\nlines\nof a poem",
    "",
]


def test_wrapped_prose_is_one_line() -> None:
    assert unwrapped(PROSE) == PROSE.replace("\n", " ")


@pytest.mark.parametrize("text", KEPT)
def test_what_means_something_stays(text: str) -> None:
    assert unwrapped(text) == text


def test_blocks_say_where_lines_were_wrapped() -> None:
    text = "# A\nheading\n\nshort\nprose\n\nrow one\nrow two"
    blocks = [(0, 11, "heading"), (13, 24, "paragraph"), (26, 41, "row")]
    assert unwrapped(text, blocks) == "# A\nheading\n\nshort prose\n\nrow one\nrow two"


@given(
    st.text(alphabet="ab C.\n\t-|", max_size=300),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.just("paragraph")), max_size=3),
)
def test_nothing_moves(text: str, blocks: list[tuple[int, int, str]]) -> None:
    for made in (unwrapped(text), unwrapped(text, sorted(blocks))):
        assert len(made) == len(text)
        assert all(a == b or (b == " " and a in "\n \t") for a, b in zip(text, made, strict=True))
