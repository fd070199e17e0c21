from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.specialists.sentences import LONGEST, clauses, sentences


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_sentences_stand_where_they_are_said_to_stand() -> None:
    text = "It runs cmd.exe at start. Then, e.g. by Inc. staff, it waits!\n- Reads files\n\nEnd of it"
    assert parts(text) == [
        "It runs cmd.exe at start.",
        "Then, e.g. by Inc. staff, it waits!",
        "- Reads files",
        "End of it",
    ]


def test_clauses_are_the_parts_of_a_list() -> None:
    text = "It can record phone calls, take many photos and read messages."
    (span,) = sentences(text)
    assert [text[a:b].strip(" ,") for a, b in clauses(text, span)] == [
        "It can record phone calls",
        "take many photos and",
        "read messages.",
    ]
    assert clauses("It waits for an hour.", (0, 21)) == []


@given(st.text(alphabet=st.sampled_from("ab .!?\n,;é\u2028\ud800'\"") | st.characters(), max_size=400))
def test_any_text_is_cut_in_order_without_overlap(text: str) -> None:
    reach = 0
    for start, end in sentences(text):
        assert reach <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip() or end - start >= LONGEST // 3
        reach = end
        inner = start
        for a, b in clauses(text, (start, end)):
            assert inner <= a < b <= end
            inner = b


def test_a_megabyte_without_an_end_is_cut_soon() -> None:
    began = time.process_time()
    for text in ("x" * 1_000_000, "a, " * 330_000, " " * 1_000_000, ". " * 500_000, "and \t" * 200_000):
        found = sentences(text)
        assert len(found) <= 2_000
        assert all(end - start <= LONGEST for start, end in found)
        for span in found:
            clauses(text, span)
    assert time.process_time() - began < 5
