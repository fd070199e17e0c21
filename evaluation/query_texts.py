"""The queries of others that the evaluations read: Splunk's detections, and KQL of three collections.

DATA/queries/*.zip: splunk_security_content (https://github.com/splunk/security_content, Apache-2.0),
kql_azure_sentinel (https://github.com/Azure/Azure-Sentinel, MIT), kql_sentinel_reprise99
(https://github.com/reprise99/Sentinel-Queries, MIT), kql_hunting_bertjanp
(https://github.com/Bert-JanP/Hunting-Queries-Detection-Rules, BSD-3-Clause).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_BLOCK = re.compile(r"```(?:KQL|kql|Kusto|kusto)?[ \t]*\r?\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A query as its author wrote it."""

    dialect: str
    """spl or kql."""
    path: str
    """Archive, file and number of the block in it."""
    text: str


def spl(data: Path) -> Iterator[Text]:
    """The searches of Splunk's detections."""
    for name, content in _members(data, "splunk_security_content", (".yml", ".yaml")):
        found = _yaml(content)
        if isinstance(found.get("search"), str):
            yield Text(dialect="spl", path=name, text=found["search"])


def kql(data: Path) -> Iterator[Text]:
    """The queries of the three collections."""
    for name, content in _members(data, "kql_azure_sentinel", (".yml", ".yaml")):
        found = _yaml(content)
        if isinstance(found.get("query"), str):
            yield Text(dialect="kql", path=name, text=found["query"])
    for name, content in _members(data, "kql_sentinel_reprise99", (".kql",)):
        yield Text(dialect="kql", path=name, text=content)
    for name, content in _members(data, "kql_hunting_bertjanp", (".md",)):
        for number, block in enumerate(_BLOCK.findall(content)):
            yield Text(dialect="kql", path=f"{name}#{number}", text=block)


def _members(data: Path, archive: str, endings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(data / "queries" / f"{archive}.zip") as opened:
        for name in sorted(opened.namelist()):
            if name.endswith(endings):
                yield f"{archive}/{name}", opened.read(name).decode("utf-8-sig", "replace")


def _yaml(content: str) -> dict[str, Any]:
    try:
        found = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
