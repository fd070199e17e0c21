"""Records of `records.review` as JSON types and back, for what is kept between runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import Severity
from .intel_json import to_json
from .review import CodeFinding, Confidence, Edit, Fix, FlowStep, Place, Review, Status


def review_json(review: Review) -> dict[str, Any]:
    """A review as JSON types for readers: severities by their names."""
    made: dict[str, Any] = to_json(review)
    for shown, one in zip(made["findings"], review.findings, strict=True):
        shown["severity"] = one.severity.label
    for shown, other in zip(made["vulnerabilities"], review.vulnerabilities, strict=True):
        shown["severity"] = other.severity.label
    made["languages"] = dict(review.languages)
    return made


def finding_to(one: CodeFinding) -> dict[str, Any]:
    """A finding as JSON types."""
    made: dict[str, Any] = to_json(one)
    return made


def finding_from(given: Mapping[str, Any]) -> CodeFinding:
    """The finding that JSON types describe; KeyError, TypeError or ValueError where they describe none."""
    fix = given["fix"]
    return CodeFinding(
        rule=str(given["rule"]),
        title=str(given["title"]),
        cwe=tuple(map(str, given["cwe"])),
        severity=Severity(given["severity"]),
        confidence=Confidence(given["confidence"]),
        why=str(given["why"]),
        instead=str(given["instead"]),
        place=Place(**given["place"]),
        flow=tuple(FlowStep(place=Place(**one["place"]), what=str(one["what"])) for one in given["flow"]),
        fix=None if fix is None else Fix(**{**fix, "edits": tuple(Edit(**one) for one in fix["edits"])}),
        fingerprint=str(given["fingerprint"]),
        status=Status(given["status"]),
        reason=str(given["reason"]),
        proven=bool(given["proven"]),
        probability=None if given.get("probability") is None else float(given["probability"]),
    )
