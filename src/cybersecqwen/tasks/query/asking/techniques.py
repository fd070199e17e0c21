"""Rules of the library that are about a technique or a vulnerability which a question names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Logsource, Rule

from .library import Library

_MOST = 12
"""Rules that are joined for a technique."""


def rules_of(named: Sequence[str], library: Library, source: Logsource | None = None) -> list[Rule]:
    """Rules of one logsource that are tagged with a technique (or one below it) or with a vulnerability.

    The logsource is the given one, else that of most of these rules.
    """
    tags = [_tag(one.lower()) for one in named]
    found = [rule for rule in library.rules if _is_about(rule, tags)]
    if not found:
        return []
    counted = Counter(rule.logsource for rule in found)
    chosen = source if source in counted else counted.most_common(1)[0][0]
    return [rule for rule in found if rule.logsource == chosen][:_MOST]


def _tag(name: str) -> str:
    return name.replace("cve-", "cve.") if name.startswith("cve") else f"attack.{name}"


def _is_about(rule: Rule, tags: Sequence[str]) -> bool:
    own = [tag.lower() for tag in rule.about.tags]
    return any(tag == one or tag.startswith(f"{one}.") for tag in own for one in tags)
