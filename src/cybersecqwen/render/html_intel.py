"""Threat reports in the HTML page: sections with their values broken by type."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from cybersecqwen.records import Evidence, Indicator, Report
from cybersecqwen.records.intel import Intelligence

from .defang import Defanger
from .diff_story import BANNER, diff_line, diff_sections
from .intel_layout import Row, Section
from .intel_story import banner, read_line, sections
from .interface import RenderOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class IntelPage:
    """What the template shows."""

    banner: str
    mark: str
    """Class of the marking: none, clear, green, amber, red."""
    read: str
    tiles: tuple[tuple[str, int], ...]
    """Names of things and how many there are."""
    sections: tuple[Section, ...]
    quotes: bool
    defang: Defanger

    def value(self, row: Row) -> Markup | str:
        """The body of a row; an indicator is broken by its type, and escaped here."""
        if not row.type:
            return row.body
        evidence = Evidence(event="", field="", value="")
        made = Indicator(type=row.type, value=row.body, raw=row.body, evidence=evidence)
        return Markup.escape(self.defang.indicator(made))


def intel_page(report: Report, intel: Intelligence, defang: Defanger, options: RenderOptions) -> IntelPage:
    """The view of a report with `intel`."""
    mark = intel.marking.value.removeprefix("TLP:").partition("+")[0].lower() or "none"
    return IntelPage(
        banner=banner(intel),
        mark=mark,
        read=read_line(report, intel),
        tiles=(
            ("usable indicators", len(intel.usable)),
            ("set apart", len(intel.indicators) - len(intel.usable)),
            ("techniques", len(intel.techniques)),
            ("groups and software", len(intel.of_type("group", "software", "campaign"))),
            ("vulnerabilities", len(intel.of_type("vulnerability"))),
            ("relations", len(intel.relations)),
        ),
        sections=sections(report, intel, options.detail),
        quotes=options.detail != "brief",
        defang=defang,
    )


def diff_page(report: Report, defang: Defanger, options: RenderOptions) -> IntelPage:
    """The view of the comparison of two reports."""
    return IntelPage(
        banner=BANNER,
        mark="none",
        read=diff_line(report),
        tiles=tuple((name, count) for name, count in report.counts.items()),
        sections=diff_sections(report, options.detail),
        quotes=False,
        defang=defang,
    )
