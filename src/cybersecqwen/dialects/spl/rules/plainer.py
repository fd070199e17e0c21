"""Expressions said with less: duplicates, chains, constants, double negations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.saying import joined
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import (
    All,
    AnyOf,
    Binary,
    Call,
    Compare,
    Field,
    Found,
    Free,
    Logic,
    Macro,
    Number,
    OneOf,
    Text,
    Unary,
    Value,
    Without,
)
from cybersecqwen.dialects.spl.usage import usage

from .changing import BUILT_IN, DOCS, TIPS, of_pairs, of_stages, rule


def _of_found(change: Callable[[Found], Found]) -> Callable[[Stage], Stage | None]:
    """A change of the expression of `search` of a stage."""

    def apply(stage: Stage) -> Stage | None:
        if not isinstance(stage, stages.Search | stages.Tstats) or stage.where is None:
            return None
        made = change(stage.where)
        return replace(stage, where=made) if made != stage.where else None

    return apply


def once(found: Found) -> Found:
    """Every condition once; and none that another asks for anyway."""
    if isinstance(found, Without):
        inner = once(found.inner)
        return inner.inner if isinstance(inner, Without) else Without(inner)
    if not isinstance(found, All | AnyOf):
        return found
    parts: dict[Found, None] = {}
    for part in found.parts:
        made = once(part)
        parts.update(dict.fromkeys(made.parts if isinstance(made, type(found)) else [made]))
    kept = _needed(tuple(parts)) if isinstance(found, All) else tuple(parts)
    return kept[0] if len(kept) == 1 else type(found)(kept)


def _needed(parts: tuple[Found, ...]) -> tuple[Found, ...]:
    """Without `f=*` where `f=value` stands, and without `*` where anything stands."""
    asked = {
        part.field
        for part in parts
        if isinstance(part, OneOf)
        or (isinstance(part, Compare) and (part.op != "=" or part.value.strip("*")))
    }
    kept = tuple(
        part
        for part in parts
        if not (isinstance(part, Compare) and part.op == "=" and part.value == "*" and part.field in asked)
        and part != Free("*")
    )
    return kept or parts[:1]


def listed(found: Found) -> Found:
    """`f=a OR f=b` as `f IN (a, b)`."""
    if isinstance(found, Without):
        return Without(listed(found.inner))
    if not isinstance(found, All | AnyOf):
        return found
    parts = [listed(part) for part in found.parts]
    if isinstance(found, All):
        return All(tuple(parts))
    fields: dict[str, list[Found]] = {}
    for part in parts:
        if _equal_to(part):
            fields.setdefault(getattr(part, "field", ""), []).append(part)
    made: list[Found] = []
    for part in parts:
        same = fields.get(getattr(part, "field", ""), [])
        if len(same) < 2 or not _equal_to(part):
            made.append(part)
        elif part is same[0]:
            made.append(OneOf(getattr(part, "field", ""), _values(same)))
    return made[0] if len(made) == 1 else AnyOf(tuple(made))


def _equal_to(part: Found) -> bool:
    """Whether a field is compared for being one of some values."""
    return isinstance(part, OneOf) or (isinstance(part, Compare) and part.op == "=" and part.value != "")


def _values(parts: Sequence[Found]) -> tuple[str | Macro, ...]:
    out: list[str | Macro] = []
    for part in parts:
        out += part.values if isinstance(part, OneOf) else [part.value] if isinstance(part, Compare) else []
    return tuple(dict.fromkeys(out))


def _of_values(stage: Stage) -> Stage | None:
    """The expressions of a stage, with constants computed and negations taken together."""
    if isinstance(stage, stages.Where):
        made = folded(stage.where)
        return replace(stage, where=made) if made != stage.where else None
    if isinstance(stage, stages.Eval):
        sets = tuple((name, folded(value)) for name, value in stage.sets)
        return replace(stage, sets=sets) if sets != stage.sets else None
    return None


def folded(value: Value) -> Value:
    """An expression with what is constant computed."""
    if isinstance(value, Logic):
        return joined(value.op, [folded(part) for part in value.parts]) if value.op != "XOR" else value
    if isinstance(value, Unary):
        inner = folded(value.inner)
        return _negated(inner) if value.op == "NOT" else replace(value, inner=inner)
    if isinstance(value, Call):
        return _called(replace(value, args=tuple(map(folded, value.args))))
    if isinstance(value, Binary):
        return _calculated(replace(value, left=folded(value.left), right=folded(value.right)))
    return value


_CONTRARY = {"isnull": "isnotnull", "isnotnull": "isnull"}


def _negated(inner: Value) -> Value:
    if isinstance(inner, Unary) and inner.op == "NOT":
        return inner.inner
    if isinstance(inner, Call) and inner.name in _CONTRARY:
        return replace(inner, name=_CONTRARY[inner.name])
    return Unary("NOT", inner)


def _calculated(value: Binary) -> Value:
    from cybersecqwen.dialects.spl.running.values import calculated

    if value.op == "." and isinstance(value.left, Text) and isinstance(value.right, Text):
        return Text(value.left.value + value.right.value)
    if not isinstance(value.left, Number) or not isinstance(value.right, Number) or value.op not in "+-*":
        return value
    result = calculated(value.op, value.left.text, value.right.text)
    return Number(str(result)) if isinstance(result, int) and 0 <= result < 10**15 else value


def _called(call: Call) -> Value:
    if call.name in ("lower", "upper", "len") and len(call.args) == 1 and isinstance(call.args[0], Text):
        text = call.args[0].value
        return Number(str(len(text))) if call.name == "len" else Text(getattr(text, call.name)())
    if call.name == "if" and len(call.args) == 3 and call.args[0] in (Call("true", ()), Call("false", ())):
        return call.args[1] if call.args[0] == Call("true", ()) else call.args[2]
    if call.name in ("lower", "upper") and len(call.args) == 1 and isinstance(call.args[0], Call):
        inner = call.args[0]
        return inner if inner.name == call.name else call
    if call.name == "coalesce" and len(call.args) == 1:
        return call.args[0]
    return call


def in_list(value: Value) -> Value:
    """`f="a" OR f="b"` as `in(f, "a", "b")`."""
    if not isinstance(value, Logic):
        return value
    parts = [in_list(part) for part in value.parts]
    if value.op != "OR":
        return replace(value, parts=tuple(parts))
    chains: dict[Value, list[Value]] = {}
    for part in parts:
        if _equals(part) and isinstance(part, Binary):
            chains.setdefault(part.left, []).append(part.right)
    made: list[Value] = []
    for part in parts:
        left = part.left if isinstance(part, Binary) and _equals(part) else None
        if left is None or len(chains[left]) < 2:
            made.append(part)
        elif part.right == chains[left][0]:  # type: ignore[union-attr]
            made.append(Call("in", (left, *dict.fromkeys(chains[left]))))
    return joined("OR", made)


def _equals(part: Value) -> bool:
    return isinstance(part, Binary) and part.op == "=" and isinstance(part.right, Text) and _plain(part.left)


def _plain(value: Value) -> bool:
    return isinstance(value, Field) or (
        isinstance(value, Call) and value.name == "lower" and isinstance(value.args[0], Field)
    )


def _in_list(stage: Stage) -> Stage | None:
    if not isinstance(stage, stages.Where):
        return None
    made = in_list(stage.where)
    return replace(stage, where=made) if made != stage.where else None


def _merge_evals(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not isinstance(first, stages.Eval) or not isinstance(second, stages.Eval):
        return None
    if second.sets == first.sets and not _self_made(first):
        return (first,)
    return (replace(first, sets=first.sets + second.sets),)


def _self_made(stage: stages.Eval) -> bool:
    """Whether a field is made from itself: set twice it is another."""
    asked = usage(stage)
    return bool(set(asked.uses) & set(asked.makes)) or asked.opaque


def _twice(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A stage that stands twice in a row and does nothing the second time."""
    again = isinstance(first, stages.Search | stages.Where | stages.Regex | stages.Sort) or (
        isinstance(first, stages.Listed) and first.name in ("dedup", "table", "fields", "fillnull", "head")
    )
    if again and first == second and not (isinstance(first, stages.Search) and first.implicit):
        return (first,)
    return None


def _everything(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """`search *`, which keeps everything."""
    if isinstance(second, stages.Search) and (second.where is None or second.where == Free("*")):
        return (first,)
    return None


PLAINER = (
    rule("drop-search-everything", "`search *` keeps every row.", TIPS, of_pairs(_everything)),
    rule("drop-repeated-stage", "The second of two equal stages changes nothing.", TIPS, of_pairs(_twice)),
    rule(
        "each-condition-once",
        "A condition that stands twice, or follows from another, is met twice.",
        BUILT_IN,
        of_stages(_of_found(once)),
    ),
    rule(
        "or-chain-to-in",
        "One look at a field instead of one for each value.",
        f"{DOCS}/SearchReference/Search",
        of_stages(_of_found(listed)),
    ),
    rule(
        "or-chain-to-in-function",
        "One look at a field instead of one for each value.",
        f"{DOCS}/SearchReference/ConditionalFunctions",
        of_stages(_in_list),
    ),
    rule(
        "fold-constants", "What is the same for all rows is computed once.", BUILT_IN, of_stages(_of_values)
    ),
    rule("merge-evals", "One pass over the rows instead of several.", BUILT_IN, of_pairs(_merge_evals)),
)
"""Rules that say the same with less."""
