"""Where a mention belongs: the field of the chosen logsource, and how it is compared there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test

from .asked import Sure
from .folders import folder
from .mentions import Kind, Mention
from .networks import network
from .places import Place, Placed, is_group
from .programs import files_of
from .roles import acts, is_target, parents
from .values import value_of
from .vocabulary import tokens
from .weighing import without_general, without_repeated


def placed(
    text: str,
    mentions: Sequence[Mention],
    place: Place,
    beside: Sequence[Mention] = (),
    *,
    out: bool = False,
) -> list[Placed]:
    """The mentions that the logsource has a place for; `beside` are others that tell their part.

    `out` says that they are left out.
    """
    programs = [one for one in (*mentions, *beside) if one.kind is Kind.PROGRAM]
    starting = parents(text, programs) if place.key.endswith("/process_creation") else set()
    named = any(not one.group or not is_group(one) for one in programs)
    found: list[Placed] = []
    for one in mentions:
        if one.kind is Kind.CONCEPT:
            found += _concept(text, one, place, beside)
        elif one.kind is Kind.PLACE:
            found += folder(text, one, place, named=named)
        elif one.kind is Kind.NETWORK:
            found += network(one, place)
        elif one.kind is Kind.PROGRAM:
            found += _program(text, one, place, starting)
        elif one.kind not in (Kind.TECHNIQUE, Kind.VULNERABILITY):
            found += value_of(text, one, place)
    return without_repeated(without_general(found), out=out)


def _concept(text: str, one: Mention, place: Place, beside: Sequence[Mention]) -> Iterator[Placed]:
    concept = place.lexicon.concepts[one.values[0]]
    if (
        concept.unless
        and not any(m.kind is Kind.CONCEPT for m in beside)
        and not concept.unless.isdisjoint(token.stem for token in tokens(text))
    ):
        return
    for test in concept.tests.get(place.key, ()):
        yield Placed(
            mention=one, expression=test, slot=f"{one.values[0]}:{test.field}", sure=Sure.KNOWN, single=False
        )


_OF_KEYS = ("/registry_set", "/registry_event", "/registry_add", "/registry_delete")

_OF_POWERSHELL = frozenset(("windows/ps_script", "windows/ps_module", "windows/ps_classic_start"))
"""Logsources whose records are all of PowerShell."""

_RENAMED = re.compile(r"\brenamed (?!dll\b)[^.;,]{0,35}$", re.IGNORECASE)


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
    elif name == "program" and not is_group(one):
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
