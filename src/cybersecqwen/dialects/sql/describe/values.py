"""Expressions in words: values, aggregates and windows."""

from __future__ import annotations

from sqlglot import exp

from cybersecqwen.dialects import describing as words

_WIDE = 200
"""Characters of a value, beyond which only the columns that it is made of are named."""

_SAME = (exp.Cast, exp.TryCast, exp.Paren, exp.Collate)
"""What a reader needs not be told of."""

_SUMS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.IntDiv: "/",
    exp.Mod: "%",
}

_PHRASES: dict[type[exp.Expr], str] = {
    exp.Lower: "{} in small letters",
    exp.Upper: "{} in capital letters",
    exp.Trim: "{} without spaces around it",
    exp.Length: "the length of {}",
    exp.Abs: "{} without its sign",
    exp.Round: "{} rounded",
    exp.Ceil: "{} rounded up",
    exp.Floor: "{} rounded down",
    exp.Sqrt: "the square root of {}",
    exp.Explode: "each item of {}",
    exp.MD5: "the MD5 hash of {}",
    exp.Sum: "the sum of {}",
    exp.Avg: "the mean of {}",
    exp.Min: "the least {}",
    exp.Max: "the greatest {}",
    exp.Median: "the median of {}",
    exp.Stddev: "the standard deviation of {}",
    exp.StddevPop: "the standard deviation of {}",
    exp.Variance: "the variance of {}",
    exp.ArrayAgg: "the list of {}",
    exp.GroupConcat: "the values of {} in one text",
    exp.First: "the first {}",
    exp.Last: "the last {}",
    exp.AnyValue: "any one {}",
    exp.ArrayUniqueAgg: "the different values of {}",
    exp.ApproxDistinct: "about how many different values of {}",
    exp.RowNumber: "the number of the row",
    exp.Rank: "the rank",
    exp.DenseRank: "the rank without gaps",
    exp.Lag: "{} of the row before",
    exp.Lead: "{} of the next row",
    exp.FirstValue: "the first {}",
    exp.LastValue: "the last {}",
    exp.CurrentTimestamp: "now",
    exp.CurrentDate: "today",
}
"""Functions of one value, and aggregates: https://duckdb.org/docs/stable/sql/functions/overview and
https://sqlite.org/lang_corefunc.html."""


def value(found: exp.Expr, depth: int = 0) -> str:
    """A value in words."""
    if depth > words.DEEPEST:
        return _made_of(found)
    said = _value(found, depth)
    return said if len(said) <= _WIDE else _made_of(found)


def _made_of(found: exp.Expr) -> str:
    columns = dict.fromkeys(one.name for one in found.find_all(exp.Column))
    return f"a value computed from {words.names(columns, most=6)}" if columns else "a computed value"


def column(found: exp.Column) -> str:
    """A column, with its table where one is named."""
    return ".".join(words.name(part.name) for part in found.parts[-2:])


def _value(found: exp.Expr, depth: int) -> str:
    if isinstance(found, exp.Column):
        return "all columns" if isinstance(found.this, exp.Star) else column(found)
    if isinstance(found, exp.Literal):
        return words.value(found.name)
    if isinstance(found, exp.Null):
        return "nothing"
    if isinstance(found, exp.Boolean):
        return "true" if found.this else "false"
    if isinstance(found, exp.Star):
        return "all columns"
    if isinstance(found, exp.Alias):
        return value(found.this, depth)
    if isinstance(found, _SAME):
        return value(found.this, depth + 1)
    if isinstance(found, exp.Neg):
        return f"minus {value(found.this, depth + 1)}"
    if isinstance(found, exp.Interval):
        return _interval(found)
    if isinstance(found, exp.Subquery | exp.Select):
        return "the result of the subquery"
    if isinstance(found, exp.Case | exp.If):
        return _case(found, depth)
    if type(found) in _SUMS:
        return _sum(found, depth)
    if isinstance(found, exp.Window | exp.Filter):
        return _over(found, depth)
    if isinstance(found, exp.Condition) and isinstance(found, exp.Predicate | exp.Connector | exp.Not):
        from .conditions import condition

        return f"whether {words.alone(condition(found, depth=depth + 1))}"
    return _function(found, depth)


def _interval(found: exp.Interval) -> str:
    count = found.this.name if found.this is not None else ""
    unit = str(found.args.get("unit") or "").lower().removesuffix("s")
    return words.clean(f"{count} {unit}" + ("" if count == "1" else "s"))


