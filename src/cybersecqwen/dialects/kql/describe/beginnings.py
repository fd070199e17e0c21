"""What a query begins with: its leading filter, and the data that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.kql import steps
from cybersecqwen.dialects.kql.names import names
from cybersecqwen.dialects.kql.tree import Call, KqlQuery, Pipeline, Text
from cybersecqwen.dialects.kql.walk import find


def leading(query: KqlQuery) -> KqlQuery | None:
    """The query that stands before the first operator that is no filter; None where there is none."""
    if not isinstance(query.body, Pipeline):
        return None
    kept = tuple(takewhile(lambda step: isinstance(step, steps.Where | steps.Search), query.body.steps))
    return KqlQuery(statements=query.statements, body=Pipeline(query.body.source, kept)) if kept else None


def sources(query: KqlQuery) -> tuple[str, ...]:
    """Tables, watchlists and addresses that a query needs."""
    tables = list(dict.fromkeys(name.text for name in names(query).tables))
    return (
        *words.needed("table", tables),
        *words.needed("watchlist", list(dict.fromkeys(_watchlists(query)))),
        *words.needed("address", list(dict.fromkeys(_addresses(query))), 4),
    )


def _watchlists(query: KqlQuery) -> Iterator[str]:
    for call in find(query, Call):
        if call.name == "_GetWatchlist" and call.arguments and isinstance(call.arguments[0], Text):
            yield call.arguments[0].value


def _addresses(query: KqlQuery) -> Iterator[str]:
    for one in find(query, steps.ExternalData):
        yield from (address.value for address in one.addresses if isinstance(address, Text))
