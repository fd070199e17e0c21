"""Description of a vulnerability → CWE, and → CVSS v3.1 base vector: skills "cwe" and "cvss".

Most labels are those of the National Vulnerability Database. It labelled few of 2021 to 2022 and of 2024 in
what can be had, so those of the numbering authorities fill up from 2023 on: two labellers agree on the
weakness in about 83 of 100 cases. NVD's categories that are no
weakness ("NVD-CWE-noinfo", "NVD-CWE-Other") are left out.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from cybersecqwen.errors import InputError
from cybersecqwen.tuning.records import Record

from .interface import Sources

FIRST_YEAR = 2019
"""Weaknesses were given in other ways before: most of what is labelled now has these."""
OTHERS_FROM = 2023
"""First year of labels that are not NVD's."""
_OWN = 0.65
"""Share of NVD's labels, as far as there are so many."""
PLAIN = "Which weakness (CWE) is behind this vulnerability? Answer with the identifier alone, as CWE-79.\n\n"
SEVERITY = (
    "Give the CVSS v3.1 base vector of this vulnerability, and nothing else. It is written like"
    " CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H.\n\n"
)
LICENCE = "NVD public domain; CVE terms of use"
PAIRS_LICENCE = "NVD public domain; CVE terms of use; Apache-2.0"
"""Of pairs: descriptions and labels are the same, who put them together says so."""
_BEFORE = "CVE Description: "
"""What stands before a description in a prompt of a pair."""
_LONGEST = 900
_LEAST = 40
_CWE = re.compile(r"CWE-(\d{1,5})")
_VECTOR = re.compile(r"CVSS:3\.[01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[NLH]/I:[NLH]/A:[NLH]")
_MOST_ROWS = 1_000_000
_LINE = 1 << 20


def weaknesses(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """Records of skill "cwe"; see `Corpus`. Raises InputError where a file cannot be read."""
    ask = worded(sources)
    pairs = _pairs(sources.wording) if sources.wording is not None else ()
    for row in _drawn(sources, chance, count, labelled, "cwe_src", pairs):
        yield Record(
            skill="cwe",
            question=ask(_text(row)),
            answer=labelled(row),
            source=f"nvd:{row['id']}" if row["id"] else f"pairs:{row['line']}",
            licence=LICENCE if row["id"] else PAIRS_LICENCE,
        )


def severities(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """Records of skill "cvss"; see `Corpus`. Raises InputError where a file cannot be read."""
    for row in _drawn(sources, chance, count, _vector, "cvss3_src"):
        yield Record(
            skill="cvss",
            question=f"{SEVERITY}{_text(row)}",
            answer=_vector(row),
            source=f"nvd:{row['id']}",
            licence=LICENCE,
        )


def _drawn(
    sources: Sources,
    chance: Random,
    count: int,
    label: Callable[[dict[str, Any]], str],
    labeller: str,
    more: Iterable[dict[str, Any]] = (),
) -> list[dict[str, Any]]:
    """So many rows with a label, each description once; `labeller` is the column that says whose it is."""
    own: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    seen: set[str] = set()
    asked: list[dict[str, Any]] = []
    for row in more:
        if _start(row) not in seen:
            seen.add(_start(row))
            asked.append(row)
    for path in sources.vulnerabilities:
        for row in _rows(path):
            if label(row) and _start(row) not in seen:
                seen.add(_start(row))
                (own if row.get(labeller) == "nvd" else others).append(row)
    for some in (asked, own, others):
        chance.shuffle(some)
    own = [*asked, *own]  # what was labelled for this very question goes first
    first = own[: max(round(count * _OWN), count - len(others))]
    return [*first, *others[: count - len(first)]]


def _start(row: dict[str, Any]) -> str:
    """How descriptions begin, which are the same where that is."""
    return " ".join(_text(row).lower().split())[:200]


def _pairs(path: Path) -> Iterator[dict[str, Any]]:
    """Pairs of a prompt and an answer whose last line is the weakness, as rows; labels are NVD's."""
    for number, line in enumerate(_bounded_lines(path), 1):
        try:
            pair = json.loads(line)
            text = str(pair["prompt"]).partition(_BEFORE)[2].strip()
            weakness = str(pair["response"]).rstrip().rpartition("\n")[2].strip()
        except (ValueError, KeyError, TypeError, RecursionError):
            continue  # the wording alone is taken of a file without answers
        if _CWE.fullmatch(weakness) and _LEAST <= len(text) <= _LONGEST:
            yield {"id": "", "desc": text, "cwe": [weakness], "cwe_src": "nvd", "line": number}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_bounded_lines(path), 1):
        row = _row(line)
        if row is None:
            raise InputError(f"Line {number} of {path} is no vulnerability with id and desc.")
        year = row["id"][4:8]
        if year.isdecimal() and int(year) >= FIRST_YEAR and _LEAST <= len(row["desc"]) <= _LONGEST:
            yield row


def _bounded_lines(path: Path) -> Iterator[bytes]:
    """Lines of a file, which may be packed; raises InputError where it cannot be read."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            for _ in range(_MOST_ROWS):
                line = stream.readline(_LINE)
                if not line:
                    return
                yield line
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"The vulnerabilities {path} cannot be read: {said}.") from error


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("id", "desc")):
        return None
    return row


def _text(row: dict[str, Any]) -> str:
    return " ".join(str(row["desc"]).split())


def labelled(row: dict[str, Any]) -> str:
    """The weakness of a row, or "" where nobody whose label is taken says one."""
    given = row.get("cwe")
    if not isinstance(given, list) or len(given) != 1 or not _taken(row, row.get("cwe_src")):
        return ""
    found = _CWE.fullmatch(str(given[0]))
    return f"CWE-{int(found[1])}" if found else ""


def _vector(row: dict[str, Any]) -> str:
    given = row.get("cvss3")
    if not isinstance(given, str) or not _VECTOR.fullmatch(given) or not _taken(row, row.get("cvss3_src")):
        return ""
    return "CVSS:3.1" + given[8:]


def _taken(row: dict[str, Any], labeller: object) -> bool:
    return labeller == "nvd" or (labeller == "cna" and int(row["id"][4:8]) >= OTHERS_FROM)


def described(sources: Sources, since: int) -> list[dict[str, Any]]:
    """Rows of CVEs of a year and later, each description once; raises InputError."""
    found: dict[str, dict[str, Any]] = {}
    for path in sources.vulnerabilities:
        for row in _rows(path):
            found.setdefault(_start(row), row)
    return [row for row in found.values() if int(row["id"][4:8]) >= since]


def worded(sources: Sources) -> Callable[[str], str]:
    """A description → how its weakness is asked for; raises InputError."""
    head, tail = _wording(sources.wording)
    return lambda text: f"{head}{text}{tail}"


def _wording(path: Path | None) -> tuple[str, str]:
    """(What stands before a description, what stands behind it): ours, or as a corpus of pairs asks."""
    if path is None:
        return PLAIN, ""
    try:
        prompt = json.loads(next(_bounded_lines(path), b""))["prompt"]
        head, found, _ = str(prompt).partition(_BEFORE)
    except (InputError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"The wording {path} has no line of JSON with a prompt.") from error
    if not found:
        raise InputError(f"The prompt in {path} does not say where the description begins.")
    return head + found, " "
