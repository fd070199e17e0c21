"""What may change the rows, and is only suggested: times, joins, transactions, subsearches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.stages import Measure, Stage
from cybersecqwen.dialects.spl.tree import (
    All,
    AnyOf,
    Binary,
    Compare,
    Field,
    Found,
    Free,
    OneOf,
    Pipeline,
    Sub,
    Without,
)
from cybersecqwen.dialects.spl.usage import usage
from cybersecqwen.dialects.spl.walking import fields_found, found_of

from .changing import DOCS, TIPS, all_of, every, of_pairs, of_stages, put, rule, whole_text
from .later import needed

_DAY = Compare("earliest", "=", "-24h")


def _bounded(pipeline: Pipeline, context: Context) -> Pipeline | None:
    first = pipeline.stages[0]
    found = found_of(first)
    if not isinstance(first, stages.Search | stages.Tstats):
        return None
    if found is not None and any(name.lower() in ("earliest", "latest") for name in fields_found(found)):
        return None
    where = _DAY if found is None or found == Free("*") else All((*_front(found), _DAY, *_back(found)))
    return put(pipeline, 0, 1, replace(first, where=where))


def _front(found: Found) -> Sequence[Found]:
    """What stands at the beginning and says where to look."""
    parts = every(found)
    return parts[:1] if _names_source(parts[0]) else ()


def _back(found: Found) -> Sequence[Found]:
    parts = every(found)
    return parts[1:] if _names_source(parts[0]) else parts


def _names_source(part: Found) -> bool:
    from cybersecqwen.dialects.spl.tree import Macro

    return isinstance(part, Macro) or (isinstance(part, Compare) and part.field.lower() == "index")


def _indexed(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """The one index of the schema that has all fields of the search."""
    first = pipeline.stages[0]
    if context.schema is None or not isinstance(first, stages.Search) or first.where is None:
        return None
    names = set(fields_found(first.where))
    if not names or any(name.lower() in ("index", "sourcetype") for name in names) or whole_text(first.where):
        return None
    tables = [
        table.name
        for table in context.schema.tables.values()
        if table.name and "." not in table.name and names <= {*table.fields, "earliest", "latest"}
    ]
    if len(tables) != 1:
        return None
    return put(pipeline, 0, 1, replace(first, where=all_of([Compare("index", "=", tables[0]), first.where])))


def _joined(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """A join of two searches as one search of both and `stats` by what they are joined by."""
    for place, stage in enumerate(pipeline.stages):
        first = pipeline.stages[0]
        if not isinstance(stage, stages.Joined) or stage.name != "join" or place != 1:
            continue
        inner = stage.subs[0].pipeline.stages if len(stage.subs) == 1 else ()
        if len(inner) != 1 or not stage.fields or not isinstance(first, stages.Search):
            continue
        (other,) = inner
        if not isinstance(other, stages.Search) or other.where is None or first.where is None:
            continue
        wanted = needed(pipeline.stages[place + 1 :])
        if wanted is None or any(name.startswith("_") or name == "index" for name in wanted):
            continue
        kept = sorted(wanted - set(stage.fields))
        measures = [Measure(function="values", argument=name, alias=name) for name in kept]
        both = replace(first, where=AnyOf((first.where, other.where)))
        if not measures:
            continue
        counted = stages.Stats(name="stats", measures=tuple(measures), by=stage.fields)
        return put(pipeline, 0, place + 1, both, counted)
    return None


def _transaction(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A transaction of which only its length and its number of events are asked for."""
    if not isinstance(first, stages.Listed) or first.name != "transaction" or not first.fields:
        return None
    asked = set(usage(second).uses)
    if usage(second).opaque or not asked <= {"duration", "eventcount", *first.fields}:
        return None
    counted = stages.Stats(
        name="stats",
        measures=(
            Measure(function="count", alias="eventcount"),
            Measure(function="min", argument="_time", alias="first_time"),
            Measure(function="max", argument="_time", alias="last_time"),
        ),
        by=first.fields,
    )
    length = Binary("-", Field("last_time"), Field("first_time"))
    return (counted, stages.Eval(sets=(("duration", length),)), second)


_NAMES = {
    "image": "process_name",
    "process_path": "process_name",
    "parentimage": "parent_process_name",
    "parent_process_path": "parent_process_name",
    "targetfilename": "file_name",
    "file_path": "file_name",
    "processes.process_path": "Processes.process_name",
    "processes.parent_process_path": "Processes.parent_process_name",
    "filesystem.file_path": "Filesystem.file_name",
}
"""Field with a path to the field with its last part, in the data models and Splunk's add-on for Sysmon."""


def _last_part(stage: Stage) -> Stage | None:
    r"""`Image="*\cmd.exe"` as `process_name="cmd.exe"`."""
    if not isinstance(stage, stages.Search | stages.Tstats) or stage.where is None:
        return None
    made = _named(stage.where)
    return None if made == stage.where else replace(stage, where=made)


