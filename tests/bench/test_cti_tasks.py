"""Answer extraction and grading, task by task."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.bench import CTI_TASKS
from cybersecqwen.bench.cti.texts import address_id, without_id
from cybersecqwen.specialists.cvss_score import metrics

from .made import VECTOR

CASES = {
    "mcq": [
        ("B", ("B",), "last line"),
        ("I weighed them.\n\n**C**\n", ("C",), "last line"),
        ("The answer is A.", ("A",), "last line"),
        ("The correct answer is B) Soft noise", ("B",), "last line"),
        ("Option D: odd", ("D",), "last line"),
        ("c) none", ("C",), "last line"),
        ("Answer: **B**\nI hope that this helps you", ("B",), "elsewhere"),
        ("A firewall blocks this", (), ""),
        ("the answer is a matter of taste", (), ""),
        ("E", (), ""),
        ("", (), ""),
    ],
    "rcm": [
        ("It overflows.\nCWE-787", ("CWE-787",), "last line"),
        ("CWE-20 or\nfinally cwe 0079.", ("CWE-79",), "last line"),
        ("CWE-20 first, then CWE-22, says\nthe author", ("CWE-22",), "elsewhere"),
        ("**CWE-119, CWE-787**", ("CWE-787",), "last line"),
        ("no weakness", (), ""),
        ("CWE-1234567890", (), ""),
    ],
    "vsp": [
        (f"So:\n{VECTOR}", (VECTOR,), "last line"),
        (f"`{VECTOR}`", (VECTOR,), "last line"),
        (f"{VECTOR}/E:P/RL:O", (VECTOR,), "last line"),
        ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", (VECTOR,), "last line"),
        (f"{VECTOR}\nwhich is critical", (VECTOR,), "elsewhere"),
        ("CVSS:3.1/AV:N/AC:L/PR:N", (), ""),
        ("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", (), ""),
        ("9.8", (), ""),
    ],
    "ate": [
        ("Because.\nT1059, T1071", ("T1059", "T1071"), "last line"),
        ("T1059.001, T1059.003, T1071", ("T1059", "T1071"), "last line"),
        ("T1059 runs\nnothing more", ("T1059",), "elsewhere"),
        ("AT1059, T10599", (), ""),
    ],
    "taa": [
        ("This is APT29, not APT28.", ("G0016",), "first named"),
        ("Most likely Cozy Bear did it", ("G0016",), "first named"),
        ("somebody unknown", (), ""),
    ],
}


@pytest.mark.parametrize(
    ("task", "text", "values", "how"),
    [(task, *case) for task, cases in CASES.items() for case in cases],
)
def test_extraction(task: str, text: str, values: tuple[str, ...], how: str) -> None:
    found = CTI_TASKS.get(task)().extract(text)
    assert (found.values, found.how) == (values, how)


PIECES = st.sampled_from(
    [
        "CWE-",
        "79",
        "\n",
        "A",
        "B)",
        "answer is",
        "option",
        " ",
        VECTOR,
        "CVSS:3.1/",
        "AV:N/",
        "T1059",
        ".001",
        ",",
        "**",
        "APT29",
    ]
)
ANY = st.one_of(
    st.text(max_size=200), st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=40).map("".join)
)


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_extractors_take_any_text(text: str) -> None:
    """Whatever a model writes, what is extracted is of the task's own form and can be graded."""
    for name, made in CTI_TASKS:
        task = made()
        found = task.extract(text)
        assert bool(found.values) == bool(found.how)
        for value in found.values:
            if name == "mcq":
                assert value in ("A", "B", "C", "D")
            elif name == "vsp":
                assert len(metrics(value)) == 8
            elif name == "rcm":
                assert value.startswith("CWE-") and value[4:].isdigit()
        truth = {"mcq": "A", "rcm": "CWE-79", "vsp": VECTOR, "ate": "T1059", "taa": "G0016"}[name]
        counts = task.grade(truth, found.values)
        assert all(count >= 0 for count in counts.values())


@pytest.mark.parametrize("task", CTI_TASKS.names())
def test_a_megabyte_of_anything_is_read_in_time(task: str) -> None:
    made = CTI_TASKS.get(task)()
    made.extract("warm")
    for text in (
        "A " * 500_000,
        "CWE-" * 250_000,
        "AV:N/" * 200_000,
        "answer " * 140_000,
        "T1" * 500_000,
        "\n" * 1_000_000,
    ):
        start = time.process_time()
        made.extract(text)
        assert time.process_time() - start < 5


def test_a_wrong_answer_and_none_are_both_wrong() -> None:
    rcm = CTI_TASKS.get("rcm")()
    assert rcm.grade("CWE-79", ("CWE-20", "CWE-79"))["correct"] == 0
    assert rcm.grade("CWE-79", ("CWE-20", "CWE-79"))["top3"] == 1
    assert rcm.grade("CWE-79", ())["correct"] == 0


def test_severity_deviates_by_scores_and_at_worst_without_an_answer() -> None:
    vsp = CTI_TASKS.get("vsp")()
    low = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L"  # 1.8
    assert vsp.grade(VECTOR, (low,))["deviation"] == pytest.approx(8.0)
    assert vsp.grade(VECTOR, (VECTOR,)) == {
        "deviation": 0,
        "deviation_parsed": 0,
        "parsed": 1,
        "exact": 1,
        "same": 8,
    }
    assert vsp.grade(VECTOR, ())["deviation"] == pytest.approx(9.8)
    assert vsp.grade(low, ())["deviation"] == pytest.approx(8.2)
    assert vsp.grade(low, ())["parsed"] == 0


def test_techniques_are_compared_as_sets_of_main_ones() -> None:
    ate = CTI_TASKS.get("ate")()
    said = ate.given(("T1059.001", "T1059.003", "T1005"))
    assert ate.grade("T1059,T1071", said.values) == {"hit": 1, "extra": 1, "missed": 1}
    assert ate.given(()).how == "given"


def test_actors_are_right_by_alias_and_plausible_by_shared_names() -> None:
    taa = CTI_TASKS.get("taa")()
    assert taa.truth("The Dukes") == taa.truth("APT 29") == "G0016"
    assert taa.grade("G0016", ("G0016",)) == {"correct": 1, "plausible": 1}
    assert taa.grade("G0016", taa.given(("Lazarus Group",)).values) == {"correct": 0, "plausible": 0}
    assert taa.grade(taa.truth("Nobody Such"), taa.given(("nobody-such",)).values)["correct"] == 1


@pytest.mark.parametrize(
    ("address", "id"),
    [
        ("https://x.example/vuln/detail/CVE-2099-10001", "CVE-2099-10001"),
        ("https://x.example/software/S0001/", "S0001"),
        ("https://x.example/a-report/", ""),
        ("", ""),
    ],
)
def test_the_identifier_of_an_address(address: str, id: str) -> None:
    assert address_id(address) == id


def test_its_own_identifier_is_taken_out_and_others_stay() -> None:
    text = "cve-2099-10001 is like CVE-2099-100011 and CVE-2099-7777."
    shown = without_id(text, "https://x.example/CVE-2099-10001")
    assert shown == "this vulnerability is like CVE-2099-100011 and CVE-2099-7777."
