"""What was extracted stands in the text and says nothing more than it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records.intel import Observable, Place, Role, Tier
from cybersecqwen.tasks.intel.guard import derives, verified

TEXT = "see hxxp://evil[.]example/a now"


def observable(value: str, raw: str, start: int = 4) -> Observable:
    place = Place(document="d1", start=start, end=start + len(raw))
    return Observable(
        type="url", value=value, raw=raw, role=Role.UNKNOWN, tier=Tier.LOW, why="", places=(place,)
    )


def reason(one: Observable) -> str:
    return next(reason for _, reason in verified(TEXT, [one]))


def test_what_stands_there_stays() -> None:
    assert reason(observable("http://evil.example/a", "hxxp://evil[.]example/a")) == ""


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (observable("http://other.example/a", "hxxp://evil[.]example/a"), "says more"),
        (observable("http://evil.example/ab", "hxxp://evil[.]example/a"), "says more"),
        (observable("http://evil.example/a", "hxxp://evil[.]example/b"), "reads otherwise"),
        (observable("x", "x" * 40), "outside"),
        (observable("x", "x", start=-1), "outside"),
    ],
)
def test_what_does_not_goes(one: Observable, why: str) -> None:
    assert why in reason(one)


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ("HKLM\\Software\\A", "HKEY_LOCAL_MACHINE\\Software\\A"),
        ("1.2.3.4", "1[.]2(dot)3 . 4"),
        ("a@evil.example", "A[at]EVIL(.)example"),
        ("https://evil.example", "hxxps[:]//evil[.]example"),
        ("CVE-2024-3400", "cve–2024–3400"),
        ("evil.example", "ｅｖｉｌ．ｅｘａｍｐｌｅ"),
    ],
)
def test_refanging_derives(value: str, raw: str) -> None:
    assert derives(value, raw)


@given(st.text(alphabet="abc.[]() "), st.text(alphabet="abc", max_size=5), st.integers(0, 5))
def test_a_letter_that_the_text_has_not_never_derives(raw: str, value: str, at: int) -> None:
    assert not derives(f"{value[:at]}x{value[at:]}", raw)
