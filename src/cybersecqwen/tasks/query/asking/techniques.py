"""Techniques and vulnerabilities that a question names, and the rules of the library that are about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cybersecqwen.detect.sigma.model import Rule

from .library import Library
from .mentions import Kind, Mention

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store

_MOST = 12
"""Rules that are joined for a technique."""


def named_techniques(found: Iterable[Mention], store: Store | None) -> tuple[str, ...]:
    """Identifiers of the techniques among the mentions, those that the store does not know left out."""
    named = dict.fromkeys(value.upper() for m in found if m.kind is Kind.TECHNIQUE for value in m.values)
    return tuple(id for id in named if store is None or store.exists(id))


def rules_of(named: Sequence[str], library: Library) -> list[Rule]:
    """Rules tagged with a technique (or one below it) or a vulnerability, of the logsource that most have."""
    tags = frozenset(_tag(one.lower()) for one in named)
    found = [rule for rule in library.rules if any(_is_about(tag.lower(), tags) for tag in rule.about.tags)]
    if not found:
        return []
    chosen = Counter(rule.logsource for rule in found).most_common(1)[0][0]
    return [rule for rule in found if rule.logsource == chosen][:_MOST]


def _tag(name: str) -> str:
    return name.replace("cve-", "cve.") if name.startswith("cve") else f"attack.{name}"


def _is_about(tag: str, asked: frozenset[str]) -> bool:
    """Whether a tag of a rule, or the technique that it is below of, is asked for."""
    return tag in asked or tag.rpartition(".")[0] in asked