def _named(found: Found) -> Found:
    if isinstance(found, All | AnyOf):
        return type(found)(tuple(map(_named, found.parts)))
    if isinstance(found, Without):
        return Without(_named(found.inner))
    if not isinstance(found, Compare | OneOf):
        return found
    name = _NAMES.get(found.field.lower())
    values = found.values if isinstance(found, OneOf) else (found.value,)
    if name is None or (isinstance(found, Compare) and found.op != "="):
        return found
    texts = [value for value in values if isinstance(value, str) and value.startswith("*\\")]
    parts = tuple(text[2:] for text in texts)
    if len(parts) < len(values) or any(not part or "\\" in part or part.startswith("*") for part in parts):
        return found
    return Compare(name, "=", parts[0]) if isinstance(found, Compare) else OneOf(name, parts)


def _subsearch(stage: Stage) -> Stage | None:
    """A search in brackets whose values are told apart before its limit is met."""
    if not isinstance(stage, stages.Search) or stage.where is None:
        return None
    made = _told_apart(stage.where)
    return None if made == stage.where else replace(stage, where=made)


def _told_apart(found: Found) -> Found:
    if isinstance(found, All | AnyOf):
        return type(found)(tuple(map(_told_apart, found.parts)))
    if not isinstance(found, Sub):
        return Without(_told_apart(found.inner)) if isinstance(found, Without) else found
    *before, last = found.pipeline.stages
    if (
        not before
        or not isinstance(last, stages.Listed)
        or last.name not in ("fields", "table")
        or last.sign == "-"
    ):
        return found
    if any(
        isinstance(stage, stages.Stats) or getattr(stage, "name", "") in ("dedup", "top") for stage in before
    ):
        return found
    unique = stages.Listed(name="dedup", fields=last.fields)
    return Sub(Pipeline((*before, unique, last), found.pipeline.lines), found.at)


def _eventstats(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """`eventstats | dedup | table` of what `stats` gives at once."""
    for place in range(len(pipeline.stages) - 2):
        counted, dedup, after = pipeline.stages[place : place + 3]
        if not isinstance(counted, stages.Stats) or counted.name != "eventstats" or not counted.by:
            continue
        if not isinstance(dedup, stages.Listed) or dedup.name != "dedup" or dedup.options or dedup.sortby:
            continue
        names = {one.name for one in counted.measures if isinstance(one, Measure)}
        known = set(usage(after).uses) <= names | set(counted.by) and usage(after).closes
        if known and set(dedup.fields) == set(counted.by) and dedup.count in ("", "1"):
            return put(pipeline, place, 2, replace(counted, name="stats"))
    return None


def _dedup_table(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not isinstance(first, stages.Listed) or not isinstance(second, stages.Listed):
        return None
    if first.name != "dedup" or second.name != "table" or set(first.fields) != set(second.fields):
        return None
    if first.options or first.sortby or first.count not in ("", "1") or "count" in first.fields:
        return None
    return (stages.Stats(name="stats", measures=(Measure(function="count"),), by=first.fields), second)


SUGGESTED = (
    rule(
        "add-time-bound",
        "Without a time all events that were ever kept may be read.",
        TIPS,
        _bounded,
        caveat="Only the last 24 hours are looked at, unless the time is chosen beside the search.",
        inside=False,
    ),
    rule(
        "name-the-index",
        "Only the events of the indexes that are named are read.",
        TIPS,
        _indexed,
        caveat="Events in other indexes than the one of the schema are not found any more.",
        inside=False,
    ),
    rule(
        "join-to-stats",
        "One search and one grouping have no limit of rows, and the second search is not held in memory.",
        f"{DOCS}/SearchReference/Join",
        _joined,
        caveat="Groups that only one of the searches has are given too, and several values stand in one row.",
        inside=False,
    ),
    rule(
        "transaction-to-stats",
        "`stats` works where the events lie, `transaction` holds all of them at the search head.",
        f"{DOCS}/Search/Abouttransactions",
        of_pairs(_transaction),
        caveat="Options such as maxspan and startswith are lost: all events of a value are together.",
    ),
    rule(
        "name-instead-of-path",
        "A value that begins with `*` is in no index of words; the name of the file is.",
        f"{DOCS}/Search/Wildcards",
        of_stages(_last_part),
        caveat="A field with the name must be there, as the add-on for Sysmon and the data models make it.",
    ),
    rule(
        "dedup-in-subsearch",
        "A search in brackets gives 10,000 rows at most; equal ones use them up.",
        f"{DOCS}/Search/Aboutsubsearches",
        of_stages(_subsearch),
        caveat="Rows that lack one of the fields are left out.",
    ),
    rule(
        "eventstats-to-stats",
        "`stats` gives a row for each group at once.",
        f"{DOCS}/SearchReference/Eventstats",
        _eventstats,
        caveat="A field of several values is in several groups, and rows come in the order of the groups.",
    ),
    rule(
        "dedup-to-stats",
        "`stats` tells rows apart where the events lie, `dedup` at the search head.",
        f"{DOCS}/SearchReference/Dedup",
        of_pairs(_dedup_table),
        caveat="A field of several values is in several groups, and rows come in the order of the groups.",
    ),
)
"""What a person must decide upon."""
