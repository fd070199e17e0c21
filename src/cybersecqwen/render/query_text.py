"""The query alone, to be piped or pasted; what stands behind it is in the other formats."""

from __future__ import annotations

from cybersecqwen.records import Report

from .interface import Renderer, RenderOptions


class QueryRenderer(Renderer):
    """See `Renderer`. Of a report without a query: an empty line."""

    name = "query"
    media_type = "text/plain"
    extension = "query"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        del options
        text = report.query.text if report.query else ""
        # A lone surrogate, which no query needs, cannot be written.
        return text.rstrip("\n").encode("utf-8", "replace").decode() + "\n"
