"""Hashes of files that a text calls something else, or that are wrapped over two lines."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.report.lookers_codes import find_hashes
from cybersecqwen.detect.report.scan import scan, scan_slowly

A, B = "0123456789abcdef0123456789abcdee", "fedcba9876543210fedcba9876543211"
H40 = "0123456789abcdef0123456789abcdef01234567"

CASES: tuple[tuple[str, list[str]], ...] = (
    (f"the ETag of the page was \"{A}\"", []),
    (f"etag W/\"{A}\"", []),
    (f"The page has an ETag; its MD5 is {A}", [A]),
    (f"sha1,tlsh,imphash\n{H40},T1,x", [H40]),
    (f"Imphashes:\n{A}\n{B}", []),
    (f"SHA-256 of both, wrapped:\n{A}\n{B}\n{B}\n{A}\n", [A + B, B + A]),
    (f"SHA256\n{A.upper()}\n{B.upper()}", [A + B]),
    (f"SHA-256:\n{A}\n{B}\n{A}", [A, B, A]),
    (f"MD5 and SHA-256:\n{A}\n{B}", [A, B]),
    (f"MD5\n{A}\n{B}", [A, B]),
    (f"SHA-256: none\n\nOthers\n{A}\n{B}", [A, B]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_hashes(text: str, expected: list[str]) -> None:
    found = list(find_hashes(text, text.lower()))
    assert [match.value for match in found] == expected
    assert all(text[one.start : one.end].lower().replace("\n", "") == one.value for one in found)


@pytest.mark.parametrize("text", [f"\u00b9{A}G000000", f"md5{A}Gabcd", f"x{A}G000000"])
def test_runs_as_long_as_a_longer_hash(text: str) -> None:
    assert scan(text) == scan_slowly(text)
