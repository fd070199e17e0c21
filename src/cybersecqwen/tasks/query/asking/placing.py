"""Where a value belongs: the field of the chosen logsource, and how it is compared there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Or, Test
from cybersecqwen.errors import RuleError

from .asked import Sure
from .library import Library, Use, core
from .mentions import Kind, Mention
from .programs import files_of
from .roles import acts, is_target, parents
from .vocabulary import Lexicon, lexicon, tests_of

_MODIFIERS = {Op.CONTAINS: "contains", Op.ENDS: "endswith", Op.STARTS: "startswith", Op.CIDR: "cidr"}
_PLAIN = (Op.CONTAINS, Op.ENDS, Op.STARTS, Op.EQUALS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A mention with the place that it has in the query."""

    mention: Mention
    expression: Expression
    slot: str
    """What of an event it is about: mentions of one slot are alternatives or all asked for."""
    sure: Sure
    single: bool = True
    """Whether an event has one value there, so that two of them are alternatives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The logsource, and what is known of its fields."""

    key: str
    logsource: Logsource
    lexicon: Lexicon
    library: Library

    def role(self, name: str) -> str | None:
        """Field and operation of a kind of value, with `|` between; None where there is no place for it."""
        entry = self.lexicon.sources.get(self.key)
        return entry.roles.get(name) if entry else None


def placed(text: str, mentions: Sequence[Mention], place: Place) -> list[Placed]:
    """The mentions that the logsource has a place for."""
    programs = [one for one in mentions if one.kind is Kind.PROGRAM]
    starting = parents(text, programs) if place.key.endswith("/process_creation") else set()
    named = any(not one.group or not _is_group(one) for one in programs)
    found: list[Placed] = []
    for one in mentions:
        if one.kind is Kind.CONCEPT:
            found += _concept(one, place)
        elif one.kind is Kind.PLACE:
            found += _folder(text, one, place, named=named)
        elif one.kind is Kind.PROGRAM:
            found += _program(text, one, place, starting)
        elif one.kind not in (Kind.TECHNIQUE, Kind.VULNERABILITY, Kind.ACTION):
            found += _value(text, one, place)
    return _without_repeated(_without_general(found))


def _without_repeated(found: Sequence[Placed]) -> list[Placed]:
    """Without what the lexicon says of words that are a value themselves, and without vague places.

    Which folders are unusual only the asker knows: they are asked for alone, never beside something else.
    """
    stated = [one.mention for one in found if one.mention.kind not in (Kind.CONCEPT, Kind.PLACE)]
    kept = [
        one
        for one in found
        if one.mention.kind is not Kind.CONCEPT
        or one.sure is not Sure.KNOWN
        or not any(m.kind is not Kind.PROGRAM and _covers(m, one.mention) for m in stated)
    ]
    plain = [one for one in kept if one.mention.values != (VAGUE,)] or kept
    return _without_weaker(plain)


_ONE_VALUE = frozenset(("EventID", "eventName", "properties.message", "operationName", "action", "eventtype"))
"""Fields that say what an event is: two concepts that name different ones cannot both be meant."""


def _without_weaker(found: Sequence[Placed]) -> list[Placed]:
    """Of concepts that say what the event is only the one with most words; none where the event is named."""
    best: dict[str, Placed] = {}
    for one in found:
        name = one.expression.field if isinstance(one.expression, Test) else ""
        if name in _ONE_VALUE and (name not in best or _rank(one) > _rank(best[name])):
            best[name] = one
    return [
        one
        for one in found
        if not (isinstance(one.expression, Test) and one.expression.field in best)
        or _rank(one) == _rank(best[one.expression.field])
    ]


def _rank(one: Placed) -> float:
    return one.mention.weight if one.mention.kind is Kind.CONCEPT else float("inf")


def _covers(one: Mention, other: Mention) -> bool:
    """Whether one of two mentions stands within the other, or nearly so: a concept ends where a word does."""
    return (one.start >= other.start and one.end <= other.end + 1) or (
        other.start >= one.start and other.end <= one.end + 1
    )


VAGUE = "suspicious folders"
"""The place that only the asker can tell."""


def _without_general(found: Sequence[Placed]) -> list[Placed]:
    """Without groups where programs are named for the same place: "a remote access tool such as AnyDesk"."""
    named = {one.slot for one in found if one.mention.kind is Kind.PROGRAM and not one.mention.group}
    return [one for one in found if not (_is_group(one.mention) and one.slot in named)]


def _is_group(one: Mention) -> bool:
    """Whether a mention means several programs, and is not the name of one."""
    return bool(one.group) and one.group not in lexicon().single


