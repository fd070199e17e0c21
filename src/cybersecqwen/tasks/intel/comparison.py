"""`csq intel diff`: what a later report or picture has that an earlier one had not."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cybersecqwen import __version__
from cybersecqwen.errors import UsageError
from cybersecqwen.records import Evidence, Indicator, Problem, Provenance, Report, Severity, Verdict
from cybersecqwen.records.intel import Intelligence
from cybersecqwen.tasks.interface import Request, Task, Tools

from .merging import key_of, merge, name_key
from .options import IntelOptions
from .saved import saved


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that differs."""

    kind: str
    """indicator, technique, group, software, campaign, vulnerability, target or relation."""
    how: str
    """new, gone or changed."""
    type: str
    """Of an indicator or target; "" otherwise."""
    id: str
    value: str
    was: str = ""
    """For a change: the role or tier before."""
    now: str = ""


class Diff(Task):
    """Two reports → what is new, gone and judged differently."""

    name: ClassVar[str] = "intel-diff"
    help: ClassVar[str] = "Compare two reports, folders of reports, or saved reports."

    def assess(self, request: Request, tools: Tools) -> Report:
        """Read both and compare; see `Task.assess`."""
        if len(request.paths) != 2:
            raise UsageError("Two reports are compared.", hint="csq intel diff BEFORE AFTER")
        start = time.perf_counter()
        (before, bad), (after, worse) = (_picture(path, request, tools) for path in request.paths)
        marking = max(before.marking, after.marking, key=lambda one: one.rank)
        found = tuple(changes(before, after))
        counts = {how: sum(1 for one in found if one.how == how) for how in ("new", "gone", "changed")}
        same = sum(1 for _ in _same(before, after))
        damaged = sum(one.count for one in (*bad, *worse))
        return Report(
            task="intel-diff",
            verdict=Verdict.BENIGN,
            severity=Severity.INFORMATIONAL,
            confidence=1.0,
            title=", ".join(f"{count:,} {how}" for how, count in {**counts, "alike": same}.items()),
            sources=tuple(request.paths),
            counts={**counts, "alike": same, **({"damaged": damaged} if damaged else {})},
            indicators=tuple(_indicator(one) for one in found if one.kind == "indicator"),
            problems=(*bad, *worse),
            timings_ms={"read": round((time.perf_counter() - start) * 1000, 2)},
            provenance=Provenance(version=__version__, knowledge=tools.store.manifest.version),
            extra={
                "diff": {"changes": [_json(one) for one in found], "alike": same},
                **({"marking": marking.value} if marking.value else {}),
            },
        )


def changes(before: Intelligence, after: Intelligence) -> Iterator[Change]:
    """Everything that differs: what is new, then what is gone, then what changed; each kind in order."""
    first, second = things(before), things(after)
    for key, change in second.items():
        if key not in first:
            yield change
    for key, change in first.items():
        if key not in second:
            yield Change(kind=change.kind, how="gone", type=change.type, id=change.id, value=change.value)
    for key, change in second.items():
        old = first.get(key)
        if old is not None and old.now != change.now:
            yield Change(
                kind=change.kind,
                how="changed",
                type=change.type,
                id=change.id,
                value=change.value,
                was=old.now,
                now=change.now,
            )


def things(intel: Intelligence) -> Mapping[Hashable, Change]:
    """Everything that is compared, each as if it were new, with what is judged about it in `now`."""
    found: dict[Hashable, Change] = {}
    for one in intel.indicators:
        now = f"set apart: {one.note}" if one.note else one.role.value
        found["indicator", *key_of(one)] = Change(
            kind="indicator", how="new", type=one.type, id="", value=one.value, now=now
        )
    for technique in intel.techniques:
        found["technique", technique.id] = Change(
            kind="technique", how="new", type="", id=technique.id, value=technique.name, now=technique.how
        )
    for name in intel.names:
        found["name", *name_key(name)] = Change(
            kind=name.type, how="new", type="", id=name.id, value=name.name, now=name.tier.value
        )
    for target in intel.targets:
        found["target", target.kind, target.name] = Change(
            kind="target", how="new", type=target.kind, id="", value=target.name, now=target.tier.value
        )
    for one_relation in intel.relations:
        source, target_end = one_relation.source, one_relation.target
        value = f"{source.value} {one_relation.verb} {target_end.value}"
        key = ("relation", source.id or source.value, one_relation.verb, target_end.id or target_end.value)
        found[key] = Change(kind="relation", how="new", type="", id="", value=value)
    return found


def _same(before: Intelligence, after: Intelligence) -> Iterable[Hashable]:
    second = things(after)
    return (key for key, one in things(before).items() if key in second and second[key].now == one.now)


def _picture(path: str, request: Request, tools: Tools) -> tuple[Intelligence, list[Problem]]:
    """What one of the two holds, and what of it could not be read."""
    from cybersecqwen.tasks.damaged import told

    from .reading import read

    known = saved(path)
    if known is not None:
        return known, []
    part = Request(paths=(path,), stdin=request.stdin)
    reading = read(part, tools, IntelOptions())
    return merge([one.intel for one in reading.analyses]), [*told(reading.damage)]


def _indicator(one: Change) -> Indicator:
    """What is new can be exported; what is not is set apart."""
    evidence = Evidence(event="", field="text", value=one.value)
    note = one.now if one.now.startswith("set apart") else "" if one.how == "new" else one.how
    return Indicator(type=one.type, value=one.value, raw=one.value, evidence=evidence, note=note)


def _json(one: Change) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "how": one.how,
        "type": one.type,
        "id": one.id,
        "value": one.value,
        "was": one.was,
        "now": one.now,
    }
