"""What an ES|QL query costs: what its first filters look up, and what each command does to how many rows.

The order of the figures follows https://www.elastic.co/docs/reference/query-languages/esql/esql-query-performance,
in readings of one event over a million events; no cluster was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.dialects.elastic.costing import EVENTS, Costs, share, work
from cybersecqwen.dialects.elastic.expressions import Expr
from cybersecqwen.dialects.elastic.rewriting import conjuncts
from cybersecqwen.dialects.elastic.walking import comparisons

from .times import is_about_time
from .tree import (
    Command,
    Dissect,
    Enrich,
    EsqlTree,
    Eval,
    Grok,
    Keep,
    Limit,
    LookupJoin,
    MvExpand,
    Sample,
    Sort,
    Stats,
    Where,
)

COSTS = Costs(
    patterns=frozenset(("like",)),
    expressions=frozenset(("rlike",)),
    caseless=frozenset(),
    indexed=frozenset(("TO_LOWER", "TO_UPPER")),
    own=frozenset(("CIDR_MATCH", "MATCH", "MATCH_PHRASE", "QSTR", "KQL")),
    escapes=True,
)
_PER_ROW = 0.5
"""A condition on a row that has been read."""
_COMMAND = 1.0
_IN_TIME = 0.1
"""Share of events that a condition on the time leaves."""
_NARROW = 0.3
"""Share of a row that is read where the query names the columns that it wants."""
_COSTS = {Dissect: 2.0, Grok: 6.0, Enrich: 4.0, LookupJoin: 8.0, MvExpand: 1.0}
"""Work for each row."""
_SORTED, _TOP = 4.0, 1.0
"""A row of an order, and one of which only the first are wanted."""


@dataclass(slots=True)
class _Flow:
    """The rows at a place in the query."""

    rows: float = EVENTS
    """Before the filters since the last aggregation or limit."""
    least: float = 1.0
    """Share that the rarest of these filters leaves: saying a thing twice changes nothing."""
    timed: bool = False
    width: float = 1.0
    """Share of a row that is still carried along."""

    @property
    def now(self) -> float:
        """How many there are."""
        return self.rows * self.least * (_IN_TIME if self.timed else 1.0)

    def filtered(self, part: Expr) -> None:
        """Behind a condition."""
        if is_about_time(part):
            self.timed = True
        else:
            self.least = min(self.least, share(part))

    def cut(self, rows: float) -> None:
        """So many from here on."""
        self.rows, self.least, self.timed = rows, 1.0, False


def cost_of(tree: EsqlTree) -> float:
    """What a query costs over a million events."""
    commands = tree.commands[1:]
    first = next((at for at, one in enumerate(commands) if not isinstance(one, Where)), len(commands))
    parts = [part for one in commands[:first] if isinstance(one, Where) for part in conjuncts(one.condition)]
    flow = _Flow()
    total = _COMMAND * len(commands) + _looked_up(parts, flow)
    narrow = any(isinstance(one, Keep) or (isinstance(one, Stats) and not one.inline) for one in commands)
    total += flow.now * (_NARROW if narrow else 1.0)
    for at, command in enumerate(commands[first:], first):
        following = commands[at + 1] if at + 1 < len(commands) else None
        total += _step(command, following, flow)
    return total


def _looked_up(parts: list[Expr], flow: _Flow) -> float:
    """The work of conditions that the index answers, the cheapest first."""
    total = 0.0
    for cost, part in sorted(((work(part, COSTS), part) for part in parts), key=lambda one: one[0]):
        total += min(cost, flow.now * _PER_ROW * _leaves(part))
        flow.filtered(part)
    return total


def _leaves(part: Expr) -> int:
    return sum(1 for _ in comparisons(part))


def _step(command: Command, following: Command | None, flow: _Flow) -> float:
    """The work of a command."""
    rows = flow.now
    if isinstance(command, Where):
        spent = 0.0
        for part in conjuncts(command.condition):
            spent += flow.now * _PER_ROW * _leaves(part)
            flow.filtered(part)
        return spent
    if isinstance(command, Eval):
        return rows * _PER_ROW * len(command.columns)
    if isinstance(command, Sort):
        return rows * (_TOP if isinstance(following, Limit) else _SORTED) * flow.width
    if isinstance(command, Limit):
        flow.cut(min(rows, float(command.count)))
        return 0.0
    return _spent(command, rows, flow)


def _spent(command: Command, rows: float, flow: _Flow) -> float:
    if isinstance(command, Stats):
        if not command.inline:
            flow.cut(rows * 0.1 if command.by else 1.0)
            flow.width = _NARROW
        return rows * (1.0 + 0.3 * len(command.measures) + 0.5 * len(command.by))
    if isinstance(command, Keep):
        flow.width = _NARROW
    if isinstance(command, Sample):
        flow.cut(rows * command.share)
    if isinstance(command, MvExpand):
        flow.cut(rows * 2.0)
    return rows * _COSTS.get(type(command), 0.01)
