"""Records of one stretch of an input put back in order: batches hold one kind each, sequences mix them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from .batch import Batch, Part, short
from .tokens import kind_token, template_token

SESSION = ("ProcessGuid", "SubjectLogonId", "LogonId", "SessionId", "session", "pid")
"""Fields that tell processes or sessions of one host apart; the first that a kind of record has counts."""
_WAITING = 65_536


@dataclass(slots=True)
class Stretch:
    """Batches of different kinds whose record numbers overlap; they wait until the stretch is complete."""

    place: tuple[str, str] = ("", "")
    last: int = 0
    """Largest record number."""
    kinds: set[str] = field(default_factory=set)
    batches: list[Batch] = field(default_factory=list)
    size: int = 0

    def takes(self, batch: Batch) -> bool:
        """Whether a batch is of the same stretch as what waits."""
        seen = batch.observed
        return not self.batches or (
            self.place == (seen.path, seen.member)
            and batch.kind not in self.kinds
            and min(seen.numbers) < self.last
            and self.size + batch.size <= _WAITING
        )

    def add(self, batch: Batch) -> None:
        """Let a batch wait."""
        seen = batch.observed
        self.place = (seen.path, seen.member)
        self.last = max(self.last, max(seen.numbers))
        self.kinds.add(batch.kind)
        self.size += batch.size
        self.batches.append(batch)

    def in_order(self) -> tuple[list[str], list[str], Part]:
        """Entity and token of each record, and the records themselves, by record number."""
        entities = list(chain.from_iterable(map(_entities, self.batches)))
        tokens = list(chain.from_iterable(map(_tokens, self.batches)))
        if len(self.batches) == 1:
            return entities, tokens, Part(self.batches, range(self.size))
        every = [np.asarray(batch.observed.numbers, dtype=np.float64) for batch in self.batches]
        order = np.argsort(np.concatenate(every), kind="stable")
        take = order.tolist()
        return [entities[i] for i in take], [tokens[i] for i in take], Part(self.batches, order)


def _entities(batch: Batch) -> list[str]:
    """Host, and session where there is one, of each record."""
    hosts = _shortened(batch.hosts) if batch.hosts is not None else [""] * batch.size
    for name in SESSION:
        column = batch.column(name)
        if column is not None:
            return list(map("\x00".join, zip(hosts, _shortened(column), strict=True)))
    return hosts


def _shortened(values: list[Any]) -> list[str]:
    """The values as keys; as they are where they are short texts."""
    distinct = {value: short(value) for value in set(values)}
    if all(value is text for value, text in distinct.items()):
        return values
    return [distinct[value] for value in values]


def _tokens(batch: Batch) -> list[str]:
    ids = batch.template_ids
    if ids is None:
        return [kind_token(batch.kind)] * batch.size
    names = {id: template_token(id) for id in set(ids)}
    return [names[id] for id in ids]
