"""Rules inside a text: YARA, Sigma, Suricata; each rule is our own."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.report.lookers_sigma import SIGMA
from cybersecqwen.detect.report.lookers_suricata import SURICATA
from cybersecqwen.detect.report.lookers_yara import LONGEST_RULE, YARA

from .lookers import found, values

YARA_RULE = r"""private rule Odd_One : tag1 tag2
{
    meta:
        author = "nobody {"
    strings:
        $a = "a \" } b" wide
        $b = { 4D 5A [2-4] ( 90 | 91 ) ?? }
        $c = /x{2}\/"}/i   // a comment with }
        /* another } " one */
    condition:
        all of them and for any i in (1..#a) : ( @a[i] < 10 )
}"""
SIGMA_RULE = """title: Odd Child of Office
id: 11111111-2222-4333-8444-555555555555
status: test
description: |
    Something that spans

    two paragraphs
references:
- https://a.example/b
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        ParentImage|endswith: '\\\\winword.exe'
    condition: selection
level: high
tags:
  - attack.t1204"""
SNORT = (
    'alert tcp $HOME_NET any -> [192.0.2.1,198.51.100.0/24] 443 (msg:"ODD beacon; (test)"; flow:established;'
    ' content:"|0d 0a|\\"x)"; pcre:"/a(b)/U"; sid:2900001; rev:1;)'
)


def _standing(rule: str) -> tuple[str, ...]:
    return (rule, f"Before it.\n\n{rule}\n\nAfter it.", f"See:\n{rule}\n{rule}")


@pytest.mark.parametrize("text", _standing(YARA_RULE))
def test_yara(text: str) -> None:
    for match in found(YARA, text):
        assert text[match.start : match.end] == YARA_RULE
        assert (match.type, match.value, match.claims) == ("yara", "Odd_One", False)
    assert len(found(YARA, text)) == text.count("Odd_One")


@pytest.mark.parametrize("text", _standing(SIGMA_RULE))
def test_sigma(text: str) -> None:
    for match in found(SIGMA, text):
        assert text[match.start : match.end] == SIGMA_RULE
        assert (match.type, match.value, match.claims) == ("sigma", "Odd Child of Office", False)
    assert len(found(SIGMA, text)) == text.count("Odd Child")


@pytest.mark.parametrize("text", (*_standing(SNORT), SNORT.replace("; ", ";\n    "), f"a) {SNORT}"))
def test_suricata(text: str) -> None:
    (match, *more) = found(SURICATA, text)
    assert text[match.start : match.end].replace("\n   ", "") == SNORT
    assert (match.type, match.value, match.claims) == ("suricata", "2900001 ODD beacon; (test)", False)
    assert len(more) == text.count("sid") - 1


def test_an_indented_sigma_rule_ends_where_its_indentation_does() -> None:
    indented = "\n".join("    " + line if line else line for line in SIGMA_RULE.split("\n"))
    text = f"A rule:\n{indented}\nlevel of the text again"
    (match,) = found(SIGMA, text)
    assert text[match.start : match.end] == indented.strip()


def test_rules_that_are_cut_are_none() -> None:
    for size in range(len(YARA_RULE)):
        assert values(YARA, YARA_RULE[:size]) == []
    for size in range(len(SNORT)):
        assert values(SURICATA, SNORT[:size]) == []
    for size in range(SIGMA_RULE.index("condition:")):
        assert values(SIGMA, SIGMA_RULE[:size]) == []


@pytest.mark.parametrize(
    "text",
    [
        "the rule of thumb { condition: none }",
        "rule x { meta: a = 1 }",
        'rule x { strings: $a = "never closed\n condition: $a }',
        "rule x { condition: /* never closed }",
        "rule x { condition: { true } }",
        "a firewall rule allow {\n condition: x\n",
        "rule big { condition: " + "true or " * (LONGEST_RULE // 8) + "true }",
    ],
)
def test_no_yara(text: str) -> None:
    assert values(YARA, text) == []


def test_a_rule_after_a_broken_one_is_found() -> None:
    broken = YARA_RULE.replace('"nobody {"', '"nobody {')
    assert values(YARA, f"{broken}\n{YARA_RULE}") == ["Odd_One"]
    assert values(YARA, f"rule never_ends {{\n condition:\n{YARA_RULE}") == ["Odd_One"]


@pytest.mark.parametrize(
    "text",
    [
        SIGMA_RULE.replace("    condition: selection\n", ""),
        SIGMA_RULE.replace("logsource:", "source:"),
        SIGMA_RULE.replace("title:", "name:"),
        "title: x\n\nThe words logsource: and detection: and condition: are keys.",
    ],
)
def test_no_sigma(text: str) -> None:
    assert values(SIGMA, text) == []


@pytest.mark.parametrize(
    "text",
    [
        SNORT.replace("sid:2900001;", ""),
        SNORT.replace("msg:", "note:"),
        SNORT.replace("alert tcp", "alert them"),
        "alert tcp any any -> any any without anything (msg and sid:1;)",
        "x" + SNORT,
    ],
)
def test_no_suricata(text: str) -> None:
    assert values(SURICATA, text) == []
