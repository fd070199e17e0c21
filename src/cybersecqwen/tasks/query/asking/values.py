"""Values that a question names: the field of the logsource that holds them, and how they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.errors import RuleError

from .asked import Sure
from .folders import RUNS_FROM, field_of_folder
from .library import Use, core
from .mentions import Kind, Mention
from .networks import is_source
from .places import Place, Placed
from .vocabulary import tests_of

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


def value_of(text: str, one: Mention, place: Place) -> Iterator[Placed]:
    """The test for a value: as rules of the logsource ask for it, else by the role of its kind."""
    learned = [use for value in one.values if (use := _use(value, one, place))]
    if one.kind in (Kind.USER, Kind.HOST):  # the same word may be a folder of rules: /root/
        own = (place.role(str(one.kind)) or "").partition("|")[0]
        learned = [use for use in learned if use.field == own]
    if learned and len(learned) == len(one.values):
        use = learned[0]
        test = Test(use.field, use.op, tuple(dict.fromkeys(u.value for u in learned if u.field == use.field)))
        yield Placed(
            mention=one,
            expression=test,
            slot=use.field,
            sure=Sure.STATED,
            single=not holds_many(use.field),
        )
        return
    role = place.role(_role_of(one, place))
    if one.kind is Kind.ADDRESS and is_source(text, one):
        role = place.role("origin") or role
    if role is None:
        return
    if one.kind is Kind.PATH and place.key.endswith("/process_creation"):
        found = re.match(r"\W*(?:folder|directory|location|path)", text[one.end :], re.IGNORECASE)
        if found or RUNS_FROM.search(text[max(0, one.start - 60) : one.start]):
            role = f"{field_of_folder(text, one, named=False)}|contains"
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
        mention=one, expression=test, slot=field or one.kind, sure=one.sure, single=not holds_many(field)
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


def holds_many(field: str) -> bool:
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
