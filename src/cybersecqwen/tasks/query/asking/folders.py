"""Folders that a question names: whether the program, its parent, a file or a command line stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import Op, Test

from .mentions import Mention
from .places import Place, Placed

_FOLDER_ROLES = {
    "windows/process_creation": "Image|contains",
    "linux/process_creation": "Image|contains",
    "macos/process_creation": "Image|contains",
}

_IN_COMMAND = re.compile(r"command ?line|argument|parameter", re.IGNORECASE)

_OF_PARENT = re.compile(r"parent", re.IGNORECASE)

RUNS_FROM = re.compile(
    r"\b(?:from|located|stored|executed|running|started|launched|residing|"
    r"placed)(?: (?:in|from|at|under|within))?(?: (?:the|a|an|any|user|users|its|"
    r"\w+))?\W*$",
    re.IGNORECASE,
)

_RUNS = re.compile(
    r"\b(?:process|processes|binary|binaries|executables?|programs?|image|execution|running)\b", re.IGNORECASE
)


def folder(text: str, one: Mention, place: Place, *, named: bool) -> Iterator[Placed]:
    """The test for a folder that the lexicon knows; nothing where the logsource has no place for it."""
    pieces = place.lexicon.places[one.values[0]].files.get(place.logsource.product or "windows", ())
    role = _FOLDER_ROLES.get(place.key) or place.role("path")
    if not pieces or role is None:
        return
    field = role.partition("|")[0]
    if field == "Image" and place.key.endswith("process_creation"):
        field = field_of_folder(text, one, named)
    test = Test(field, Op.CONTAINS, pieces)
    yield Placed(mention=one, expression=test, slot=f"folder {field}", sure=one.sure)


def field_of_folder(text: str, one: Mention, named: bool) -> str:
    """Of a process start: whether the program, its parent or its command line has the folder."""
    before = text[max(0, one.start - 60) : one.start]
    if _IN_COMMAND.search(before):
        return "CommandLine"
    if _OF_PARENT.search(before):
        return "ParentImage"
    if RUNS_FROM.search(before) and (not named or _RUNS.search(before)):
        return "Image"
    return "CommandLine" if named else "Image"