def _concept(one: Mention, place: Place) -> Iterator[Placed]:
    tests = place.lexicon.concepts[one.values[0]].tests.get(place.key, ())
    for test in tests:
        yield Placed(
            mention=one, expression=test, slot=f"{one.values[0]}:{test.field}", sure=Sure.KNOWN, single=False
        )


_OF_KEYS = ("/registry_set", "/registry_event", "/registry_add", "/registry_delete")
_OF_POWERSHELL = frozenset(("windows/ps_script", "windows/ps_module", "windows/ps_classic_start"))
"""Logsources whose records are all of PowerShell."""
_FOLDER_ROLES = {
    "windows/process_creation": "Image|contains",
    "linux/process_creation": "Image|contains",
    "macos/process_creation": "Image|contains",
}
_RENAMED = re.compile(r"\brenamed (?!dll\b)[^.;,]{0,35}$", re.IGNORECASE)
_IN_COMMAND = re.compile(r"command ?line|argument|parameter", re.IGNORECASE)
_OF_PARENT = re.compile(r"parent", re.IGNORECASE)


def _folder(text: str, one: Mention, place: Place, *, named: bool) -> Iterator[Placed]:
    pieces = place.lexicon.places[one.values[0]].files.get(place.logsource.product or "windows", ())
    role = _FOLDER_ROLES.get(place.key) or place.role("path")
    if not pieces or role is None:
        return
    field = role.partition("|")[0]
    if field == "Image" and place.key.endswith("process_creation"):
        field = _field_of_folder(text, one, named)
    test = Test(field, Op.CONTAINS, pieces)
    yield Placed(mention=one, expression=test, slot=f"folder {field}", sure=one.sure)


_RUNS_FROM = re.compile(
    r"\b(?:from|located|stored|executed|running|started|launched|residing|"
    r"placed)(?: (?:in|from|at|under|within))?(?: (?:the|a|an|any|user|users|its|"
    r"\w+))?\W*$",
    re.IGNORECASE,
)
_RUNS = re.compile(
    r"\b(?:process|processes|binary|binaries|executables?|programs?|image|execution|running)\b", re.IGNORECASE
)


def _field_of_folder(text: str, one: Mention, named: bool) -> str:
    """Of a process start: whether the program, its parent or its command line has the folder."""
    before = text[max(0, one.start - 60) : one.start]
    if _IN_COMMAND.search(before):
        return "CommandLine"
    if _OF_PARENT.search(before):
        return "ParentImage"
    if _RUNS_FROM.search(before) and (not named or _RUNS.search(before)):
        return "Image"
    return "CommandLine" if named else "Image"


def _program(text: str, one: Mention, place: Place, starting: set[int]) -> Iterator[Placed]:
    product = place.logsource.product
    files = files_of(one, product, place.lexicon)
    if not files:
        return
    if place.key == "windows/process_creation" and "lsass.exe" in files and one.start not in starting:
        return  # it is dumped, not started
    name = _role_of_program(text, one, place, starting)
    role = place.role(name)
    if role is None or (place.key in _OF_POWERSHELL and "powershell.exe" in files):
        return
    if not role:
        yield _keyword(one, files)
        return
    expression: Expression = _files_test(files, role, product)
    if (
        name == "program"
        and _RENAMED.search(text[max(0, one.start - 45) : one.start])
        and product == "windows"
    ):
        original = Test("OriginalFileName", Op.EQUALS, tuple(files))
        expression = And((original, Not(expression)))
    elif name == "program" and not _is_group(one):
        expression = _renamed(expression, files, place)
    sure = one.sure
    yield Placed(mention=one, expression=expression, slot=name, sure=sure)


def _role_of_program(text: str, one: Mention, place: Place, starting: set[int]) -> str:
    if one.start in starting:
        return "parent"
    if place.role("target") is not None and is_target(text, one):
        return "target"
    alone = place.key not in ("windows/registry_set", "windows/registry_event", "windows/create_stream_hash")
    if place.role("actor") is not None:
        if acts(text, one, alone=alone):
            return "actor"
        if place.key.endswith(_OF_KEYS):
            return ""
    return "program"


def _files_test(files: Sequence[str], role: str, product: str) -> Test:
    field, _, modifier = role.partition("|")
    mark = "\\" if product == "windows" else "/"
    if modifier == "endswith":
        return Test(field, Op.ENDS, tuple(f"{mark}{file}" for file in files))
    if modifier == "contains":
        bare = tuple(file.removesuffix(".exe") for file in files)
        return Test(field, Op.CONTAINS, bare)
    return Test(field, Op.EQUALS, tuple(files))


def _renamed(expression: Expression, files: Sequence[str], place: Place) -> Expression:
    """Also by the name that the maker gave, where rules of the library look at it for this program."""
    if not isinstance(expression, Test) or expression.field != "Image":
        return expression
    found = [
        use.value
        for file in files
        for use in place.library.cores.get(file, ())
        if use.field == "OriginalFileName" and use.logsource == place.logsource and use.op is Op.EQUALS
    ]
    if not found:
        return expression
    return Or((expression, Test("OriginalFileName", Op.EQUALS, tuple(dict.fromkeys(found)))))


