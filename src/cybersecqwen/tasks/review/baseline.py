"""The findings that are known: a file beside the code, so that only new ones count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import orjson

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.records.review import CodeFinding, PackageFinding, Review, Status
from cybersecqwen.writing import write_whole

Found = TypeVar("Found", CodeFinding, PackageFinding)
SCHEMA = "cybersecqwen/review-baseline/1"
_LARGEST = 64 << 20


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of a baseline. Raises InputError, LimitError."""
    try:
        if path.stat().st_size > _LARGEST:
            raise LimitError(f"The baseline {str(path)!r} is larger than {_LARGEST >> 20} MiB.")
        given = orjson.loads(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"The baseline {str(path)!r} cannot be read: {error.strerror or error}.",
            hint="`csq review --write-baseline FILE` makes one.",
        ) from error
    except orjson.JSONDecodeError as error:
        raise InputError(f"The baseline {str(path)!r} is no JSON: {error}.") from None
    if (
        not isinstance(given, dict)
        or given.get("schema") != SCHEMA
        or not isinstance(given.get("known"), dict)
    ):
        raise InputError(f"{str(path)!r} is no baseline of csq review.")
    return frozenset(given["known"])


def write_baseline(path: Path, review: Review) -> None:
    """Write all open and known findings as known ones, whole or not at all. Raises OutputError."""
    write_whole(path, _text(review.findings, review.vulnerabilities).encode())


def _text(findings: Iterable[CodeFinding], vulnerabilities: Iterable[PackageFinding]) -> str:
    """In an order that a comparison of two can follow."""
    known: dict[str, Mapping[str, Any]] = {}
    for one in findings:
        if one.status in (Status.OPEN, Status.BASELINE):
            known[one.fingerprint] = {"rule": one.rule, "path": one.place.path, "line": one.place.line}
    for other in vulnerabilities:
        if other.status in (Status.OPEN, Status.BASELINE):
            package = f"{other.package.ecosystem}/{other.package.name}"
            known[other.fingerprint] = {"id": other.id or other.kind, "package": package}
    made = {"schema": SCHEMA, "known": known}
    return orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def held_against(findings: Sequence[Found], known: frozenset[str]) -> list[Found]:
    """The findings, those that are known marked so."""
    return [
        replace(one, status=Status.BASELINE, reason="It stands in the baseline.")
        if one.status is Status.OPEN and one.fingerprint in known
        else one
        for one in findings
    ]
