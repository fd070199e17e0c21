"""Changes that may give other rows: a person decides."""

from __future__ import annotations

from typing import Any

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.kql.columns import time_column
from cybersecqwen.dialects.kql.naming_steps import kind_of
from cybersecqwen.dialects.kql.steps import Count, Join, Project, Search, Step, Summarize, Union, Where
from cybersecqwen.dialects.kql.tree import (
    Binary,
    Call,
    Duration,
    Expr,
    Index,
    KqlQuery,
    Member,
    Name,
    Named,
    Option,
    Pipeline,
    Star,
    Text,
)
from cybersecqwen.dialects.kql.walk import changed, find

from .changing import BEST, DOCS, Steps, each_steps, each_value, parts_of, where, where_present

_TIMES = ("TimeGenerated", "Timestamp", "ingestion_time")


def _timeless(tree: KqlQuery, _context: Context) -> KqlQuery | None:
    """A bound on time for a query that has none."""
    if any(name.text in _TIMES for name in find((tree.statements, tree.body), Name)):
        return None
    body = tree.body
    if any(call.name in _TIMES for call in find((tree.statements, body), Call)):
        return None
    lets = {one.name.text for one in tree.statements if hasattr(one, "name")}
    source = body.source if isinstance(body, Pipeline) else body
    if isinstance(source, Union | Search):
        tables = tuple(one.text for one in source.tables if isinstance(one, Name))
        if any(not isinstance(one, Name | Star) for one in source.tables) or lets & set(tables):
            return None
    elif isinstance(source, Name) and source.text not in lets:
        tables = (source.text,)
    else:
        return None
    bound = Binary(">", Name(time_column(tables)), Call("ago", (Duration("1d"),)))
    steps = body.steps if isinstance(body, Pipeline) else ()
    notes = body.notes if isinstance(body, Pipeline) else ()
    made = Pipeline(source, (Where(predicate=bound), *steps), notes)
    return KqlQuery(tree.statements, made, tree.command, tree.notes)


_SHORTEST_TERM = 4


def _terms(node: Any) -> Any:
    """Contains becomes has, where the literal is a word."""
    if not isinstance(node, Binary) or node.operator.removeprefix("!").removesuffix("_cs") != "contains":
        return node
    if (
        not isinstance(node.right, Text)
        or len(node.right.value) < _SHORTEST_TERM
        or not node.right.value.isalnum()
    ):
        return node
    return Binary(node.operator.replace("contains", "has"), node.left, node.right)


def _named_conditions(steps: Steps) -> Steps | None:
    """Where x = 1 becomes where x == 1."""
    made = tuple(
        where([Binary("==", step.predicate.names[0], step.predicate.value)], step)
        if isinstance(step, Where) and isinstance(step.predicate, Named)
        else step
        for step in steps
    )
    return None if all(one is other for one, other in zip(made, steps, strict=True)) else made


def _explicit_inner(steps: Steps) -> Steps | None:
    """Join without a kind becomes join kind=inner."""
    made = tuple(
        _with_kind(step, "inner")
        if isinstance(step, Join) and step.word == "join" and not kind_of(step)
        else step
        for step in steps
    )
    return None if all(one is other for one, other in zip(made, steps, strict=True)) else made


def _with_kind(step: Join, kind: str, word: str = "join") -> Join:
    rest = tuple(one for one in step.options if one.name != "kind")
    return Join(
        word=word,
        right=step.right,
        on=step.on,
        options=(Option("kind", Name(kind)), *rest),
        notes=step.notes,
        place=step.place,
    )


def _lookups(steps: Steps) -> Steps | None:
    """Join kind=leftouter with a table that is aggregated first becomes lookup."""
    made = tuple(_as_lookup(step) for step in steps)
    return None if all(one is other for one, other in zip(made, steps, strict=True)) else made


def _as_lookup(step: Step) -> Step:
    if not isinstance(step, Join) or step.word != "join" or kind_of(step) not in ("leftouter", "inner"):
        return step
    if not isinstance(step.right, Pipeline):
        return step
    last = step.right.steps[-1] if step.right.steps else None
    small = isinstance(last, Summarize) or (isinstance(last, Project) and last.word == "distinct")
    return _with_kind(step, kind_of(step), "lookup") if small else step


def _estimates(node: Any) -> Any:
    """count_distinct becomes dcount."""
    if isinstance(node, Call) and node.name in ("count_distinct", "count_distinctif"):
        return Call(node.name.replace("count_distinct", "dcount"), node.arguments, node.place)
    return node


def _estimated(steps: Steps) -> Steps | None:
    """Distinct x | count becomes summarize Count = dcount(x)."""
    for at, step in enumerate(steps[:-1]):
        one = isinstance(step, Project) and step.word == "distinct" and len(step.items) == 1
        if (
            one
            and isinstance(steps[at + 1], Count)
            and isinstance(step, Project)
            and isinstance(step.items[0], Name)
        ):
            counted = Named((Name("Count"),), Call("dcount", step.items))
            return (*steps[:at], Summarize(items=(counted,), notes=step.notes), *steps[at + 2 :])
    return None


