"""A review as a GitLab report of code quality, which merge requests show in any edition.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import Any

import orjson

from cybersecqwen.records import Report, Severity
from cybersecqwen.records.review import Status

from .interface import Renderer, RenderOptions
from .sarif import package_rule
from .sarif_tests import sound

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFORMATIONAL: "info",
}


class GitlabRenderer(Renderer):
    """See `Renderer`."""

    name = "gitlab"
    media_type = "application/json"
    extension = "codequality.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`; what is not open is left out, since the format cannot say so."""
        made: list[dict[str, Any]] = []
        review = report.review
        for one in review.findings if review else ():
            if one.status is Status.OPEN:
                place = one.place
                name, said = one.rule, f"{one.title}. {one.why}"
                made.append(_entry(name, said, one.fingerprint, one.severity, place.path, place.line))
        for other in review.vulnerabilities if review else ():
            if other.status is Status.OPEN:
                place = other.package.place
                said = f"{other.package.name} {other.package.version}: {other.title}. {other.instead}".strip()
                name = package_rule(other)
                made.append(_entry(name, said, other.fingerprint, other.severity, place.path, place.line))
        return orjson.dumps(sound(made), option=orjson.OPT_INDENT_2).decode() + "\n"


def _entry(rule: str, said: str, mark: str, severity: Severity, path: str, line: int) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": rule,
        "description": said,
        "categories": ["Security"],
        "fingerprint": mark,
        "severity": _SEVERITIES[severity],
        "location": {"path": path.removeprefix("./"), "lines": {"begin": max(1, line)}},
    }
