"""From the tree of an EQL query to its text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cybersecqwen.dialects.elastic.expressions import Expr, Field, Logic
from cybersecqwen.dialects.elastic.rendering import Renderer

from .tree import GRAMMAR, EqlTree, Event, Sample, Sequence, Stage, Window

_RENDERER = Renderer(GRAMMAR)
_WORD = re.compile(r"[^\W\d]\w*")
_LONG = 100
"""Characters of a line from which a condition is cut into several."""


def render(tree: EqlTree) -> str:
    """The text, laid out for reading."""
    lines = [_window(tree.window)] if tree.window else []
    if isinstance(tree.body, Event):
        lines.append(_event(tree.body, "  "))
    elif isinstance(tree.body, Sample):
        lines += [f"sample by {_fields(tree.body.by)}", *map(_stage, tree.body.stages)]
    else:
        lines += _sequence(tree.body)
    return "\n".join([*lines, *(f"| {pipe.name} {pipe.count}" for pipe in tree.pipes)])


def _window(window: Window) -> str:
    return f"// from {window.start or '*'}" + (f" to {window.end}" if window.end else "")


def _fields(fields: Iterable[Field]) -> str:
    return ", ".join(map(_RENDERER.expression, fields))


def _event(event: Event, margin: str) -> str:
    category = event.category or "any"
    bare = _WORD.fullmatch(category) and (not event.category or category not in GRAMMAR.reserved)
    head = f"{category if bare else _RENDERER.string(category)} where "
    text = _RENDERER.expression(event.where)
    if len(head) + len(text) <= _LONG:
        return head + text
    return head.rstrip() + "\n" + margin + laid_out(event.where, margin)


def laid_out(where: Expr, margin: str) -> str:
    """A long condition, one of its parts a line."""
    if not isinstance(where, Logic):
        return _RENDERER.expression(where)
    joint = f" {where.op}\n{margin}"
    # Inside "and" a part that is an "or" needs its brackets.
    least = 3 if where.op == "and" else 2
    return joint.join(_RENDERER.bound(part, least) for part in where.parts)


def _stage(stage: Stage) -> str:
    text = f"  {'!' if stage.missing else ''}[{_event(stage.event, '    ')}]"
    text += f" by {_fields(stage.by)}" if stage.by else ""
    return text + (f" with runs={stage.runs}" if stage.runs is not None else "")


def _sequence(body: Sequence) -> list[str]:
    head = "sequence"
    if body.by:
        head += f" by {_fields(body.by)}"
    if body.maxspan:
        head += f" with maxspan={body.maxspan[0]}{body.maxspan[1]}"
    until = [f"until{_stage(body.until)[1:]}"] if body.until else []
    return [head, *map(_stage, body.stages), *until]
