"""A review's packages and what is known against them, as a CycloneDX 1.6 bill of materials.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import orjson

from cybersecqwen import __version__
from cybersecqwen.inputs.packages.purl import write_purl
from cybersecqwen.records import Report, Severity
from cybersecqwen.records.review import Package, PackageFinding, Status

from .interface import Renderer, RenderOptions
from .sarif_tests import sound

_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
    Severity.INFORMATIONAL: "info",
}
_METHODS = {"CVSS:4.0": "CVSSv4", "CVSS:3.1": "CVSSv31", "CVSS:3.0": "CVSSv3"}
_SOURCES = (
    ("CVE-", "NVD", "https://nvd.nist.gov/vuln/detail/"),
    ("GHSA-", "GitHub", "https://github.com/advisories/"),
    ("GO-", "Go", "https://pkg.go.dev/vuln/"),
)
_EPSS = {"name": "FIRST EPSS", "url": "https://www.first.org/epss/"}
_OSV = ("OSV", "https://osv.dev/vulnerability/")


class CycloneDxRenderer(Renderer):
    """See `Renderer`."""

    name = "cyclonedx"
    media_type = "application/vnd.cyclonedx+json"
    extension = "cdx.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`; look-alikes and packages that ended have no place in the format."""
        packages = report.review.packages if report.review else ()
        found = report.review.vulnerabilities if report.review else ()
        told = [one for one in found if one.id and one.kind in ("vulnerable", "malicious")]
        document: dict[str, Any] = {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "tools": {"components": [{"type": "application", "name": "csq", "version": __version__}]},
            },
            "components": _components([*packages, *(one.package for one in told)]),
            "vulnerabilities": _vulnerabilities(told),
        }
        content = orjson.dumps(sound(document))
        # No clock and no chance: the same report has the same number.
        number = uuid.uuid5(uuid.NAMESPACE_URL, content.decode())
        document = {**document, "serialNumber": f"urn:uuid:{number}"}
        return orjson.dumps(sound(document), option=orjson.OPT_INDENT_2).decode() + "\n"


def _ref(package: Package) -> str:
    """What a component is referred to by: its package URL, or as much as there is."""
    return write_purl(package) or f"{package.ecosystem}/{package.name}@{package.version}"


def _components(packages: Iterable[Package]) -> list[dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for package in packages:
        ref = _ref(package)
        component = made.get(ref)
        if component is None:
            component = made[ref] = _component(package, ref)
        elif not package.dev:
            component["scope"] = "required"
        place = {"location": package.place.path or "-"} | (
            {"line": package.place.line} if package.place.line else {}
        )
        occurrences = component["evidence"]["occurrences"]
        if place not in occurrences[-50:]:
            occurrences.append(place)
    return list(made.values())


def _component(package: Package, ref: str) -> dict[str, Any]:
    group, name = _named(package)
    component: dict[str, Any] = {"type": "library", "bom-ref": ref, "name": name}
    if group:
        component["group"] = group
    if package.version:
        component["version"] = package.version
    component["scope"] = "optional" if package.dev else "required"
    url = write_purl(package)
    if url:
        component["purl"] = url
    component["evidence"] = {"occurrences": []}
    if package.wanted:
        component["properties"] = [{"name": "csq:wanted", "value": package.wanted}]
    return component


def _named(package: Package) -> tuple[str, str]:
    """(group, name): npm's scope and Maven's group are groups."""
    sign = {"Maven": ":", "npm": "/" if package.name.startswith("@") else "", "Packagist": "/"}.get(
        package.ecosystem, ""
    )
    if not sign:
        return "", package.name
    group, found, name = package.name.partition(sign)
    return (group, name) if found and name else ("", package.name)


def _vulnerabilities(found: Iterable[PackageFinding]) -> list[dict[str, Any]]:
    made: dict[tuple[str, Status, str], tuple[dict[str, Any], dict[str, None]]] = {}
    for finding in found:
        key = (finding.id, finding.status, finding.reason)
        if key not in made:
            made[key] = (_vulnerability(finding), {})
        made[key][1][_ref(finding.package)] = None
    return [{**entry, "affects": [{"ref": ref} for ref in refs]} for entry, refs in made.values()]


def _vulnerability(finding: PackageFinding) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": finding.id, "source": _source(finding.id)}
    if finding.aliases:
        entry["references"] = [{"id": alias, "source": _source(alias)} for alias in finding.aliases]
    rating: dict[str, Any] = {"severity": _SEVERITIES[finding.severity]}
    if finding.score is not None:
        rating["score"] = finding.score
    if finding.vector:
        rating |= {"method": _METHODS.get(finding.vector[:8], "CVSSv2"), "vector": finding.vector}
    entry["ratings"] = [rating]
    if finding.epss is not None:
        # The format has no place for probabilities: they stand as a rating by another method.
        entry["ratings"].append({"source": _EPSS, "score": finding.epss.score, "method": "other"})
    weaknesses = [int(name[4:]) for name in finding.cwe if name[4:].isascii() and name[4:].isdecimal()]
    if weaknesses:
        entry["cwes"] = weaknesses
    entry |= {"description": finding.title, "recommendation": finding.instead, "affects": []}
    analysis = _analysis(finding)
    if analysis:
        entry["analysis"] = analysis
    if finding.epss is not None:
        told = {"cve": finding.epss.cve, "date": finding.epss.date, "percentile": finding.epss.percentile}
        entry["properties"] = [
            {"name": f"csq:epss:{key}", "value": str(value)} for key, value in told.items()
        ]
    return entry


def _analysis(finding: PackageFinding) -> dict[str, Any]:
    if finding.status is Status.SUPPRESSED:
        return {"state": "not_affected", "detail": finding.reason}
    if finding.status is Status.UNLIKELY:
        return {"state": "in_triage", "detail": finding.reason}
    return {"state": "exploitable", "detail": finding.why} if finding.exploited else {}


def _source(id: str) -> dict[str, str]:
    for beginning, name, site in _SOURCES:
        if id.startswith(beginning):
            return {"name": name, "url": site + id}
    return {"name": _OSV[0], "url": _OSV[1] + id}
