"""What holds for these lookers on any text: no error, true offsets, the same in windows, linear time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report.extractors import REPORT_EXTRACTORS
from cybersecqwen.detect.report.interface import Looker

from .lookers import found, found_in_windows
from .test_lookers_hosts import MUTEXES, SERVICES, TASKS
from .test_lookers_prints import AGENTS, PRINTS
from .test_lookers_rules import SIGMA_RULE, SNORT, YARA_RULE
from .test_lookers_wallets import MIXED, OLD, SEGWIT, XMR

NAMES = (
    "yara", "sigma", "suricata", "user agent", "package", "mutex", "service", "task", "coin", "ethereum",
    "ssdeep", "tlsh", "ja4", "ja3", "imphash", "certificate",
)  # fmt: skip
LOOKERS: dict[str, Looker] = {name: looker for name, looker in REPORT_EXTRACTORS if name in NAMES}
TEXTS = [
    *(text for text, _ in (*MUTEXES, *SERVICES, *TASKS, *AGENTS)),
    *(text for _, text, _ in PRINTS),
    *(YARA_RULE, SIGMA_RULE, SNORT, *MIXED, *OLD, *SEGWIT, *XMR),
]
PIECES = sorted(
    {piece for text in TEXTS for piece in re.findall(r"\w+|\s+|[^\w\s]", text) if len(piece) < 60}
)

ODD_LETTERS = ["\n", " ", "é", "İ", "ſ", "\u212a"]

any_text = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(TEXTS), max_size=6).map("\n".join),
    st.lists(st.sampled_from(TEXTS), max_size=4).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(ODD_LETTERS)), max_size=80).map("".join),
    st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 60)), max_size=6).map(
        lambda parts: "".join(text + "\n" * lines for text, lines in parts)
    ),
)


def test_all_are_registered() -> None:
    assert set(LOOKERS) == set(NAMES)
    for looker in LOOKERS.values():
        assert all(needle == needle.lower() and needle.isascii() for needle in looker.needles)
        assert list(looker.find("", "")) == []


@settings(max_examples=250, deadline=None)
@given(any_text)
def test_any_text(text: str) -> None:
    """Never an error; what the value holds stands in the stretch."""
    for looker in LOOKERS.values():
        for match in found(looker, text):
            raw = re.sub(r"[\s:\\.,_-]|0x", "", text[match.start : match.end].lower())
            if match.type == "package":
                value = match.value.partition(":")[2]
            elif match.type == "suricata":
                value = match.value.partition(" ")[0]
            else:
                value = match.value
            value = re.sub(r"[\s:\\.,_-]|0x", "", value.lower().replace("@", "%40" if "%40" in raw else "@"))
            assert value in raw or match.value.startswith("pkg:")


@settings(max_examples=250, deadline=None)
@given(any_text)
def test_the_same_in_windows(text: str) -> None:
    for name, looker in LOOKERS.items():
        assert found_in_windows(looker, text) == found(looker, text), name


@pytest.mark.parametrize("text", TEXTS, ids=[str(at) for at in range(len(TEXTS))])
def test_the_same_far_into_a_text(text: str) -> None:
    padded = "Words of a sentence.\n" * 300 + text + "\nWords of a sentence." * 300
    for name, looker in LOOKERS.items():
        assert found_in_windows(looker, padded) == found(looker, padded), name


HOSTILE = (
    "mutex ",
    "mutex named ",
    'mutex "',
    "mutex\n",
    "service named ",
    'service "',
    "sc create ",
    "task named ",
    "schtasks ",
    "schtasks /tn\n",
    "user-agent: ",
    "mozilla/5.0 (",
    "mozilla/5.0 a/1 ",
    "npm package ",
    "npm install ",
    "pip install -a ",
    "@a/b npm ",
    "pkg:npm/",
    "ja3 ",
    "ja3\n",
    "imphash: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "thumbprint ",
    "serial ",
    "ab:",
    "cd ",
    "certificate: ",
    "1:",
    "3:abcdefgh:",
    "bc1q",
    "0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
    "1A",
    "444444444444444444444444444444",
    "rule a{",
    "rule a{condition:",
    "rule a{condition:/*\n",
    'rule a{strings:$a="',
    "title: a\n",
    "title: a\nlogsource:\n",
    "alert tcp a b -> c d (",
    'alert tcp a b -> c d ("',
    "alert tcp ",
    "sid:1;",
    "\\Microsoft\\Windows\\a task",
    "''",
    '""',
    "“",
    "a.service systemd ",
    "t13d1516h2_8daaf6152771_",
    "T1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff tlsh ",
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", HOSTILE, ids=[repr(piece[:24]) for piece in HOSTILE])
def test_long_texts_of_anything_are_read(piece: str) -> None:
    """Patterns that looked back over all of the text would take hours (the limit of the test is a minute)."""
    text = piece * (200_000 // len(piece))
    low = text.lower()
    for looker in LOOKERS.values():
        for match in looker.find(text, low):
            assert 0 <= match.start < match.end <= len(text)
