"""Groups and measures of a SELECT."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from cybersecqwen.dialects.query import Aggregate, Measure, Measured
from cybersecqwen.errors import UnsayableError


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """What a SELECT with groups says."""

    aggregate: Aggregate
    chosen: tuple[str, ...]
    """Columns that come out."""
    columns: tuple[str, ...]
    """Columns that the aggregation has."""
    texts: dict[str, str]
    """SQL of a measure to its name."""

    def named(self, found: exp.Expr) -> str | None:
        """The column that something stands for."""
        return self.texts.get(_text(found)) or plain_name(found)


def _text(found: exp.Expr) -> str:
    return found.sql(normalize_functions="lower").lower()


def plain_name(found: exp.Expr) -> str | None:
    """The name of a column, with dots where it is a path; None for anything else."""
    found = found.unnest()
    if isinstance(found, exp.Dot):
        before = plain_name(found.this)
        return (
            None
            if before is None or not isinstance(found.expression, exp.Identifier)
            else f"{before}.{found.name}"
        )
    if not isinstance(found, exp.Column) or not isinstance(found.this, exp.Identifier):
        return None
    return _own(found)


def _own(column: exp.Column) -> str:
    """Without what names the table."""
    parts = [part.name for part in column.parts]
    select = column.find_ancestor(exp.Select)
    begin = select.args.get("from_") or select.args.get("from") if isinstance(select, exp.Select) else None
    if len(parts) > 1 and begin is not None:
        table = begin.this
        known = {table.alias_or_name.lower()}
        if isinstance(table, exp.Table):
            known.add(".".join(part.name for part in table.parts).lower())
        for at in range(len(parts) - 1, 0, -1):
            if ".".join(parts[:at]).lower() in known:
                return ".".join(parts[at:])
    return ".".join(parts)


def has_measures(select: exp.Select) -> bool:
    """Whether something is computed over several rows."""
    return any(one.find(exp.AggFunc) is not None for one in select.expressions) or bool(
        select.args.get("having")
    )


def grouped(select: exp.Select, time_column: str) -> Grouped:
    """The aggregation. Raises UnsayableError for measures and groups that have no words."""
    return _Reader(select, time_column).whole()


class _Reader:
    def __init__(self, select: exp.Select, time_column: str) -> None:
        self._select = select
        self._time = time_column
        self._by: list[str] = []
        self._bucket: float | None = None
        self._measures: dict[str, Measure] = {}
        self._texts: dict[str, str] = {}

    def whole(self) -> Grouped:
        aliases = {
            one.alias.lower(): one.this for one in self._select.expressions if isinstance(one, exp.Alias)
        }
        self._groups(aliases)
        chosen = tuple(self._column(one) for one in self._select.expressions)
        for clause in ("having", "order"):
            found = self._select.args.get(clause)
            for call in found.find_all(exp.AggFunc) if found is not None else ():
                if call.find_ancestor(exp.AggFunc, exp.Select) is self._select:
                    self._measure(call.parent if isinstance(call.parent, exp.Filter) else call, "")
        measures = tuple(self._measures.values())
        if not measures:
            measures = (Measure(name="count", function=Measured.COUNT),)
        bucket = (self._time,) if self._bucket else ()
        return Grouped(
            aggregate=Aggregate(measures=measures, by=tuple(self._by), bucket_s=self._bucket),
            chosen=chosen,
            columns=(*bucket, *self._by, *(one.name for one in measures)),
            texts=self._texts,
        )

    def _groups(self, aliases: dict[str, exp.Expr]) -> None:
        group = self._select.args.get("group")
        if group is None:
            return
        others = [name for name, value in group.args.items() if value and name not in ("expressions", "all")]
        if others:
            raise UnsayableError("Groups of several kinds at once have no words.", what=others[0])
        found = list(group.expressions)
        if group.args.get("all"):
            found = [one.unalias() for one in self._select.expressions if one.find(exp.AggFunc) is None]
        for one in found:
            self._group(self._meant(one, aliases))

    def _meant(self, found: exp.Expr, aliases: dict[str, exp.Expr]) -> exp.Expr:
        """What a place (`GROUP BY 1`) or an alias stands for."""
        if isinstance(found, exp.Literal) and not found.is_string and found.name.isdigit():
            at = int(found.name[:6])
            if not 0 < at <= len(self._select.expressions):
                raise UnsayableError("A group is named by a place that there is not.", what="such places")
            meant: exp.Expr = self._select.expressions[at - 1].unalias()
            return meant
        name = plain_name(found)
        return aliases.get(name.lower(), found) if name else found

    def _group(self, found: exp.Expr) -> None:
        bucket = bucket_of(found, self._time)
        if bucket is not None:
            self._bucket = bucket
            self._texts[_text(found)] = self._time
            return
        name = plain_name(found)
        if name is None:
            raise UnsayableError("A group is computed.", what="computed groups")
        self._by.append(name)

    def _column(self, found: exp.Expr) -> str:
        inner = found.unalias()
        known = self._texts.get(_text(inner))
        if known is not None and known == self._time:
            if found.alias_or_name not in (self._time, ""):
                raise UnsayableError("A stretch of time is given another name.", what="renamed columns")
            return self._time
        name = plain_name(inner)
        if name is not None:
            if found.alias_or_name != name.rpartition(".")[2] and found.alias_or_name != name:
                raise UnsayableError(f"The column {name!r} is given another name.", what="renamed columns")
            if name not in self._by:
                raise UnsayableError("A column is neither a group nor a measure.", what="loose columns")
            return name
        return self._measure(inner, found.alias)

    def _measure(self, found: exp.Expr, alias: str) -> str:
        known = self._texts.get(_text(found))
        if known is not None and not alias:
            return known
        function, field = measure_of(found)
        name = alias or self._free(f"{function.value}_{field}" if field else function.value)
        self._measures[name] = Measure(name=name, function=function, field=field)
        self._texts.setdefault(_text(found), name)
        return name

    def _free(self, name: str) -> str:
        while name in self._measures:
            name += "_"
        return name


_FUNCTIONS: dict[type[exp.Expr], Measured] = {
    exp.Sum: Measured.SUM,
    exp.Avg: Measured.MEAN,
    exp.Median: Measured.MEDIAN,
    exp.Min: Measured.LEAST,
    exp.Max: Measured.MOST,
}


def measure_of(found: exp.Expr) -> tuple[Measured, str]:
    """(function, field) of a measure."""
    if isinstance(found, exp.Filter):
        condition = found.expression.this
        if not isinstance(condition, exp.Anonymous) or condition.name.lower() != "isfinite":
            raise UnsayableError("A measure is taken over some of the rows.", what="filtered measures")
        return measure_of(found.this)
    if isinstance(found, exp.Count):
        inner = found.this
        if (
            inner is None
            or isinstance(inner, exp.Star)
            or (isinstance(inner, exp.Literal) and inner.name == "1")
        ):
            return Measured.COUNT, ""
        if isinstance(inner, exp.Distinct) and len(inner.expressions) == 1:
            return Measured.DISTINCT, _counted(inner.expressions[0])
        return Measured.COUNT, _counted(inner)
    if isinstance(found, exp.Coalesce) and isinstance(found.this, exp.ArraySort):
        return Measured.VALUES, _counted(next(iter(found.find_all(exp.Column))))
    function = _FUNCTIONS.get(type(found))
    if function is None or found.expressions:
        raise UnsayableError("A measure is computed in a way that has no words.", what="such measures")
    return function, _counted(found.this)


def _counted(found: exp.Expr) -> str:
    """The column under what only makes a number or small letters of it."""
    inner: exp.Expr | None = found
    while isinstance(inner, exp.Lower | exp.Cast | exp.TryCast | exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Case) and len(inner.args.get("ifs") or ()) == 1:
        inner = inner.args["ifs"][0].args["true"].this
    name = plain_name(inner) if inner is not None else None
    if name is None:
        raise UnsayableError("A measure is computed over something computed.", what="computed measures")
    return name


_UNITS = {"SECOND": 1.0, "MINUTE": 60.0, "HOUR": 3_600.0, "DAY": 86_400.0, "WEEK": 604_800.0}


def seconds_of_interval(found: exp.Expr | None) -> float | None:
    """Seconds of `INTERVAL '5' MINUTES`; None for anything else."""
    if not isinstance(found, exp.Interval) or not isinstance(found.this, exp.Literal):
        return None
    unit = _UNITS.get(str(found.args.get("unit") or "").upper().removesuffix("S"))
    try:
        return None if unit is None else float(found.this.name) * unit
    except ValueError:
        return None


def bucket_of(found: exp.Expr, time_column: str) -> float | None:
    """Seconds of the stretch of time that an expression cuts the time into; None where it does not."""
    found = found.unnest()
    if isinstance(found, exp.DateBin):
        origin = found.args.get("unit") or found.args.get("zone") or found.args.get("origin")
        since = origin is not None and "1970-01-01" in origin.sql()
        return (
            seconds_of_interval(found.this) if since and plain_name(found.expression) == time_column else None
        )
    if isinstance(found, exp.TimestampTrunc | exp.DateTrunc) and plain_name(found.this) == time_column:
        length = _UNITS.get(str(found.args.get("unit") or "").upper().strip("'"))
        return length if length is not None and length < 604_800 else None
    if isinstance(found, exp.Mul) and isinstance(found.this, exp.Div):
        length, other = found.expression.name, found.this.expression.name
        epoch = found.this.this.unnest()
        if length == other and length.isdigit() and _is_epoch(epoch, time_column):
            return float(length[:12])
    return None


def _is_epoch(found: exp.Expr, time_column: str) -> bool:
    named = isinstance(found, exp.Anonymous) and found.name.lower() == "unixepoch"
    return named and bool(found.expressions) and plain_name(found.expressions[0]) == time_column
