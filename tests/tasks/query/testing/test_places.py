from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.globs import ANY
from cybersecqwen.tasks.query.testing.places import places

TEXT = b"""# a comment
title: One
detection:
    selection:
        Image: '*\\cmd.exe'
        Other: it''s
    condition: selection
---

---
title: Two
detection:
  selection:
    - a
"""


def test_keys_and_values_have_their_lines() -> None:
    one, two = places(TEXT)
    assert (one.first, one.key("title"), one.key("detection", "condition")) == (1, 2, 7)
    assert one.key("detection", "nothing") == 3 and one.key("nothing") == 1
    (third,) = places(b"detection:\n  s:\n    - 'x-cy'\n    - '-c' # it\n")
    assert (third.text("-c"), third.text("x-"), third.text("s")) == (4, 3, 2)
    assert one.text(f"{ANY}\\cmd.exe") == 5 and one.text("it's") == 6 and one.text("absent") == 3
    assert (two.first, two.key("title"), two.text("A")) == (11, 11, 14)


@given(st.binary(max_size=200) | st.text(alphabet="a:- \n'#\t", max_size=80).map(str.encode))
def test_any_bytes_have_places(content: bytes) -> None:
    for one in places(content):
        assert one.first <= one.text("a") <= one.first + len(one.lines)
