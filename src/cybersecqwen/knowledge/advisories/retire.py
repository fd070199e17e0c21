"""Reads the repository of retire.js, which is no OSV, into the same records.

From: https://github.com/RetireJS/retire.js/tree/master/repository (jsrepository*.json, npmrepository.json).
Libraries that npm does not have are left out: packages are looked up by their names there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cybersecqwen.errors import KnowledgeError

from .interface import FIXED, INTRODUCED, Extent
from .osv import Entry, joined, read


def is_repository(document: object) -> bool:
    """Whether a document is a repository of retire.js."""
    if not isinstance(document, Mapping) or not document or "id" in document:
        return False
    return all(isinstance(found, Mapping) for found in document.values()) and any(
        isinstance(found.get("vulnerabilities"), list) for found in document.values()
    )


def records(document: Mapping[str, Any]) -> Iterator[Entry | KnowledgeError]:
    """A record for every problem, or the reason why it cannot be used."""
    # Where no library says how it looks in a page, the names are those of npm.
    all_of_npm = not any("extractors" in entry for entry in document.values())
    found: dict[str, list[Entry]] = {}
    for library, entry in document.items():
        name = entry.get("npmname") or (library if all_of_npm else "")
        if not isinstance(name, str) or not name or library == "retire-example":
            continue
        for problem in _list(entry.get("vulnerabilities"))[:10_000]:
            try:
                record = _record(name, problem)
            except KnowledgeError as error:
                yield error
            else:
                found.setdefault(record.id, []).append(record)
    for id, same in found.items():
        yield _united(id, same)


def _united(id: str, same: list[Entry]) -> Entry:
    """One problem stands once for each line of versions that it is in."""
    first = same[0]
    extents: dict[tuple[str, str], list[Extent]] = {}
    for record in same:
        for ecosystem, name, extent in record.packages:
            extents.setdefault((ecosystem, name), []).append(extent)
    return Entry(
        id=id,
        aliases=tuple(dict.fromkeys(alias for record in same for alias in record.aliases)),
        title=first.title,
        rated=first.rated,
        scores=(),
        cwe=tuple(dict.fromkeys(weakness for record in same for weakness in record.cwe)),
        informational="",
        published="",
        modified="",
        withdrawn=False,
        packages=tuple((*key, joined(id, found)) for key, found in extents.items()),
    )


def _record(name: str, problem: object) -> Entry:
    if not isinstance(problem, Mapping):
        raise KnowledgeError(f"A problem of {name[:60]!r} is no table.")
    spans = _list(problem.get("ranges")) or [problem]
    if any(isinstance(span, Mapping) and "excludes" in span for span in spans):
        raise KnowledgeError(f"A problem of {name[:60]!r} leaves out versions, which OSV cannot say.")
    names = problem.get("identifiers")
    names = names if isinstance(names, Mapping) else {}
    cves = [cve for cve in _list(names.get("CVE")) if isinstance(cve, str)]
    id = names.get("githubID") or next(iter(cves), "")
    summary = names.get("summary") or problem.get("summary")
    if not isinstance(id, str) or not id:
        # Its editions differ in their links, but not in the number that it gives.
        text = "\0".join([name, str(names.get("retid") or summary or _list(problem.get("info"))[:1])])
        id = f"RETIREJS-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return read(
        {
            "id": id,
            "aliases": [cve for cve in cves if cve != id],
            "summary": summary if isinstance(summary, str) else f"Known vulnerability of {name}",
            "database_specific": {"severity": problem.get("severity"), "cwe_ids": _list(problem.get("cwe"))},
            "affected": [
                {
                    "package": {"ecosystem": "npm", "name": name},
                    "ranges": [{"type": "SEMVER", "events": list(_events(span))} for span in spans],
                }
            ],
        }
    )


def _events(span: object) -> Iterator[dict[str, str]]:
    bounds = span if isinstance(span, Mapping) else {}
    yield {INTRODUCED: _version(bounds.get("atOrAbove")) or "0"}
    if bounds.get("below"):
        yield {FIXED: _version(bounds["below"])}


def _version(value: object) -> str:
    """As npm writes it: 1.9.0b1 is 1.9.0-b1."""
    return re.sub(r"^(\d+\.\d+(?:\.\d+)?)(?=[A-Za-z])", r"\1-", str(value or "")[:300])


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
