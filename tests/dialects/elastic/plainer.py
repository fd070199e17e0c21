"""Expressions without what follows from a null in the same condition, which is not read back."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.elastic.logic import all_of, any_of, fields_of
from cybersecqwen.dialects.normal import normal


def plainer(where: Expression | None) -> Expression | None:
    """The same, in the form in which conditions with three values are read."""
    return None if where is None else _plainer(normal(where))


def _plainer(form: Expression) -> Expression:
    if isinstance(form, And):
        return all_of(map(_plainer, form.parts))
    if not isinstance(form, Or):
        return form
    # What is negated holds for records without the field: to say so changes nothing, and shows what is idle.
    nulls = [
        Asked(name, Op.NULL)
        for part in form.parts
        if isinstance(part, Not) and isinstance(part.inner, Asked)
        for name in fields_of(part.inner)
    ]
    return any_of([*map(_plainer, form.parts), *nulls])
