"""What is looked for in the text of a report, and what it is looked for with.

text ─scan→ Match …        every indicator with exact offsets (`detect.text` has the extractors)
text ─names→ Mention …     groups, software, campaigns, names that the store has not
both ─roles, apart→        what each indicator is, and why some are set apart
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cybersecqwen.detect.text.matches import Match
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


Found = Sequence[Match]
"""All matches of one text, in order of appearance."""
