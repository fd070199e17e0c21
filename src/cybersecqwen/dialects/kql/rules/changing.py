"""What rules have in common: going through pipelines and conditions, and asking what a value depends on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.kql.steps import Step, Where
from cybersecqwen.dialects.kql.tree import Binary, Call, Expr, KqlQuery, Logic, Name, Pipeline, Star
from cybersecqwen.dialects.kql.walk import changed, walk

DOCS = "https://learn.microsoft.com/kusto/query/"
BEST = f"{DOCS}best-practices"

Apply = Callable[[KqlQuery, Context], KqlQuery | None]
Steps = tuple[Step, ...]

_VOLATILE = frozenset(
    (
        *("rand", "new_guid", "row_number", "row_cumsum", "row_rank_dense", "row_rank_min"),
        *("row_window_session", "prev", "next", "cursor_after", "ingestion_time", "pack_all"),
    )
)
"""Functions whose value depends on more than the columns of a row that they name."""


_SEEN: deque[tuple[KqlQuery, frozenset[str]]] = deque(maxlen=4)


def present(tree: KqlQuery) -> frozenset[str]:
    """What stands in a query: kinds of nodes, names of functions with "()", and operators."""
    for seen, found in _SEEN:
        if seen is tree:
            return found
    kinds: set[str] = set()
    for node in walk(tree):
        kinds.add(node.__class__.__name__)
        if isinstance(node, Call):
            kinds.add(f"{node.name}()")
        elif isinstance(node, Binary | Logic):
            kinds.add(node.operator)
    frozen = frozenset(kinds)
    _SEEN.append((tree, frozen))
    return frozen


def where_present(needs: tuple[str, ...], apply: Apply) -> Apply:
    """A rule that is tried only on queries in which all of these stand (see `present`)."""
    wanted = frozenset(needs)
    return lambda tree, context: apply(tree, context) if wanted <= present(tree) else None


def each_pipeline(change: Callable[[Pipeline], Pipeline | None]) -> Apply:
    """A rule that changes pipelines one by one, wherever they stand."""

    def run(node: Any) -> Any:
        return (change(node) or node) if isinstance(node, Pipeline) else node

    return _everywhere(run)


def each_steps(change: Callable[[Steps], Steps | None]) -> Apply:
    """A rule that changes the operators of pipelines."""

    def run(node: Any) -> Any:
        made = change(node.steps) if isinstance(node, Pipeline) and node.steps else None
        if made is None:
            return node
        if not made and not isinstance(node.source, Step):
            # A table with nothing behind it is no pipeline.
            return node.source
        return Pipeline(node.source, made, node.notes)

    return _everywhere(run)


def each_value(change: Callable[[Any], Any]) -> Apply:
    """A rule that changes values, wherever they stand."""
    return _everywhere(change)


def _everywhere(change: Callable[[Any], Any]) -> Apply:
    def apply(tree: KqlQuery, _context: Context) -> KqlQuery | None:
        made = changed(tree, change)
        return None if made is tree else made

    return apply


def parts_of(tree: Expr) -> tuple[Expr, ...]:
    """The conditions that must all hold."""
    return tree.parts if isinstance(tree, Logic) and tree.operator == "and" else (tree,)


def all_of(parts: Iterable[Expr]) -> Expr:
    """One condition of at least one, all of which must hold."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else Logic("and", found)


def where(parts: Iterable[Expr], like: Where | None = None) -> Where:
    """A `where` of conditions, with the comments of another."""
    notes, place = (like.notes, like.place) if like is not None else ((), (1, 1))
    return Where(predicate=all_of(parts), notes=notes, place=place)


def uses(tree: Any) -> frozenset[str]:
    """The names in a value, those of tables in it as well; "*" where all columns are asked for."""
    return frozenset(
        "*" if isinstance(node, Star) else node.text for node in walk(tree) if isinstance(node, Name | Star)
    )


def movable(tree: Any) -> bool:
    """Whether a value depends on nothing but the columns that it names."""
    return not any(
        isinstance(node, Star) or (isinstance(node, Call) and node.name in _VOLATILE) for node in walk(tree)
    )


def runs_of_wheres(steps: Steps) -> Iterable[tuple[int, int]]:
    """(first, behind the last) of each run of `where` operators."""
    at = 0
    while at < len(steps):
        end = at
        while end < len(steps) and isinstance(steps[end], Where):
            end += 1
        if end > at:
            yield at, end
        at = max(end, at + 1)