def _term_before_json(steps: Steps) -> Steps | None:
    """parse_json(x).y == "z" gets a condition that x has z before it."""
    made: list[Step] = []
    asked: set[Expr] = set()
    found = False
    for step in steps:
        terms: list[Expr] = []
        if isinstance(step, Where):
            parts = parts_of(step.predicate)
            asked.update(parts)
            if not isinstance(step.predicate, Named):
                wanted = [term for part in parts if (term := _term_of(part)) is not None]
                terms = [term for term in wanted if term not in asked]
                asked.update(terms)
        if terms and isinstance(step, Where):
            found = True
            made.append(where([*terms, *parts_of(step.predicate)], step))
        else:
            made.append(step)
    return tuple(made) if found else None


def _term_of(part: Expr) -> Expr | None:
    """X has "z" of a condition that a part of the JSON in x is "z"."""
    if not isinstance(part, Binary) or part.operator not in ("==", "=~") or not isinstance(part.right, Text):
        return None
    value = part.right.value
    if len(value) < _SHORTEST_TERM or not value.isalnum() or not value.isascii():
        return None
    inner: Expr = part.left
    inside = False
    while isinstance(inner, Member | Index) or (
        isinstance(inner, Call) and inner.name in _JSON and inner.arguments
    ):
        inside = inside or isinstance(inner, Member | Index)
        inner = inner.arguments[0] if isinstance(inner, Call) else inner.inner
    return Binary("has", inner, part.right) if inside and isinstance(inner, Name) else None


_JSON = ("parse_json", "todynamic", "tostring")


def _semi(tree: KqlQuery, _context: Context) -> KqlQuery | None:
    """A join whose right columns nothing looks at becomes leftsemi."""

    def change(node: object) -> object:
        if not isinstance(node, Pipeline):
            return node
        for at, step in enumerate(node.steps):
            joined = isinstance(step, Join) and step.word == "join" and kind_of(step) in _MULTIPLYING
            if (
                joined
                and isinstance(step, Join)
                and _only_keys(step)
                and _keeps_only_left(node.steps[at + 1 :])
            ):
                steps = (*node.steps[:at], _with_kind(step, "leftsemi"), *node.steps[at + 1 :])
                return Pipeline(node.source, steps, node.notes)
        return node

    made = changed(tree, change)
    return None if made is tree else made


_MULTIPLYING = ("inner", "innerunique", "")


def _only_keys(step: Join) -> bool:
    """Whether the right gives the columns of the join and no others."""
    right = step.right
    last = right.steps[-1] if isinstance(right, Pipeline) and right.steps else None
    keys = {one.text for one in step.on if isinstance(one, Name)}
    if not isinstance(last, Project) or last.word not in ("project", "distinct"):
        return False
    return bool(keys) and {getattr(one, "text", "") for one in last.items} == keys


def _keeps_only_left(rest: Steps) -> bool:
    names = {name.text for step in rest for name in find(step, Name)}
    return not any(name.endswith("1") for name in names)


SUGGESTED: tuple[Rule[KqlQuery], ...] = (
    Rule(
        name="bound-the-time",
        reason="Without a condition on time all the data that is kept is read.",
        source=BEST,
        apply=_timeless,
        safe=False,
        caveat="Only the last day is looked at; a rule that sets its own period needs no such line.",
    ),
    Rule(
        name="has-instead-of-contains",
        reason="has looks terms up in an index, contains reads every text.",
        source=BEST,
        apply=each_value(_terms),
        safe=False,
        caveat="has finds whole terms only: a longer word that has the text in it is no longer found.",
    ),
    Rule(
        name="compare-where-a-name-was-given",
        reason="One equals sign gives the condition a name and asks nothing; two compare.",
        source=f"{DOCS}where-operator",
        apply=where_present(("Named", "Where"), each_steps(_named_conditions)),
        safe=False,
        caveat="The condition then leaves rows out, as was surely meant.",
    ),
    Rule(
        name="say-the-kind-of-join",
        reason="Without a kind one row of the left is kept for each key, which is seldom meant.",
        source=f"{DOCS}join-innerunique",
        apply=where_present(("Join",), each_steps(_explicit_inner)),
        safe=False,
        caveat="Every row of the left is then joined, where one for each key was before.",
    ),
    Rule(
        name="lookup-instead-of-join",
        reason="lookup sends the small right side to where the large left one is.",
        source=BEST,
        apply=where_present(("Join",), each_steps(_lookups)),
        safe=False,
        caveat="The columns of the join come once and not twice, and the right side must be small.",
    ),
    Rule(
        name="leftsemi-instead-of-join",
        reason="Where only the existence of a row on the right counts, none need be put together.",
        source=f"{DOCS}join-leftsemi",
        apply=where_present(("Join",), _semi),
        safe=False,
        caveat="A row of the left then comes once, however many rows of the right it meets.",
    ),
    Rule(
        name="dcount-instead-of-count-distinct",
        reason="dcount estimates with little memory what count_distinct counts with much.",
        source=BEST,
        apply=each_value(_estimates),
        safe=False,
        caveat="dcount estimates: its error is some 1.6 percent.",
    ),
    Rule(
        name="dcount-instead-of-distinct-and-count",
        reason="dcount estimates with little memory what distinct gathers row by row.",
        source=f"{DOCS}dcount-aggregation-function",
        apply=where_present(("Count",), each_steps(_estimated)),
        safe=False,
        caveat="dcount estimates: its error is some 1.6 percent.",
    ),
    Rule(
        name="term-before-json",
        reason="A term is looked up in an index before the text of every row is read as JSON.",
        source=BEST,
        apply=each_steps(_term_before_json),
        safe=False,
        caveat="A value that is written with escapes in the JSON is then not found.",
    ),
)
"""Rules that may change rows."""
