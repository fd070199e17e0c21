"""What `stats` and its relations compute, in words."""

from __future__ import annotations

import re

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.bare import bare_measure
from cybersecqwen.dialects.spl.models import model_of, unprefixed
from cybersecqwen.dialects.spl.stages import Measure
from cybersecqwen.dialects.spl.times import seconds_in
from cybersecqwen.dialects.spl.tree import Call, Macro, Value
from cybersecqwen.errors import UnsayableError

from .expressions import condition, macro, value

_OF = {
    "sum": "the sum of {}",
    "sumsq": "the sum of the squares of {}",
    "avg": "the mean of {}",
    "mean": "the mean of {}",
    "median": "the median of {}",
    "mode": "the most frequent {}",
    "min": "the least {}",
    "max": "the greatest {}",
    "range": "the greatest {} less the least",
    "dc": "how many different values of {}",
    "distinct_count": "how many different values of {}",
    "estdc": "about how many different values of {}",
    "values": "the values of {}",
    "list": "the list of {}",
    "first": "the first {}",
    "last": "the last {}",
    "earliest": "the earliest {}",
    "latest": "the latest {}",
    "earliest_time": "the time of the earliest {}",
    "latest_time": "the time of the latest {}",
    "stdev": "the standard deviation of {}",
    "stdevp": "the standard deviation of {}",
    "var": "the variance of {}",
    "varp": "the variance of {}",
    "rate": "the rate of {}",
    "sparkline": "a small chart of {}",
}
_PERCENTILE = re.compile(r"(?:exact|upper)?p(?:erc)?(\d+(?:\.\d+)?)")


def measures(found: tuple[Measure | Macro, ...]) -> str:
    """Several measures in words."""
    said = [_measure(one) for one in found if not _quiet(one)]
    return words.some(said, "and", 14, words.TOLD) or "the groups that there are"


def _quiet(one: Measure | Macro) -> bool:
    return isinstance(one, Macro) and one.name in ("security_content_summariesonly", "summariesonly")


def _measure(one: Measure | Macro) -> str:
    if isinstance(one, Macro):
        return f"what {macro(one)} computes"
    said = _computed(one)
    plain = isinstance(one.argument, str) and unprefixed(one.argument)
    own = f"{one.function}({one.argument})"
    if one.alias and one.alias not in (plain, one.argument, one.function, own):
        return f"{said} (as {words.name(one.alias)})"
    return said


def _computed(one: Measure) -> str:
    if one.function in ("count", "c"):
        return _counted(one.argument)
    if one.argument is None:
        return f"{words.name(one.function)}()"
    of = words.name(one.argument) if isinstance(one.argument, str) else value(one.argument)
    if one.argument == "_time" and one.function in ("min", "earliest", "max", "latest"):
        return "the first time" if one.function in ("min", "earliest") else "the last time"
    percentile = _PERCENTILE.fullmatch(one.function)
    if percentile:
        return f"the {percentile[1]}th percentile of {of}"
    phrase = _OF.get(one.function)
    return phrase.format(of) if phrase else f"{words.name(one.function)}() of {of}"


def _counted(argument: str | Value | None) -> str:
    if argument is None or argument == "_raw":
        return "how many there are"
    if isinstance(argument, str):
        return f"how many have {words.name(argument)}"
    if isinstance(argument, Call) and argument.name == "if" and argument.args:
        return f"how many there are where {condition(argument.args[0])}"
    return f"how many there are where {condition(argument)}"


def by_words(names: tuple[str, ...], before: str = " for each ") -> str:
    """The groups: " for each user and host"; "" for one of all."""
    shown = words.some([words.name(one) for one in names[:14]], "and", 12, words.BY, total=len(names))
    return f"{before}{shown}" if names else ""


def span_said(options: stages.Options) -> str:
    """The stretches of time or numbers: " in stretches of 1 hour"; "" where none are said."""
    span = dict(options).get("span", "")
    return f" in stretches of {length_said(span)}" if span else ""


def length_said(text: str) -> str:
    """A span in words, or as it is written."""
    try:
        return words.length(seconds_in(text)) if text[-1:].isalpha() else words.value(text)
    except UnsayableError:
        return words.value(text)


def stats(stage: stages.Stats) -> str:
    """stats, eventstats, streamstats, chart and timechart in words."""
    told = measures(stage.measures)
    options = (*stage.options, *stage.late)
    if stage.name == "eventstats":
        group = by_words(stage.by, "over those with the same ") or "over all rows"
        return f"Adds to each row, {group}, {told}"
    if stage.name == "streamstats":
        window = dict(options).get("window") or dict(options).get("time_window")
        over = f"over the last {words.value(window)} rows" if window else "over the rows so far"
        return f"Adds to each row, {over}, {told}{by_words(stage.by, ' of those with the same ')}"
    if stage.name == "timechart":
        span = span_said(options) or " along time"
        return f"Tells {told}{span}{by_words(stage.by, ', a column for each ')}"
    if stage.name == "chart":
        rows = by_words(stage.over or stage.by[:1], ", a row for each ")
        columns = by_words(stage.by if stage.over else stage.by[1:], " and a column for each ")
        return f"Tells {told}{rows}{columns}{span_said(options)}"
    return f"Tells {told}{by_words(stage.by)}{span_said(options)}"


def tstats(stage: stages.Tstats) -> str:
    """What tstats computes."""
    clean = unprefixed if model_of(stage.source) else str
    by = tuple(map(clean, stage.by))
    told = tuple(bare_measure(one) if isinstance(one, Measure) else one for one in stage.measures)
    return f"Tells {measures(told)}{by_words(by)}{span_said(stage.late)}"
