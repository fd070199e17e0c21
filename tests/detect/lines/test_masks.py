"""What is masked in a line before lines are grouped."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cybersecqwen.detect.lines import mask, values
from cybersecqwen.detect.lines.mask import Masker, join_parameters
from cybersecqwen.detect.lines.shape import cut, shapes_of, single_spaced, words_of


def masked(line: str) -> str:
    return " ".join(join_parameters(Masker().mask(words_of(shapes_of([line], 4096)[0], 256))))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("took 15 of -3 ms", "took <*> of <*> ms"),
        ("at 0x7fed806eb5d, 9f4ef63", "at <*>, <*>"),
        ("from /10.251.42.84:50010 to 2607:f140:6000:8:c6b3:1ff:fecd:467f.", "from <*> to <*>."),
        ("faf974ea-cba5-4e1b-93f4-3a3bc606006f spawned", "<*> spawned"),
        ("mac 00:0b:db:e6:03:40", "mac <*>"),
        ("open /var/log/auth.log: then C:\\Windows\\x.dll", "open <*> then <*>"),
        ("GET https://a.example/b?c=d done", "GET <*> done"),
        ("proxy.cse.cuhk.edu.hk:5070 close", "<*> close"),
        ("user=root; rhost=1.2.3.4 uid=0,", "user=<*>; rhost=<*> uid=<*>,"),
        ("node-246 eth0 blk_-168 R02-M1-N0", "node<*> eth<*> blk_<*> R<*>-M<*>-N<*>"),
        ("at Wed Jul 27 10:59:53 2005 it", "at <*> it"),
        ("May I come on Sun", "May I come on Sun"),
        ("size 6.0 KB, free 87 B)", "size <*>, free <*>)"),
        ("speeds ( 35 35 **** 97 )", "speeds ( <*> **** <*> )"),
        ("deadbeef and cafe", "deadbeef and cafe"),
        ("  a\t b\x1fc ", "a b c"),
        ("", ""),
    ],
)
def test_what_becomes_a_parameter(line: str, expected: str) -> None:
    assert masked(line) == expected


@given(st.lists(st.text(max_size=30), max_size=20))
def test_shapes_are_the_lines_with_digit_runs_as_zeros(lines: list[str]) -> None:
    expected = [
        re.sub(rb"[0-9]+", b"0", line.replace("\n", " ").encode("utf-8", "surrogatepass")) for line in lines
    ]
    assert shapes_of(lines, 4096) == expected


@given(st.text(max_size=60), st.integers(1, 50))
@example("0\r", 1)
@example("a   ", 2)
def test_a_cut_line_keeps_whole_words(line: str, size: int) -> None:
    if len(line) <= size:
        return
    if line[size:].isspace():
        assert cut(line, size) == line[:size]
        return
    *words, last = cut(line, size).split()
    assert last == "<*>"
    assert words == line.split()[: len(words)]
    assert len(" ".join(words)) <= size


@given(st.text(max_size=60))
def test_lines_with_single_spaces_are_utf8(line: str) -> None:
    assert "  " not in single_spaced(line).encode("utf-8").decode("utf-8")


HOSTILE = [
    "a" * 100_000,
    "0" * 100_000,
    "a.-" * 40_000,
    "=" * 100_000,
    "a=" * 50_000,
    "<*>" * 30_000,
    "a0" * 50_000,
]
HOSTILE += [
    "/" * 100_000,
    "\\a" * 50_000,
    "A://" * 30_000,
    "a-" * 50_000 + "_",
    "<*>" + "-" * 100_000,
    "a." * 50_000,
]


@pytest.mark.parametrize("word", HOSTILE, ids=lambda word: word[:6])
def test_no_pattern_goes_back_over_a_long_word(word: str) -> None:
    """A pattern that is quadratic takes minutes for one of these, and a word that long is never searched."""
    patterns = [value for value in vars(mask).values() if isinstance(value, re.Pattern)]
    assert len(patterns) == 9
    for pattern in patterns:
        if pattern is mask._WHOLE:
            pattern.fullmatch(word)
        else:
            pattern.sub("", word)
    for pattern in (value for value in vars(values).values() if isinstance(value, re.Pattern)):
        if pattern is values._NAME:
            pattern.search(word[:80])
        else:
            pattern.fullmatch(word)
