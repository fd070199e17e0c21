"""Which hits belong together: chains of processes, and incidents of chains.

A chain is one process with what it started and did, not joined through hubs such as explorer.exe.
An incident is chains on one host that follow each other within a window, and chains on several hosts
that share an entity which is rare enough to mean something: an account, an outside address, a hash.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from cybersecqwen.records import Category, Event

from .hits import Hit
from .tree import ProcessTree
from .view import user_kind

WINDOW_S = 1800.0
"""Chains on one host this close in time are one incident: half an hour, the usual triage window."""


@dataclass(slots=True)
class Chain:
    """Hits on one process and those below it, or on one event that belongs to no process."""

    key: str
    hits: list[Hit] = field(default_factory=list)

    @property
    def matters(self) -> bool:
        """Whether anything in it speaks against the ordinary."""
        return any(h.signal.weight > 0 for h in self.hits)

    def times(self) -> list[float]:
        """Times of its events, in order."""
        return sorted(h.event.time for h in self.hits if h.event.time is not None)


@dataclass(slots=True)
class Story:
    """Chains of one incident."""

    chains: list[Chain] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """Events that carry a claim or a hit, in order of time, each once."""


def make_chains(hits: Iterable[Hit], tree: ProcessTree) -> list[Chain]:
    """Hits put together by the process that they go back to."""
    chains: dict[str, Chain] = {}
    for hit in hits:
        process = tree.of(hit.event)
        key = process.root().key if process is not None else _loose(hit)
        chains.setdefault(key, Chain(key)).hits.append(hit)
    return list(chains.values())


def _loose(hit: Hit) -> str:
    """Events without a process: one chain for an actor on a host, because context speaks for an actor."""
    event = hit.event
    actor = event.user or event.get("IpAddress") or event.id
    return f"{event.host.lower()}|{event.provider}|{actor.lower()}"


def make_stories(chains: Iterable[Chain], *, window_s: float = WINDOW_S) -> list[Story]:
    """Chains that matter, put together into incidents; mere context starts none."""
    chains = [c for c in chains if c.matters]
    sets = _Union(len(chains))
    for indexes in _same_host(chains, window_s):
        sets.join_all(indexes)
    for indexes in _shared_entities(chains, window_s):
        sets.join_all(indexes)
    stories: dict[int, Story] = {}
    for index, chain in enumerate(chains):
        stories.setdefault(sets.find(index), Story()).chains.append(chain)
    for story in stories.values():
        events = {h.event.id: h.event for c in story.chains for h in c.hits}
        story.events = sorted(events.values(), key=lambda e: (e.time or 0.0, e.id))
    return list(stories.values())


def _same_host(chains: list[Chain], window_s: float) -> Iterator[list[int]]:
    """Chains of one host whose hits follow each other without a gap longer than the window."""
    moments: dict[str, list[tuple[float, int]]] = {}
    for index, chain in enumerate(chains):
        for hit in chain.hits:
            if hit.signal.weight > 0:
                moments.setdefault(_place(hit.event), []).append((hit.event.time or 0.0, index))
    for found in moments.values():
        found.sort()
        run = [found[0][1]]
        for (before, _), (now, index) in pairwise(found):
            if now - before > window_s:
                yield run
                run = []
            run.append(index)
        yield run


def _place(event: Event) -> str:
    """Where it happened: the host, or for cloud events the account that acted."""
    if event.host:
        return event.host.lower().partition(".")[0]
    return f"{event.provider}|{event.user.lower()}"


def _shared_entities(chains: list[Chain], window_s: float) -> Iterator[list[int]]:
    """Chains on different hosts that share an entity within the window."""
    seen: dict[str, list[tuple[float, int]]] = {}
    for index, chain in enumerate(chains):
        for hit in chain.hits:
            if hit.signal.weight > 0:
                for entity in entities(hit.event):
                    seen.setdefault(entity, []).append((hit.event.time or 0.0, index))
    for found in seen.values():
        found.sort()
        for (before, one), (now, other) in pairwise(found):
            if one != other and now - before <= window_s:
                yield [one, other]


_ADDRESSES = ("IpAddress", "DestinationIp", "SourceIp")


def entities(event: Event) -> Iterator[str]:
    """What may tie this event to others: people's accounts, outside addresses, files by hash."""
    for user in (event.user, event.get("TargetUserName")):
        if user_kind(user) in ("person", "admin"):
            yield "user:" + user.lower().rpartition("\\")[2]
    for name in _ADDRESSES:
        if is_outside(event.get(name)):
            yield "address:" + event.get(name)
    for part in event.get("Hashes").split(","):
        kind, _, value = part.partition("=")
        if kind == "SHA256" and event.category is not Category.IMAGE_LOAD:
            yield "sha256:" + value.lower()


def is_outside(address: str) -> bool:
    """Whether it is a public address: shared private ones mean nothing across networks."""
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


class _Union:
    """Disjoint sets over 0 … n-1 (Tarjan 1975), with path halving."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, item: int) -> int:
        parent = self._parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join_all(self, items: Iterable[int]) -> None:
        first: int | None = None
        for item in items:
            root = self.find(item)
            if first is None:
                first = root
            elif root != first:
                self._parent[root] = first
