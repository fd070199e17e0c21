"""What `summarize` and `make-series` compute, in words."""

from __future__ import annotations

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.kql import steps
from cybersecqwen.dialects.kql.columns import SENTINEL_TIME, TIMES
from cybersecqwen.dialects.kql.tree import Call, Expr, Name, Named, Star

from .conditions import condition
from .functions import CONDITIONAL, MEASURES
from .values import Lets, value


def summarize(step: steps.Summarize, lets: Lets) -> str:
    """Groups, and what is told of each."""
    by = groups(step.by, lets)
    if not step.items:
        return f"Gives every combination of {by or 'nothing'} once"
    latest = _latest(step, lets)
    if latest:
        return f"Keeps {latest}{f' for each {by}' if by else ''}"
    return f"Tells {measures(step.items, lets)}{f' for each {by}' if by else ''}"


def _latest(step: steps.Summarize, lets: Lets) -> str:
    """What `arg_max(x, *)` keeps where nothing else is told."""
    call = _called(step.items[0])
    if len(step.items) != 1 or call is None or call.name not in ("arg_max", "arg_min"):
        return ""
    if len(call.arguments) != 2 or not isinstance(call.arguments[1], Star):
        return ""
    most = _most(call.name == "arg_max", call.arguments[0])
    return f"the row with the {most} {value(call.arguments[0], lets)}"


def _called(tree: Expr) -> Call | None:
    inner = tree.value if isinstance(tree, Named) else tree
    return inner if isinstance(inner, Call) else None


def groups(found: tuple[Expr, ...], lets: Lets) -> str:
    """What rows of a group share: "user and TimeGenerated rounded down to 1 hour"."""
    return words.some([_group(one, lets) for one in found[:14]], "and", 12, words.BY, total=len(found))


def _group(tree: Expr, lets: Lets) -> str:
    call = _called(tree)
    if call is not None and call.name in ("bin", "floor") and len(call.arguments) == 2:
        said = f"{value(call.arguments[1], lets)} of {value(call.arguments[0], lets)}"
    else:
        said = value(tree, lets)
    if isinstance(tree, Named) and len(tree.names) == 1 and words.name(tree.names[0].text) != said:
        return f"{said} (as {words.name(tree.names[0].text)})"
    return said


def measures(found: tuple[Expr, ...], lets: Lets) -> str:
    """Several aggregates."""
    return words.some([measure(one, lets) for one in found[:16]], "and", 14, words.TOLD, total=len(found))


def measure(tree: Expr, lets: Lets, depth: int = 0) -> str:
    """An aggregate, with the name that it gets where that says more."""
    if isinstance(tree, Named):
        said = measure(tree.value, lets, depth)
        named = words.names((one.text for one in tree.names), most=6)
        return said if said.endswith(f" {named}") else f"{said} (as {named})"
    if not isinstance(tree, Call) or depth > words.DEEPEST:
        return value(tree, lets)
    arguments = tree.arguments
    if tree.name in ("arg_max", "arg_min") and arguments:
        return _arg(tree, lets)
    if tree.name == "countif" and arguments:
        return f"how many there are where {words.alone(condition(arguments[0], lets))}"
    if tree.name in CONDITIONAL and len(arguments) > 1:
        inner = measure(Call(CONDITIONAL[tree.name], arguments[:1]), lets, depth + 1)
        return f"{inner} where {words.alone(condition(arguments[1], lets))}"
    if tree.name in ("percentile", "percentiles") and len(arguments) > 1:
        shown = words.some([value(one, lets) for one in arguments[1:6]], "and")
        return f"the percentile {shown} of {value(arguments[0], lets)}"
    if tree.name in ("min", "max") and arguments:
        return f"the {_most(tree.name == 'max', arguments[0])} {value(arguments[0], lets)}"
    if tree.name in MEASURES and (arguments or tree.name == "count"):
        of = words.some([value(one, lets) for one in _measured(tree)[:6]], "and")
        return MEASURES[tree.name].format(of)
    return value(tree, lets)


def _measured(tree: Call) -> tuple[Expr, ...]:
    """The arguments that are columns: the second of some is how exact, or how many at most."""
    return tree.arguments if tree.name in ("any", "take_any") else tree.arguments[:1]


def _arg(tree: Call, lets: Lets) -> str:
    most = _most(tree.name == "arg_max", tree.arguments[0])
    key = value(tree.arguments[0], lets)
    rest = tree.arguments[1:]
    if not rest:
        return f"the {most} {key}"
    what = "all columns" if any(isinstance(one, Star) for one in rest) else _columns(rest, lets)
    return f"{what} of the row with the {most} {key}"


def _most(greatest: bool, of: Expr) -> str:
    """The word for an end of what is measured: times have others than numbers."""
    if isinstance(of, Name) and of.text in TIMES | {SENTINEL_TIME}:
        return "latest" if greatest else "earliest"
    return "greatest" if greatest else "least"


def _columns(found: tuple[Expr, ...], lets: Lets) -> str:
    return words.some([value(one, lets) for one in found[:10]], "and", 8, 120, total=len(found))


def series(step: steps.MakeSeries, lets: Lets) -> str:
    """Lists of aggregates along an axis."""
    told = words.some([measure(one.value, lets) for one in step.items[:8]], "and", 8)
    bounds = {key: value(bound, lets) for key, bound in step.bounds if key != "in range"}
    each = f", a value for every {bounds['step']} of {value(step.axis, lets)}" if "step" in bounds else ""
    start = f" from {bounds['from']}" if "from" in bounds else ""
    end = f" to {bounds['to']}" if "to" in bounds else ""
    by = groups(step.by, lets)
    return f"Makes series of {told}{each}{start}{end}{f', for each {by}' if by else ''}"
