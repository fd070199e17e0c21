"""One query on its way to one home of a taxonomy: its tests, its steps, and what is missing there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, test_of
from cybersecqwen.dialects.query import ANYTHING, Query, Step
from cybersecqwen.errors import UnsayableError

from .expressions import ALWAYS, NEVER, Unfit, simplified
from .steps import renamed_steps
from .taxonomy import Conditions, Home, Place
from .transforms import TRANSFORMS

EVENT = "EventID"


@dataclass(kw_only=True, slots=True)
class Attempt:
    """A query on its way to one home."""

    home: Home
    where: Expression | None = None
    conditions: Conditions = ()
    missing: dict[str, str] = field(default_factory=dict)
    """Field to why it cannot be said ("" where there is no column at all)."""
    notes: dict[str, None] = field(default_factory=dict)
    made: tuple[Step, ...] = ()

    def expression(self, expression: Expression) -> Expression:
        """The expression in the names of the home."""
        if isinstance(expression, Not):
            return Not(self.expression(expression.inner))
        if isinstance(expression, And | Or):
            return type(expression)(tuple(map(self.expression, expression.parts)))
        return self.test(expression)

    def test(self, test: Test) -> Expression:
        """A test in the names of the home; what cannot be said is noted, and stands as it is."""
        if not test.field:
            column = self.home.keywords
            return Test(column, test.op, test.values, test.cased) if column else test
        place = self.home.place(test.field)
        if place is None:
            self.missing.setdefault(test.field, "")
            return test
        if place.note:
            self.notes[place.note] = None
        try:
            if test.op is Op.SAME_AS:
                return self.same_as(test, place)
            return TRANSFORMS[place.by].forward(test, place)
        except Unfit as unfit:
            self.missing.setdefault(test.field, str(unfit))
            return test

    def same_as(self, test: Test, place: Place) -> Expression:
        """A comparison of two fields, which must both stand in one column each as they are."""
        other = self.home.place(test.values[0])
        if other is None:
            self.missing.setdefault(test.values[0], "")
            return test
        if place.by != "same" or other.by != "same":
            raise Unfit("to compare it with another field")
        return Test(place.columns[0], test.op, (other.columns[0], test.values[1]), test.cased)

    def column(self, name: str) -> str:
        """The column that a step names: the one that holds the value, or its last part."""
        place = self.home.place(name)
        if place is None or not place.columns:
            self.missing.setdefault(name, "")
            return name
        if place.note:
            self.notes[place.note] = None
        if place.by not in ("same", "hive", "drive", "details", "values", "file_name"):
            self.notes[f"Instead of {name} the query shows {place.columns[-1]}, a part of it."] = None
        return place.columns[-1]

    def steps(self, query: Query) -> None:
        """The steps of the query in the names of the home."""
        self.made = renamed_steps(query.steps, self.column, self.expression)

    def result(self, query: Query) -> Query:
        """The query, with what tells the records. Raises UnsayableError where none can match."""
        told = conditions_of(self.conditions)
        parts = [*told, *([self.where] if self.where is not None else [])]
        if self.where == NEVER:
            raise UnsayableError(
                "No record of these tables can be meant: the query asks for a value that they never have.",
                what="a query that matches nothing",
            )
        return replace(
            query, logsource=ANYTHING, tables=self.home.tables, where=joined(parts), steps=self.made
        )


def conditions_of(conditions: Conditions) -> list[Expression]:
    """The tests that tell the records of a home from others."""
    made: list[Expression] = []
    for name, values in conditions:
        if all("*" not in value for value in values):
            made.append(Test(name, Op.EQUALS, tuple(value.lower() for value in values)))
        else:
            tests = [test_of(name, value.lower().replace("*", ANY)) for value in values]
            made.append(tests[0] if len(tests) == 1 else Or(tuple(tests)))
    return made


def joined(parts: list[Expression]) -> Expression | None:
    """All of them, one below the other; None for none."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return None if not flat else flat[0] if len(flat) == 1 else And(tuple(flat))


def attempt_at(where: Expression | None, home: Home) -> Attempt | None:
    """The expression at a home; None where it holds only certain events, and the query asks for others."""
    conditions = home.conditions
    if home.events:
        events, where = _events(where)
        if not events or any(event not in home.events for event in events):
            return None
        told = [home.events[event] for event in events]
        if len(told) > 1 and len({tuple(name for name, _ in one) for one in told}) > 1:
            return None
        if any(len(one) > 1 for one in told) and len(told) > 1:
            return None
        merged = tuple(
            (name, tuple(dict.fromkeys(value for one in told for value in one[at][1])))
            for at, (name, _) in enumerate(told[0])
        )
        conditions = (*conditions, *merged)
    attempt = Attempt(home=home, conditions=conditions)
    if where is not None:
        made = simplified(attempt.expression(where))
        attempt.where = None if made == ALWAYS else made
    return attempt


def _events(where: Expression | None) -> tuple[tuple[str, ...], Expression | None]:
    """The event ids that an expression asks for on its first level, and what else it asks."""
    parts = where.parts if isinstance(where, And) else (where,) if where is not None else ()
    for at, part in enumerate(parts):
        if isinstance(part, Test) and part.field == EVENT and part.op is Op.EQUALS and not part.part:
            return part.values, joined([*parts[:at], *parts[at + 1 :]])
    return (), where
