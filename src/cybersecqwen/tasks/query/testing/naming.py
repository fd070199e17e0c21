"""Fields that records of a rule's logsource do not have, with the nearest that they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache

from cybersecqwen.detect.sigma.model import Logsource, Rule
from cybersecqwen.dialects.examples.ways import fields_of
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.dialects.fields.taxonomy import taxonomy
from cybersecqwen.records.rule_tests import RuleFinding, Weight

from .places import Places

_FEWEST = 4
"""Fields that must be known of a logsource for others to be doubted."""
_NEAR = 0.8
"""How alike a name must be, by difflib, to be named; of a logsource whose fields are open, to be doubted."""


@lru_cache(maxsize=1_000)
def types_of(logsource: Logsource) -> Mapping[str, str]:
    """The fields that records of a logsource have, with their types; empty where they are not known."""
    wanted = (logsource.product, logsource.category, logsource.service)
    found: dict[str, str] = {}
    known = schema("sigma")
    for home in taxonomy("sigma").homes:
        if any((one.product, one.category, one.service) == wanted for one in home.logsources):
            for name in home.tables:
                table = known.table(name)
                found.update(table.fields if table is not None else {})
    return found


def fields(rule: Rule, places: Places) -> Iterator[RuleFinding]:
    """A warning for each field that records of the logsource are not known to have.

    The records of a category have fields that are fixed. Those of a service are of many kinds: there a name
    is doubted only where it is nearly another one.
    """
    types = types_of(rule.logsource)
    if len(types) < _FEWEST:
        return
    by_case = {name.lower(): name for name in types}
    fixed = bool(rule.logsource.category)
    for name in fields_of(rule.expression):
        if not name or name in types or name.split(".")[0] in types:
            continue
        same = by_case.get(name.lower())
        near = [same] if same else get_close_matches(name, types, n=3, cutoff=_NEAR if not fixed else 0.6)
        if not near and not fixed:
            continue
        yield RuleFinding(
            check="fields",
            weight=Weight.WARNING,
            message=f"Records of {rule.logsource} are not known to have the field {name[:80]!r}.",
            hint=f"Nearest: {', '.join(near)}." if near else "",
            line=places.text(name),
        )
