"""Stages that compute, choose, order and look up, in words: one sentence for each."""

from __future__ import annotations

import re
from collections.abc import Callable

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.tree import Macro, Sub

from .expressions import value
from .measures import by_words, length_said

_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")


def eval_(stage: stages.Eval) -> str:
    """Fields that are set."""
    said = [f"{words.name(field)} as {value(made)}" for field, made in stage.sets]
    return f"Computes {words.some(said, 'and', 12)}"


def rename(stage: stages.Rename) -> str:
    """Other names."""
    said = [f"{words.name(old)} as {words.name(new)}" for old, new in stage.pairs]
    return f"Names {words.some(said, 'and', 10)}"


def sort(stage: stages.Sort) -> str:
    """An order."""
    keys = [f"{words.name(field)} ({'greatest' if sign == '-' else 'least'} first)"
            for sign, field, _ in stage.keys]  # fmt: skip
    first = f" and gives the first {words.clean(stage.count)}" if stage.count not in ("", "0") else ""
    return f"Sorts by {words.some(keys, 'then', 8)}{first}"


def rex(stage: stages.Rex) -> str:
    """Fields from a text."""
    options = dict(stage.options)
    field = _text_of(options.get("field", "_raw"))
    if options.get("mode") == "sed":
        return f"Changes {field} by the replacement {words.value(stage.pattern)}"
    made = list(dict.fromkeys(_GROUP.findall(stage.pattern)))
    pattern = f"the pattern {words.value(stage.pattern)}"
    return f"Takes {words.names(made)} out of {field} by {pattern}" if made else f"Reads {field} by {pattern}"


def _text_of(field: str) -> str:
    return "the whole text" if field == "_raw" else words.name(field)


def regex(stage: stages.Regex) -> str:
    """What an expression is found in."""
    verb = "does not match" if stage.negated else "matches"
    return f"Keeps rows where {_text_of(stage.field)} {verb} the pattern {words.value(stage.pattern)}"


def bin_(stage: stages.Bin) -> str:
    """Stretches of numbers or times."""
    options = dict(stage.options)
    span = options.get("span", "")
    whole = f"to {length_said(span)}" if span else f"into {words.value(options.get('bins', '100'))} stretches"
    alias = f" (as {words.name(stage.alias)})" if stage.alias else ""
    return f"Rounds {words.name(stage.field)} down {whole}{alias}"


def lookup(stage: stages.Lookup) -> str:
    """Fields from a table."""
    keys = [words.name(field) if field == own else f"{words.name(field)} (there {words.name(own)})"
            for own, field in stage.match]  # fmt: skip
    made = [words.name(new) for _, new in stage.output]
    what = words.some(made, "and", 8) if made else "its fields"
    only = " where they are missing" if stage.new else ""
    return (
        f"Looks up {words.some(keys, 'and', 6)} in the table {words.name(stage.table)} and adds {what}{only}"
    )


def inputlookup(stage: stages.InputLookup, first: bool) -> str:
    """The rows of a table."""
    added = dict(stage.options).get("append", "").lower() in ("t", "true", "1")
    verb = "Reads" if first and not added else "Adds"
    return f"{verb} the rows of the lookup table {words.name(stage.table)}"


def replace(stage: stages.Replace) -> str:
    """Other values."""
    said = [f"{words.value(old)} by {words.value(new)}" for old, new in stage.pairs]
    where = f" in {words.names(stage.fields)}" if stage.fields else ""
    return f"Replaces {words.some(said, 'and', 6)}{where}"


