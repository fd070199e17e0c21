"""Changes as patches that others apply."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.code.fixing import unified

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\x0cd\u2028\n", "\n", "e\r\n"]), min_size=1, max_size=14)
LAST = st.sampled_from(["", "end"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.tuples(LINES, LAST), after=st.tuples(LINES, LAST))
def test_any_change_can_be_applied(
    before: tuple[list[str], str], after: tuple[list[str], str], tmp_path: Path
) -> None:
    old, new = ("".join((*lines, last)) for lines, last in (before, after))
    patch = unified(old, new, "file")
    assert bool(patch) == (old != new)
    if patch:
        (tmp_path / "file").write_bytes(old.encode())
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn"], input=patch.encode(), check=True, cwd=tmp_path
        )
        assert (tmp_path / "file").read_bytes() == new.encode()


def test_changes_that_are_near_each_other_share_their_lines() -> None:
    old = [f"{number}\n" for number in range(20)]
    new = [*old]
    new[3], new[7], new[15] = "x\n", "y\n", "z\n"
    patch = unified("".join(old), "".join(new), "file")
    assert [line for line in patch.splitlines() if line.startswith("@@")] == [
        "@@ -2,9 +2,9 @@",
        "@@ -14,5 +14,5 @@",
    ]


@pytest.mark.timeout(60)
def test_lines_that_stand_there_often_are_bounded() -> None:
    """A hundred lines over and over: each may be taken for thousands of others."""
    many = "".join(f"a{number % 112}\n" for number in range(250_000))
    assert unified(f"one\n{many}two\n", f"1\n{many}2\n", "file").count("@@ -") == 2
