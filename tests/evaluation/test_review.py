"""How rules of code and their fixes are counted, and that the pages say what was counted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ast_grep_py")

from evaluation.review_rules import Found, Item

from cybersecqwen.detect.code.fixing import applied, unified
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile
from evaluation import review_fixes, review_rules

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "evaluation/results/review"
RULES = CodeRules.shipped()


def saved(name: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    return given


def test_a_family_is_right_and_another_is_not() -> None:
    item = Item("a", "eval(b)", "python", 95, "dev")
    item.by["bandit"] = [Found(review_rules.TESTS["307"], 1, "B307")]
    rates = review_rules.rates([item], "bandit", "all")["right"]
    assert [rates[least]["hits"] for least in ("low", "medium", "high")] == [1, 1, 0]
    item.by["bandit"] = [Found(review_rules.TESTS["324"], 2, "B324")]
    row = review_rules.rates([item], "bandit", "all")
    assert row["right"]["low"]["hits"] == 0 and row["any"]["hits"] == 1


def test_rates_are_parted_by_language_and_weakness() -> None:
    items = [Item(f"{n}", f"eval({n})", "python", 95, "held" if n else "dev") for n in range(4)]
    items += [Item("c", "gets(a);", "c", 242, "held"), Item("d", "x = 1", "python", 89, "dev")]
    for item in items:
        item.by["csq"] = [Found(frozenset({item.cwe}), 0)]
        if item.language == "python":
            item.by["bandit"] = [Found(frozenset({95}), 2)] if item.name == "3" else []
    made = review_rules.by_weakness(items)
    assert {language: list(rows) for language, rows in made.items()} == {
        "c": ["CWE-242"],
        "python": ["CWE-89", "CWE-95"],
    }
    csq, bandit = made["python"]["CWE-95"]["csq"], made["python"]["CWE-95"]["bandit"]
    assert [csq[half]["low"]["of"] for half in ("all", "held")] == [4, 3]
    assert [csq["all"][least]["hits"] for least in ("low", "medium")] == [4, 0]
    assert [bandit["held"][least]["hits"] for least in ("low", "medium")] == [1, 1]
    lines = list(review_rules.weakness_rows(made))
    assert "| CWE-95 | held | 3 | 1.000 (.439–1.000) | .333 (.061–.792) |  |" in lines
    assert "| CWE-89 | held | 0 | – | – |  |" in lines
    assert lines[-1] == "| C | CWE-242 | 1 | 1.000 (.207–1.000) | .000 (.000–.793) | 1 | 1.000 (.207–1.000) |"


def test_what_ruff_says_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"filename": "a.py", "code": "S307"},
        {"filename": "b.py", "code": "invalid-syntax"},
        {"filename": "c.py", "code": "S999"},
    ]

    class Done:
        stdout = json.dumps(lines)

    monkeypatch.setattr("subprocess.run", lambda *_, **__: Done())
    found, unread = review_rules.said_by("ruff", "ruff", [])
    assert found == [
        ("a.py", Found(frozenset({78, 95}), 2, "S307")),
        ("c.py", Found(frozenset(), 2, "S999")),
    ]
    assert unread == {"b.py"}


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("True", ""),
        ("True)", "reads worse"),
        ("True, verify=True", "does not compile"),
        ("bool(0) or False", ""),
        ("False ", "the finding is still there"),
        ("eval(a)", "something new is found"),
    ],
)
def test_a_fix_that_does_not_hold_is_told(written: str, wrong: str) -> None:
    text = "import requests\ndef look(url, a):\n    return requests.get(url, verify=False)\n"
    source = SourceFile(path="a.py", language="python", text=text)
    before = Look(source).findings(RULES.of("python"))
    (finding,) = (one for one in before if one.rule == "python-tls-unchecked")
    assert finding.fix is not None
    edits = tuple(replace(one, text=written) for one in finding.fix.edits)
    diff = unified(text, applied(text, edits), "a.py")
    changed = replace(finding, fix=replace(finding.fix, edits=edits, diff=diff))
    assert review_fixes.wrong_with(changed, before, source, RULES) == wrong
    other = replace(finding, fix=replace(finding.fix, diff="--- a\n"))
    assert review_fixes.wrong_with(other, before, source, RULES) == "the diff is another"


def test_every_fix_that_was_counted_held() -> None:
    table = saved("fixes")
    for row in (*table["examples"].values(), *table["purplellama dev"].values()):
        assert row["held"]["hits"] == row["held"]["of"] == row["fixed"]["hits"] and not row["wrong"]


def test_the_pages_say_what_was_counted() -> None:
    page = (ROOT / "docs/review.md").read_text("utf-8")
    table = saved("rules")

    def said(row: dict[str, Any]) -> str:
        texts = (f"{row[key]:.3f}".removeprefix("0") for key in ("share", "low", "high"))
        share, low, high = texts
        return f"{share} ({low}–{high})"

    for tool in review_rules.TOOLS:
        for half in ("all", "held"):
            at = table["sven"][tool][half]
            assert said(at["before"]["right"]["low"]) in page
            assert said(at["after"]["right"]["low"]) in page
            assert said(at["before"]["right"]["medium"]) in page
        assert said(table["bandit examples"][tool]) in page
        for halves in table["purplellama"][tool].values():
            assert (
                said(halves["all"]["right"]["low"]) in page and said(halves["held"]["right"]["low"]) in page
            )
        assert f"{table['clean']['python3.11'][tool]['python']['per 1,000 lines']:.3f}" in page
    for line in review_rules.weakness_rows(table["purplellama by CWE"]):
        assert f"\n{line}\n" in page
    for rows in ("examples", "purplellama dev"):
        for row in saved("fixes")[rows].values():
            assert f"{row['fixed']['hits']} of {row['fixed']['of']}" in page
