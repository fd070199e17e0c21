"""Every character of the text leads back to where it stands."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.documents import Document
from cybersecqwen.inputs.documents.html import HtmlReader
from cybersecqwen.inputs.documents.joining import Vocabulary
from cybersecqwen.records import Limits, Source
from tests.inputs.blobs import blob_of

from .makers import check, pdf_file, read

WORDS = st.lists(
    st.sampled_from(("\n", " ", "</p><p>", "<br>", "<b>", "</b>", "<li>", "\n\n", "w")), max_size=60
)


@given(WORDS)
def test_words_of_a_page(parts: list[str]) -> None:
    source = "<html><body><p>" + "".join(f"word{at}" if one == "w" else one for at, one in enumerate(parts))
    found = HtmlReader().read(blob_of(source.encode()), Limits())
    check(found)
    for at, one in enumerate(parts):
        if one == "w":
            word = f"word{at}"
            here = found.text.rindex(word) if found.text.count(word) > 1 else found.text.index(word)
            line = source.count("\n", 0, source.index(word)) + 1
            if found.text.count(word) == source.count(word) == 1:
                assert found.place(here) == (0, line)


@pytest.mark.parametrize("seed", range(3))
def test_words_of_a_pdf(seed: int) -> None:
    chance = random.Random(seed)
    pdf = pdf_file()
    stands: dict[str, tuple[int, int]] = {}
    for page in range(3):
        if page:
            pdf.add_page()
        for line in range(1, 31):
            words = [f"p{page}l{line}w{number}" for number in range(chance.randint(1, 9))]
            pdf.cell(0, 6, " ".join(words), new_x="LMARGIN", new_y="NEXT")
            stands |= dict.fromkeys(words, (page + 1, line))
    found = read(bytes(pdf.output()))
    check(found)
    places = {word: found.place(found.text.index(word)) for word in found.text.split()}
    assert places == stands


@given(st.text(max_size=30), st.text(max_size=30), st.booleans())
def test_joining_never_raises_and_says_one_of_four(before: str, after: str, alone: bool) -> None:
    assert Vocabulary([before, after]).join(before, after, alone=alone) in (" ", "", "\n", None)


@given(st.text(st.sampled_from("a\n"), max_size=40))
def test_lines_of_a_text_are_counted_in_it(text: str) -> None:
    found = Document(source=Source(path="x"), text=text)
    for at in range(len(text)):
        assert found.place(at) == (0, text.count("\n", 0, at) + 1)


def test_many_line_breaks_take_little_memory() -> None:
    found = Document(source=Source(path="x"), text="a\n" * 1_000_000)
    assert found.place(1_999_998) == (0, 1_000_000)
    assert sys.getsizeof(found._breaks) < 10_000_000
