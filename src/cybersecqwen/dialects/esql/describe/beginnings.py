"""What a query begins with: its leading filter, and the data that it needs."""

from __future__ import annotations

from itertools import takewhile

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.esql.tree import Enrich, EsqlTree, From, LookupJoin, Where


def leading(query: EsqlTree) -> EsqlTree | None:
    """The query that stands before the first command that is no filter; None where there is none."""
    first, *rest = query.commands
    kept = tuple(takewhile(lambda command: isinstance(command, Where), rest))
    return EsqlTree((first, *kept)) if isinstance(first, From) and kept else None


def sources(query: EsqlTree) -> tuple[str, ...]:
    """Indexes, lookup indexes and policies that a query needs."""
    indexes = [name for one in query.commands if isinstance(one, From) for name in one.indexes]
    return (
        *words.needed("index", list(dict.fromkeys(indexes))),
        *words.needed("lookup index", [one.index for one in query.commands if isinstance(one, LookupJoin)]),
        *words.needed("enrich policy", [one.policy for one in query.commands if isinstance(one, Enrich)]),
    )
