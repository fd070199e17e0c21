"""Reads documents of OSV: what is kept of a record, bounded, whoever wrote it.

Schema: https://ossf.github.io/osv-schema/ (1.7). Unknown fields are left out; a record that lacks what the
look-up stands on, or is larger than any real one, is refused with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cybersecqwen.errors import KnowledgeError

from .interface import FIXED, INTRODUCED, LAST_AFFECTED, LIMIT, Extent, Range, ecosystem_key, name_key

_EVENTS = (INTRODUCED, FIXED, LAST_AFFECTED, LIMIT)
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.]*-[A-Za-z0-9_.:-]{1,150}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?", re.ASCII)
_WEAKNESS = re.compile(r"CWE-\d{1,5}", re.ASCII)
_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n\s*\n")
_PACKAGES = 20_000  # one record about the whole of an ecosystem's plugins has about 1,000
_RANGES = 2_000
_STEPS = 20_000  # events of one package; 30 is the most of PyPA's and Go's
_VERSIONS = 50_000  # named one by one; 3,700 is the most seen
_LONGEST = 257  # of a version: one more than is ever compared, so that what was cut cannot be read
_TITLE = 240


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One record, as it is kept."""

    id: str
    aliases: tuple[str, ...]
    title: str
    rated: str
    scores: tuple[tuple[str, str], ...]
    cwe: tuple[str, ...]
    informational: str
    published: str
    modified: str
    """Moment, ISO 8601 in UTC; "" where it is not told."""
    withdrawn: bool
    packages: tuple[tuple[str, str, Extent], ...]
    """(ecosystem, name, versions), each pair once."""


def is_record(document: object) -> bool:
    """Whether a document is one record of OSV."""
    return isinstance(document, Mapping) and isinstance(document.get("id"), str) and "modified" in document


def read(document: Mapping[str, Any]) -> Entry:
    """What is kept of a record; raises KnowledgeError where it cannot be used."""
    id = _text(document.get("id"))
    if not _ID.fullmatch(id):
        raise KnowledgeError(f"{id[:60]!r} is no id of an advisory.")
    own = _dictionary(document.get("database_specific"))
    affected = [_dictionary(found) for found in _list(document.get("affected"), _PACKAGES, id)]
    packages = _packages(id, affected)
    specific = [_dictionary(found.get("database_specific")) for found in affected]
    scores = [*_list(document.get("severity"), 50, id)]
    scores += [score for found in affected[:50] for score in _list(found.get("severity"), 50, id)]
    weaknesses = [text for place in (own, *specific) for text in _weaknesses(place)]
    return Entry(
        id=id,
        aliases=tuple(dict.fromkeys(a for a in _texts(document.get("aliases"), id) if _ID.fullmatch(a))),
        title=_title(document),
        rated=next((word for place in (own, *specific) if (word := _word(place.get("severity")))), ""),
        scores=tuple(dict.fromkeys(_scores(scores))),
        cwe=tuple(dict.fromkeys(weaknesses))[:20],
        informational=_informational(specific),
        published=_day(document.get("published")),
        modified=_moment(document.get("modified")),
        withdrawn=bool(document.get("withdrawn")),
        packages=packages,
    )


def _packages(id: str, affected: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str, Extent], ...]:
    found: dict[tuple[str, str], list[Extent]] = {}
    for entry in affected:
        package = _dictionary(entry.get("package"))
        ecosystem = ecosystem_key(_text(package.get("ecosystem")))
        name = name_key(ecosystem, _text(package.get("name")).strip())
        if ecosystem and name and len(ecosystem) <= 64 and len(name) <= 512:
            found.setdefault((ecosystem, name), []).append(_extent(id, entry))
    return tuple((*key, joined(id, extents)) for key, extents in found.items())


def joined(id: str, extents: Iterable[Extent]) -> Extent:
    """One extent out of several of one record."""
    found = tuple(extents)
    parts = [extent.parts for extent in found]
    return Extent(
        record=id,
        ranges=tuple(dict.fromkeys(span for extent in found for span in extent.ranges)),
        versions=tuple(dict.fromkeys(version for extent in found for version in extent.versions)),
        parts=tuple(dict.fromkeys(part for some in parts for part in some)) if all(parts) else (),
    )


