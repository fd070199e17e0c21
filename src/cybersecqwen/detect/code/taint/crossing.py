"""Flows from one file into another: what a file hands to functions of others, and what its own do with it.

Each file is looked at by itself and says three things: which of its functions let what they are given do harm
(`Sink`), to which imported functions it gives what strangers send (`Gift`), and which of its functions give
what they are given to imported ones (`Relay`). Put together they make a finding in the file where the harm is
done. Two borders are crossed, not more.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from cybersecqwen.records.intel_json import to_json
from cybersecqwen.records.review import CodeFinding, Confidence, FlowStep, Place
from cybersecqwen.records.review_json import finding_from, finding_to

_MOST = 20_000
"""Findings that come of one project."""
_MOST_WORK = 1_000_000
"""Sinks and relays of one project that gifts are held against."""
_BORDERS = 2
"""Between files that one flow crosses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sink:
    """A function that lets what it is given do harm."""

    function: str
    place: str
    """Where a call gives it: "0|name"."""
    kind: str
    finding: CodeFinding
    """What it would be; its flow begins at the parameter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """A call that gives a value of strangers to an imported function."""

    to: str
    """Full name of the function."""
    place: str
    """Which argument: "0" or its name."""
    kinds: frozenset[str]
    """The kinds of harm that the value can still do."""
    steps: tuple[FlowStep, ...]
    """How the value gets there; the last one is the call."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Relay:
    """A function that gives what it is given to an imported one."""

    function: str
    place: str
    """Where a call gives it: "0|name"."""
    gift: Gift
    """What becomes of it; its steps begin at the parameter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """What one file has to do with others."""

    path: str
    language: str
    sinks: tuple[Sink, ...] = ()
    gifts: tuple[Gift, ...] = ()
    relays: tuple[Relay, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to do with others."""
        return not (self.sinks or self.gifts or self.relays)


class _Modules:
    """The files of a project by the names that they are imported by."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Crossing]] = defaultdict(list)
        self._near: dict[tuple[str, str], list[Crossing]] = defaultdict(list)

    def add(self, one: Crossing) -> None:
        """Add a file."""
        folder = posixpath.dirname(one.path)
        for name in _names_of(one):
            self._by_name[name].append(one)
            self._near[(folder, name)].append(one)

    def of(self, name: str, giver: Crossing) -> Crossing | None:
        """The file that a module's name means; None where none or several are meant."""
        if giver.language != "python":
            if not name.startswith("."):
                return None
            name = posixpath.normpath(posixpath.join(posixpath.dirname(giver.path), name))
            name = name.removesuffix(".js").removesuffix(".ts")
        found = self._by_name.get(name, [])
        if len(found) > 1:  # of several the one beside the file
            found = self._near.get((posixpath.dirname(giver.path), name), [])
        return found[0] if len(found) == 1 and found[0].path != giver.path else None


def joined(crossings: Iterable[Crossing]) -> list[CodeFinding]:
    """The findings that come of files together, each place of harm once."""
    known = list(crossings)
    modules = _Modules()
    for one in known:
        if one.sinks or one.relays:
            modules.add(one)
    found: dict[str, CodeFinding] = {}
    left = _MOST_WORK
    waiting = deque((giver, gift, _BORDERS) for giver in known for gift in giver.gifts)
    while waiting and left > 0:  # those over one border first, which have the shorter way
        giver, gift, borders = waiting.popleft()
        module, _, function = gift.to.rpartition(".")
        taker = modules.of(module, giver) if module else None
        if taker is None:
            continue
        left -= len(taker.sinks) + len(taker.relays)
        for sink in taker.sinks:
            fits = sink.function == function and gift.place in sink.place.split("|")
            if fits and sink.kind in gift.kinds and len(found) < _MOST:
                found.setdefault(sink.finding.fingerprint, _finding(sink, gift))
        for relay in taker.relays if borders > 1 else ():
            if relay.function == function and gift.place in relay.place.split("|"):
                further = _further(gift, relay.gift)
                if further.kinds:
                    waiting.append((taker, further, borders - 1))
    return list(found.values())


def _further(gift: Gift, relayed: Gift) -> Gift:
    """What a gift is once a function gave it on."""
    return replace(relayed, kinds=gift.kinds & relayed.kinds, steps=(*gift.steps, *relayed.steps))


def _finding(sink: Sink, gift: Gift) -> CodeFinding:
    return replace(
        sink.finding,
        flow=(*gift.steps, *sink.finding.flow),
        confidence=Confidence.HIGH,
        proven=True,
    )


def _names_of(one: Crossing) -> Iterator[str]:
    """`shop/db/__init__.py` is shop.db and db; `lib/db/index.js` is lib/db/index and lib/db."""
    path = PurePosixPath(one.path)
    bare = path.with_suffix("")
    if one.language != "python":
        yield posixpath.normpath(str(bare))
        if bare.name == "index":
            yield posixpath.normpath(str(bare.parent))
        return
    parts = [part for part in bare.parts if part not in (".", "/")]
    if parts and parts[-1] == "__init__":
        parts.pop()
    for begin in range(len(parts)):
        yield ".".join(parts[begin:])


def crossing_to(one: Crossing) -> dict[str, Any]:
    """As JSON types."""
    return {
        "path": one.path,
        "language": one.language,
        "sinks": [
            {"function": s.function, "place": s.place, "kind": s.kind, "finding": finding_to(s.finding)}
            for s in one.sinks
        ],
        "gifts": [_gift_to(g) for g in one.gifts],
        "relays": [{"function": r.function, "place": r.place, "gift": _gift_to(r.gift)} for r in one.relays],
    }


def _gift_to(one: Gift) -> dict[str, Any]:
    return {"to": one.to, "place": one.place, "kinds": sorted(one.kinds), "steps": to_json(one.steps)}


def crossing_from(given: Mapping[str, Any]) -> Crossing:
    """From JSON types; KeyError, TypeError or ValueError where they describe none."""
    return Crossing(
        path=str(given["path"]),
        language=str(given["language"]),
        sinks=tuple(
            Sink(
                function=str(one["function"]),
                place=str(one["place"]),
                kind=str(one["kind"]),
                finding=finding_from(one["finding"]),
            )
            for one in given["sinks"]
        ),
        gifts=tuple(map(_gift_from, given["gifts"])),
        relays=tuple(
            Relay(function=str(one["function"]), place=str(one["place"]), gift=_gift_from(one["gift"]))
            for one in given["relays"]
        ),
    )


def _gift_from(given: Mapping[str, Any]) -> Gift:
    return Gift(
        to=str(given["to"]),
        place=str(given["place"]),
        kinds=frozenset(map(str, given["kinds"])),
        steps=steps_from(given["steps"]),
    )


def steps_from(given: Sequence[Mapping[str, Any]]) -> tuple[FlowStep, ...]:
    """Steps from JSON types."""
    return tuple(FlowStep(place=Place(**one["place"]), what=str(one["what"])) for one in given)
