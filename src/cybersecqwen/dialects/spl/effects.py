"""What a search would do besides reading.

Commands: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference, those marked there as risky
among them (https://docs.splunk.com/Documentation/Splunk/latest/Security/SPLsafeguards).
"""

from __future__ import annotations

import re
from contextlib import suppress

from cybersecqwen.dialects.interface import Effect
from cybersecqwen.errors import LimitError, QueryError

from . import stages
from .parse import parse
from .stages import Stage
from .tokens import position, unescaped
from .tree import Pipeline
from .walking import macros_of, stages_of

EFFECTS = {
    "collect": "writes events to an index",
    "summaryindex": "writes events to an index",
    "mcollect": "writes metrics to an index",
    "meventcollect": "writes metrics to an index",
    "delete": "deletes events",
    "deletemodel": "deletes a model",
    "fit": "writes a model to a lookup file",
    "partialfit": "writes a model to a lookup file",
    "dump": "writes events to files",
    "outputcsv": "writes a file on the search head",
    "outputlookup": "writes to a lookup file",
    "outputtelemetry": "sends data to the maker of Splunk",
    "entitymerge": "changes records of assets and identities",
    "tscollect": "writes an index file",
    "sendalert": "starts an action of an alert",
    "sendemail": "sends e-mail",
    "sendresults": "sends e-mail",
    "snowincident": "opens an incident in another system",
    "awssnsalert": "sends a message to another system",
    "curl": "sends a request to another system",
    "script": "starts a program on the search head",
    "run": "starts a program on the search head",
    "runshellscript": "starts a program on the search head",
    "map": "starts a search for each row",
    "savedsearch": "starts a saved search",
    "rest": "asks the management interface of Splunk",
    "crawl": "looks through the files of the machine",
    "dbxquery": "sends a statement to a database",
    "dbxoutput": "writes to a database",
    "dbxlookup": "sends statements to a database",
    "typelearner": "writes event types",
}
"""Command to what it does."""


_BAR = re.compile(r"\|\s*([a-z]+)", re.IGNORECASE)


def effects(pipeline: Pipeline) -> tuple[Effect, ...]:
    """Everything it would do, also in subsearches, searches of map and arguments of macros."""
    found: list[Effect] = []
    for stage in stages_of(pipeline):
        found.extend(_of_stage(stage, pipeline.lines))
    for macro in macros_of(pipeline):
        found += [one for text in macro.args or () for one in _inside(text, macro.at, pipeline.lines)]
    return tuple(found)


def _of_stage(stage: Stage, lines: tuple[int, ...]) -> list[Effect]:
    name = str(getattr(stage, "name", ""))
    found: list[Effect] = []
    if name in EFFECTS and not isinstance(stage, stages.Called):
        found.append(_effect(name, stage.at, lines))
    if isinstance(stage, stages.Joined) and name == "map":
        for text in (text for key, text in stage.options if key == "search"):
            found.extend(_inside(text, stage.at, lines))
    if isinstance(stage, stages.Called | stages.Other):
        parts = stage.rest if isinstance(stage, stages.Called) else stage.parts
        for part in parts:
            if isinstance(part, str) and '"' in part:
                found.extend(_inside(unescaped(part), stage.at, lines))
    return found


def _inside(text: str, at: int, lines: tuple[int, ...]) -> list[Effect]:
    """Of a search inside a string: read as a search where it is one, else by its bars."""
    text = text.strip().removeprefix('"').removesuffix('"')
    if "|" not in text and not text.lstrip().lower().startswith(tuple(EFFECTS)):
        return []
    names: list[str] = []
    with suppress(QueryError, LimitError):
        names += [str(getattr(stage, "name", "")) for stage in stages_of(parse(text))]
    names.extend(one.lower() for one in _BAR.findall(text))
    return [_effect(name, at, lines) for name in dict.fromkeys(names) if name in EFFECTS]


def _effect(name: str, at: int, lines: tuple[int, ...]) -> Effect:
    line, column = position(lines, at)
    return Effect(command=name, what=EFFECTS[name], line=line, column=column)
