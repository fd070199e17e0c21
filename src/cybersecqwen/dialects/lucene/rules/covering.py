"""Whether one clause finds at least what another finds."""

from __future__ import annotations

from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.dialects.globs import ANY, ONE, pieces
from cybersecqwen.dialects.lucene.render import can_stand_bare
from cybersecqwen.dialects.lucene.tree import Comparison, Field, Group, Node, Phrase, Range, Word

from .plain import plain

_LONGEST = 200


def covers(wide: Node, narrow: Node) -> bool:
    """Whether the wide clause finds every record that the narrow one finds: True only where it is sure."""
    if wide == narrow:
        return True
    if isinstance(wide, Field) and isinstance(narrow, Field):
        return wide.name == narrow.name and covers(wide.inner, narrow.inner)
    if isinstance(wide, Group) or isinstance(narrow, Group):
        return _by_parts(wide, narrow)
    if isinstance(wide, Range | Comparison) and isinstance(narrow, Range | Comparison):
        return _numbers(wide, narrow)
    one, other = _text(wide), _text(narrow)
    return one is not None and other is not None and ANY in one and _glob(one, other)


def _by_parts(wide: Node, narrow: Node) -> bool:
    """Any of several finds what one of them finds; all of several no more than one of them finds."""
    for group, one_way in ((wide, True), (narrow, False)):
        found = plain(group) if isinstance(group, Group) else None
        if found is None or any(part.negated for part in found.parts) or found.every is one_way:
            continue
        if any(covers(p.node, narrow) if one_way else covers(wide, p.node) for p in found.parts):
            return True
    return False


def _text(node: Node) -> str | None:
    """A value as text with wildcards in lower case, where it is one without ado."""
    if isinstance(node, Word) and node.fuzzy is None:
        return node.text
    if isinstance(node, Phrase) and node.slop is None and can_stand_bare(node.text):
        return node.text
    return None


def _glob(wide: str, narrow: str) -> bool:
    """Whether text with wildcards takes all that another takes; stars alone, and in the same case."""
    if ONE in wide or ONE in narrow or len(wide) > _LONGEST or len(narrow) > _LONGEST:
        return False
    at, parts = 0, pieces(wide)
    for number, part in enumerate(parts):
        if part == ANY:
            continue
        first, last = number == 0, number == len(parts) - 1
        if first:
            if not narrow.startswith(part):
                return False
            at = len(part)
        elif last:
            return narrow.endswith(part) and len(narrow) - len(part) >= at
        else:
            found = narrow.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
    return parts[-1] == ANY or at == len(narrow)


_Bounds = tuple[float, bool, float, bool]
_NONE = float("inf")


def _bounds(node: Range | Comparison) -> _Bounds | None:
    """Low, whether it is in, high, whether it is in; None for what is no number."""
    if isinstance(node, Comparison):
        number = number_of(node.text)
        if number is None:
            return None
        within = node.operator.endswith("=")
        return (number, within, _NONE, True) if node.operator[0] == ">" else (-_NONE, True, number, within)
    low = -_NONE if node.low is None else number_of(node.low)
    high = _NONE if node.high is None else number_of(node.high)
    return None if low is None or high is None else (low, node.with_low, high, node.with_high)


def _numbers(wide: Range | Comparison, narrow: Range | Comparison) -> bool:
    one, other = _bounds(wide), _bounds(narrow)
    if one is None or other is None or one[0] == -one[2]:
        return False
    low = one[0] < other[0] or (one[0] == other[0] and (one[1] or not other[1]))
    high = one[2] > other[2] or (one[2] == other[2] and (one[3] or not other[3]))
    return low and high
