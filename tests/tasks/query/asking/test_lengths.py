"""Bounds on the length of a field."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.errors import UnsayableError
from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.asking.lengths import lengths

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "field", "shorter", "longer", "wanted"),
    [
        ("command line longer than 1000 characters", "CommandLine", 1_000, 1_001, "longer"),
        ("command lines over 500 characters", "CommandLine", 500, 501, "longer"),
        ("command lines of at least 500 characters", "CommandLine", 499, 500, "longer"),
        ("process starts whose CommandLine is 80 characters", "CommandLine", 0, 0, ""),
        ("CommandLine length > 300", "CommandLine", 300, 301, "longer"),
        ("command line shorter than 20 characters", "CommandLine", 19, 20, "shorter"),
        ("command line of at most 20 characters", "CommandLine", 20, 21, "shorter"),
        ("user agents longer than 300 chars in the proxy log", "c-useragent", 300, 301, "longer"),
        ("dns query names longer than 60 characters", "", 60, 61, "longer"),
    ],
)
def test_how_long(text: str, field: str, shorter: int, longer: int, wanted: str, starter: Library) -> None:
    if not wanted:
        assert not lengths(text)
        return
    asked = read_question(text, library=starter, store=None, now=NOW)
    assert asked.query.where is not None
    assert not asked.query.steps
    fields = [field] if field else ["QueryName", "query"]
    for line in ("x", "\n"):
        short = dict.fromkeys(fields, line * shorter)
        assert holds(asked.query.where, short) is (wanted == "shorter")
        assert holds(asked.query.where, dict.fromkeys(fields, line * longer)) is (wanted == "longer")
    assert not holds(asked.query.where, {})


def test_a_length_with_a_program(starter: Library) -> None:
    asked = read_question(
        "powershell command lines over 500 characters", library=starter, store=None, now=NOW
    )
    assert asked.query.where is not None
    assert not asked.query.steps
    assert holds(asked.query.where, {"Image": r"c:\powershell.exe", "CommandLine": "x" * 600})
    assert not holds(asked.query.where, {"Image": r"c:\cmd.exe", "CommandLine": "x" * 600})


@pytest.mark.parametrize("text", ["command line length > 2000", "CommandLine longer than 9,999 characters"])
def test_what_no_language_counts_is_refused_by_name(text: str, starter: Library) -> None:
    with pytest.raises(UnsayableError) as caught:
        read_question(text, library=starter, store=None, now=NOW)
    assert "characters" in caught.value.message
    assert "1,000" in caught.value.hint


@pytest.mark.timeout(60)
def test_many_lengths() -> None:
    assert len(lengths("command line longer than 100 characters " * 2_000)) == 2_000
    assert not lengths("command line of a length of a length " * 3_000)
    assert not lengths("of with that which " * 20_000)
