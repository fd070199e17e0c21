"""Findings in code → whether they are real (skill "judging"), and what mends them (skill "patching").

Made of the examples that our own rules carry: of what a rule must find, of what it must not find, and of what
its fix makes of it. Asked word for word as `csq review` asks. Code stands in files of made-up names, with
lines of our own before it, so that no number of a line can be learned.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from cybersecqwen.detect.code.fixing import applied
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rule import CodeRule
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.inputs.source.languages import suffix_of
from cybersecqwen.records.review import CodeFinding
from cybersecqwen.tasks.review import judging, patching
from cybersecqwen.tasks.review.patch_checks import Refusal
from cybersecqwen.tuning.records import Record

from .interface import Sources
from .names import word

_COMMENT = dict.fromkeys(
    ("javascript", "typescript", "tsx", "java", "go", "php", "csharp", "c", "cpp"), "//"
) | dict.fromkeys(("python", "ruby", "shell"), "#")
"""Languages that records are made of, with the sign that a comment begins with."""
_FOLDERS = ("src", "app", "lib", "server", "pkg/api", "internal", "web/handlers", "tools", "core")
_TESTS = ("tests", "src/test", "spec", "app/tests", "testing/fixtures")
_INPUT = re.compile(
    r"request|\bargv\b|\binput\(|\$_[GPRC]|getParameter|\breq\.|params|getenv|stdin|scanf|\bgets\b|ReadLine|Query\["
)
"""Something of strangers is read in the code."""
_FIRST = re.compile(r"\s*(?:<\?php|#!|package |using |from __future__)")
"""What must stay the first line of a file."""
_MOST_BEFORE = 9
_LONGEST = 3_000
_TRIES = 20
"""Draws for one record before there is none."""


def judgements(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`."""
    del sources
    for number in range(count):
        made = next(filter(None, (_judgement(chance, number) for _ in range(_TRIES))), None)
        if made is not None:
            yield made


def patches(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`."""
    del sources
    mended = [rule for rule in _rules() if rule.fixes]
    for _ in range(count):
        made = next(filter(None, (_patch(chance, chance.choice(mended)) for _ in range(_TRIES))), None)
        if made is not None:
            yield made


@cache
def _rules() -> tuple[CodeRule, ...]:
    known = (one for one in CodeRules.shipped().all() if set(one.languages) & set(_COMMENT))
    return tuple(one for one in known if one.bad and one.good)


def _judgement(chance: Random, number: int) -> Record | None:
    rule = chance.choice(_rules())
    kind = ("real", "not", "real", "test")[number % 4]
    if kind == "not":
        return _unreal(chance, rule)
    source = _file(chance, rule, chance.choice(rule.bad), tests=kind == "test")
    finding = _found(source, rule)
    if finding is None:
        return None
    why = "test" if kind == "test" else "value of strangers" if finding.proven else "unsafe whatever comes"
    return _judged(source, finding, real=kind == "real", why=why)


def _unreal(chance: Random, rule: CodeRule) -> Record | None:
    """A finding where the rule finds nothing: in its good example, at the line most like a bad one."""
    bad = _found(_file(chance, rule, chance.choice(rule.bad)), rule)
    source = _file(chance, rule, chance.choice(rule.good))
    if bad is None or _found(source, rule) is not None:
        return None
    lines = source.text.split("\n")
    wanted = bad.place.text.split("\n", 1)[0].strip()
    likeness = [difflib.SequenceMatcher(None, wanted, line.strip()).ratio() for line in lines]
    at = max(range(len(lines)), key=likeness.__getitem__)
    if likeness[at] < 0.3:
        return None
    place = replace(bad.place, path=source.path, line=at + 1, end_line=at + 1, text=lines[at])
    finding = replace(bad, place=place, flow=(), proven=False)
    why = "not a weakness"
    if _tainted(rule):
        why = "checked" if _INPUT.search(source.text) else "unreached"
    return _judged(source, finding, real=False, why=why)


def _tainted(rule: CodeRule) -> bool:
    """Whether it finds only what a value of strangers reaches."""
    wheres = [one.where for one in rule.calls] + [one.where for one in rule.nodes]
    return bool(wheres) and all(any(one.tainted for one in where.values()) for where in wheres)


def _judged(source: SourceFile, finding: CodeFinding, *, real: bool, why: str) -> Record:
    at = finding.place.line - 1
    begin = max(0, at - judging.BEFORE)
    lines = judging.without_comments(source.text, source.path).split("\n")
    around = "\n".join(lines[begin : at + judging.AFTER])
    return Record(
        skill="judging",
        instructions=judging.INSTRUCTIONS,
        material=tuple(judging.material_of(finding, around, begin + 1)),
        question=judging.question_about(finding),
        answer=json.dumps({"real": real, "why": why, "line": finding.place.line}),
        source=f"rule:{finding.rule}",
    )


def _patch(chance: Random, rule: CodeRule) -> Record | None:
    source = _file(chance, rule, chance.choice(rule.bad))
    finding = _found(source, rule, mends=True)
    fix = finding.fix if finding is not None else None
    window = patching.window_of(source.text, finding) if finding is not None else None
    if finding is None or fix is None or window is None:
        return None
    mended = applied(source.text, fix.edits)
    changed = _changed(source.text, mended)
    if not changed or any(one["line"] not in window for one in changed):
        return None
    edit = patching.edit_of(source.text, {"lines": changed}, window)
    if isinstance(edit, Refusal) or applied(source.text, [edit]) != mended:
        return None  # what it says would not be what the rule makes of it
    return Record(
        skill="patching",
        instructions=patching.INSTRUCTIONS,
        material=tuple(patching.material_of(source, finding, window)),
        question=patching.question_about(finding),
        answer=json.dumps({"lines": changed, "what": fix.what}, ensure_ascii=False),
        source=f"rule:{finding.rule}",
    )


def _changed(before: str, after: str) -> list[dict[str, Any]]:
    """Lines that change, with what stands there then; [] where lines appear above the first."""
    old, new = before.split("\n"), after.split("\n")
    found: list[dict[str, Any]] = []
    for what, first, last, begin, end in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        text = "\n".join(new[begin:end])
        if what == "replace":
            found.append({"line": first + 1, "text": text})
            found += [{"line": at + 1, "text": ""} for at in range(first + 1, last)]
        elif what == "delete":
            found += [{"line": at + 1, "text": ""} for at in range(first, last)]
        elif what == "insert":
            if not first or any(one["line"] == first for one in found):
                return []
            found.append({"line": first, "text": f"{old[first - 1]}\n{text}"})
    return found


def _file(chance: Random, rule: CodeRule, text: str, *, tests: bool = False) -> SourceFile:
    """An example as a file of a project."""
    language = chance.choice([one for one in rule.languages if one in _COMMENT])
    folder = chance.choice(_TESTS if tests else _FOLDERS)
    mark = _COMMENT[language]
    # Comments are blanked before a model sees the code: they move it down, and say nothing.
    before = [f"{mark} {word(chance)}" for _ in range(chance.randint(0, _MOST_BEFORE))]
    whole = text if _FIRST.match(text) else "\n".join([*before, text])
    return SourceFile(path=f"{folder}/{word(chance)}{suffix_of(language)}", language=language, text=whole)


def _found(source: SourceFile, rule: CodeRule, *, mends: bool = False) -> CodeFinding | None:
    if len(source.text) > _LONGEST:
        return None
    found: Sequence[CodeFinding] = Look(source, mends=mends).findings([rule])
    return found[0] if found else None
