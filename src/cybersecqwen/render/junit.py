"""A review as JUnit XML: a case for each file with findings, failed, and one that counts the clean ones.

What readers agree on, and nothing else: https://github.com/jenkinsci/xunit-plugin, junit-10.xsd.
"""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree

from cybersecqwen.records import Report
from cybersecqwen.records.review import Status

from .interface import Renderer, RenderOptions
from .review_layout import where
from .rule_tests_junit import xml_text


class JunitRenderer(Renderer):
    """See `Renderer`."""

    name = "junit"
    media_type = "application/xml"
    extension = "junit.xml"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        failed: dict[str, list[str]] = defaultdict(list)
        review = report.review
        for one in review.findings if review else ():
            if one.status is Status.OPEN:
                said = f"{where(one.place)}: {one.severity.label}: {one.title} ({one.rule}). {one.why}"
                failed[one.place.path].append(said)
        for other in review.vulnerabilities if review else ():
            if other.status is Status.OPEN:
                place, name = other.package.place, f"{other.package.name} {other.package.version}"
                said = f"{where(place)}: {other.severity.label}: {name}: {other.id} {other.title}"
                failed[place.path].append(said)
        clean = max(0, (review.files if review else 0) - len(failed))
        counts = {"tests": str(len(failed) + 1), "failures": str(len(failed)), "errors": "0", "skipped": "0"}
        root = ElementTree.Element("testsuites", {"name": "csq review"})
        suite = ElementTree.SubElement(root, "testsuite", {"name": "csq review", **counts})
        for path, lines in failed.items():
            case = ElementTree.SubElement(
                suite, "testcase", {"name": xml_text(path), "classname": "csq.review"}
            )
            message = f"{len(lines)} findings" if len(lines) > 1 else lines[0]
            failure = ElementTree.SubElement(
                case, "failure", {"message": xml_text(message), "type": "finding"}
            )
            failure.text = xml_text("\n".join(lines))
        ElementTree.SubElement(
            suite, "testcase", {"name": f"{clean} files without findings", "classname": "csq.review"}
        )
        ElementTree.indent(root)
        text = ElementTree.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
