"""Groups, counts and sequences: the sections behind the events, and the steps of the middle.

One event at a time: `match` has the keys, `outcome` the measures, `condition` what must hold of them.
Sequences: each event has a variable, fields that must agree are set equal to one variable, and `condition`
names all events.
Source: https://docs.cloud.google.com/chronicle/docs/yara-l/yara-l-overview and the pages of each section.
"""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.dialects.query import Aggregate, Columns, Keep, Limit, Measure, Measured, Sort, Step, Unique

from .conditions import NUMERIC, cannot, path_of
from .times import seconds_of, window_of
from .tree import And as All
from .tree import (
    Call,
    Comparison,
    Condition,
    Match,
    Number,
    Ordering,
    Outcome,
    Path,
    Search,
    Value,
    Variable,
)

EVENT_ID = "metadata.id"
"""What is counted where events are."""
_FUNCTIONS = {
    Measured.COUNT: "count",
    Measured.DISTINCT: "count_distinct",
    Measured.SUM: "sum",
    Measured.MEAN: "avg",
    Measured.LEAST: "min",
    Measured.MOST: "max",
    Measured.VALUES: "array_distinct",
}
_MEASURED = {name: function for function, name in _FUNCTIONS.items()}
_OPS = {sign: op for op, sign in NUMERIC.items()} | {"=": Op.EQUALS, "!=": Op.DIFFERS}
_SIGNS = {op: sign for sign, op in _OPS.items()}


def read_steps(search: Search, variables: dict[str, str]) -> Iterator[Step]:
    """The steps behind the events; `variables` are those that stand for a field."""
    names = dict(variables) | {one.name: one.name for one in search.outcome}
    if search.match is not None or search.outcome:
        yield _read_aggregate(search, names)
    if search.dedup:
        keys = tuple(_named(key, names) for key in search.dedup)
        if tuple(_named(key, names) for key in search.select) != keys:
            raise cannot("events without their doubles", "Of events that agree one is kept whole.")
        yield Unique(fields=keys)
    if search.condition is not None:
        yield Keep(where=_read_condition(search.condition, names))
    if search.order:
        yield Sort(keys=tuple((_named(one.key, names), one.descending) for one in search.order))
    if search.limit is not None:
        yield Limit(count=search.limit)
    if search.unselect:
        raise cannot("columns left out", "It says which columns are left out, not which there are.")
    if search.select and not search.dedup:
        yield Columns(fields=tuple(_named(key, names) for key in search.select))


def _named(key: Path | Variable, names: dict[str, str]) -> str:
    if isinstance(key, Path):
        return key.name
    found = names.get(key.name)
    if found is None:
        raise cannot("variables of unknown origin", f"The variable ${key.name} stands for no field.")
    return found


def _read_aggregate(search: Search, names: dict[str, str]) -> Aggregate:
    match = search.match
    if match is not None and match.window and not match.every:
        raise cannot("windows that overlap", "Its windows overlap.", "Write `over every`.")
    return Aggregate(
        measures=tuple(_read_measure(one, names) for one in search.outcome),
        by=tuple(_named(key, names) for key in match.keys) if match else (),
        bucket_s=seconds_of(match.window) if match and match.window else None,
    )


def _read_measure(one: Outcome, names: dict[str, str]) -> Measure:
    call = one.value
    if not isinstance(call, Call) or call.name not in _MEASURED or len(call.arguments) != 1:
        raise cannot("computed columns", f"The column ${one.name} is computed.")
    of = call.arguments[0]
    if not isinstance(of, Path | Variable):
        raise cannot("computed columns", f"The column ${one.name} is computed.")
    field, function = _named(of, names), _MEASURED[call.name]
    if function is Measured.COUNT and field == EVENT_ID:
        field = ""
    return Measure(name=one.name, function=function, field=field)


