"""What a review says of known vulnerabilities, as an OpenVEX document: see `detect.packages.vex`."""

from __future__ import annotations

import re

from cybersecqwen import __version__
from cybersecqwen.detect.packages.vex import write
from cybersecqwen.records import Report

from .interface import Renderer, RenderOptions


class OpenVexRenderer(Renderer):
    """See `Renderer`."""

    name = "openvex"
    media_type = "application/json"
    extension = "openvex.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`.

        A document must have a time, and a report has none: it is that of the newest advisory, which is as far
        as its statements know.
        """
        found = report.review.vulnerabilities if report.review else ()
        day = re.match(r"\d{4}-\d\d-\d\d", report.review.advisories if report.review else "")
        return write(found, author=f"csq {__version__}", time=f"{day[0] if day else '1970-01-01'}T00:00:00Z")