def listed(stage: stages.Listed) -> str:
    """Commands that take options and names of fields."""
    options = dict(stage.options)
    fields = words.names(stage.fields)
    if stage.name in ("top", "rare"):
        often = "most" if stage.name == "top" else "least"
        count = words.clean(stage.count or options.get("limit", "10"))
        return f"Tells the {count} {often} frequent values of {fields}{by_words(stage.by)}"
    if stage.name == "dedup":
        count = f"first {words.clean(stage.count)} rows" if stage.count not in ("", "1") else "first row"
        return f"Keeps the {count} for each {fields}"
    if stage.name in ("fields", "table"):
        if stage.sign == "-":
            return f"Leaves out the field{'s' if len(stage.fields) > 1 else ''} {fields}"
        return f"Shows {fields}"
    if stage.name in ("head", "tail"):
        count = words.clean(stage.count or options.get("limit", "10"))
        return f"Gives the {'first' if stage.name == 'head' else 'last'} {count} rows"
    if stage.name == "transaction":
        return _transaction(fields, options)
    return _LISTED.get(stage.name, _unknown)(stage, fields, options)


def _unknown(stage: stages.Listed, fields: str, options: dict[str, str]) -> str:
    return f"Runs the command {words.name(stage.name)}" + (f" on {fields}" if fields else "")


def _transaction(fields: str, options: dict[str, str]) -> str:
    same = f" with the same {fields}" if fields else ""
    bounds = [
        f"{said} {length_said(options[key]) if key.startswith('max') else words.value(options[key])}"
        for key, said in (
            ("startswith", "begins with"),
            ("endswith", "ends with"),
            ("maxspan", "lasts at most"),
            ("maxpause", "has gaps of at most"),
        )
        if key in options
    ]
    each = f", each of which {words.some(bounds, 'and')}" if bounds else ""
    return f"Groups events{same} into transactions{each}"


def _spath(stage: stages.Listed, fields: str, options: dict[str, str]) -> str:
    path = options.get("path", "") or (stage.fields[0] if stage.fields else "")
    source = _text_of(options.get("input", "_raw"))
    made = f" (as {words.name(options['output'])})" if "output" in options else ""
    if path:
        return f"Takes {words.name(path)}{made} out of the JSON or XML in {source}"
    return f"Reads all fields out of the JSON or XML in {source}{made}"


def _fillnull(stage: stages.Listed, fields: str, options: dict[str, str]) -> str:
    where = words.names(stage.fields, "or") or "any field"
    return f"Puts {words.value(options.get('value', '0'))} where {where} is missing"


def _rows(count: str) -> str:
    return f"Begins with {count} empty row{'' if count == '1' else 's'}"


_LISTED: dict[str, Callable[[stages.Listed, str, dict[str, str]], str]] = {
    "spath": _spath,
    "fillnull": _fillnull,
    "filldown": lambda _s, fields, _o: f"Puts the value of the row before where {fields or 'one'} is missing",
    "mvexpand": lambda _s, fields, _o: f"Makes a row of each value of {fields}",
    "makemv": lambda _s, fields, o: f"Splits {fields} into values at {words.value(o.get('delim', ' '))}",
    "nomv": lambda _s, fields, _o: f"Puts the values of {fields} together into one text",
    "mvcombine": lambda _s, fields, _o: f"Puts rows that differ in {fields} alone together",
    "iplocation": lambda _s, fields, _o: f"Looks up where in the world the address {fields} is",
    "makeresults": lambda s, _f, o: _rows(words.clean(o.get("count", s.count or "1"))),
    "reverse": lambda _s, _f, _o: "Turns the order of the rows round",
    "addtotals": lambda _s, fields, o: (
        f"Adds the sum of {fields or 'all numbers'} (as {words.name(o.get('fieldname', 'Total'))})"
    ),
    "xmlkv": lambda _s, fields, _o: f"Reads fields out of the XML in {fields or 'the whole text'}",
    "fromjson": lambda _s, fields, _o: f"Reads fields out of the JSON in {fields}",
    "accum": lambda _s, fields, _o: f"Adds up {fields} from row to row",
}


def other(stage: stages.Other) -> str:
    """Any other command, with what is written behind it."""
    rest = " ".join(_written(part) for part in stage.parts).strip()
    phrase = _OTHER.get(stage.name)
    if phrase is not None:
        return phrase.format(rest or "it").rstrip()
    command = f"the command {words.name(stage.name)}"
    return f"Runs {command} with {rest}" if rest else f"Runs {command}"


