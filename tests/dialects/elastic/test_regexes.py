"""Lucene's expressions hold for the values in which RE2 finds the pattern, whatever is done about case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.plain import pattern
from cybersecqwen.dialects.elastic.regexes import (
    Case,
    glob_lucene,
    lucene_of,
    re2_of,
    whole_re2,
    wildcards_of,
)
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.errors import UnsayableError
from tests.strategies import UNHURRIED

_PIECES = (
    "a",
    "B",
    "[a-c]",
    "[^b]",
    ".",
    "\\d",
    "\\w",
    "\\.",
    "(?:ab|c)",
    "(?:x?)",
    "(?:|b)",
    "\\\\",
    "-",
    "@",
    '"',
    "<",
)
patterns = st.builds(
    lambda flags, start, pieces, end: f"{flags}{start}{''.join(pieces)}{end}",
    st.sampled_from(["", "(?i)", "(?s)", "(?is)"]),
    st.sampled_from(["", "", "^"]),
    st.lists(
        st.builds(
            lambda piece, times: piece + times,
            st.sampled_from(_PIECES),
            st.sampled_from(["", "", "*", "{2}"]),
        )
    ),
    st.sampled_from(["", "", "$"]),
)
texts = st.text(alphabet='aAbBcCxX1.\\-@"<\n', max_size=8)


@UNHURRIED
@given(patterns, texts, st.sampled_from([Case.FOLDED, Case.LOWERED]))
def test_the_same_values_match(source: str, text: str, folding: Case) -> None:
    found = lucene_of(source, folding)
    value = text.lower() if found.case is Case.LOWERED else text
    wanted = pattern(source).search(text) is not None
    case = Case.KEPT if found.case is Case.LOWERED else found.case
    assert (pattern(whole_re2(found.text, case)).fullmatch(value) is not None) is wanted
    assert (pattern(re2_of(found.text, found.case)).search(text) is not None) is wanted


@pytest.mark.parametrize(
    ("source", "case", "text"),
    [
        ("net user", Case.KEPT, ".*net user.*"),
        ("(?i)Net", Case.FOLDED, ".*net.*"),
        ("(?i)[a-c]x", Case.FOLDED, ".*[A-Ca-c]x.*"),
        ("(?i)[a-c]x", Case.LOWERED, ".*[a-c]x.*"),
        ("^a.b$", Case.KEPT, "a[^\n]b"),
        ("(?s)^a.b$", Case.KEPT, "a.b"),
        ("a@b", Case.KEPT, ".*a\\@b.*"),
    ],
)
def test_how_they_are_written(source: str, case: Case, text: str) -> None:
    found = lucene_of(source, Case.FOLDED if case is Case.KEPT else case)
    assert (found.text, found.case) == (text, case)


def test_caseless_leaves_sets_as_they_are() -> None:
    assert pattern(whole_re2("x[a-c]", Case.FOLDED)).fullmatch("Xa") is not None
    assert pattern(whole_re2("x[a-c]", Case.FOLDED)).fullmatch("XA") is None


def test_text_with_wildcards() -> None:
    wild = f"a*{ANY}b{ONE}"
    text = glob_lucene(wild, Case.KEPT)
    assert text == "a\\*.*b."
    assert wildcards_of(text, Case.KEPT) == wild
    assert wildcards_of("[ab]", Case.KEPT) is None


@pytest.mark.parametrize("source", ["\\bx", "a(?m:^)b", "x$y"])
def test_what_lucene_cannot_say_is_refused(source: str) -> None:
    with pytest.raises(UnsayableError):
        lucene_of(source, Case.KEPT)


@pytest.mark.parametrize("source", ["a~b", "<1-5>", "a&b", "(", "[a"])
def test_what_only_lucene_says_is_refused(source: str) -> None:
    with pytest.raises(UnsayableError):
        re2_of(source, Case.KEPT)
