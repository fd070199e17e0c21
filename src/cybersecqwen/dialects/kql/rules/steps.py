"""Rules about operators: fewer rows sorted, fewer columns made, tables computed once."""

from __future__ import annotations

from typing import Any

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.kql.steps import (
    Count,
    Extend,
    MvExpand,
    Parse,
    Project,
    Sort,
    Step,
    Summarize,
    Take,
    Top,
    Where,
)
from cybersecqwen.dialects.kql.tree import (
    Among,
    Binary,
    Call,
    Expr,
    KqlQuery,
    Let,
    Name,
    Named,
    Number,
    Pipeline,
    Statement,
    Text,
)
from cybersecqwen.dialects.kql.walk import find, walk

from .changing import BEST, DOCS, Steps, each_steps, parts_of, runs_of_wheres, uses, where, where_present


def _top(steps: Steps) -> Steps | None:
    """Sort by x | take n becomes top n by x."""
    made: list[Step] = []
    for step in steps:
        before = made[-1] if made else None
        if isinstance(step, Take) and step.word != "sample" and isinstance(before, Sort):
            notes = (*before.notes, *step.notes)
            made[-1] = Top(count=step.count, keys=before.keys, notes=notes, place=before.place)
        else:
            made.append(step)
    return tuple(made) if len(made) < len(steps) else None


_ORDERLESS = frozenset(
    (
        *("count", "countif", "dcount", "dcountif", "count_distinct", "count_distinctif", "sum", "sumif"),
        *("avg", "avgif", "min", "minif", "max", "maxif", "stdev", "variance", "percentile", "percentiles"),
    )
)


def _unsorted(steps: Steps) -> Steps | None:
    """An order that an aggregation loses is not made."""
    made = list(steps)
    for at in range(len(made) - 1, -1, -1):
        if isinstance(made[at], Sort) and not made[at].notes and _order_is_lost(made[at + 1 :]):
            del made[at]
    return tuple(made) if len(made) < len(steps) else None


def _order_is_lost(rest: list[Step]) -> bool:
    for step in rest:
        if isinstance(step, Count):
            return True
        if isinstance(step, Summarize):
            return all(_orderless(item) for item in step.items)
        if not isinstance(step, Where | Extend | Parse | Project) or getattr(step, "word", "") == "serialize":
            return False
        if isinstance(step, Project) and step.word == "distinct":
            return False
        if any(isinstance(node, Call) and node.name in _BY_ORDER for node in walk(step)):
            return False
    return False


_BY_ORDER = frozenset(("prev", "next", "row_number", "row_cumsum", "row_window_session", "row_rank_dense"))


def _orderless(tree: Expr) -> bool:
    """Whether an aggregate is the same in every order of rows."""
    call = tree.value if isinstance(tree, Named) else tree
    return isinstance(call, Call) and call.name in _ORDERLESS


def _distinct(steps: Steps) -> Steps | None:
    """Summarize by x becomes distinct x."""
    made = [_as_distinct(step) for step in steps]
    return None if all(one is other for one, other in zip(made, steps, strict=True)) else tuple(made)


def _as_distinct(step: Step) -> Step:
    if not isinstance(step, Summarize) or step.items or step.options or not step.by:
        return step
    if not all(isinstance(one, Name) for one in step.by):
        return step
    return Project(word="distinct", items=step.by, notes=step.notes, place=step.place)


_THROUGH = (Where, Extend, Sort, Top, Take, Parse, MvExpand)


def _unused(steps: Steps) -> Steps | None:
    """Columns that nothing looks at before the columns are chosen are not made."""
    made: list[Step] = []
    changed = False
    needed: set[str] | None = None
    for step in reversed(steps):
        kept = step
        if isinstance(step, Extend) and step.word == "extend" and needed is not None:
            items = tuple(item for item in step.items if _is_needed(item, needed))
            if len(items) < len(step.items):
                changed = True
                kept = Extend(items=items, notes=step.notes, place=step.place)
        if not isinstance(kept, Extend) or kept.items or kept is step:
            made.append(kept)
        needed = _needed_before(step, needed)
    return tuple(reversed(made)) if changed else None


def _is_needed(item: Expr, needed: set[str]) -> bool:
    if not isinstance(item, Named) or any(_reaches_out(node) for node in walk(item)):
        return True
    return any(name.text in needed for name in item.names)


def _reaches_out(node: object) -> bool:
    return isinstance(node, Call) and node.name in ("invoke", "assert", "pack_all")


def _needed_before(step: Step, behind: set[str] | None) -> set[str] | None:
    """The names that are looked at from an operator on until columns are chosen; None where all may be.

    `behind` are those that are looked at behind it; they are added to, not copied.
    """
    used = uses(step)
    if "*" in used or any(_reaches_out(node) for node in walk(step)):
        return None
    if isinstance(step, Summarize | Count) or (
        isinstance(step, Project) and step.word in ("project", "distinct")
    ):
        return set(used)
    if not isinstance(step, _THROUGH) or behind is None:
        return None
    behind |= used
    return behind


