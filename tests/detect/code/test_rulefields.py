"""Fields of a rule's file of a wrong kind: a sentence with the file and the key, and a hint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.rulefile import rule_of
from cybersecqwen.errors import RuleError

WHOLE: dict[str, Any] = {
    "title": "A title",
    "languages": ["python"],
    "cwe": [78],
    "severity": "high",
    "confidence": "low",
    "why": "It does harm.",
    "instead": "Do else.",
    "references": ["https://example.org"],
    "words": ["bad"],
    "requires": "a",
    "absent": "b",
    "calls": [{"to": ["bad"], "where": {"0": "built"}, "unless": [{"1": "present"}], "fewer": 3}],
    "match": [{"pattern": "bad($A)", "where": {"A": {"shape": "built", "missing": False}}}],
    "lines": [{"pattern": "bad", "in_comments": True}],
    "document": [{"each": "a.b", "where": [{"path": "c", "is": ["d"], "matches": "e"}]}],
    "fix": [{"says": "It is good then.", "call": "good"}],
    "bad": ["bad()"],
    "good": ["good()"],
}
LETTERS = st.characters(
    min_codepoint=0x20, max_codepoint=0x2FFF, exclude_categories=["Cc", "Cf", "Cn", "Nd", "Zl", "Zp"]
)
"""Without what ends a line in YAML, and not in JSON."""
TEXT, LIST, MAP, NUMBER, TRUTH = "text", "list", "mapping", "number", "truth"
OTHERS: dict[str, st.SearchStrategy[Any]] = {
    TEXT: st.text(LETTERS, min_size=1, max_size=80).map(lambda text: f"~{text}"),
    LIST: st.lists(st.lists(st.integers(), min_size=1), min_size=1, max_size=3),
    MAP: st.dictionaries(st.text(LETTERS, max_size=5), st.integers(), min_size=1, max_size=3),
    NUMBER: st.integers(-5, -1),
    TRUTH: st.just(True),
}
WRONG: dict[str, tuple[tuple[Any, ...], tuple[str, ...]]] = {
    "title": (("title",), (LIST, MAP, TRUTH)),
    "languages": (("languages",), (LIST, MAP, TRUTH)),
    "one of languages": (("languages", 0), (LIST, MAP, TRUTH)),
    "cwe": (("cwe",), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "one of cwe": (("cwe", 0), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "severity": (("severity",), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "confidence": (("confidence",), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "why": (("why",), (LIST, MAP, TRUTH)),
    "instead": (("instead",), (LIST, MAP, TRUTH)),
    "references": (("references",), (LIST, MAP, TRUTH)),
    "words": (("words",), (LIST, MAP, TRUTH)),
    "requires": (("requires",), (LIST, MAP, TRUTH)),
    "absent": (("absent",), (LIST, MAP, TRUTH)),
    "calls": (("calls",), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "to": (("calls", 0, "to"), (LIST, MAP, TRUTH)),
    "where": (("calls", 0, "where"), (TEXT, LIST, NUMBER, TRUTH)),
    "condition in where": (("calls", 0, "where", "0"), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "unless": (("calls", 0, "unless"), (TEXT, LIST, NUMBER, TRUTH)),
    "fewer": (("calls", 0, "fewer"), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "match": (("match",), (TEXT, LIST, NUMBER, TRUTH)),
    "shape": (("match", 0, "where", "A", "shape"), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "missing": (("match", 0, "where", "A", "missing"), (TEXT, LIST, MAP, NUMBER)),
    "lines": (("lines",), (LIST, MAP, NUMBER, TRUTH)),
    "pattern": (("lines", 0, "pattern"), (LIST, MAP, TRUTH)),
    "in_comments": (("lines", 0, "in_comments"), (TEXT, LIST, MAP, NUMBER)),
    "document": (("document",), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "each": (("document", 0, "each"), (LIST, MAP, TRUTH)),
    "path": (("document", 0, "where", 0, "path"), (LIST, MAP, TRUTH)),
    "is": (("document", 0, "where", 0, "is"), (LIST, MAP)),
    "matches": (("document", 0, "where", 0, "matches"), (LIST, MAP, TRUTH)),
    "fix": (("fix",), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "says": (("fix", 0, "says"), (LIST, MAP, TRUTH)),
    "call": (("fix", 0, "call"), (LIST, MAP, TRUTH)),
    "of": (("fix", 0, "of"), (LIST, MAP, TRUTH)),
    "imports": (("fix", 0, "imports"), (TEXT, LIST, MAP, NUMBER, TRUTH)),
    "globals": (("fix", 0, "globals"), (LIST, MAP, TRUTH)),
    "bad": (("bad",), (LIST, MAP, TRUTH)),
    "one of bad": (("bad", 0), (LIST, MAP, TRUTH)),
    "good": (("good",), (LIST, MAP, TRUTH)),
}
"""Field → (where it stands, the kinds that it cannot be)."""
PYTHONS = (
    "int()",
    "literal",
    "unhashable",
    "object",
    "NoneType",
    "iterable",
    "subscript",
    "attribute",
    "class",
)
"""Words of Python's own messages."""


