"""From what is asked of several events to the steps of a query."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Test
from cybersecqwen.dialects.query import (
    Aggregate,
    Keep,
    Limit,
    Measure,
    Measured,
    Sort,
    Step,
)

from .counts import Counted
from .vocabulary import Lexicon, tokens

_COUNT = "count"
_DISTINCT = "distinct"


def field_for(words: str, key: str, lexicon: Lexicon) -> str:
    """The field of a logsource that the words name; "" where none is known by them."""
    stems = tuple(token.stem for token in tokens(words))
    for size in range(len(stems), 0, -1):
        for entry in lexicon.fields.values():
            for name in entry["words"]:
                if tuple(token.stem for token in tokens(name)) == stems[:size]:
                    return str(entry.get(key, entry[""]))
    return ""


def steps(counted: Counted, key: str, lexicon: Lexicon) -> tuple[tuple[Step, ...], list[str]]:
    """The steps that the counting asks for, and words for fields that are not known."""
    by, unknown = fields_for(counted.by, key, lexicon)
    if counted.op is None and not counted.top and not counted.counts:
        if by and not counted.within_s:
            return (_aggregate(by, None, "", None), Sort(keys=((_COUNT, True),))), unknown
        return (), unknown
    if counted.op is None and counted.top:
        return _top(counted, by, key, lexicon), unknown
    distinct = field_for(counted.distinct, key, lexicon) if counted.distinct else ""
    if counted.op is None:
        return (_aggregate(by, counted.within_s, _DISTINCT, distinct or None),), unknown
    if counted.distinct and not distinct:
        unknown.append(counted.distinct)
    measure = _DISTINCT if distinct else _COUNT
    made = _aggregate(by, counted.within_s, measure, distinct or None)
    keep = Keep(where=Test(measure, counted.op, (_number(counted.number),)))
    return (made, keep), unknown


def _top(counted: Counted, by: Sequence[str], key: str, lexicon: Lexicon) -> tuple[Step, ...]:
    if not by:
        return (Limit(count=counted.top),)
    return (
        _aggregate(by, None, "", None),
        Sort(keys=((_COUNT, not counted.rarest),)),
        Limit(count=counted.top),
    )


def fields_for(words: Sequence[str], key: str, lexicon: Lexicon) -> tuple[tuple[str, ...], list[str]]:
    """The fields that words name, and the words that name none."""
    found: list[str] = []
    unknown: list[str] = []
    for one in words:
        name = field_for(one, key, lexicon)
        (found if name else unknown).append(name or one)
    return tuple(dict.fromkeys(found)), unknown


def _aggregate(by: Sequence[str], within_s: float | None, measure: str, distinct: str | None) -> Aggregate:
    if distinct:
        made = Measure(name=measure, function=Measured.DISTINCT, field=distinct)
    else:
        made = Measure(name=_COUNT, function=Measured.COUNT)
    return Aggregate(measures=(made,), by=tuple(by), bucket_s=within_s)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
