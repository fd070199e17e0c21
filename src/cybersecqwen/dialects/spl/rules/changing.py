"""What rules are made of: stages swapped and replaced, also in the searches of join, append and union."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.saying import TIME_WORDS
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import (
    All,
    Compare,
    Directive,
    Found,
    Free,
    Logic,
    Macro,
    Pipeline,
    Sub,
    Value,
)
from cybersecqwen.dialects.spl.walking import parts_of

Change = Callable[[Pipeline, Context], Pipeline | None]
Pair = Callable[[Stage, Stage], Sequence[Stage] | None]
"""What becomes of two stages that follow each other; None where nothing does."""

_MOST_CHANGES = 5_000
"""Changes of neighbours that a rule makes at once."""

DOCS = "https://docs.splunk.com/Documentation/Splunk/latest"
"""Where Splunk's documentation stands."""
TIPS = f"{DOCS}/Search/Quicktipsforoptimization"
"""Splunk's tips for cheaper searches."""
BUILT_IN = f"{DOCS}/Search/Built-inoptimization"
"""What Splunk says of moving and merging commands."""


def rule(
    name: str, reason: str, source: str, apply: Change, *, caveat: str = "", inside: bool = True
) -> Rule[Pipeline]:
    """A rule; one with a caveat is a suggestion. `inside`: also for the searches of join and append."""
    change = everywhere(apply) if inside else apply
    return Rule(name=name, reason=reason, source=source, apply=change, safe=not caveat, caveat=caveat)


def everywhere(apply: Change) -> Change:
    """The change in the pipeline, else in the first search in brackets where it can be made."""

    def change(pipeline: Pipeline, context: Context) -> Pipeline | None:
        made = apply(pipeline, context)
        if made is not None:
            return made
        for place, stage in enumerate(pipeline.stages):
            if not isinstance(stage, stages.Joined) or stage.name not in (
                "join",
                "append",
                "union",
                "multisearch",
            ):
                continue
            for number, sub in enumerate(stage.subs):
                inner = change(sub.pipeline, context)
                if inner is not None:
                    subs = (*stage.subs[:number], Sub(inner, sub.at), *stage.subs[number + 1 :])
                    return put(pipeline, place, 1, replace(stage, subs=subs))
        return None

    return change


def put(pipeline: Pipeline, place: int, count: int, *made: Stage) -> Pipeline:
    """Other stages in the place of some."""
    return Pipeline((*pipeline.stages[:place], *made, *pipeline.stages[place + count :]), pipeline.lines)


def of_pairs(change: Pair) -> Change:
    """A change of neighbours, made wherever it can be."""

    def apply(pipeline: Pipeline, context: Context) -> Pipeline | None:
        left = list(pipeline.stages)
        place = changes = 0
        while place < len(left) - 1 and changes < _MOST_CHANGES:
            made = change(left[place], left[place + 1])
            if made is None:
                place += 1
                continue
            left[place : place + 2] = made
            place, changes = max(place - 1, 0), changes + 1
        return Pipeline(tuple(left), pipeline.lines) if changes else None

    return apply


def of_stages(change: Callable[[Stage], Stage | None]) -> Change:
    """A change of single stages, made wherever it can be."""

    def apply(pipeline: Pipeline, context: Context) -> Pipeline | None:
        made = [change(stage) for stage in pipeline.stages]
        if not any(made):
            return None
        kept = tuple(new or old for new, old in zip(made, pipeline.stages, strict=True))
        return Pipeline(kept, pipeline.lines)

    return apply


def whole_text(found: Found) -> bool:
    """Whether an expression asks the whole event, or what only the installation knows."""
    return any(
        isinstance(part, Free | Macro | Sub)
        or (isinstance(part, Directive) and not part.field)
        or any(isinstance(value, Macro) for value in getattr(part, "values", ()))
        for part in parts_of(found)
    )


def names_times(found: Found) -> bool:
    """Whether an expression names times or indexes, which only the first search takes as such."""
    return any(
        isinstance(part, Compare | Directive) and part.field.lower() in TIME_WORDS for part in parts_of(found)
    )


def every(found: Found | None) -> tuple[Found, ...]:
    """The parts that all must hold."""
    return () if found is None else found.parts if isinstance(found, All) else (found,)


def all_of(parts: Sequence[Found]) -> Found | None:
    """Parts that all must hold, once each; None for none."""
    flat: dict[Found, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(every(part)))
    found = tuple(flat)
    return None if not found else found[0] if len(found) == 1 else All(found)


def conjuncts(value: Value) -> tuple[Value, ...]:
    """The parts of an expression of `where` that all must be true."""
    return value.parts if isinstance(value, Logic) and value.op == "AND" else (value,)


def is_source(stage: Stage) -> bool:
    """Whether a stage is a search for events."""
    return isinstance(stage, stages.Search) and stage.where is not None
