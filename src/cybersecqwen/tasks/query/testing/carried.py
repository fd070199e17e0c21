"""Examples that a rule has: in itself (`x_examples`), and in files beside it.

NAME.match.jsonl and NAME.ignore.jsonl stand beside NAME.yml: a record a line, of a correlation a list of
records. Of a file with several rules one must match.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen.detect.sigma.examples import problem_of
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.errors import RuleError
from cybersecqwen.records.rule_tests import RuleFinding, Weight

from .rules import Found

MATCH, IGNORE = ".match.jsonl", ".ignore.jsonl"
_BYTES = 16 << 20
_LINES = 10_000
_NAMED = 5
"""Examples of one file that are named where they go wrong; the others are counted."""


def carried(one: Found, ruleset: Ruleset) -> tuple[int, list[RuleFinding]]:
    """How many examples the rule carries, and what is wrong with them."""
    found: list[RuleFinding] = []
    given = one.raw.get("x_examples") if one.raw else None
    if one.rule is None or not isinstance(given, Mapping):
        return 0, found
    count, line = 0, one.places.key("x_examples")
    for due, key in ((True, "match"), (False, "ignore")):
        examples = given.get(key)
        for number, example in enumerate(examples if isinstance(examples, list) else [], 1):
            count += 1
            problem = problem_of(one.rule, ruleset, example, due)
            if problem:
                found.append(
                    _finding(f"The example {key} {number} {problem}", one.places.key("x_examples", key))
                )
    if not count:
        found.append(_finding("x_examples holds no examples under match or ignore.", line, Weight.WARNING))
    return count, found


def _finding(message: str, line: int, weight: Weight = Weight.ERROR) -> RuleFinding:
    return RuleFinding(check="examples", weight=weight, message=message, line=line)


def beside(group: Sequence[Found], ruleset: Ruleset) -> tuple[int, list[RuleFinding]]:
    """How many examples stand in the files beside a rule file, and what is wrong with them."""
    first, count = group[0], 0
    found: list[RuleFinding] = []
    name = first.file.rsplit(".", 1)[0]
    rules = [one.rule for one in group if one.rule is not None]
    for due, ending in ((True, MATCH), (False, IGNORE)):
        content = _read(first.root, f"{name}{ending}")
        wrong = 0
        for number, example in _lines(content):
            count += 1
            problems = [problem_of(rule, ruleset, example, due) for rule in rules]
            bad = all(problems) if due else any(problems)
            if example is None or (bad and rules):
                wrong += 1
                said = "is no JSON." if example is None else next(filter(None, problems))
                if wrong <= _NAMED:
                    found.append(_finding(f"Line {number} of {name.rsplit('/', 1)[-1]}{ending} {said}", 1))
        if wrong > _NAMED:
            found.append(_finding(f"{wrong - _NAMED} more lines of it are wrong.", 1))
    return count, found


def _lines(content: bytes | None) -> Iterator[tuple[int, Any]]:
    """(number of the line, what it holds); None for what is no JSON."""
    for number, line in enumerate((content or b"").splitlines()[:_LINES], 1):
        if line.strip():
            try:
                yield number, orjson.loads(line)
            except ValueError:
                yield number, None


def _read(root: Path, name: str) -> bytes | None:
    """A file of the set, or beside a single file; None for none. Raises RuleError beyond the bounds."""
    is_archive = root.is_file() and root.suffix.lower() not in (".yml", ".yaml")
    try:
        if is_archive and name not in _names(root, root.stat().st_mtime_ns):
            return None
        if not is_archive:
            path = (root if root.is_dir() else root.parent) / name
            if not path.is_file():
                return None
            with path.open("rb") as stream:
                content = stream.read(_BYTES + 1)
        else:
            with zipfile.ZipFile(root) as archive, archive.open(name) as member:
                content = member.read(_BYTES + 1)
    except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise RuleError(f"The examples {name} cannot be read: {error}.") from error
    if len(content) > _BYTES:
        raise RuleError(f"The examples {name} are larger than {_BYTES >> 20} MiB.")
    return content


@lru_cache(maxsize=16)
def _names(archive: Path, _changed: int) -> frozenset[str]:
    """The names in an archive, read once for all of its rules."""
    with zipfile.ZipFile(archive) as opened:
        return frozenset(opened.namelist())