def _keyword(one: Mention, values: Sequence[str]) -> Placed:
    test = Test("", Op.CONTAINS, tuple(values))
    return Placed(mention=one, expression=test, slot="", sure=one.sure, single=False)


def _value(text: str, one: Mention, place: Place) -> Iterator[Placed]:
    learned = [use for value in one.values if (use := _use(value, one, place))]
    if learned and len(learned) == len(one.values):
        use = learned[0]
        test = Test(use.field, use.op, tuple(dict.fromkeys(u.value for u in learned if u.field == use.field)))
        yield Placed(
            mention=one,
            expression=test,
            slot=use.field,
            sure=Sure.STATED,
            single=not _holds_many(use.field),
        )
        return
    role = place.role(_role_of(one, place))
    if role is None:
        return
    if one.kind is Kind.PATH and place.key.endswith("/process_creation"):
        found = re.match(r"\W*(?:folder|directory|location|path)", text[one.end :], re.IGNORECASE)
        if found or _RUNS_FROM.search(text[max(0, one.start - 60) : one.start]):
            role = f"{_field_of_folder(text, one, named=False)}|contains"
    if one.kind is Kind.ADDRESS and "/" in one.values[0]:
        role = f"{role.partition('|')[0]}|cidr"
    field, _, modifier = role.partition("|")
    try:
        (test,) = tests_of(
            {role if field else "x|contains": [_escaped(v) for v in _shapes(one, modifier, place)]}
        )
    except (RuleError, ValueError):
        return
    if not field:
        test = Test("", Op.CONTAINS, test.values)
    yield Placed(
        mention=one, expression=test, slot=field or one.kind, sure=one.sure, single=not _holds_many(field)
    )


def _role_of(one: Mention, place: Place) -> str:
    """The kind of value that a mention is to a logsource: a path of the registry is a key to it."""
    if (
        one.kind is Kind.PATH
        and place.role("key")
        and re.match(r"\\?(?:software|system|sam|security|.*currentversion)\b", one.values[0])
    ):
        return "key"
    return str(one.kind)


_MANY = frozenset(
    (
        "CommandLine",
        "ScriptBlockText",
        "ParentCommandLine",
        "Payload",
        "Data",
        "",
        "Details",
        "CallTrace",
        "c-uri",
        "cs-uri-query",
    )
)


def _holds_many(field: str) -> bool:
    """Whether a value of the field can hold several pieces at once."""
    return field in _MANY


def _shapes(one: Mention, modifier: str, place: Place) -> list[str]:
    values = [_shaped(value, one, modifier) for value in one.values]
    if one.kind is Kind.FLAG and place.logsource.product == "windows":
        # Programs of Windows take a slash or a hyphen.
        values = [f" -{v[1:]}" if v[1:2].isalnum() else v for v in values]
        short = [v for v in values if v[:2] in (" -", " /") and v[:3] != " --"]
        values += [f" {'/' if v[1] == '-' else '-'}{v[2:]}" for v in short]
    return values


def _shaped(value: str, one: Mention, modifier: str) -> str:
    if one.kind is Kind.ADDRESS and "/" in value:
        return value
    if one.kind is Kind.FILE and modifier == "endswith" and not value.startswith("."):
        return f"\\{value}"
    if one.kind is Kind.LIBRARY and modifier == "endswith" and not value.startswith("."):
        return f"\\{value}"
    if one.kind is Kind.KEY:
        return _without_hive(value)
    if one.kind is Kind.PATH and modifier == "contains" and value[1:2] == ":":
        return value[1:]
    if one.kind is Kind.DOMAIN:
        return value.lstrip("*")
    if one.kind is Kind.FLAG and modifier == "contains":
        return f" {value}"
    return value


def _without_hive(key: str) -> str:
    for hive in (
        "hkey_local_machine",
        "hkey_current_user",
        "hkey_classes_root",
        "hkey_users",
        "hklm",
        "hkcu",
        "hkcr",
        "hku",
    ):
        if key.startswith(hive):
            return key.removeprefix(hive)
    return key if key.startswith("\\") else f"\\{key}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def _use(value: str, one: Mention, place: Place) -> Use | None:
    """How the rules of this logsource ask for a value, where they do: as most of them."""
    uses = [use for use in place.library.cores.get(core(value), ()) if use.logsource == place.logsource]
    if not uses or one.kind is Kind.FLAG:
        return None
    role = (place.role(_role_of(one, place)) or "").partition("|")[0]
    return max(uses, key=lambda use: (use.field == role, use.count, use.value))
