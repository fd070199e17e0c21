"""Objects of ATT&CK by what the text says of them elsewhere."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.report.identifiers import find_identifiers

CASES: tuple[tuple[str, list[str]], ...] = (
    ("The group G0016 used the software S0154.", ["G0016", "S0154"]),
    ("Mitigations M1036 and M1017 were in place.", ["M1036", "M1017"]),
    ("It is the campaign C0010 again, run by G0032.", ["C0010", "G0032"]),
    ("T1566.002 was seen, then t1204.001 by a user.", ["T1566.002", "T1204.001"]),
    ("T1059 and T1105 were seen, by S0002.", ["T1059", "T1105"]),
    ("T1059.001 and T1105 were seen, by S0002.", ["T1059.001", "T1105", "S0002"]),
    ("T1486 was seen.", ["T1486"]),
    ("The technique T1486 means encryption.", ["T1486"]),
    ("(T1486)", ["T1486"]),
    ("Gates G0046 and M1032 of the hall are shut.", []),
    ("The group met at G0046.", []),
    ("the malware lab is in room S0154", []),
    ("A new T1300 grinder is on sale.", []),
    ("The T1300 printers are on sale.", []),
    ("an order for t1204.001 parts", []),
)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_identifiers(text: str, expected: list[str]) -> None:
    assert [match.value for match in find_identifiers(text, text.lower())] == expected