def with_value(where: tuple[Any, ...], value: Any) -> str:
    made = json.loads(json.dumps(WHOLE))
    holder = made
    for part in where[:-1]:
        holder = holder[part]
    holder[where[-1]] = value
    return json.dumps(made, ensure_ascii=False)


def test_the_whole_rule_is_read() -> None:
    rule = rule_of(json.dumps(WHOLE), "python", "mine")
    assert rule.cwe == ("CWE-78",) and rule.fixes[0].call == "good" and rule.lines[0].in_comments
    assert rule_of(with_value(("cwe",), "CWE-089"), "python", "mine").cwe == ("CWE-89",)


@pytest.mark.parametrize("name", WRONG)
@given(data=st.data())
def test_a_field_of_another_kind_is_named(name: str, data: st.DataObject) -> None:
    where, kinds = WRONG[name]
    value = data.draw(st.one_of([OTHERS[kind] for kind in kinds]))
    with pytest.raises(RuleError) as caught:
        rule_of(with_value(where, value), "python", "mine", "own/python/mine.yaml")
    said, hint = caught.value.message, caught.value.hint
    assert said.startswith("The rule own/python/mine.yaml cannot be used: ")
    assert repr(name.rpartition(" ")[2]) in said
    assert hint and "\n" not in said and len(said) < 300
    told = said.split(", not ")[0]
    assert not any(word in told for word in PYTHONS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cwe: [abc]", "its 'cwe' must be numbers of CWE, not 'abc'"),
        ("cwe: " + "9" * 5_000, "it has a number of more than 100 characters"),
        ("cwe: " + "9" * 90, "its 'cwe' must be numbers of CWE, not '9"),
        ("cwe: [true]", "its 'cwe' must be a text, not true"),
        ("title: !!timestamp x", "it has a number, or a value with a tag, that cannot be read"),
        ("title: !!int 0b_", "it has a number, or a value with a tag, that cannot be read"),
        ("requires: (a", "its 'requires' is no expression of RE2: missing )"),
        ("calls: [{where: {}}]", "one of its 'calls' has no 'to'"),
        ("calls: [{to: a, when: 1}]", "'when' in its 'calls' is none of to, where, unless, fewer"),
        ("title: [", "it is no YAML in line"),
        ("7: a", "'7' is no key of a rule"),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    key = text.partition(":")[0]
    rest = {name: value for name, value in WHOLE.items() if name != key}
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in rest.items())
    with pytest.raises(RuleError) as caught:
        rule_of(f"{text}\n{lines}", "python", "mine")
    assert said in caught.value.message
    assert caught.value.hint


def test_the_file_of_a_users_rule_is_named_as_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    file = tmp_path / "python" / "mine.yaml"
    file.write_text(with_value(("cwe",), ["abc"]))
    with pytest.raises(RuleError) as caught:
        CodeRules.shipped([tmp_path]).of("python")
    assert str(file) in caught.value.message
