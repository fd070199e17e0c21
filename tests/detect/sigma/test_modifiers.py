"""Values and modifiers by the specification: what each asks of a record, and what is refused."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Op, Rule
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.detect.sigma.plain import matches, reasons
from cybersecqwen.detect.sigma.values import whole_text
from cybersecqwen.errors import RuleError

from .drawn import asked_in


def rule(detection: Any, **more: Any) -> Rule:
    """A rule with this detection, or with one selection."""
    if not (isinstance(detection, Mapping) and "condition" in detection):
        detection = {"selection": detection, "condition": "selection"}
    made = parse_rule({"title": "t", "logsource": {"product": "p"}, "detection": detection, **more})
    assert isinstance(made, Rule)
    return made


def holds(detection: Any, record: Mapping[str, Any]) -> bool:
    return matches(rule(detection).expression, {**record, "": whole_text(record)}.get)


def said(detection: Any) -> str:
    """Why a rule is refused."""
    with pytest.raises(RuleError) as caught:
        rule(detection)
    return caught.value.message


# In these tables a backslash is one character, as in a rule file's single quotes.
@pytest.mark.parametrize(
    ("value", "matched", "unmatched"),
    [
        ("abc", ["abc", "ABC", "aBc"], ["abcd", " abc", "ab", ""]),
        ("a*c", ["ac", "abc", "a\nc", "a*c"], ["ab", "xac", "acx"]),
        ("a?c", ["abc", "a?c", "a\nc"], ["ac", "abbc"]),
        ("*", ["", "x"], []),
        ("*a*", ["a", "xax"], ["", "b"]),
        (r"a\*c", ["a*c"], ["abc", r"a\*c", "ac"]),
        (r"a\?c", ["a?c"], ["abc", r"a\?c"]),
        (r"a\\*c", [r"a\c", r"a\xxc"], ["a*c", "axc"]),  # a backslash, then anything
        (r"a\\\*c", [r"a\*c"], [r"a\c", "a*c"]),  # a backslash and a star
        (r"a\bc", [r"a\bc"], ["abc", r"a\\bc"]),
        (r"a\\bc", [r"a\bc"], [r"a\\bc"]),  # two mean one
        (r"a\\\\bc", [r"a\\bc"], [r"a\bc"]),  # four mean two
        (r"a\\\bc", [r"a\\bc"], [r"a\bc"]),  # and so do three
        ("abc\\", ["abc\\"], ["abc"]),
        (r"*\cmd.exe", [r"C:\x\cmd.exe", r"\CMD.EXE"], ["cmd.exe", r"\cmd_exe"]),
        ("", [""], ["x", " "]),
        ("[a](b).+$^", ["[A](b).+$^"], ["a", "[a](b)x+$^"]),
        ("ÄÖ*ü", ["äöxÜ"], ["aoxu"]),
    ],
)
def test_plain_values(value: str, matched: list[str], unmatched: list[str]) -> None:
    for text in matched:
        assert holds({"f": value}, {"f": text}), text
    for text in unmatched:
        assert not holds({"f": value}, {"f": text}), text
    assert not holds({"f": value}, {})
    assert not holds({"f": value}, {"f": None})


@pytest.mark.parametrize(
    ("key", "value", "matched", "unmatched"),
    [
        ("contains", "b", ["b", "abc", "ABC"], ["ac", ""]),
        ("contains", "b*d", ["abcde", "bd"], ["db"]),
        ("contains", r"\*", ["a*b"], ["ab"]),
        ("startswith", "ab", ["abc", "AB"], ["xab", "a"]),
        ("startswith", "a?c*e", ["abcdexyz"], ["xabcde"]),
        ("endswith", r"\a.exe", [r"C:\a.EXE"], [r"C:\a.exe ", "ba.exe"]),
        ("endswith", "*x", ["ax", "x"], ["xa"]),
        ("contains|all", ["a", "b"], ["ba", "xAxBx"], ["a", "b", ""]),
        ("all|contains", ["a", "b"], ["ba"], ["a"]),
        ("cased", "Ab", ["Ab"], ["ab", "AB"]),
        ("contains|cased", ["Ab", "c"], ["xAb", "c"], ["xab", "C"]),
        ("cased|startswith", "Ab*D", ["AbD.", "AbxD"], ["abD", "Abd"]),
        ("re", "a.c", ["abc", "xabcx"], ["ABC", "a\nc", "ac"]),
        ("re", r"^a\\b$", [r"a\b"], [r"xa\b", "ab"]),
        ("re|i", "^a.c$", ["ABC"], ["ABCD"]),
        ("re|m", "^b$", ["a\nb\nc", "b"], ["ab"]),
        ("re|s", "a.c", ["a\nc"], ["ac"]),
        ("re|i|m|s", "^b.C$", ["a\nB\nc"], ["abc"]),
        ("re|ignorecase|multiline|dotall", "^b.C$", ["a\nB\nc"], ["abc"]),
        ("re|contains", "a|b", ["xbx"], ["c"]),
        ("re|startswith", "a|b", ["bx"], ["xb"]),
        ("re|endswith", "a|b", ["xb"], ["bx"]),
        ("re|all", ["a", "b"], ["ba"], ["a", "b"]),
        ("cidr", "10.1.0.0/16", ["10.1.2.3", " 10.1.0.0", "::ffff:10.1.2.3"], ["10.2.0.1", "x", ""]),
        ("cidr", ["fe80::/10", "192.168.0.0/24"], ["fe80::1%eth0", "[fe80::2]", "192.168.0.9"], ["::1"]),
        ("cidr", "10.1.2.3", ["10.1.2.3"], ["10.1.2.4"]),
        ("lt", 5, ["4", "4.9", "-1", "1e0"], ["5", "6", "x", "", "nan"]),
        ("lte", 5, ["5", "5.0"], ["5.1"]),
        ("gt", "5", ["6", "5.1", " 7 "], ["5", "inf"]),
        ("gte", 5.5, ["5.5", "10"], ["5.4", "-inf"]),
        ("neq", ["a", "b"], ["c", "", "ab"], ["a", "B"]),
        ("contains|neq", "a", ["b"], ["bab"]),
        ("neq|re", "^a", ["ba"], ["ab"]),
        ("windash|contains", " -a", [" -a", " /a", " –a", " —a", " ―a"], ["-a", " a"]),
        ("contains|windash", "-a /b", ["-a /b", "/a -b", "–a ―b"], ["-a b"]),
        ("windash", "a-b", ["a-b"], ["a/b"]),
        ("expand", r"\%a%b", ["%a%b"], [r"\%a%b"]),
        ("expand|contains", "100%", ["100%."], ["100"]),
        ("windash|contains|all", ["-a", "-b"], ["/b -a", "–a /b"], ["/a -a", "/b"]),
    ],
)
def test_modifiers(key: str, value: Any, matched: list[str], unmatched: list[str]) -> None:
    for text in matched:
        assert holds({f"f|{key}": value}, {"f": text}), text
    for text in unmatched:
        assert not holds({f"f|{key}": value}, {"f": text}), text


def test_a_field_that_is_not_there_differs_from_every_value() -> None:
    assert holds({"f|neq": "a"}, {})
    assert not holds({"f|neq": "a"}, {"f": "a"})


def test_beyond_three_options_all_change_together() -> None:
    value = {"f|windash": "-a -b -c -d"}
    assert holds(value, {"f": "/a /b /c /d"}) and holds(value, {"f": "-a -b -c -d"})
    assert not holds(value, {"f": "/a -b -c -d"})


@pytest.mark.parametrize("value", ["x", "foobar", "http://a/", "é€"])
def test_base64(value: str) -> None:
    coded = base64.b64encode(value.encode()).decode()
    assert holds({"f|base64": value}, {"f": coded})
    assert holds({"f|base64|contains": value}, {"f": f" {coded} "})
    wide = base64.b64encode(value.encode("utf-16-le")).decode()
    for name in ("wide", "utf16le"):
        assert holds({f"f|{name}|base64": value}, {"f": wide})
    assert holds({"f|utf16be|base64": value}, {"f": base64.b64encode(value.encode("utf-16-be")).decode()})
    marked = base64.b64encode(b"\xff\xfe" + value.encode("utf-16-le")).decode()
    assert holds({"f|utf16|base64": value}, {"f": marked})


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=3, max_size=12), st.binary(max_size=7), st.binary(max_size=7), st.booleans())
def test_base64offset_finds_the_text_wherever_it_stands(
    text: str, before: bytes, behind: bytes, wide: bool
) -> None:
    if any(c in "*?\\" or 0xD800 <= ord(c) < 0xF000 for c in text):
        return  # wildcards cannot be encoded, and some characters of private use stand for them
    data = text.encode("utf-16-le" if wide else "utf-8")
    record = {"f": base64.b64encode(before + data + behind).decode()}
    assert holds({f"f|{'wide|' if wide else ''}base64offset|contains|cased": text}, record)


def test_base64offset_of_known_values() -> None:
    (asked,) = asked_in(rule({"f|base64offset|contains|cased": "http://"}).expression)
    assert set(asked.values) == {"aHR0cDovL", "h0dHA6Ly", "odHRwOi8v"}


def test_wide_without_an_encoding_asks_for_the_bytes_as_characters() -> None:
    assert holds({"f|wide|contains": "ab"}, {"f": "xa\x00b\x00"})


@pytest.mark.parametrize(
    ("key", "value", "matched", "unmatched"),
    [
        ("hour", 7, ["2024-05-06T07:08:09Z", "2024-05-06 07:59:00"], ["2024-05-06T08:00:00Z", "7", "x"]),
        ("hour|gte", 7, ["2024-05-06T07:00:00Z", "2024-05-06T23:00:00Z"], ["2024-05-06T06:59:59Z"]),
        ("lt|minute", 9, ["2024-05-06T07:08:09Z"], ["2024-05-06T07:09:00Z"]),
        ("day", [6, 7], ["2024-05-06T07:08:09Z"], ["2024-05-08T07:08:09Z"]),
        ("week", 1, ["2024-12-30T00:00:00Z"], ["2024-12-29T00:00:00Z"]),
        ("month", "5", ["2024-05-06T07:08:09+02:00"], ["2024-06-06T07:08:09Z"]),
        ("year|gt", 2023, ["2024-01-01T00:00:00Z"], ["2023-12-31T23:59:59Z"]),
        ("year|neq", 2024, ["2023-12-31T23:59:59Z"], ["2024-01-01T00:00:00Z"]),
    ],
)
def test_parts_of_times(key: str, value: Any, matched: list[str], unmatched: list[str]) -> None:
    for text in matched:
        assert holds({f"f|{key}": value}, {"f": text}), text
    for text in unmatched:
        assert not holds({f"f|{key}": value}, {"f": text}), text


def test_numbers_and_truth_values() -> None:
    for value in (4624, "4624", 4624.0):
        for given_ in (4624, "4624", 4624.0):
            assert holds({"f": value}, {"f": given_})
    assert not holds({"f": 4624}, {"f": 46240}) and not holds({"f": 5}, {"f": "05"})
    for value in (True, "true", "TRUE"):
        assert holds({"f": value}, {"f": True}) and holds({"f": value}, {"f": "True"})
    assert not holds({"f": True}, {"f": 1}) and not holds({"f": 1}, {"f": True})
    assert holds({"f|contains": 46}, {"f": 4624})


def test_nothing_null_empty_and_there() -> None:
    missing: dict[str, Any] = {}
    null, empty, text = {"f": None}, {"f": ""}, {"f": "x"}
    rows = (missing, null, empty, text)
    assert [holds({"f": None}, r) for r in rows] == [True, True, False, False]
    assert [holds({"f": ""}, r) for r in rows] == [False, False, True, False]
    assert [holds({"f|exists": True}, r) for r in rows] == [False, False, True, True]
    assert [holds({"f|exists": False}, r) for r in rows] == [True, True, False, False]
    assert [holds({"f": "*"}, r) for r in rows] == [False, False, True, True]
    assert [holds({"f": [None, "x"]}, r) for r in rows] == [True, True, False, True]
    assert [holds({"f|contains": ""}, r) for r in rows] == [False, False, True, True]


def test_lists_in_records_hold_where_an_element_does() -> None:
    assert holds({"f": "b"}, {"f": ["a", ["B"]]}) and holds({"f|contains|all": ["a", "b"]}, {"f": ["a", "b"]})
    assert not holds({"f": "ab"}, {"f": ["a", "b"]}) and not holds({"f": "a"}, {"f": []})
    assert holds({"f|exists": True}, {"f": []})


@pytest.mark.parametrize(
    ("key", "here", "there", "due"),
    [
        ("fieldref", "AB", "ab", True), ("fieldref", "ab", "b", False), ("fieldref", None, "b", False),
        ("fieldref|cased", "AB", "ab", False), ("fieldref|startswith", "abc", "AB", True),
        ("fieldref|startswith", "xab", "ab", False), ("endswith|fieldref", "xab", "AB", True),
        ("fieldref|contains", "xabx", "ab", True), ("fieldref|contains", "ab", "xabx", False),
        ("fieldref|neq", "a", "b", True), ("fieldref|neq", "a", "A", False), ("fieldref", 5, "5", True),
        ("fieldref", ["a", "b"], ["c", "B"], True),
    ],
)  # fmt: skip
def test_other_fields(key: str, here: Any, there: Any, due: bool) -> None:
    assert holds({f"f|{key}": "g"}, {"f": here, "g": there}) is due


def test_keywords() -> None:
    record = {"a": "The Secret", "b": {"c": [1, "plan\\b"]}, "n": None}
    assert holds(["secret", "nothing"], record) and holds("plan", record) and holds(["*ecr?t*"], record)
    assert not holds(["nothing", "a:"], record)
    assert holds({"|all": ["secret", "plan"]}, record) and not holds({"|all": ["secret", "no"]}, record)
    assert holds({"|all|cased": ["Secret", "plan"]}, record) and not holds({"|cased": "secret"}, record)
    assert holds({"|re": "S[a-z]+t"}, record) and not holds({"|re": "s[a-z]+t"}, record)
    assert holds([1], record) and holds(["plan\\b"], record)
    assert holds([{"a|contains": "x"}, {"a|contains": "the"}], record)
    assert holds([{"a": "x"}, "secret"], record)


def test_maps_and_lists_of_maps() -> None:
    both = {"a": "1", "b": ["2", "3"]}
    assert holds(both, {"a": 1, "b": 3}) and not holds(both, {"a": 1}) and not holds(both, {"b": 2})
    either = [{"a": 1, "b": 2}, {"c": 3}]
    assert holds(either, {"c": 3}) and holds(either, {"a": 1, "b": 2}) and not holds(either, {"a": 1})


def test_reasons_name_the_fields_and_texts_that_made_a_rule_fire() -> None:
    found = rule({"s": {"a": ["x", "y"], "b": 1}, "n": {"c": "z"}, "condition": "s and not n"}).expression
    record = {"a": "Y", "b": 1, "c": None}
    assert sorted(reasons(found, record.get)) == [("a", "Y"), ("b", "1")]


@pytest.mark.parametrize(
    ("detection", "words"),
    [
        ({"f|expand": "%servers%"}, "%servers%"),
        ({"f|contains|expand": ["*%a%*", "%b%"]}, "*%a%*, %b%"),
        ({"f|magic": "x"}, "'magic'"),
        ({"f|": "x"}, "''"),
        ({"f|re": "(?=x)"}, "linear time"),
        ({"f|re": "(a"}, "linear time"),
        ({"f|re": r"(a)\1"}, "linear time"),
        ({"f|i": "x"}, "without re"),
        ({"f|windash|re": "x"}, "modifier re"),
        ({"f|re|base64": "x"}, "modifier re"),
        ({"f|re|hour": "5"}, "modifier re"),
        ({"f|re|expand": "a%b%"}, "placeholder a%b%,"),
        ({"f|fieldref": "g*"}, "wildcard"),
        ({"f|wide|fieldref": "g"}, "encoded"),
        ({"f|hour": 2.5}, "no hour"),
        ({"f|contains|re": "x"}, "modifier re"),
        ({"f|cidr": "10.0.0.0/33"}, "no network"),
        ({"f|cidr": "10.0.*"}, "no network"),
        ({"f|cidr|contains": "10.0.0.0/8"}, "do not go together"),
        ({"f|contains|startswith": "a"}, "do not go together"),
        ({"f|lt|gt": 5}, "do not go together"),
        ({"f|lt": "x"}, "compared as a number"),
        ({"f|lt": True}, "compared as a number"),
        ({"f|gt": "nan"}, "compared as a number"),
        ({"f|gt": ".inf"}, "compared as a number"),
        ({"f|gt": float("inf")}, "compared as a number"),
        ({"f|gt": "5*"}, "compared as a number"),
        ({"f|gt": None}, "compared as a number"),
        ({"f|hour": "noon"}, "compared as a number"),
        ({"f|hour|contains": 5}, "time is a number"),
        ({"f|exists": "yes"}, "true or false"),
        ({"f|exists": [True, False]}, "true or false"),
        ({"|exists": True}, "without a field"),
        ({"|gt": 5}, "whole text"),
        ({"|cidr": "10.0.0.0/8"}, "whole text"),
        ([None], "whole text"),
        ({"selection": None, "condition": "selection"}, "whole text"),
        ({"f|base64": "a*b"}, "wildcard"),
        ({"f|base64offset|contains": "a?b"}, "wildcard"),
        ({"f|wide": True}, "text"),
        ({"f|wide|wide": "a"}, "twice"),
        ({"|fieldref": "g"}, "no name"),
        ({"f|fieldref": 5}, "no name"),
        ({"f|fieldref|cidr": "g"}, "compared by cidr"),
        ({"f": []}, "empty list"),
        ({"f": [["a"]]}, "nested"),
        ({"f": {"g": "a"}}, "nested"),
        ({}, "empty"),
        ([], "empty"),
        ({"f": "a\ue000b"}, "private use"),
        ({"f": "\ud800"}, "no Unicode"),
        ({"f": "?" * 500_000}, "linear time"),
        ({"f": 10**400}, "number beyond"),
        ({"f": b"x"}, "bytes"),
        ({"f": [("a", "b")]}, "tuple"),
        ({"f|windash": ["-a -b -c" + "x" * 50_000] * 2}, "grows"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(detection: Any, words: str) -> None:
    assert words in said(detection)


@pytest.mark.parametrize(
    "detection",
    [
        {"|contains": ""},
        ["*"],
        {"s": {"f": 1}, "k": ["*"], "condition": "s or k"},
        {"s": {"f": 1}, "condition": "s or not s"},
        {"|re": ".*"},
        {"|re": "x*"},
        {"k": ["*", "x"], "condition": "1 of them"},
    ],
)
def test_a_rule_that_would_match_everything_is_refused(detection: Any) -> None:
    assert said(detection) == "It would match every record."


def test_a_rule_that_asks_for_presence_or_with_an_anchor_is_none_of_those() -> None:
    for detection in ({"f": "*"}, {"|re": "^$"}, {"s": {"f": 1}, "k": ["*"], "condition": "s and k"}):
        assert isinstance(rule(detection), Rule)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "no title"),
        ({"title": 5}, "no title"),
        ({"level": "severe"}, "'severe'"),
        ({"level": 3}, "'3'"),
        ({"logsource": None}, "no logsource"),
        ({"logsource": {"definition": "x"}}, "neither product"),
        ({"logsource": {"product": ["a", "b"]}}, "no text"),
        ({"detection": None}, "no detection"),
        ({"detection": {"s": {"f": 1}}}, "no condition"),
        ({"detection": {"s": {"f": 1}, "condition": [5]}}, "no condition"),
        ({"detection": {"s": {"f": 1}, "condition": "s", "timeframe": "5m"}}, "timeframe"),
        ({"detection": None, "filter": {"rules": []}}, "no detection"),
    ],
)
def test_rules_that_lack_something(change: dict[str, Any], words: str) -> None:
    base = {"title": "t", "logsource": {"product": "p"}, "detection": {"s": {"f": 1}, "condition": "s"}}
    with pytest.raises(RuleError, match=words):
        parse_rule({**base, **change})


def test_a_filter_is_named_as_such() -> None:
    with pytest.raises(RuleError, match="filter"):
        parse_rule({"title": "t", "logsource": {"product": "p"}, "filter": {"rules": ["a"]}})


def test_what_a_rule_says_of_itself() -> None:
    text = """
        title: ' A title '
        id: 929a690e-bef0-4204-a928-ef5e620d6fcc
        level: HIGH
        tags: [attack.t1059.001, attack.T1059.001, attack.command_and_control, attack.g0016, cve.2024-1, 5]
        references: https://example.org
        falsepositives: [Some]
        date: 2024-01-01
        logsource: {product: Windows, category: Process_Creation}
        detection: {s: {f: 1}, condition: s}
    """
    made = parse_rule(yaml.safe_load(text), "a/b.yml")
    assert isinstance(made, Rule)
    about = made.about
    assert (about.title, about.level.name, about.techniques, about.tactics) == (
        "A title", "HIGH", ("T1059.001",), ("command-and-control",),
    )  # fmt: skip
    assert (about.references, about.falsepositives, about.path) == (
        ("https://example.org",),
        ("Some",),
        "a/b.yml",
    )
    assert str(made.logsource) == "product windows, category process_creation"


def test_values_of_one_field_are_asked_for_together() -> None:
    (asked,) = asked_in(rule({"f|contains": ["A", "b", "a"]}).expression)
    assert (asked.op, asked.values) == (Op.CONTAINS, ("a", "b"))
