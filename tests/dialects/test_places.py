"""Lines and columns are counted as people count them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.places import Places


@given(st.text(alphabet="ab\n\r", max_size=20), st.integers(0, 20))
def test_places(text: str, at: int) -> None:
    at = min(at, len(text))
    before = text[:at].split("\n")
    assert Places(text).at(at) == (len(before), len(before[-1]) + 1)
