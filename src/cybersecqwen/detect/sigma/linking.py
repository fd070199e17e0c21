"""Correlations tied to the rules that they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .model import About, Correlation, Counting, Rule, Ruleset, Unsupported


def linked(
    rules: Sequence[Rule],
    correlations: Sequence[Correlation],
    unsupported: Sequence[Unsupported],
    version: str,
) -> Ruleset:
    """The set with correlations tied to what they count, those that count others behind them.

    A correlation is named as unsupported where the set lacks what it counts, where it counts itself, or where
    it needs a field of another correlation that that one does not group by; so is what counts on it in turn.
    A rule that is counted reports itself only where a correlation says so.
    """
    other = _other_names([rule.about for rule in rules] + [one.about for one in correlations])
    correlations = [_with_aliases(one, other) for one in correlations]
    called: dict[str, list[Correlation]] = {}
    for one in correlations:
        for name in _names(one.about):
            called.setdefault(name, []).append(one)
    known = {name for rule in rules for name in _names(rule.about)}
    good: dict[int, Correlation] = {}
    reasons: dict[int, str] = {}
    _settle(correlations, called, known, good, reasons)
    missing = [
        Unsupported(path=one.about.path, title=one.about.title, reason=reasons[id(one)])
        for one in correlations
        if id(one) in reasons
    ]
    left = list(good.values())
    quiet = {n for one in left if not one.generate for n in one.rules}
    loud = {n for one in left if one.generate for n in one.rules}
    return Ruleset(
        rules=tuple(
            replace(rule, generate=bool(loud.intersection(names)) or quiet.isdisjoint(names))
            for rule, names in ((rule, _names(rule.about)) for rule in rules)
        ),
        correlations=tuple(left),
        unsupported=(*unsupported, *missing),
        version=version,
    )


def _names(about: About) -> tuple[str, ...]:
    return (about.id, about.name) if about.name and about.name != about.id else (about.id,)


def _settle(
    correlations: Sequence[Correlation],
    called: Mapping[str, Sequence[Correlation]],
    known: set[str],
    good: dict[int, Correlation],
    reasons: dict[int, str],
) -> None:
    """Put each correlation into `good`, behind those that it counts, or give the reason why not."""
    begun: set[int] = set()
    for first in correlations:
        stack = [(first, False)]
        while stack:
            one, seen_inner = stack.pop()
            key = id(one)
            if key in good or key in reasons:
                continue
            if not seen_inner:
                begun.add(key)
                stack.append((one, True))
                for name in one.rules:
                    stack += [(inner, False) for inner in called.get(name, ()) if id(inner) not in begun]
                continue
            reason = _reason(one, called, known, good)
            if reason:
                reasons[key] = reason
            else:
                good[key] = one


def _reason(
    one: Correlation,
    called: Mapping[str, Sequence[Correlation]],
    known: set[str],
    good: Mapping[int, Correlation],
) -> str:
    """Why a correlation cannot be evaluated; "" where it can."""
    for name in one.rules:
        inner = [other for other in called.get(name, ()) if id(other) in good]
        if not inner and name not in known:
            if name in called:
                return (
                    f"It counts the correlation {name[:100]!r}, which is not evaluated or counts it in turn."
                )
            return f"It counts the rule {name[:100]!r}, which the set does not have."
        needed = {one.aliases.get(field, {}).get(name, field) for field in one.group_by}
        if one.type not in (Counting.EVENT_COUNT, Counting.TEMPORAL, Counting.TEMPORAL_ORDERED):
            needed.add(one.counted)
        for other in inner:
            lacking = needed.difference(other.group_by)
            if lacking:
                field = min(lacking)
                return f"It needs {field[:100]!r}, which the correlation {name[:100]!r} does not group by."
    return ""


def _other_names(abouts: Sequence[About]) -> dict[str, set[str]]:
    """Id to names, name to ids: a rule may be called by either, and by the other in an alias."""
    found: dict[str, set[str]] = {}
    for about in abouts:
        names = _names(about)
        for name in names:
            found.setdefault(name, set()).update(names)
    return found


def _with_aliases(one: Correlation, other: Mapping[str, set[str]]) -> Correlation:
    """The aliases under the names by which the correlation calls its rules."""
    if not one.aliases:
        return one
    full: dict[str, dict[str, str]] = {}
    for alias, of in one.aliases.items():
        full[alias] = dict(of)
        for name in one.rules:
            for also in sorted(other.get(name, ())):
                if also in of:
                    full[alias].setdefault(name, of[also])
    return replace(one, aliases=full)
