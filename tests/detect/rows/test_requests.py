"""The parts of a request, whatever its target looks like."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.rows import column
from cybersecqwen.detect.rows.kinds import kind

KIND = kind("access", category="webserver")
FIELDS = ("c-uri", "cs-uri-query", "cs-host", "c-uri-stem", "c-uri-query", "c-uri-extension")


@pytest.mark.parametrize(
    ("host", "uri", "expected"),
    [
        (
            "a.example",
            "/b/c.php?d=/e.f",
            (
                ["http://a.example/b/c.php?d=/e.f", "/b/c.php?d=/e.f"],
                ["d=/e.f", "/b/c.php?d=/e.f"],
                "a.example",
                "/b/c.php",
                "d=/e.f",
                "php",
            ),
        ),
        (
            None,
            "https://u@a.example:8443/b?c",
            (["https://u@a.example:8443/b?c", "/b?c"], ["c", "/b?c"], "a.example", "/b", "c", None),
        ),
        (None, "http://a.example", ("http://a.example", None, "a.example", None, None, None)),
        (
            None,
            "/?u=http://x/y.exe",
            (
                "/?u=http://x/y.exe",
                ["u=http://x/y.exe", "/?u=http://x/y.exe"],
                None,
                "/",
                "u=http://x/y.exe",
                None,
            ),
        ),
        ("a", "a:443", ("a:443", "a:443", "a", "a:443", None, None)),
        (None, None, (None, None, None, None, None, None)),
        (None, 7, (7, None, None, None, None, None)),
    ],
)
def test_parts(host: Any, uri: Any, expected: tuple[Any, ...]) -> None:
    raw = {"cs-host": host, "cs-uri": uri}
    assert tuple(column(KIND, field, [raw])[0] for field in FIELDS) == expected


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.integers(), st.text()))
def test_parts_of_any_target(host: Any, uri: Any) -> None:
    raw = {"cs-host": host, "cs-uri": uri}
    found = {field: column(KIND, field, [raw])[0] for field in FIELDS}
    if isinstance(uri, str) and isinstance(found["c-uri-stem"], str):
        query = found["c-uri-query"]
        target = found["c-uri-stem"] + (f"?{query}" if query else "")
        assert uri.endswith((target, target + "?"))