def _read_condition(condition: Condition, names: dict[str, str]) -> Expression:
    if isinstance(condition, All):
        return And(tuple(_read_condition(part, names) for part in condition.parts))
    if (
        isinstance(condition, Comparison)
        and isinstance(condition.left, Variable)
        and isinstance(condition.right, Number)
    ):
        return Test(_named(condition.left, names), _OPS[condition.operator], (condition.right.text,))
    raise cannot("conditions of other forms", "The condition compares no column with a number.")


class Sections:
    """The sections that steps are written to."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.variables: dict[str, str] = {}
        self.found: dict[str, object] = {}
        order = [_ORDER.index(type(step)) for step in steps]
        if (
            order != sorted(set(order))
            or len({type(step) for step in steps} & {Aggregate, Unique, Columns}) > 1
        ):
            raise cannot(
                "steps in that order", "Search groups, keeps, sorts and cuts, once each, in that order."
            )
        for step in steps:
            self._add(step)

    def _add(self, step: Step) -> None:
        if isinstance(step, Aggregate):
            self._aggregate(step)
        elif isinstance(step, Unique):
            keys = tuple(path_of(name) for name in step.fields)
            self.found |= {"dedup": keys, "select": keys}
        elif isinstance(step, Keep):
            if "outcome" not in self.found:
                raise cannot(
                    "conditions behind a step", "Events are filtered behind a step that is no count."
                )
            self.found["condition"] = self._condition(step.where)
        elif isinstance(step, Sort):
            self.found["order"] = tuple(
                Ordering(key=self._key(name), descending=descending) for name, descending in step.keys
            )
        elif isinstance(step, Limit):
            self.found["limit"] = step.count
        elif isinstance(step, Columns):
            self.found["select"] = tuple(path_of(name) for name in step.fields)

    def _aggregate(self, step: Aggregate) -> None:
        for measure in step.measures:
            if not measure.name.isidentifier() or not measure.name.isascii():
                raise cannot(
                    "names of columns with other characters", f"{measure.name[:60]!r} is no variable."
                )
            self.variables[measure.name] = measure.name
        if step.by or step.bucket_s:
            if not step.by:
                raise cannot("stretches of time without a key", "Events are grouped by their time alone.")
            keys = tuple(path_of(name) for name in step.by)
            window = window_of(step.bucket_s) if step.bucket_s else ""
            self.found["match"] = Match(keys=keys, window=window, every=bool(window))
        if not step.measures:
            raise cannot("groups without a count", "Groups are made and nothing is computed.")
        self.found["outcome"] = tuple(_write_measure(one) for one in step.measures)

    def _key(self, name: str) -> Path | Variable:
        return Variable(name=name) if name in self.variables else path_of(name)

    def _condition(self, where: Expression) -> Condition:
        if isinstance(where, And) and len(where.parts) > 1:
            return All(parts=tuple(self._condition(part) for part in where.parts))
        if isinstance(where, Test) and where.field in self.variables and len(where.values) == 1:
            sign = _SIGNS.get(where.op)
            if sign is not None:
                return Comparison(
                    left=Variable(name=where.field), operator=sign, right=_number(where.values[0])
                )
        raise cannot("conditions of other forms", "The condition compares no column with a number.")


_ORDER: list[type] = [Aggregate, Unique, Keep, Sort, Limit, Columns]


def _number(text: str) -> Number:
    plain = text.removeprefix("-").replace(".", "", 1)
    if not plain.isdecimal():
        raise cannot("numbers with exponents", f"{text[:60]!r} is no number that can be written.")
    return Number(text=text)


def _write_measure(measure: Measure) -> Outcome:
    name = _FUNCTIONS.get(measure.function)
    if name is None:
        raise cannot("medians and percentiles", "A median or a percentile is asked for.")
    if not measure.field and measure.function is not Measured.COUNT:
        raise cannot("measures of nothing", "A measure lacks its field.")
    if measure.field == EVENT_ID and measure.function is Measured.COUNT:
        raise cannot("counts of an identifier", "Counting identifiers of events is counting events.")
    of: Value = path_of(measure.field or EVENT_ID)
    return Outcome(name=measure.name, value=Call(name=name, arguments=(of,)))
