"""What a file has to do with others of its project: what it hands over, and what its functions do with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from cybersecqwen.records.review import FlowStep

from .calls import Call
from .looking import Look, marked
from .rule import CodeRule
from .taint.crossing import Crossing, Gift, Relay, Sink
from .taint.flows import Flows, Step, ways
from .taint.model import KINDS
from .tree import Node

_HARMS = frozenset(KINDS.values())
_ANY = "any"
"""No kind of harm: what ends one kind alone lets a value on."""
_MOST_RELAYS = 500
"""Of one file."""


def crossing_of(look: Look, rules: Sequence[CodeRule]) -> Crossing | None:
    """What the file of a look has to do with others; None where flows are not followed in its language."""
    flows = look.matcher.flows
    if flows is None:
        return None
    gifts = tuple(_gifts(look, flows))
    with look.matcher.opened():
        sinks = tuple(_sinks(look, rules))
        relays = tuple(_relays(look, flows))
    source = look.source
    return Crossing(path=source.path, language=source.language, sinks=sinks, gifts=gifts, relays=relays)


def _sinks(look: Look, rules: Sequence[CodeRule]) -> Iterator[Sink]:
    for rule in rules:
        kind = KINDS.get(rule.cwe[0], "")
        if not kind or not rule.calls or not look.matcher.may_hold(rule):
            continue
        for hit in look.matcher.calls(rule):
            entered = look.matcher.entered(hit)
            if entered is not None:
                (finding,) = marked([look.finding(hit, rule)])
                yield Sink(function=entered[0], place=entered[1], kind=kind, finding=finding)


def _gifts(look: Look, flows: Flows) -> Iterator[Gift]:
    """Calls of imported functions with values of strangers."""
    if not flows.has_source:
        return
    for call, place, value in _given(look):
        steps = flows.to(value, "")
        if steps:
            kinds = frozenset(kind for kind in _HARMS if flows.to(value, kind))
            yield _gift(look, call, place, kinds, steps)


def _relays(look: Look, flows: Flows) -> Iterator[Relay]:
    """Calls of functions of other files of the project with what the caller's own parameters hold."""
    kept = 0
    for call, place, value in _given(look):
        if call.name.partition(".")[0] in sys.stdlib_module_names:
            continue
        steps = flows.to(value, _ANY)
        entered = flows.entered
        if not steps or entered is None:
            continue
        kinds = frozenset(kind for kind in _HARMS if flows.to(value, kind) and flows.entered == entered)
        if kinds:
            yield Relay(function=entered[0], place=entered[1], gift=_gift(look, call, place, kinds, steps))
            kept += 1
            if kept >= _MOST_RELAYS:
                return


def _given(look: Look) -> Iterator[tuple[Call, str, Node]]:
    """(call of an imported function, place of an argument, the argument)."""
    aliases = look.matcher.facts.names.aliases
    imported = {one.partition(".")[0] for one in (*aliases, *aliases.values())}
    keywords = look.matcher.facts.tree.profile.keywords
    for calls in look.matcher.facts.calls.values():
        for call in calls:
            first, dot, _ = call.name.partition(".")
            if dot and (not first or first in imported):
                for place, value in call.given(keywords):
                    yield call, place, value


def _gift(look: Look, call: Call, place: str, kinds: frozenset[str], steps: Sequence[Step]) -> Gift:
    told = [FlowStep(place=look.places.at(one.node), what=one.what) for one in ways(steps)]
    told.append(FlowStep(place=look.places.at(call.node), what=f"is given to {call.name}"))
    return Gift(to=call.name, place=place, kinds=kinds, steps=tuple(told))
