"""Running a query on records, step by step.

Filters, groups, counts, sorting and columns run by what they mean (`read`); fields that are computed,
branches and the like by small steps of their own. A field that cannot be computed is not set. Values are
compared and computed as numbers where both are numbers, else as text with regard to case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.evaluating import evaluate, holds, value_at
from cybersecqwen.dialects.globs import ANY
from cybersecqwen.dialects.interface import Data, Record, Rows, Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import LimitError

from .arguments import Arguments, cannot
from .computing import computed
from .grouping import TIME
from .read import expression, filter_of, is_sequence, read, split, steps_of
from .tree import Assign, Branch, Call, Case, Compare, Filter, Match, Pipeline, Step


def run(tree: Pipeline, data: Data, running: Running) -> Rows:
    """The rows of a query. Raises UnsayableError for what cannot be run here."""
    running = running if running.time_field else replace(running, time_field=TIME)
    _, behind = split(tree)
    if len(behind) == len(tree.steps) and is_sequence(behind[0]):
        behind = behind[1:]
    first = tree.steps[: len(tree.steps) - len(behind)]
    query = read(Pipeline(steps=first)) if first else Query()
    return _all(behind, evaluate(query, data, running), running)


def _all(steps: tuple[Step, ...], rows: Rows, running: Running) -> Rows:
    for step in steps:
        rows = _one(step, rows, running)
        if len(rows.rows) > running.most_rows:
            raise LimitError(f"A step gives more than {running.most_rows:,} rows.")
    return rows


def _one(step: Step, rows: Rows, running: Running) -> Rows:
    if isinstance(step, Assign):
        return replace(
            rows, rows=tuple(_with(row, step.field, computed(step.value, row)) for row in rows.rows)
        )
    if isinstance(step, Case | Match):
        made = tuple(found for row in rows.rows for found in _branched(step, row, running))
        return replace(rows, rows=made)
    if isinstance(step, Filter) and isinstance(step.condition, Call) and filter_of(step) is None:
        changed = _CHANGES.get(step.condition.name)
        if changed is not None:
            return replace(rows, rows=tuple(changed(step.condition, row) for row in rows.rows))
    found = evaluate(Query(steps=tuple(steps_of(step))), {"": rows.rows}, running)
    columns = found.columns or rows.columns
    return Rows(rows=found.rows, ordered=found.ordered or rows.ordered, columns=columns)


def _with(row: Record, name: str, value: Any) -> Record:
    if value is None:
        return row
    return {**row, name: value}


def _branched(step: Case | Match, row: Record, running: Running) -> tuple[Record, ...]:
    """What the first branch gives that keeps the event; nothing where none does."""
    one = Rows(rows=(row,))
    for branch in step.branches:
        if isinstance(branch, Branch):
            if not isinstance(step, Match) or not _matched(step.field, branch, row):
                continue
            return _all(branch.pipeline.steps, one, running).rows
        found = _all(branch.steps, one, running).rows
        if found:
            return found
    return ()


def _matched(field: str, branch: Branch, row: Record) -> bool:
    value = branch.value
    if isinstance(value, Call):
        raise cannot("functions", f"The function {value.name}() has no counterpart.")
    if getattr(value, "text", "") == ANY:
        return True
    return holds(expression(Compare(field=field, operator="=", value=value)), row)


def _text(row: Record, name: str) -> str | None:
    found = texts_of(value_at(row, name))
    return found[0] if found else None


def _cased(call: Call, row: Record) -> Record:
    given = Arguments(call, "field", "as", "locale")
    name = given.text("field")
    text = _text(row, name)
    if text is None:
        return row
    return {**row, given.text("as", f"_{call.name}"): text.lower() if call.name == "lower" else text.upper()}


def _default(call: Call, row: Record) -> Record:
    given = Arguments(call, "field", "value", "replaceEmpty")
    made = dict(row)
    for name in given.texts("field"):
        if value_at(row, name) is None:
            made[name] = given.text("value")
    return made


def _drop(call: Call, row: Record) -> Record:
    names = set(Arguments(call, "fields").texts("fields"))
    return {name: value for name, value in row.items() if name not in names}


def _rename(call: Call, row: Record) -> Record:
    given = Arguments(call, "field", "as")
    old, new = given.text("field"), given.text("as")
    if old not in row:
        return row
    return {new if name == old else name: value for name, value in row.items() if name != new or name == old}


def _length(call: Call, row: Record) -> Record:
    given = Arguments(call, "field", "as")
    text = _text(row, given.text("field"))
    return row if text is None else {**row, given.text("as", "_length"): len(text)}


def _concat(call: Call, row: Record) -> Record:
    given = Arguments(call, "fields", "as")
    return {
        **row,
        given.text("as", "_concat"): "".join(_text(row, name) or "" for name in given.texts("fields")),
    }


def _eval(call: Call, row: Record) -> Record:
    made: Record = row
    for argument in call.arguments:
        if not argument.name:
            raise cannot("other arguments of eval()", "eval() has an argument without a name.")
        made = _with(made, argument.name, computed(argument.value, made))
    return made


_CHANGES = {
    "lower": _cased,
    "upper": _cased,
    "default": _default,
    "drop": _drop,
    "rename": _rename,
    "length": _length,
    "concat": _concat,
    "eval": _eval,
}
