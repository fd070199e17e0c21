"""What is looked for in the text of a report, and what it is looked for with.

text ─scan→ Match …        every indicator with exact offsets (`detect.text` has the extractors)
text ─names→ Mention …     groups, software, campaigns, names that the store has not
both ─roles, apart→        what each indicator is, and why some are set apart
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cybersecqwen.detect.text.matches import Extractor, Match
from cybersecqwen.records.intel import Role, Tier

LONGEST_CONTEXT = 400
"""Characters of a quoted sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """The text of a document, as the steps that judge its indicators see it.

    Detection stands beside reading and does not import it, so this is what is handed over.
    """

    text: str
    blocks: Sequence[tuple[int, int, str]] = ()
    """Start, end and kind: title, heading, paragraph, item, row, code, quote, caption, header."""
    links: Sequence[tuple[int, int, str]] = ()
    """Start, end and target of links."""
    title: str = ""
    publisher: str = ""
    """Host of the page's own address or name of the author; "" where unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleOf:
    """The role of one indicator."""

    role: Role
    tier: Tier
    why: str
    """One clause; quotes the words of the text that decided."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameFound:
    """A place where a text names a group, software, campaign or vulnerability."""

    id: str
    """Identifier in the store; "" for a name that the store has not."""
    name: str
    """Main name in the store, else as it is written."""
    type: str
    """group, software, campaign or vulnerability."""
    text: str
    """As it is written there."""
    start: int
    end: int
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Looker:
    """An extractor that is only asked where one of its needles stands (`extractors.py` lists all).

    `find` gets the window around a needle and yields matches with offsets in that window. Windows begin and
    end at line breaks, and those that touch are one. The result must not depend on how much more text than
    that the window holds: over the whole text it is the same (a property test holds every looker to it).
    """

    find: Extractor
    """(text, text.lower()) → matches from left to right; never raises, linear."""
    needles: tuple[str, ...] = ()
    """Lower-case ASCII literals; () for extractors for which `scan` finds candidates by their shape."""
    lines_before: int = 0
    """Whole lines before the needle's that belong to the window."""
    lines_after: int = 0
    """Whole lines after it."""
    reads_low: bool = True
    """False for one that does not look at its second argument: it may get the text as it is, and long windows
    need not be lowered."""


Found = Sequence[Match]
"""All matches of one text, in order of appearance."""
