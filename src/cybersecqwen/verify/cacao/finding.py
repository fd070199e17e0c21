"""Collecting problems: bounded in number, exact in count, with paths that are written when needed."""

from __future__ import annotations

import json
import re
from collections import Counter

from cybersecqwen.records.cacao import CacaoProblem
from cybersecqwen.records.rule_tests import Weight

from .rules import RULES

MOST_PROBLEMS = 500
"""Problems of one severity that are kept; all are counted."""
Path = tuple[str | int, ...]
"""Keys and indices from the top of the document."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,120}\Z")
_SHOWN = 80


class Problems:
    """The problems found so far."""

    def __init__(self) -> None:
        self.counts: Counter[Weight] = Counter()
        self._kept: dict[Weight, list[CacaoProblem]] = {weight: [] for weight in Weight}

    def add(
        self, rule: str, path: Path, message: str, hint: str = "", *, severity: Weight | None = None
    ) -> None:
        """Tell of a problem; `rule` is a key of `RULES`, whose severity counts unless one is given."""
        weight = RULES[rule].severity if severity is None else severity
        self.counts[weight] += 1
        kept = self._kept[weight]
        if len(kept) < MOST_PROBLEMS:
            kept.append(
                CacaoProblem(path=written(path), rule=rule, severity=weight, message=message, hint=hint)
            )

    def room(self, rule: str, severity: Weight | None = None) -> bool:
        """Whether another problem of the rule would be kept; hints that take time are made only then."""
        weight = RULES[rule].severity if severity is None else severity
        return len(self._kept[weight]) < MOST_PROBLEMS

    def sorted(self) -> tuple[CacaoProblem, ...]:
        """Errors, warnings, notes."""
        return tuple(one for weight in Weight for one in self._kept[weight])


def written(path: Path) -> str:
    """A path as text: `workflow.action--….commands[0].type`, odd keys as `["a key"]`."""
    parts = []
    for part in path:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        elif _PLAIN.match(part):
            parts.append(f".{part}" if parts else part)
        else:
            parts.append(f"[{json.dumps(short(part))}]")
    return "".join(parts)


def short(value: object) -> str:
    """A value as it is shown in a message: at most 80 characters."""
    text = value if isinstance(value, str) else type(value).__name__
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def quoted(value: object) -> str:
    """`short`, in quotes where it is text."""
    if value is None or isinstance(value, bool | int | float):
        return short(json.dumps(value)) if not _huge(value) else "a huge number"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else repr(short(value))


def _huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > 256
