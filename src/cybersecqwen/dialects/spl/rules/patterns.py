"""Regular expressions, tried only on events that hold the text that they need."""

from __future__ import annotations

import re

from cybersecqwen.detect.sigma.literal import required_literal
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import All, Call, Compare, Field, Found, Pipeline, Text, Value
from cybersecqwen.dialects.spl.usage import usage

from .changing import DOCS, TIPS, conjuncts, every, put, rule
from .indexed import behind, group_names, with_where

_SHORTEST = 4
_TEXT = re.compile(r"[a-z0-9 _.:/-]+")


def _prefiltered(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """The text that an expression needs, asked for by the first search."""
    first = pipeline.stages[0]
    if not isinstance(first, stages.Search) or first.where is None:
        return None
    made: set[str] = set()
    for stage in pipeline.stages[1:]:
        for name, pattern in _expressions(stage):
            literal = required_literal(pattern)
            if name in made or "_raw" in name or len(literal) < _SHORTEST or not _TEXT.fullmatch(literal):
                continue
            asked = Compare(name, "=", f"*{literal}*")
            if not any(_implies(part, asked) for part in every(first.where)):
                where = All((*every(first.where), asked))
                return put(pipeline, 0, 1, stages.Search(where=where, implicit=first.implicit, at=first.at))
        if not _plain(stage):
            return None
        made.update(usage(stage).makes)
        made.update(usage(stage).drops)
    return None


def _behind_tstats(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """The text that an expression needs in a group of `tstats`, asked for in its `where`."""
    for first, clean, stage in behind(pipeline):
        names = group_names(first, clean)
        for name, pattern in _expressions(stage):
            literal = required_literal(pattern)
            if name not in names or len(literal) < _SHORTEST or not _TEXT.fullmatch(literal):
                continue
            asked = Compare(names[name], "=", f"*{literal}*")
            if not any(_implies(part, asked) for part in every(first.where)):
                return with_where(pipeline, asked)
    return None


def _plain(stage: Stage) -> bool:
    """Whether rows stand for events one by one behind a stage."""
    if usage(stage).opaque or any("*" in name for name in usage(stage).makes):
        return False
    return isinstance(
        stage, stages.Search | stages.Where | stages.Eval | stages.Rex | stages.Regex | stages.Rename
    )


def _expressions(stage: Stage) -> list[tuple[str, str]]:
    """(field, expression) of what every row that is kept must match."""
    if isinstance(stage, stages.Regex):
        return [] if stage.negated else [(stage.field, stage.pattern)]
    if not isinstance(stage, stages.Where):
        return []
    found: list[tuple[str, str]] = []
    for part in conjuncts(stage.where):
        if isinstance(part, Call) and part.name == "match" and len(part.args) == 2:
            name, pattern = _name(part.args[0]), part.args[1]
            if name and isinstance(pattern, Text):
                found.append((name, pattern.value))
    return found


def _name(value: Value) -> str:
    if isinstance(value, Call) and value.name == "lower" and len(value.args) == 1:
        value = value.args[0]
    return value.name if isinstance(value, Field) and not value.bare else ""


def _implies(part: Found, asked: Compare) -> bool:
    """Whether a condition holds only where the other does."""
    return (
        isinstance(part, Compare)
        and part.op == "="
        and part.field == asked.field
        and asked.value.strip("*").lower() in part.value.lower()
    )


PATTERNS = (
    rule(
        "literal-before-regex",
        "An expression is tried only on events that hold the text it needs.",
        TIPS,
        _prefiltered,
        inside=False,
    ),
    rule(
        "literal-into-tstats",
        "Groups that lack the text which an expression needs are not read.",
        f"{DOCS}/SearchReference/Tstats",
        _behind_tstats,
        inside=False,
    ),
)
"""Rules about regular expressions."""