def _implied(steps: Steps) -> Steps | None:
    """Conditions that another one says already, and conditions that stand twice."""
    made: list[Step] = list(steps)
    changed = False
    for start, end in runs_of_wheres(steps):
        run = [step for step in steps[start:end] if isinstance(step, Where)]
        parts = [part for step in run for part in parts_of(step.predicate)]
        seen: set[Expr] = set()
        for at, step in enumerate(run):
            kept: list[Expr] = []
            for part in parts_of(step.predicate):
                if part not in seen and not (
                    _asks_presence(part) and any(_implies(one, part) for one in parts)
                ):
                    kept.append(part)
                seen.add(part)
            if len(kept) < len(parts_of(step.predicate)):
                changed = True
                # A place that is left empty is taken out below.
                made[start + at] = where(kept, step) if kept else Count()
    if not changed:
        return None
    return tuple(
        one
        for one, other in zip(made, steps, strict=True)
        if not (isinstance(one, Count) and isinstance(other, Where))
    )


_HOLDS_FOR_TEXT = frozenset(
    word + cased
    for word in ("==", "=~", "has", "hasprefix", "hassuffix", "contains", "startswith", "endswith")
    for cased in ("", "_cs")
)


def _asks_presence(part: Expr) -> bool:
    if not isinstance(part, Call) or part.name not in ("isnotempty", "isnotnull") or len(part.arguments) != 1:
        return False
    return isinstance(part.arguments[0], Name)


def _implies(other: Expr, part: Expr) -> bool:
    """Whether a condition cannot hold where a question for presence does not."""
    column = part.arguments[0] if isinstance(part, Call) else part
    if isinstance(other, Among) and other.left == column:
        values = all(isinstance(one, Text) and one.value for one in other.items)
        return bool(other.items) and values and other.operator in ("in", "in~", "has_any", "has_all")
    if not isinstance(other, Binary) or other.left != column:
        return False
    if isinstance(other.right, Text):
        return bool(other.right.value) and other.operator in _HOLDS_FOR_TEXT
    return isinstance(other.right, Number) and other.operator in ("==", "<", "<=", ">", ">=")


def _materialized(tree: KqlQuery, _context: Context) -> KqlQuery | None:
    """Tables that are named once and asked for more than once."""
    asked: dict[str, int] = {}
    for name in find((tree.statements, tree.body), Name):
        asked[name.text] = asked.get(name.text, 0) + 1
    made: list[Statement] = []
    for statement in tree.statements:
        value = statement.value if isinstance(statement, Let) else None
        # The name is met where it is given as well.
        table = isinstance(value, Pipeline) and bool(value.steps) and not _is_random(value)
        if isinstance(statement, Let) and table and asked.get(statement.name.text, 0) > 2:
            made.append(Let(statement.name, Call("materialize", (statement.value,)), statement.notes))
        else:
            made.append(statement)
    if all(one is other for one, other in zip(made, tree.statements, strict=True)):
        return None
    return KqlQuery(tuple(made), tree.body, tree.command, tree.notes)


def _is_random(tree: Any) -> bool:
    return any(call.name in ("rand", "new_guid") for call in find(tree, Call))


STEPS: tuple[Rule[KqlQuery], ...] = (
    Rule(
        name="drop-implied-conditions",
        reason="What another condition says already need not be asked.",
        source=BEST,
        apply=where_present(("Where",), each_steps(_implied)),
    ),
    Rule(
        name="top-instead-of-sort-and-take",
        reason="The first rows of an order are kept while reading; not all rows are sorted.",
        source=f"{DOCS}top-operator",
        apply=where_present(("Sort", "Take"), each_steps(_top)),
    ),
    Rule(
        name="no-sort-before-aggregation",
        reason="An aggregation loses the order, so making it is wasted.",
        source=f"{DOCS}sort-operator",
        apply=where_present(("Sort",), each_steps(_unsorted)),
    ),
    Rule(
        name="distinct-instead-of-summarize",
        reason="Without aggregates only the different combinations are asked for.",
        source=f"{DOCS}distinct-operator",
        apply=where_present(("Summarize",), each_steps(_distinct)),
    ),
    Rule(
        name="no-unused-columns",
        reason="Columns that are dropped unseen need not be computed.",
        source=BEST,
        apply=where_present(("Extend",), each_steps(_unused)),
    ),
    Rule(
        name="materialize-what-is-used-twice",
        reason="A table behind let is computed again each time it is named, unless it is materialised.",
        source=f"{DOCS}materialize-function",
        apply=where_present(("Let",), _materialized),
    ),
)
"""Rules about operators."""
