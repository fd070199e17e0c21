"""A mention: some words of the question that mean one thing, before it is known where that belongs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .asked import Sure


class Kind(StrEnum):
    """What a mention is."""

    PROGRAM = "program"
    LIBRARY = "library"
    """A DLL or a driver."""
    FILE = "file"
    """The name of another file, or an ending."""
    PATH = "path"
    PLACE = "place"
    """A folder that the lexicon knows."""
    FLAG = "flag"
    """An option of a command line, or a piece of one."""
    TEXT = "text"
    """A text in quotes, of which no more is known."""
    ADDRESS = "address"
    """An IP address or network."""
    NETWORK = "network"
    """The internet, or private addresses, on one side of a connection."""
    HASH = "hash"
    DOMAIN = "domain"
    URL = "url"
    KEY = "key"
    """A registry key or value."""
    EVENT = "event"
    """The number of an event."""
    PORT = "port"
    CMDLET = "cmdlet"
    API = "api"
    """An operation of a cloud: "CreateUser", "iam.roles.create"."""
    USER = "user"
    HOST = "host"
    PIPE = "pipe"
    TECHNIQUE = "technique"
    VULNERABILITY = "vulnerability"
    CONCEPT = "concept"
    """Something that the lexicon says in tests."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Words with a meaning."""

    kind: Kind
    start: int
    end: int
    words: str
    """As they stand."""
    values: tuple[str, ...]
    """Small letters; of a concept its name in the lexicon."""
    sure: Sure = Sure.STATED
    group: str = ""
    """Of programs: the name of the group that the words mean, "office programs"."""
    weight: float = 0.0
    """Of concepts: how many words of the question said it, those in one phrase counting more."""


def without_overlaps(mentions: Iterable[Mention]) -> list[Mention]:
    """In order of place; of two that share characters the longer, of equal ones the first.

    Concepts may share words with others: they say what happens, the others to what.
    """
    kept: list[Mention] = []
    for one in sorted(mentions, key=lambda m: (-(m.end - m.start), m.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept if _rivals(one, other)):
            kept.append(one)
    return sorted(kept, key=lambda m: (m.start, m.end, m.kind))


def _rivals(one: Mention, other: Mention) -> bool:
    return Kind.CONCEPT not in (one.kind, other.kind)
