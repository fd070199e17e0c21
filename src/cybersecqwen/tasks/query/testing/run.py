"""All checks of all rules of some sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.errors import RuleError
from cybersecqwen.records.rule_tests import RuleFinding, RuleTest, RuleTests, Weight
from cybersecqwen.tasks.interface import Progress, no_progress

from . import about, carried, converting, meaning, naming
from .recordings import Case, cases, fires
from .rules import Found, found_in, together

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

_ALL = ("reads", "examples", "id", "level")
_OF_RULES = ("can-match", "alternatives", "filters", "logsource", "fields")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is tested, besides what always is."""

    store: Store | None = None
    """Knowledge by which tags of techniques are checked; None for no such check."""
    dialects: tuple[str, ...] = ()
    """Languages that every rule is converted to: "spl", or "spl/cim" with the schema."""
    recordings: bool = True
    """Whether recordings (SigmaHQ's regression data) are run."""
    made: int = 24
    """Records that are made of each rule, of both kinds each; at least 2."""


def test_rules(
    paths: Sequence[Path], asked: Asked | None = None, progress: Progress = no_progress
) -> RuleTests:
    """Test the rules of folders, archives and files.

    Recordings may stand in the same sets or in sets of their own. Raises RuleError where a path cannot be
    read, or no path holds a rule.
    """
    asked = asked or Asked()
    found: list[Found] = []
    recorded: list[Case] = []
    for path in paths:
        if asked.recordings:
            recorded += cases(path)
        found += found_in(path)
    if not found:
        raise RuleError(f"There are no rules in {', '.join(map(str, paths)) or 'no path'}.")
    return tested(found, recorded, asked, first_ids(found), progress)


def tested(
    found: Sequence[Found],
    recorded: Sequence[Case],
    asked: Asked,
    first: Mapping[str, str],
    progress: Progress = no_progress,
) -> RuleTests:
    """The tests of rules that have been read; `first` tells for an id the file that has it first."""
    tests = tuple(_each(found, asked, first, progress))
    tests, problems = _with_recordings(tests, found, recorded, progress)
    return RuleTests(tests=tests, problems=tuple(problems), dialects=asked.dialects)


def first_ids(found: Sequence[Found]) -> dict[str, str]:
    """Id to the first file that has it."""
    first: dict[str, str] = {}
    for one in found:
        if one.id:
            first.setdefault(one.id, one.path)
    return first


def _each(
    found: Sequence[Found], asked: Asked, first: Mapping[str, str], progress: Progress
) -> Iterator[RuleTest]:
    done = 0
    for _, of_file in groupby(found, key=lambda one: (one.root, one.file)):
        group = list(of_file)
        yield from _of_file(group, asked, first)
        done += len(group)
        progress("testing rules", done, len(found))


def _of_file(group: Sequence[Found], asked: Asked, first: Mapping[str, str]) -> Iterator[RuleTest]:
    """The tests of the rules of one file."""
    ruleset = together(group)
    unlinked = {one.path: one.reason for one in ruleset.unsupported}
    for number, one in enumerate(group):
        reason = one.reason or unlinked.get(one.path, "")
        findings = [_unreadable(one, reason)] if reason else []
        count, wrong = carried.carried(one, ruleset)
        findings += wrong
        if number == 0:
            more, wrong = _beside(group)
            count, findings = count + more, findings + wrong
        findings += [*about.identity(one, first), *about.standing(one)]
        checks = [*_ALL]
        if asked.store is not None:
            checks.append("techniques")
            findings += about.techniques(one, asked.store)
        made = 0
        if isinstance(one.rule, Rule):
            checks += [*_OF_RULES, *map(converting.check_name, asked.dialects)]
            made, wrong = _of_rule(one, one.rule, asked)
            findings += wrong
        yield RuleTest(
            path=one.path,
            title=one.title,
            id=one.id,
            origin=one.root.as_posix(),
            line=one.places.first,
            checks=tuple(checks),
            findings=tuple(findings),
            examples=count,
            made=made,
        )


def _unreadable(one: Found, reason: str) -> RuleFinding:
    return RuleFinding(check="reads", weight=Weight.ERROR, message=reason, line=one.places.first)


def _beside(group: Sequence[Found]) -> tuple[int, list[RuleFinding]]:
    try:
        return carried.beside(group, together(group))
    except RuleError as error:
        return 0, [RuleFinding(check="examples", weight=Weight.ERROR, message=error.message)]


def _of_rule(one: Found, rule: Rule, asked: Asked) -> tuple[int, list[RuleFinding]]:
    """How many records were made of a rule about single records, and what its checks found."""
    types = naming.types_of(rule.logsource)
    made = meaning.made_from(rule, types, max(2, asked.made))
    findings = [
        *meaning.can_match(rule, made, one.places, types),
        *meaning.alternatives(rule, made, one.places),
        *meaning.filters(rule, one.places, types),
        *about.logsource(one),
        *naming.fields(rule, one.places),
        *converting.conversions(rule, asked.dialects, one.places),
    ]
    return len(made.positives) + len(made.near_misses), findings


def _with_recordings(
    tests: tuple[RuleTest, ...], found: Sequence[Found], recorded: Sequence[Case], progress: Progress
) -> tuple[tuple[RuleTest, ...], list[str]]:
    """The tests with what the recordings showed."""
    by_id: dict[str, int] = {}
    for number, one in enumerate(found):
        if isinstance(one.rule, Rule) and one.id:
            by_id.setdefault(one.id, number)
    results = list(tests)
    problems: list[str] = []
    for done, case in enumerate(recorded, 1):
        progress("running recordings", done, len(recorded))
        numbers = [by_id[id] for id in case.rules if id in by_id]
        missing = [id for id in case.rules if id not in by_id]
        if missing:
            problems.append(
                f"{case.name} is for the rule {missing[0][:60]}, which is not among those tested."
            )
        for number, finding in _run(case, found, numbers):
            test = results[number]
            checks = test.checks if "recordings" in test.checks else (*test.checks, "recordings")
            findings = (*test.findings, finding) if finding is not None else test.findings
            results[number] = replace(test, checks=checks, findings=findings, examples=test.examples + 1)
    return tuple(results), problems


def _run(
    case: Case, found: Sequence[Found], numbers: Sequence[int]
) -> Iterator[tuple[int, RuleFinding | None]]:
    """For each rule of a recording what is wrong; None where it fires."""
    rules = [rule for number in numbers if isinstance(rule := found[number].rule, Rule)]
    said = ""
    fired: frozenset[str] = frozenset()
    try:
        fired, count = fires(case, rules) if rules else (fired, 0)
        said = "holds no record that can be read." if not count else "does not fire the rule."
    except RuleError as error:
        said = f"cannot be run: {error.message}"
    for number, rule in zip(numbers, rules, strict=True):
        ok = rule.about.id in fired
        message = f"The recording {case.name} {said}"
        line = found[number].places.key("detection")
        yield (
            number,
            None if ok else RuleFinding(check="recordings", weight=Weight.ERROR, message=message, line=line),
        )
