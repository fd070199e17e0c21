"""Workflows made at random from blocks, with what a walk through them must come to."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from cybersecqwen.tasks.playbook.rehearsal.opening import Opened, opened
from tests.verify.cacao.playbooks import END, act, playbook, uid

Block = list["Item"]


@dataclass
class Item:
    """An action, or a condition or parallel step with blocks inside."""

    kind: str
    blocks: list[Block] = field(default_factory=list)
    meets: bool = False
    """Its ways lead on to what follows, and do not end in a step of their own."""
    id: str = ""


_KINDS = {"if-condition": (1, 2), "while-condition": (1, 1), "switch-condition": (1, 3), "parallel": (2, 3)}


def _inner(blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    def item(kind: str) -> st.SearchStrategy[Item]:
        few, many = _KINDS[kind]
        inside = st.lists(blocks, min_size=few, max_size=many)
        return st.builds(Item, st.just(kind), inside, st.booleans())

    action = st.builds(Item, st.just("action"))
    return st.lists(st.one_of(action, *map(item, _KINDS)), max_size=4)


BLOCKS: st.SearchStrategy[Block] = st.recursive(
    st.lists(st.builds(Item, st.just("action")), max_size=3), _inner, max_leaves=12
)


def compiled(block: Block) -> dict[str, Any]:
    """A playbook of a block; ids are put into the items."""
    numbers = itertools.count(1)
    made: dict[str, Any] = {}
    first = _chain(block, END, made, numbers)
    return playbook(made, first)


def _chain(block: Block, after: str, made: dict[str, Any], numbers: Iterator[int]) -> str:
    for item in reversed(block):
        item.id = uid(item.kind, next(numbers))
        made[item.id] = _step(item, after, made, numbers)
        after = item.id
    return after


def _step(item: Item, after: str, made: dict[str, Any], numbers: Iterator[int]) -> dict[str, Any]:
    if item.kind == "action":
        return act(after, name=item.id)

    def way(block: Block) -> str:
        if item.meets:
            return _chain(block, item.id if item.kind == "while-condition" else after, made, numbers)
        end = uid("end", next(numbers))
        made[end] = {"type": "end"}
        return _chain(block, end, made, numbers)

    ways = [way(block) for block in item.blocks]
    step: dict[str, Any] = {"type": item.kind, "name": item.id}
    if not item.meets or item.kind == "while-condition":
        step["on_completion"] = after
    if item.kind == "parallel":
        return {**step, "next_steps": ways}
    if item.kind == "switch-condition":
        cases = dict(zip("abc", ways, strict=False))
        return {**step, "switch": "__other__:value", "cases": {**cases, **_or(item, "default", after)}}
    step |= {"condition": "__other__:value == 'yes'", "on_true": ways[0]}
    if item.kind == "if-condition":
        step |= {"on_false": ways[1]} if len(ways) > 1 else _or(item, "on_false", after)
    return step


def _or(item: Item, name: str, after: str) -> dict[str, str]:
    return {name: after} if item.meets else {}


def expected(block: Block, decide: Callable[[int], int], rounds: int) -> Iterator[str]:
    """The steps that a person is asked, in order; `decide(n)` says which of n ways is taken."""
    for item in block:
        if item.kind == "action":
            yield item.id
        elif item.kind == "parallel":
            for inside in item.blocks:
                yield from expected(inside, decide, rounds)
        elif item.kind == "while-condition":
            for _ in range(rounds):
                yield item.id
                if decide(2) == 1:
                    break
                yield from expected(item.blocks[0], decide, rounds)
        else:
            yield item.id
            ways = 2 if item.kind == "if-condition" else len(item.blocks) + 1
            chosen = decide(ways)
            if chosen < len(item.blocks):
                yield from expected(item.blocks[chosen], decide, rounds)


def opened_from(value: dict[str, Any]) -> Opened:
    """A playbook opened from its JSON value."""
    return opened(json.dumps(value).encode())