def _extent(id: str, entry: Mapping[str, Any]) -> Extent:
    versions = _list(entry.get("versions"), _VERSIONS, id)
    ranges = [_dictionary(found) for found in _list(entry.get("ranges"), _RANGES, id)]
    return Extent(
        record=id,
        ranges=tuple(
            Range(kind=_text(found.get("type")).upper()[:16], events=tuple(_events(found, id)))
            for found in ranges
        ),
        versions=tuple(text for version in versions if (text := _version(version))),
        parts=_parts(entry, id),
    )


def _parts(entry: Mapping[str, Any], id: str) -> tuple[str, ...]:
    """Go's database names the packages of a module: https://go.dev/security/vuln/database#schema."""
    imports = _list(_dictionary(entry.get("ecosystem_specific")).get("imports"), 2_000, id)
    paths = [_text(_dictionary(found).get("path")) for found in imports]
    return tuple(dict.fromkeys(path for path in paths if 0 < len(path) <= 512))


def _events(found: Mapping[str, Any], id: str) -> Iterator[tuple[str, str]]:
    for event in _list(found.get("events"), _STEPS, id):
        for kind in _EVENTS:
            if isinstance(event, Mapping) and kind in event:
                yield kind, _version(event[kind])


def _version(value: object) -> str:
    # YAML and careless JSON have numbers here; "1.10" that became 1.1 cannot be told and is not made up.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    return text.strip()[:_LONGEST]


def _scores(found: Iterable[object]) -> Iterator[tuple[str, str]]:
    for score in found:
        if isinstance(score, Mapping):
            kind, vector = _text(score.get("type")), _text(score.get("score")).strip()
            if kind in ("CVSS_V2", "CVSS_V3", "CVSS_V4") and 0 < len(vector) <= 300:
                yield kind, vector


def _weaknesses(place: Mapping[str, Any]) -> list[str]:
    found = [place.get("cwe_ids"), place.get("cwes")]  # GitHub's; those of Cargo's and others
    names = []
    for group in found:
        for item in group[:50] if isinstance(group, list) else ():
            text = item.get("cweId") if isinstance(item, Mapping) else item
            if isinstance(text, str) and _WEAKNESS.fullmatch(text):
                names.append(text)
    return names


def _informational(specific: list[Mapping[str, Any]]) -> str:
    """What RustSec says of all of its packages: https://github.com/RustSec/advisory-db#advisory-format."""
    told = {_text(place.get("informational"))[:40] for place in specific}
    return told.pop() if len(told) == 1 else ""


def _word(value: object) -> str:
    word = _text(value).strip().upper()
    return word if word in ("LOW", "MODERATE", "MEDIUM", "HIGH", "CRITICAL") else ""


def _title(document: Mapping[str, Any]) -> str:
    """The summary, else the first sentence of the details, on one line."""
    summary = " ".join(_text(document.get("summary"))[:2_000].split())
    if not summary:
        details = _text(document.get("details"))[:4_000].strip()
        end = next((m.start() for m in _SENTENCE.finditer(details) if m.start() > 20), len(details))
        summary = " ".join(details[:end].split())
    summary = "".join(char for char in summary if char.isprintable())
    return summary if len(summary) <= _TITLE else summary[: _TITLE - 1].rstrip() + "…"


def _day(value: object) -> str:
    found = _DAY.match(_text(value))
    return found[0] if found and found[0] >= "1980" else ""


def _moment(value: object) -> str:
    found = _MOMENT.match(_text(value))
    # Go's database does not keep moments, and says the year 1.
    return found[0].upper().replace(" ", "T") if found and found[0] >= "1980" else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object, id: str) -> list[str]:
    return [text for text in _list(value, 1_000, id) if isinstance(text, str)]


def _list(value: object, most: int, id: str) -> list[Any]:
    found = value if isinstance(value, list) else []
    if len(found) > most:
        raise KnowledgeError(f"{id} has a list of {len(found):,}; at most {most:,} are read.")
    return found


def _dictionary(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
