"""The examples that rules of code carry: where they must find something, and where they must not.

Rules may be anybody's, and so are their examples: each is looked at as a file of a review is, by a process
that ends where it takes too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cybersecqwen.detect.code.rule import CodeRule
from cybersecqwen.detect.code.rulebook import CodeRules, read_rule
from cybersecqwen.detect.code.rulefile import FOLDERS, LARGEST, rule_of
from cybersecqwen.errors import RuleError

from .pool import Pool

_SIGMA = re.compile(rb"(?m)^(?:detection|correlation):")
"""A key that rules of Sigma have and rules of code do not: sets of Sigma have folders named python, too."""
_SHOWN = 60


@dataclass(slots=True)
class Checked:
    """How the examples of one rule did."""

    path: str
    title: str
    examples: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Example:
    rule: tuple[str, str, str]
    """Text, folder and name of its file: what a rule is compiled to is not sent to other processes."""
    text: str


@dataclass(frozen=True, slots=True)
class _Seen:
    findings: int = 0
    mended: bool = False
    problem: str = ""


def is_of_code(folder: Path) -> bool:
    """Whether a folder is laid out as rules of code are, and holds none of Sigma."""
    try:
        some = [file.read_bytes()[: 4 * LARGEST] for _, file in _rule_files(folder)]
    except OSError:
        return False
    return bool(some) and not any(map(_SIGMA.search, some))


def check_examples(folder: Path) -> Iterator[Checked]:
    """Run the examples of every rule of a folder, with nothing but the rule itself.

    A rule that cannot be used is a problem of its own. Raises RuleError where the folder holds none.
    """
    ours = {rule.id for rule in CodeRules.shipped().all()}
    CodeRules.shipped([folder])
    with Pool(_look, _late, 1) as pool:
        for language, file in _rule_files(folder):
            checked = Checked(str(file), "")
            try:
                rule = read_rule(file, language)
                if rule.id in ours:
                    raise RuleError(f"There are two rules {rule.id!r}.")
            except (RuleError, OSError) as error:
                checked.problems.append(error.message if isinstance(error, RuleError) else str(error))
                yield checked
                continue
            checked.title = rule.title
            _check(checked, rule, (file.read_text("utf-8"), language, file.stem), pool)
            yield checked


def _check(
    checked: Checked, rule: CodeRule, given: tuple[str, str, str], pool: Pool[_Example, _Seen]
) -> None:
    texts = [*rule.bad, *rule.good]
    checked.examples = len(texts)
    seen = list(pool.map([_Example(given, text) for text in texts]))
    for number, (text, one) in enumerate(zip(texts, seen, strict=True)):
        bad = number < len(rule.bad)
        shown = repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
        if one.problem:
            checked.problems.append(f"{one.problem} ({shown})")
        elif bad and not one.findings:
            checked.problems.append(f"It finds nothing in a bad example: {shown}")
        elif not bad and one.findings:
            checked.problems.append(f"It finds something in a good example: {shown}")
    if rule.fixes and not any(one.mended for one in seen[: len(rule.bad)]):
        checked.problems.append("Its fix holds in none of its bad examples.")


def _rule_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """(folder of the language, file), in their order."""
    for language in FOLDERS:
        within = folder / language
        for file in sorted(within.iterdir()) if within.is_dir() else ():
            if file.suffix in (".yaml", ".yml") and file.is_file():
                yield language, file


@lru_cache(maxsize=1)
def _rule(text: str, folder: str, stem: str) -> CodeRule:
    return rule_of(text, folder, stem)


def _look(example: _Example) -> _Seen:
    from cybersecqwen.detect.code.looking import Look
    from cybersecqwen.inputs.source.files import SourceFile

    rule = _rule(*example.rule)
    look = Look(SourceFile(path="example", language=rule.languages[0], text=example.text))
    try:
        found = look.findings([rule])
    except RecursionError:
        return _Seen(problem="An example nests too deep.")
    return _Seen(len(found), any(one.fix is not None for one in found), look.problem)


def _late(example: _Example) -> _Seen:
    del example
    return _Seen(problem="Looking at an example takes too long.")
