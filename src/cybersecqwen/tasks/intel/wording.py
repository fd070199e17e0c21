"""How things of a report are called in our own sentences.

Whoever wrote the report chose its names, and may have chosen sentences: what the store knows is called by
the store's name, anything else only where it looks like a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cybersecqwen.records.intel import Intelligence, Named

from .planted import gives_orders

_NAME = re.compile(r"[^\W_][\w.+\-/]{0,30}(?: [\w.+\-/]{1,30}){0,3}")
MOST = 4
"""Names in one list."""


def called(one: Named) -> str:
    """As in "APT29 (G0016)", or the report's own word for what the store has not."""
    if one.id and one.id != one.name:
        return f"{one.name} ({one.id})"
    if one.id or (_NAME.fullmatch(one.name) and one.name.isprintable() and not gives_orders(one.name)):
        return one.name
    return f"a {one.type} of another name"


def listed(words: Sequence[str], most: int = MOST) -> str:
    """As in "a, b and c"; with more than `most` as in "a, b and 7 more"."""
    shown = list(dict.fromkeys(words))
    if len(shown) > most + 1:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def counted(count: int, one: str, many: str = "") -> str:
    """As in "1 domain", "3 domains"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def many(words: Sequence[str], one: str, more: str) -> str:
    """A label with its list, as in "sector Energy", "sectors Energy and Health"."""
    return f"{one if len(dict.fromkeys(words)) == 1 else more} {listed(words)}"


def reports(intel: Intelligence) -> str:
    """Either "The report" or "The 3 reports"."""
    count = len(intel.documents)
    return "The report" if count == 1 else f"The {count:,} reports"


def agree(intel: Intelligence, one: str, many: str) -> str:
    """The verb that fits `reports`."""
    return one if len(intel.documents) == 1 else many
