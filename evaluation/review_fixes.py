"""How many findings of `csq review` a rule mends, and whether what comes out holds.

Run as: python -m evaluation.review_fixes DATA_DIR [--out FILE]

The findings are those in the bad examples of the rules for Python and JavaScript, of the rule that the
example is of, and all those in the half "dev" of PurpleLlama's snippets in these languages (see
`evaluation.review_rules`). Every fix is applied by itself and looked at anew, apart from the check that let
it out: its diff is what the edits do, the text reads no worse (where Python's own compiler could read it, it
still can), the rule finds one thing less, and no rule finds more.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cybersecqwen.detect.code.fixing import applied, unified
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.tree import Tree
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.records.review import CodeFinding
from evaluation.rates import Rate
from evaluation.review_rules import plain, purple, share

LANGUAGES = ("python", "javascript")


@dataclass(frozen=True, slots=True)
class Tried:
    """A finding, and what became of its fix."""

    rule: str
    fixed: bool
    wrong: str = ""
    """What does not hold of the fix, a few words; "" where all does."""


def of_examples(rules: CodeRules, language: str) -> Iterator[Tried]:
    """The findings of each rule in its own bad examples."""
    for rule in rules.of(language):
        if rule.languages[0] != language:
            continue
        for text in rule.bad:
            tried = _of_text(SourceFile(path="example", language=language, text=text), rules)
            yield from (one for one in tried if one.rule == rule.id)


def of_snippets(rules: CodeRules, language: str, data: Path) -> Iterator[Tried]:
    """The findings of all rules in the snippets of one language, half "dev"."""
    for item in purple(data):
        if item.language == language and item.half == "dev":
            yield from _of_text(SourceFile(path=item.name, language=language, text=item.code), rules)


def _of_text(source: SourceFile, rules: CodeRules) -> Iterator[Tried]:
    before = Look(source).findings(rules.of(source.language))
    for one in before:
        yield Tried(one.rule, one.fix is not None, wrong_with(one, before, source, rules))


def wrong_with(
    finding: CodeFinding, before: Iterable[CodeFinding], source: SourceFile, rules: CodeRules
) -> str:
    """What does not hold of a finding's fix, "" where all does or there is none."""
    fix = finding.fix
    if fix is None:
        return ""
    text = applied(source.text, fix.edits)
    if fix.diff != unified(source.text, text, source.path):
        return "the diff is another"
    if _errors(text, source.language) > _errors(source.text, source.language):
        return "reads worse"
    if source.language == "python" and _compiles(source.text) and not _compiles(text):
        return "does not compile"
    after = Look(replace(source, text=text), mends=False).findings(rules.of(source.language))
    was, now = Counter(one.rule for one in before), Counter(one.rule for one in after)
    if now[finding.rule] >= was[finding.rule]:
        return "the finding is still there"
    return "something new is found" if now - was else ""


def _errors(text: str, language: str) -> int:
    return len(Tree(text, language).find(["ERROR"]))


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(text, "example", "exec", dont_inherit=True)  # the tree alone lets a keyword stand twice
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def summed(tried: Iterable[Tried]) -> dict[str, Any]:
    """Shares with a fix and of fixes that hold, and both by rule."""
    by_rule: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        by_rule[one.rule].append(one)
    everything = [one for some in by_rule.values() for one in some]
    fixed = [one for one in everything if one.fixed]
    return {
        "fixed": plain(Rate(hits=len(fixed), of=len(everything))),
        "held": plain(Rate(hits=sum(not one.wrong for one in fixed), of=len(fixed))),
        "wrong": dict(Counter(f"{one.rule}: {one.wrong}" for one in fixed if one.wrong)),
        "by rule": {
            rule: [sum(one.fixed for one in some), len(some)] for rule, some in sorted(by_rule.items())
        },
    }


def main() -> None:
    """Prints the shares and writes them as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rules = CodeRules.shipped()
    table: dict[str, Any] = {"rules with a fix": {}, "examples": {}, "purplellama dev": {}}
    for language in LANGUAGES:
        chosen = [rule for rule in rules.of(language) if rule.languages[0] == language]
        table["rules with a fix"][language] = [sum(bool(rule.fixes) for rule in chosen), len(chosen)]
        table["examples"][language] = summed(of_examples(rules, language))
        table["purplellama dev"][language] = summed(of_snippets(rules, language, given.data))
    for name in ("examples", "purplellama dev"):
        for language, row in table[name].items():
            print(f"{name} {language}: fixed {share(row['fixed'])}, of these holding {share(row['held'])}")
            print(*(f"  {key}" for key in row["wrong"]), sep="\n")
            print(
                "  " + ", ".join(f"{key} {hits}/{of}" for key, (hits, of) in row["by rule"].items() if hits)
            )
    print("rules with a fix", table["rules with a fix"])
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
