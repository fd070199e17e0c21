"""What a file has to do with others of its project: what it hands over, and what its functions do with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.records.review import FlowStep

from .looking import Look, marked
from .rule import CodeRule
from .taint.crossing import Crossing, Gift, Sink
from .taint.flows import Flows, ways
from .taint.model import KINDS


def crossing_of(look: Look, rules: Sequence[CodeRule]) -> Crossing | None:
    """What the file of a look has to do with others; None where flows are not followed in its language."""
    flows = look.matcher.flows
    if flows is None:
        return None
    gifts = tuple(_gifts(look, flows))
    with look.matcher.opened():
        sinks = tuple(_sinks(look, rules))
    return Crossing(path=look.source.path, language=look.source.language, sinks=sinks, gifts=gifts)


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
    aliases = look.matcher.facts.names.aliases
    imported = {one.partition(".")[0] for one in (*aliases, *aliases.values())}
    if not any(word in look.source.text for word in flows.model.words):
        return
    keywords = look.matcher.facts.tree.profile.keywords
    for calls in look.matcher.facts.calls.values():
        for call in calls:
            if "." not in call.name or not (
                call.name.partition(".")[0] in imported or call.name.startswith(".")
            ):
                continue
            for place, value in call.given(keywords):
                steps = flows.to(value, "")
                if steps:
                    kinds = frozenset(kind for kind in set(KINDS.values()) if flows.to(value, kind))
                    told = [FlowStep(place=look.places.at(one.node), what=one.what) for one in ways(steps)]
                    told.append(FlowStep(place=look.places.at(call.node), what=f"is given to {call.name}"))
                    yield Gift(to=call.name, place=place, kinds=kinds, steps=tuple(told))
