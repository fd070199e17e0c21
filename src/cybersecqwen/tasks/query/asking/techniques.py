"""Rules of the library that are about a technique which a question names by its identifier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Logsource, Rule

from .library import Library

_MOST = 12
"""Rules that are joined for a technique."""


def rules_of(techniques: Sequence[str], library: Library, source: Logsource | None = None) -> list[Rule]:
    """Rules of one logsource that are tagged with a technique, or with one below it.

    The logsource is the given one, else that of most of these rules.
    """
    found = [
        rule
        for rule in library.rules
        if any(tag == one or tag.startswith(f"{one}.") for tag in rule.about.techniques for one in techniques)
    ]
    if not found:
        return []
    counted = Counter(rule.logsource for rule in found)
    chosen = source if source in counted else counted.most_common(1)[0][0]
    return [rule for rule in found if rule.logsource == chosen][:_MOST]
