"""A review as SARIF 2.1.0, within the limits of GitHub's code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
(5,000 results shown of 25,000, 20 tags of a rule, 100 locations of a result).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from cybersecqwen import __version__
from cybersecqwen.records import Report, Severity
from cybersecqwen.records.review import CodeFinding, Fix, PackageFinding, Place, Status

from .interface import Renderer, RenderOptions
from .sarif_tests import SCHEMA, sound

MOST = 25_000
"""Results of a run."""
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFORMATIONAL: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFORMATIONAL: "0.5",
}
"""security-severity: over 9.0 is critical, 7.0 high, 4.0 medium, below low."""
_SUPPRESSED = {
    Status.SUPPRESSED: ("inSource", "accepted"),
    Status.BASELINE: ("external", "accepted"),
    Status.UNLIKELY: ("external", "underReview"),
}


class SarifRenderer(Renderer):
    """See `Renderer`."""

    name = "sarif"
    media_type = "application/sarif+json"
    extension = "sarif"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`; a report of another task is a run without results."""
        review = report.review
        findings = review.findings[:MOST] if review else ()
        packages = review.vulnerabilities[: MOST - len(findings)] if review else ()
        rules = list(_rules(findings, packages))
        index = {rule["id"]: number for number, rule in enumerate(rules)}
        results = [_result(one, index) for one in findings]
        results += [_package(one, index) for one in packages]
        notes = [
            {"level": "note", "message": {"text": f"{one.path}: {one.reason}" if one.path else one.reason}}
            for one in (review.skipped[:1_000] if review else ())
        ]
        driver = {
            "name": "csq review",
            "semanticVersion": __version__,
            "rules": rules,
        }
        run: dict[str, Any] = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
            "results": results,
        }
        if review is not None and review.epss:
            run["properties"] = {"epss": review.epss}
        document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
        return orjson.dumps(sound(document), option=orjson.OPT_INDENT_2).decode() + "\n"


def _rules(findings: Sequence[CodeFinding], packages: Sequence[PackageFinding]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for one in findings:
        if one.rule not in seen:
            seen.add(one.rule)
            yield _rule(one.rule, one.title, one.why, one.instead, one.severity, one.cwe, str(one.confidence))
    for other in packages:
        id = package_rule(other)
        if id not in seen:
            seen.add(id)
            yield _rule(id, other.title, other.why, other.instead, other.severity, other.cwe, "high")


def _rule(
    id: str, title: str, why: str, instead: str, severity: Severity, cwe: Sequence[str], precision: str
) -> dict[str, Any]:
    tags = ["security", *(f"external/cwe/cwe-{one.removeprefix('CWE-').zfill(3)}" for one in cwe)]
    return {
        "id": id,
        "shortDescription": {"text": title or id},
        "fullDescription": {"text": why or title or id},
        "help": {"text": f"{why}\n\n{instead}".strip() or id},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": tags[:20], "precision": precision, "security-severity": _SCORES[severity]},
    }


def package_rule(one: PackageFinding) -> str:
    """The id of the rule that a finding about a package is of: the advisory's."""
    return one.id or f"package-{one.kind}"


def _result(one: CodeFinding, index: dict[str, int]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": index[one.rule],
        "level": _LEVELS[one.severity],
        "message": {"text": f"{one.title}. {one.why}"},
        "locations": [_location(one.place)],
        "partialFingerprints": {"csqFinding/v1": one.fingerprint},
        **_status(one.status, one.reason),
    }
    if one.flow:
        steps = [
            {"location": {**_location(step.place), "message": {"text": step.what}}} for step in one.flow[:100]
        ]
        made["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if one.fix is not None and one.fix.edits:
        made["fixes"] = [_fix(one.fix)]
    return made


def _package(one: PackageFinding, index: dict[str, int]) -> dict[str, Any]:
    id = package_rule(one)
    name = f"{one.package.name} {one.package.version or one.package.wanted}".rstrip()
    said = [f"{name}: {one.title}.", one.why, one.instead]
    return {
        "ruleId": id,
        "ruleIndex": index[id],
        "level": _LEVELS[one.severity],
        "message": {"text": " ".join(part for part in said if part)},
        "locations": [_location(one.package.place)],
        "partialFingerprints": {"csqFinding/v1": one.fingerprint},
        **_status(one.status, one.reason),
        **_epss(one),
    }


def _epss(one: PackageFinding) -> dict[str, Any]:
    """How likely it is to be exploited, where scores were imported."""
    found = one.epss
    if found is None:
        return {}
    told = {"cve": found.cve, "score": found.score, "percentile": found.percentile, "date": found.date}
    return {"properties": {"epss": told}}


def _status(status: Status, reason: str) -> dict[str, Any]:
    if status is Status.OPEN:
        return {}
    kind, state = _SUPPRESSED[status]
    return {"suppressions": [{"kind": kind, "status": state, "justification": reason}]}


def _location(place: Place) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(1, place.line), "startColumn": max(1, place.column)}
    if place.end_line >= place.line and place.end_column:
        region |= {"endLine": max(1, place.end_line), "endColumn": max(1, place.end_column)}
    return {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(sound(path.removeprefix("./")))}


def _fix(fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        region = {"charOffset": edit.start, "charLength": edit.end - edit.start}
        changes.setdefault(edit.path, []).append(
            {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        )
    return {
        "description": {"text": fix.what},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }
