"""What a mention is placed with: the logsource, and the test that it becomes."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Expression, Logsource
from cybersecqwen.dialects.fields.schema import Schema

from .asked import Sure
from .library import Library
from .mentions import Mention
from .vocabulary import Lexicon, lexicon


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A mention with the place that it has in the query."""

    mention: Mention
    expression: Expression
    slot: str
    """What of an event it is about: mentions of one slot are alternatives or all asked for."""
    sure: Sure
    single: bool = True
    """Whether an event has one value there, so that two of them are alternatives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The logsource, and what is known of its fields."""

    key: str
    logsource: Logsource
    lexicon: Lexicon
    library: Library
    own: Schema | None = None
    """The schema that the asker has imported; None for none."""

    def role(self, name: str) -> str | None:
        """Field and operation of a kind of value, with `|` between; None where there is no place for it."""
        entry = self.lexicon.sources.get(self.key)
        return entry.roles.get(name) if entry else None


def is_group(one: Mention) -> bool:
    """Whether a mention means several programs, and is not the name of one."""
    return bool(one.group) and one.group not in lexicon().single
