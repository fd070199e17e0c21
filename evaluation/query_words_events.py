"""Events made from a Sigma rule: some that it must match, near misses, and how a rule does on them.

A positive satisfies one alternative of the rule, with one value of each test. A near miss is a positive
of which one condition no longer holds. What is what is decided by running the rule, never by how the
event was made, so an event that fails its purpose counts as what it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Or, Rule, Test
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.globs import ANY, ONE, wildcards

Event = dict[str, Any]

_FOLDERS = (r"c:\users\anna\downloads", r"c:\windows\system32", r"c:\program files\app", r"c:\data")
_UNIX = ("/usr/bin", "/home/anna", "/opt/app")
_TRIES = 6


def positives(rule: Rule, most: int, draw: random.Random) -> list[Event]:
    """Up to `most` different events that the rule matches, its alternatives in turn."""
    found: dict[str, Event] = {}
    for attempt in range(most * _TRIES):
        wanted = list(_chosen(rule.expression, draw, attempt))
        event = completed(_event(wanted, draw), rule)
        if holds(rule.expression, event):
            found.setdefault(repr(sorted(event.items())), event)
        if len(found) >= most:
            break
    return list(found.values())


def near_misses(rule: Rule, made: Sequence[Event], most: int, draw: random.Random) -> list[Event]:
    """Up to `most` events that differ from a positive by one condition that no longer holds."""
    found: dict[str, Event] = {}
    tests = [test for test in _tests(rule.expression) if test.field]
    for event in made:
        for test in tests:
            if not holds(test, event):
                continue
            changed = _broken(event, test, draw)
            if not holds(rule.expression, changed):
                found.setdefault(repr(sorted(changed.items())), changed)
    kept = list(found.values())
    draw.shuffle(kept)
    return kept[:most]


def completed(event: Event, rule: Rule) -> Event:
    """A process start with what every such record has, where the rule still says the same of it."""
    if rule.logsource.category != "process_creation":
        return event
    image, line = str(event.get("Image", "")), str(event.get("CommandLine", ""))
    if not image and line:
        image = rf"c:\windows\system32\{_program_of(line)}"
    if rule.logsource.product != "windows":
        image = str(event.get("Image", "")) or f"/bin/{line.split()[0] if line.split() else 'sh'}"
    fuller = {"Image": image, "CommandLine": line or image, **event}
    if rule.logsource.product == "windows" and image:
        fuller.setdefault("OriginalFileName", image.rpartition("\\")[2])
    return fuller if holds(rule.expression, fuller) else event


_PROGRAMS = frozenset(
    (
        "at", "bcdedit", "bitsadmin", "certutil", "cmd", "copy", "curl", "dism", "fsutil", "icacls",
        "ipconfig", "mshta", "msiexec", "net", "net1", "netsh", "nltest", "nslookup", "ntdsutil",
        "ping", "powershell", "pwsh", "reg", "regsvr32", "route", "rundll32", "sc", "schtasks",
        "systeminfo", "taskkill", "tasklist", "vssadmin", "wbadmin", "wevtutil", "whoami", "wmic",
        "wscript",
    )
)  # fmt: skip
_CMDLET = re.compile(
    r"\b(?:get|set|new|add|remove|invoke|start|stop|import|export|enable|disable|out)-[a-z]\w+"
)


def _program_of(line: str) -> str:
    """The program that a command line of a rule is of: one that it names, else a shell."""
    named = re.search(r"[\w.-]+\.exe", line)
    if named:
        return named[0]
    if _CMDLET.search(line):
        return "powershell.exe"
    word = next((word for word in re.findall(r"[\w-]+", line.lower()) if word in _PROGRAMS), "cmd")
    return f"{word}.exe"


_REGISTRY = frozenset(("registry_event", "registry_set"))


def applies(source: Logsource, original: Logsource) -> bool:
    """Whether a rule of one logsource looks at the records of another."""
    if {source.category, original.category} <= _REGISTRY:
        # A value that is set is an event of both.
        original = Logsource(product=original.product, category=source.category, service=original.service)
    pairs = zip(
        (source.product, source.category, source.service),
        (original.product, original.category, original.service),
        strict=True,
    )
    return all(not one or one == other for one, other in pairs)


def f1(expected: Sequence[bool], found: Sequence[bool]) -> float:
    """The harmonic mean of precision and recall; 1 where nothing is expected and nothing found."""
    both = sum(a and b for a, b in zip(expected, found, strict=True))
    total = sum(expected) + sum(found)
    return 2 * both / total if total else 1.0


def _tests(expression: Expression) -> Iterator[Test]:
    if isinstance(expression, Test):
        yield expression
    elif isinstance(expression, And | Or):
        for part in expression.parts:
            yield from _tests(part)


def _chosen(
    expression: Expression, draw: random.Random, attempt: int, negated: bool = False
) -> Iterator[tuple[Test, str, bool]]:
    """(test, value, whether it must fail) for one way in which the expression holds."""
    if isinstance(expression, Test):
        values = expression.values
        if expression.op is Op.SAME_AS:
            yield expression, values[0], negated
        else:
            yield expression, draw.choice(values) if values else "", negated
    elif isinstance(expression, Not):
        yield from _chosen(expression.inner, draw, attempt, not negated)
    elif isinstance(expression, Or) is not negated:
        at = attempt % len(expression.parts) if attempt < len(expression.parts) else None
        part = draw.choice(expression.parts) if at is None else expression.parts[at]
        yield from _chosen(part, draw, attempt, negated)
    else:
        for part in expression.parts:
            yield from _chosen(part, draw, attempt, negated)


def _event(wanted: Sequence[tuple[Test, str, bool]], draw: random.Random) -> Event:
    event: Event = {}
    by_field: dict[str, list[tuple[Test, str]]] = {}
    for test, value, negated in wanted:
        if not negated:
            by_field.setdefault(test.field, []).append((test, value))
    for name, tests in by_field.items():
        if any(test.op is Op.NULL for test, _ in tests):
            continue
        event[name or "Message"] = _placed(name, _value(tests, draw), draw)
    for test, value, negated in wanted:
        if test.op is Op.SAME_AS and not negated and value in event:
            event[test.field] = event[value]
        elif negated and test.op is Op.NULL:
            event.setdefault(test.field, "something")
    return event


_PATHS = frozenset(
    ("Image", "ParentImage", "TargetFilename", "ImageLoaded", "SourceImage", "TargetImage", "FileName")
)


def _placed(name: str, value: str, draw: random.Random) -> str:
    """A value as records have it: files with their folder, command lines behind a program."""
    if name in _PATHS and "\\" not in value and "/" not in value and "." in value:
        return rf"{draw.choice(_FOLDERS)}\{value}"
    if name.endswith("CommandLine") and value[:1] in "-/":
        return f"run.exe {value}"
    return value


def _value(tests: Sequence[tuple[Test, str]], draw: random.Random) -> str:
    """A text that satisfies all tests of a field, where there is one that is simple."""
    starts, middle, ends = "", list[str](), ""
    for test, value in tests:
        if test.op is Op.EQUALS:
            return value
        if test.op is Op.STARTS and len(value) > len(starts):
            starts = value
        elif test.op is Op.ENDS and len(value) > len(ends):
            ends = value
        elif test.op is Op.GLOB:
            middle.append(wildcards(value).replace(ANY, "x").replace(ONE, "x"))
        elif test.op is Op.REGEX:
            middle.append(sample_of(value, draw))
        elif test.op is Op.CIDR:
            return value.partition("/")[0].replace(".0", ".7") if "." in value else value.partition("/")[0]
        elif test.op in (Op.GREATER, Op.AT_LEAST):
            return str(float(value) + 1)
        elif test.op in (Op.LESS, Op.AT_MOST):
            return str(float(value) - 1)
        elif test.op is Op.CONTAINS:
            middle.append(value)
    if not starts and not middle and ends.startswith("\\"):
        starts = draw.choice(_FOLDERS)
    elif not starts and not middle and ends.startswith("/"):
        starts = draw.choice(_UNIX)
    elif not starts and middle and not (len(middle) == 1 and tests[0][0].op in (Op.GLOB, Op.REGEX)):
        starts = draw.choice(("", "a ", "run.exe "))
    inner = " ".join(dict.fromkeys(middle)) if len(middle) > 1 else "".join(middle)
    return f"{starts}{inner}{ends}" or "x"


def _broken(event: Event, test: Test, draw: random.Random) -> Event:
    changed = dict(event)
    value = str(changed.get(test.field, ""))
    for wanted in test.values:
        if wanted and test.op in (Op.CONTAINS, Op.STARTS, Op.ENDS, Op.EQUALS) and not test.cased:
            at = value.lower().find(wanted)
            if at >= 0:
                value = f"{value[:at]}{draw.choice(('zz', 'other', 'q1'))}{value[at + len(wanted) :]}"
    changed[test.field] = value if value != event.get(test.field) else "other"
    return changed


def sample_of(pattern: str, draw: random.Random) -> str:
    """A text in which a regular expression finds something, where it is simple; else the pattern."""
    from re import _constants as names  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

    def one(parsed: Any) -> str:
        return "".join(piece(op, value) for op, value in parsed)

    def piece(op: Any, value: Any) -> str:
        if op is names.LITERAL:
            return chr(value)
        if op is names.NOT_LITERAL or op is names.ANY:
            return "k"
        if op is names.IN:
            return _of_class(value, names)
        if op is names.BRANCH:
            return one(draw.choice(value[1]))
        if op is names.SUBPATTERN:
            return one(value[-1])
        if op in (names.MAX_REPEAT, names.MIN_REPEAT):
            return "".join(one(value[2]) for _ in range(max(value[0], min(1, value[1]))))
        return ""

    try:
        return one(parser.parse(pattern))
    except (re.error, ValueError, RecursionError):
        return pattern


def _of_class(value: Any, names: Any) -> str:
    negated = value[0][0] is names.NEGATE
    if negated:
        return next(c for c in "kK7 _-" if not any(_in(c, op, arg, names) for op, arg in value[1:]))
    op, argument = value[0]
    if op is names.LITERAL:
        return chr(argument)
    if op is names.RANGE:
        return chr(argument[0])
    return next((c for c in "7k _-" if _in(c, op, argument, names)), "k")


def _in(char: str, op: Any, argument: Any, names: Any) -> bool:
    if op is names.LITERAL:
        return bool(ord(char) == argument)
    if op is names.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    kinds: Mapping[Any, bool] = {
        names.CATEGORY_DIGIT: char.isdigit(),
        names.CATEGORY_SPACE: char.isspace(),
        names.CATEGORY_WORD: char.isalnum() or char == "_",
        names.CATEGORY_NOT_DIGIT: not char.isdigit(),
        names.CATEGORY_NOT_SPACE: not char.isspace(),
        names.CATEGORY_NOT_WORD: not (char.isalnum() or char == "_"),
    }
    return kinds.get(argument, False)
