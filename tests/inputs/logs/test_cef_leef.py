"""CEF and LEEF: heads, escapes, delimiters, headers in front."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs.text import KEY
from tests.inputs.logs.fed import event_of, fed, fed_whole, one, reader_of

HEAD = {
    "#kind": "cef",
    "DeviceVendor": "V",
    "DeviceProduct": "P",
    "DeviceVersion": "1",
    "Name": "n",
    "Severity": "3",
}


def test_escapes_and_blanks() -> None:
    raw = one(
        "CEF:0|Ve\\|n|P|1|7|a \\\\ b|3|src=1.2.3.4 msg=two words a\\=b\\\\c\\nline act=x\\|y "
        "cs1=my policy cs1Label=Policy cs2=v cs2Label= rt=1700000000000\n"
    )
    assert raw == {
        "#kind": "cef",
        "#time": 1700000000.0,
        "DeviceVendor": "Ve|n",
        "DeviceProduct": "P",
        "DeviceVersion": "1",
        "DeviceEventClassID": "7",
        "Name": "a \\ b",
        "Severity": "3",
        "src": "1.2.3.4",
        "msg": "two words a=b\\c\nline",
        "act": "x|y",
        "cs1": "my policy",
        "cs1Label": "Policy",
        "Policy": "my policy",
        "cs2": "v",
        "rt": "1700000000000",
    }
    event = event_of(raw)
    assert (event.get("SourceIp"), event.get("Message"), event.code) == ("1.2.3.4", raw["msg"], "7")


def test_behind_a_header_and_other_lines_between() -> None:
    raws = fed(
        "<13>Jan  2 2024 03:04:05 fw CEF: 1|V|P|1|7|n|3|\n"
        "Jan  2 2024 03:04:05 fw sshd[1]: x\n"
        "CEF:0|V|P|1|7|n|3|rt=Jan 02 2024 03:04:05.500\n"
        "CEF:0|V|P\n"
        "CEF:0|V|P|1|7|n|3\n"
    )
    assert raws[0] == {**HEAD, "DeviceEventClassID": "7", "host": "fw", "#time": 1704164645.0}
    assert raws[1]["program"] == "sshd"
    assert raws[2]["#time"] == 1704164645.5
    assert raws[3] == {}
    assert raws[4] == {**HEAD, "DeviceEventClassID": "7"}


def test_labels_do_not_forge_marks() -> None:
    raw = one("CEF:0|V|P|1|7|n|3|cs1=1 cs1Label=#time cs2=x cs2Label=src src=y\n")
    assert ("#time" in raw, raw["src"]) == (False, "y")
    raw = one("LEEF:1.0|V|P|1|7|#time=1\t#kind=x\tsrc=y\n")
    assert ("#time" in raw, raw["#kind"], raw["src"]) == (False, "leef", "y")


# What may stand in a value: anything but line ends, blanks, and what looks like the next key.
VALUES = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\x85\u2028\u2029", exclude_categories=("Cc", "Zs")),
    min_size=1,
)


@given(
    st.lists(VALUES, min_size=6, max_size=6),
    st.dictionaries(st.from_regex(r"[a-z]{2,8}", fullmatch=True), VALUES),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_escaped_comes_back(head: list[str], extension: dict[str, str]) -> None:
    escaped = [value.replace("\\", "\\\\").replace("|", "\\|") for value in head]
    values = [value.replace("\\", "\\\\").replace("=", "\\=") for value in extension.values()]
    pairs = [f"{key}={value}" for key, value in zip(extension, values, strict=True)]
    raw = one(f"CEF:0|{'|'.join(escaped)}|{' '.join(pairs)}\n", "cef")
    names = ("DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID", "Name", "Severity")
    assert [raw[name] for name in names] == head
    stripped = {key: value.strip() for key, value in extension.items()}
    assert {key: raw.get(key, "") for key in extension} == stripped


@pytest.mark.parametrize(
    "line",
    [
        "LEEF:1.0|V|P|1|7|src=1.2.3.4\tusrName=joe smith\tcat=a=b",
        "LEEF:2.0|V|P|1|7|^|src=1.2.3.4^usrName=joe smith^cat=a=b",
        "LEEF:2.0|V|P|1|7|x5E|src=1.2.3.4^usrName=joe smith^cat=a=b",
        "LEEF:2.0|V|P|1|7|0x5e|src=1.2.3.4^usrName=joe smith^cat=a=b",
        "LEEF:2.0|V|P|1|7||src=1.2.3.4\tusrName=joe smith\tcat=a=b",
        "LEEF:2.0|V|P|1|7|src=1.2.3.4\tusrName=joe smith\tcat=a=b",
        "<13>Jan 18 11:07:53 1.1.1.1 LEEF:2.0|V|P|1|7|^|src=1.2.3.4^usrName=joe smith^cat=a=b",
    ],
)
def test_delimiters(line: str) -> None:
    raw = one(line + "\n")
    expected = {
        "src": "1.2.3.4",
        "usrName": "joe smith",
        "cat": "a=b",
        "DeviceEventClassID": "7",
        "#kind": "leef",
    }
    assert {key: raw[key] for key in expected} == expected
    assert event_of(raw).user == "joe smith"


def test_leef_time_and_lost_tabs() -> None:
    raw = one("LEEF:1.0|V|P|1|7|devTime=2024-01-02T03:04:05Z src=1.2.3.4 msg=two words\n")
    assert (raw["#time"], raw["src"], raw["msg"]) == (1704164645.0, "1.2.3.4", "two words")
    found, _ = fed_whole("LEEF:1.0|V\nLEEF:9.0|a|b|c|d|\n", "leef")
    assert [set(raw) for _, _, raw in found] == [{KEY}, {KEY}]


def test_recognition() -> None:
    assert reader_of(b"CEF:0|V|P|1|7|n|3|\n") == "cef"
    assert reader_of(b"x CEF:0|V|P|1|7|n|3|\nLEEF:1.0|V|P|1|7|\n" * 3) != "cef"
    assert reader_of(b"the CEF: standard\n") == "text"
