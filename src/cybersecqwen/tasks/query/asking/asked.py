"""What a question in words was read as: the query, and where each part of it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cybersecqwen.detect.sigma.model import Logsource, Test
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import UsageError


class NotAQuestion(UsageError):
    """The text asks for nothing that events could answer."""

    default_hint = 'Say what is looked for in events: "office programs starting a shell in the last day".'


class Sure(StrEnum):
    """How a part of the query came about, the surest first."""

    STATED = "stated"
    """The value stands in the question."""
    KNOWN = "known"
    """The words have this meaning in the lexicon of the project."""
    LEARNED = "learned"
    """Rules of the library say it so."""
    ASSUMED = "assumed"
    """Nothing says otherwise."""
    MODEL = "model"
    """A language model chose it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some words of the question, and what they became."""

    words: str
    """As they stand in the question; "" for what no words of it say."""
    became: str
    """In Sigma's terms, for showing: "Image|endswith: \\\\cmd.exe, \\\\powershell.exe"."""
    sure: Sure
    start: int = 0
    """Place of the words in the question, in characters; 0 where there are none."""
    tests: tuple[Test, ...] = ()
    """Tests of the query that they became, for checking."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A rule that parts of the query were taken from."""

    id: str
    title: str
    score: float
    """How near it is to the question, 0 to about 2."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as it was understood."""

    text: str
    """The question, cleaned."""
    query: Query
    """In Sigma's names; without an expression where nothing could be placed."""
    parts: tuple[Part, ...] = ()
    """In the order of the question."""
    assumptions: tuple[str, ...] = ()
    """What was taken for granted, one sentence each."""
    unplaced: tuple[str, ...] = ()
    """Words that carry meaning and became nothing."""
    questions: tuple[str, ...] = ()
    """What the asker should say before the query is relied on."""
    contradictions: tuple[str, ...] = ()
    """What the question says both ways, one sentence each."""
    techniques: tuple[str, ...] = ()
    """ATT&CK ids that the question names."""
    based_on: tuple[Source, ...] = ()
    """Rules whose logsource, fields or values were used."""
    nearest: tuple[Source, ...] = ()
    """The nearest rules of the library, used or not."""
    sources: tuple[Logsource, ...] = ()
    """Logsources that come into question, the likeliest first."""
    models: tuple[str, ...] = ()
    """Language models that took part."""
