"""Parts of a query in few words, as Sigma writes them: for showing and for assumptions."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Test

_MODIFIERS = {
    Op.EQUALS: "", Op.CONTAINS: "|contains", Op.STARTS: "|startswith", Op.ENDS: "|endswith", Op.REGEX: "|re",
    Op.CIDR: "|cidr", Op.LESS: "|lt", Op.AT_MOST: "|lte", Op.GREATER: "|gt", Op.AT_LEAST: "|gte", Op.GLOB: "",
}  # fmt: skip
_SHOWN = 6
_LONGEST = 60


def said(expression: Expression) -> str:
    """An expression in one line, fields and operations as Sigma writes them."""
    if isinstance(expression, Test):
        return _test(expression)
    if isinstance(expression, Not):
        return f"not ({said(expression.inner)})"
    word = " and " if isinstance(expression, And) else " or "
    return word.join(said(part) if isinstance(part, Test) else f"({said(part)})" for part in expression.parts)


def _test(test: Test) -> str:
    name = test.field or "any text"
    if test.op is Op.NULL:
        return f"{name} is missing"
    if test.op is Op.PRESENT:
        return f"{name} is there"
    part = f"|{test.part}" if test.part else ""
    return f"{name}{part}{_MODIFIERS.get(test.op, '')}: {shortened(test.values)}"


def shortened(values: tuple[str, ...]) -> str:
    """Some values, and how many more there are."""
    shown = [value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…" for value in values[:_SHOWN]]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def source_said(source: Logsource) -> str:
    """A logsource in words that a question could use."""
    second = (source.category or source.service).replace("_", " ")
    return " ".join(part for part in (source.product, second) if part) or "anything"
