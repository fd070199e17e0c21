"""What a check on an answer is, and what it may ask.

A check gets one sentence that a model wrote and the `Allowed` facts of the report, and answers with the
reason why the sentence must go, or "" where it sees nothing wrong. A sentence is kept only where every
check answers "": the checks fail closed, and `docs/verification.md` says what they cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from cybersecqwen.records import Sentence

if TYPE_CHECKING:
    from .allowed import Allowed


class Named(Protocol):
    """An entity of the knowledge store, as far as the checks care."""

    @property
    def id(self) -> str:
        """Its identifier: "T1059.001"."""

    @property
    def name(self) -> str:
        """Its official name: "PowerShell"."""


class Resolved(Protocol):
    """What the store says about an identifier; `knowledge.Resolution` is one."""

    @property
    def id(self) -> str:
        """The identifier that was asked for."""

    @property
    def state(self) -> str:
        """known, revoked, deprecated or unknown."""

    @property
    def entity(self) -> Named | None:
        """What it names; None where unknown."""

    @property
    def successor(self) -> object:
        """What replaces a revoked one: an identifier or an entity; empty or None where nothing does."""


class Facts(Protocol):
    """The part of the knowledge store that the checks need."""

    def resolve(self, id: str, /) -> Resolved:
        """What is known about an identifier in its canonical form; never raises for an unknown one."""


class Check(Protocol):
    """One check: a function registered in `CHECKS`."""

    def __call__(self, sentence: str, allowed: Allowed, /) -> str:
        """Why the sentence must go, in a few words; "" where this check has nothing against it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedDraft:
    """A model's sentences after all checks."""

    kept: tuple[Sentence, ...] = ()
    """Sentences that every check let pass, in the order in which they were written."""
    rejected: tuple[tuple[str, str], ...] = ()
    """Sentences that must not be shown, each with the first reason found."""
