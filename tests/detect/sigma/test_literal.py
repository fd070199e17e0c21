"""The literal that an expression cannot do without stands in every text that it matches."""

from __future__ import annotations

import re
from random import Random

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.literal import required_literal
from cybersecqwen.detect.sigma.model import Op, Ruleset
from cybersecqwen.detect.sigma.plain import pattern

from .drawn import asked_in

atoms = st.sampled_from(
    [
        "a",
        "b",
        "s",
        "S",
        "k",
        "é",
        "ſ",
        r"\.",
        r"\\",
        "[ab]",
        "[^a]",
        ".",
        r"\d",
        r"\bs",
        "ab",
        "sk",
        "[[]",
        "]",
        "{,2}",
    ]
)
patterns = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map("({})".format),
        inner.map("({})".format),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{0,1}", "{1,3}", "+?"])),
        inner.map("(?i:{})".format),
        inner.map("(?P<name>{})".format),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(patterns, st.sampled_from(["", "(?i)", "(?s)", "(?is)"]), st.data())
def test_every_match_holds_the_literal(body: str, flags: str, data: st.DataObject) -> None:
    whole = flags + body
    try:
        compiled = pattern(whole)
    except re2.error:
        return  # such a rule is refused
    literal = required_literal(whole)
    assert literal == literal.lower() and literal.isascii()
    try:
        read = re.compile(whole)
    except (re.error, FutureWarning):
        assert literal == ""
        return
    text = data.draw(st.from_regex(read))
    for tried in (text, text.replace("s", "ſ"), text.upper(), text.replace("k", "K"), text.swapcase()):
        if compiled.search(tried) is not None:
            assert literal in tried.lower()


@pytest.mark.parametrize(
    ("expression", "literal"),
    [
        ("powershell", "powershell"),
        ("Power(Shell)+ -enc", "power"),
        (r"\\Device\\Harddisk", "\\device\\harddisk"),
        ("(?i)missing", "ing"),
        ("a|bcd", ""),
        ("(?:abc)?de", "de"),
        ("(abc){2}", "abc"),
        ("[[:alpha:]]foo", ""),
        (r"\Qa.b\E", ""),
        ("(?s).*foo.bar.*", "foo"),
        ("x", ""),
        ("(((", ""),
    ],
)
def test_literals(expression: str, literal: str) -> None:
    assert required_literal(expression) == literal


def test_a_text_without_the_literal_of_a_starter_rule_is_no_match(starter: Ruleset) -> None:
    chance, seen = Random(3), 0
    for rule in starter.rules:
        for test in asked_in(rule.expression):
            if test.op not in (Op.GLOB, Op.REGEX):
                continue
            for value in test.values:
                literal = required_literal(value)
                if literal:
                    text = _without(literal, value, chance)
                    seen += 1
                    assert pattern(value).search(text) is None, (value, text)
    assert seen > 20


def _without(literal: str, expression: str, chance: Random) -> str:
    """Text of the expression's own words, with the literal cut out wherever it stands."""
    words = re.findall(r"\w+|\W", expression)
    text = "".join(chance.choice(words) for _ in range(40)) + expression
    while literal in text.lower():
        text = re.sub(re.escape(literal), "", text, flags=re.IGNORECASE)
    return text