def _written(part: str | Macro | Sub) -> str:
    if isinstance(part, Macro):
        return f"the macro {words.name(part.name)}"
    return "a subsearch" if isinstance(part, Sub) else words.clean(part, 200)


_OTHER = {
    "outputlookup": "Writes the rows to the lookup table {}",
    "outputcsv": "Writes the rows to the file {}",
    "collect": "Writes the rows to a summary index: {}",
    "sendemail": "Sends the rows by mail: {}",
    "delete": "Deletes the events",
    "from": "Looks at {}",
    "datamodel": "Looks at the data model {}",
    "pivot": "Tells from the data model {}",
    "apply": "Applies the trained model {}",
    "fit": "Trains a model: {}",
    "summary": "Shows what the trained model {} has learned",
    "convert": "Converts values: {}",
    "eventcount": "Counts the events of indexes: {}",
    "metadata": "Lists what is known of hosts, sources or types: {}",
    "metasearch": "Searches what is known of events: {}",
    "rest": "Asks Splunk itself: {}",
    "dbinspect": "Tells about the buckets of indexes: {}",
    "loadjob": "Loads the results of the search {}",
    "savedsearch": "Runs the saved search {}",
    "inputcsv": "Reads the file {}",
    "gentimes": "Makes a row for each stretch of time: {}",
    "anomalydetection": "Finds rows whose values are unusual: {}",
    "anomalies": "Rates how unusual each row is: {}",
    "anomalousvalue": "Finds values that are unusual: {}",
    "outlier": "Takes away numbers far from the others: {}",
    "cluster": "Groups events whose text is alike: {}",
    "kmeans": "Groups rows whose numbers are alike: {}",
    "predict": "Predicts how values go on: {}",
    "trendline": "Adds moving means: {}",
    "delta": "Adds by how much a value differs from the row before: {}",
    "autoregress": "Adds the values of rows before: {}",
    "rangemap": "Names the range that a value is in: {}",
    "strcat": "Puts values together: {}",
    "extract": "Reads pairs of names and values out of the text: {}",
    "kv": "Reads pairs of names and values out of the text: {}",
    "multikv": "Reads the rows of a table out of each event: {}",
    "xpath": "Takes values out of XML by the path {}",
    "erex": "Takes a field out of the text by examples: {}",
    "untable": "Turns columns into rows: {}",
    "xyseries": "Turns rows into columns: {}",
    "transpose": "Turns rows into columns: {}",
    "tags": "Adds the tags of values: {}",
    "typer": "Adds the event types of events",
    "geostats": "Tells for each part of the map {}",
    "geom": "Adds outlines for a map: {}",
    "uniq": "Leaves out rows that repeat the one before",
    "localize": "Finds stretches of time with many results: {}",
    "set": "Compares the results of searches: {}",
    "return": "Gives back to the search around it {}",
    "format": "Gives the rows back to the search around it as conditions",
    "fieldsummary": "Sums up each field: {}",
    "fieldformat": "Shows values in another form: {}",
    "script": "Runs the script {}",
    "correlate": "Tells how often fields occur together: {}",
    "associate": "Tells which values go together: {}",
    "contingency": "Tells how often values occur together: {}",
    "inputintelligence": "Reads the threat intelligence {}",
    "tojson": "Turns the fields into JSON: {}",
    "highlight": "Marks words in the text: {}",
    "cofilter": "Tells how often values occur together: {}",
    "appendcols": "Adds columns from another search: {}",
    "history": "Lists the searches run before: {}",
    "walklex": "Lists the words of an index: {}",
    "head": "Gives the first rows as long as {}",
}
"""Commands that are kept as written: a phrase, with what stands behind them.

Meanings: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/ListOfSearchCommands.
"""
