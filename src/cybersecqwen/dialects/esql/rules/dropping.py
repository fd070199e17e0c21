"""Commands and columns that nothing depends on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import Expr
from cybersecqwen.dialects.elastic.walking import fields_in
from cybersecqwen.dialects.esql.columns import made_by, matches
from cybersecqwen.dialects.esql.names import expressions
from cybersecqwen.dialects.esql.tree import (
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    Grok,
    Keep,
    Limit,
    LookupJoin,
    MvExpand,
    Rename,
    Sort,
    Stats,
    Where,
)
from cybersecqwen.dialects.improvement import Rule

from .applying import COMMANDS, rewritten

_WITHOUT_ORDER = (Where, Eval, Keep, Drop, Rename, Dissect, Grok, Enrich, MvExpand, LookupJoin)
"""Commands that give the same rows in whatever order they come."""


def _sorts_dropped(commands: list[Command]) -> list[Command]:
    """Without orders that an aggregation forgets, where no limit behind it depends on how groups come."""
    idle: set[int] = set()
    for at, command in enumerate(commands):
        if not isinstance(command, Stats) or command.inline or _is_cut(commands[at + 1 :]):
            continue
        before = at - 1
        while before > 0 and isinstance(commands[before], (*_WITHOUT_ORDER, Sort)):
            if isinstance(commands[before], Sort):
                idle.add(before)
            before -= 1
    return [one for at, one in enumerate(commands) if at not in idle]


def _is_cut(behind: list[Command]) -> bool:
    """Whether only some of the groups are taken before they are put in order."""
    for command in behind:
        if isinstance(command, Sort):
            return False
        if isinstance(command, Limit):
            return True
    return False


def _names(exprs: Iterable[Expr]) -> set[str]:
    return {field.name for expr in exprs for field in fields_in(expr)}


class _Liveness:
    """Goes from the end to the beginning, with the columns that are wanted so far; None for all."""

    def __init__(self) -> None:
        self.wanted: set[str] | None = None

    def kept(self, command: Command) -> Command | None:
        """The command with the columns that are wanted; None where none is."""
        if isinstance(command, Stats) and not command.inline:
            self.wanted = _names(expressions(command))
            return command
        if isinstance(command, Keep):
            wild = any(one.wild for one in command.names)
            self.wanted = None if wild else {one.text for one in command.names}
            return command
        if self.wanted is None:
            return command
        return self._needed(command, self.wanted)

    def _needed(self, command: Command, wanted: set[str]) -> Command | None:
        if isinstance(command, Eval):
            return self._eval(command, wanted)
        if isinstance(command, Dissect | Grok):
            made = made_by(command)
            if wanted.isdisjoint(made):
                return None
            self.wanted = (wanted - made) | _names([command.value])
            return command
        if isinstance(command, Enrich):
            return self._enrich(command, wanted)
        if isinstance(command, Rename):
            return self._rename(command, wanted)
        if isinstance(command, Drop):
            return command if any(matches(one, name) for one in command.names for name in wanted) else None
        wanted |= _names(expressions(command))
        if isinstance(command, MvExpand):
            wanted.add(command.name)
        if isinstance(command, LookupJoin):
            wanted |= _names(command.on)
        return command

    def _rename(self, command: Rename, wanted: set[str]) -> Command | None:
        kept = []
        for old, new in reversed(command.pairs):
            if new in wanted or old in wanted:
                kept.append((old, new))
                wanted.discard(new)
                wanted.add(old)
        return replace(command, pairs=tuple(reversed(kept))) if kept else None

    def _eval(self, command: Eval, wanted: set[str]) -> Command | None:
        kept = []
        for column in reversed(command.columns):
            if column.name in wanted:
                kept.append(column)
                wanted.discard(column.name)
                wanted |= _names([column.value])
        return replace(command, columns=tuple(reversed(kept))) if kept else None

    def _enrich(self, command: Enrich, wanted: set[str]) -> Command | None:
        if not command.on:
            self.wanted = None
            return command
        if not command.columns:
            wanted.add(command.on)
            return command
        columns = tuple(one for one in command.columns if one[0] in wanted)
        if not columns:
            return None
        self.wanted = (wanted - {new for new, _ in command.columns}) | {command.on}
        return replace(command, columns=columns)


def _columns_dropped(commands: list[Command]) -> list[Command]:
    liveness = _Liveness()
    found = [liveness.kept(command) for command in reversed(commands[1:])]
    return [commands[0], *(one for one in reversed(found) if one is not None)]


RULES: tuple[Rule[EsqlTree], ...] = (
    Rule(
        name="drop-sort-before-stats",
        reason="An aggregation gives the same groups whatever the order of its rows.",
        source=COMMANDS + "stats-by",
        apply=rewritten(_sorts_dropped),
    ),
    Rule(
        name="drop-unused-columns",
        reason="A column that no later command uses and that does not come out need not be made.",
        source=COMMANDS + "eval",
        apply=rewritten(_columns_dropped),
    ),
)