def _sum(found: exp.Expr, depth: int) -> str:
    if isinstance(found, exp.Sub) and isinstance(found.expression, exp.Interval) and is_now(found.this):
        return f"{_interval(found.expression)} ago"
    left, right = (_side(part, depth) for part in (found.this, found.expression))
    return words.sign_words(_SUMS[type(found)], left, right)


def _side(found: exp.Expr, depth: int) -> str:
    said = value(found, depth + 1)
    return f"({said})" if isinstance(found.unnest(), exp.Binary | exp.Func) and " " in said else said


def is_now(found: exp.Expr) -> bool:
    """Whether it is the moment at which the query is run."""
    found = found.unnest()
    while isinstance(found, exp.Cast | exp.TryCast):
        found = found.this
    return isinstance(found, exp.CurrentTimestamp | exp.CurrentDatetime) or (
        isinstance(found, exp.Anonymous) and found.name.lower() == "now"
    )


def _case(found: exp.Case | exp.If, depth: int) -> str:
    from .conditions import condition

    ifs = found.args.get("ifs") or [found]
    said: list[str] = []
    for one in ifs[:6]:
        if found.this is not None and isinstance(found, exp.Case):
            when = f"{value(found.this, depth + 1)} is {value(one.this, depth + 1)}"
        else:
            when = words.alone(condition(one.this, depth=depth + 1))
        said.append(f"{value(one.args['true'], depth + 1)} where {when}")
    shown = words.some(said, "or", 6, 150, total=len(ifs))
    other = found.args.get("default") or found.args.get("false")
    return f"{shown}, otherwise {value(other, depth + 1)}" if other is not None else shown


def _over(found: exp.Window | exp.Filter, depth: int) -> str:
    from .conditions import condition

    said = value(found.this, depth + 1)
    if isinstance(found, exp.Filter):
        return f"{said} where {words.alone(condition(found.expression.this, depth=depth + 1))}"
    parts = [value(one, depth + 1) for one in found.args.get("partition_by") or ()]
    same = f" among rows with the same {words.some(parts, 'and', 6)}" if parts else " among all rows"
    order = found.args.get("order")
    keys = words.some([value(one.this, depth + 1) for one in order.expressions], "then", 4) if order else ""
    return f"{said}{same}{f' in the order of {keys}' if keys else ''}"


def _function(found: exp.Expr, depth: int) -> str:
    if is_now(found):
        return "now"
    if isinstance(found, exp.Count):
        return _count(found, depth)
    if isinstance(found, exp.DPipe | exp.Concat):
        parts = list(found.flatten()) if isinstance(found, exp.DPipe) else found.expressions
        return (
            words.some([value(one, depth + 1) for one in parts[:10]], "and", 8, total=len(parts))
            + " together"
        )
    if isinstance(found, exp.Coalesce):
        said = [value(one, depth + 1) for one in (found.this, *found.expressions)]
        return f"the first there is of {words.some(said, 'and', 6)}"
    if isinstance(found, exp.TimestampTrunc | exp.DateTrunc):
        unit = words.clean(str(found.args.get("unit") or "").strip("'").lower())
        return f"1 {unit} of {value(found.this, depth + 1)}"
    phrase = _PHRASES.get(type(found))
    if phrase is not None:
        inner = found.this
        if isinstance(inner, exp.Distinct):
            inner = inner.expressions[0]
        return phrase.format(value(inner, depth + 1) if isinstance(inner, exp.Expr) else "it")
    name = found.name if isinstance(found, exp.Anonymous) else found.key
    said = [value(one, depth + 1) for one in _arguments(found)[:8]]
    return f"{words.name(name)}() of {words.some(said, 'and', 6)}" if said else f"{words.name(name)}()"


def _arguments(found: exp.Expr) -> list[exp.Expr]:
    if isinstance(found, exp.Anonymous):
        return list(found.expressions)
    return [one for one in found.iter_expressions() if not isinstance(one, exp.DataType | exp.Identifier)]


def _count(found: exp.Count, depth: int) -> str:
    inner = found.this
    if inner is None or isinstance(inner, exp.Star | exp.Literal):
        return "how many there are"
    if isinstance(inner, exp.Distinct):
        said = [value(one, depth + 1) for one in inner.expressions]
        return f"how many different values of {words.some(said, 'and', 6)}"
    return f"how many have {value(inner, depth + 1)}"
