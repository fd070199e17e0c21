"""Threat reports in the HTML page: sections with their values broken by type."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from cybersecqwen.records import Evidence, Indicator, Report
from cybersecqwen.records.intel import Intelligence

from .defang import Defanger
from .diff_story import BANNER, diff_line, diff_sections
from .intel_finds import ELSEWHERE
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
        tiles=_tiles(intel),
        sections=sections(report, intel, options.detail),
        quotes=options.detail != "brief",
        defang=defang,
    )


def _tiles(intel: Intelligence) -> tuple[tuple[str, int], ...]:
    """Names of things with their number, one or many; none of what there is none of."""
    searched = sum(1 for one in intel.usable if one.role not in ELSEWHERE)
    apart = sum(1 for one in intel.indicators if one.note)
    named = len(intel.of_type("group", "software", "campaign"))
    counted = (
        ("usable indicator", "usable indicators", searched),
        ("set apart", "set apart", apart),
        ("technique", "techniques", len(intel.techniques)),
        ("group or software", "groups and software", named),
        ("vulnerability", "vulnerabilities", len(intel.of_type("vulnerability"))),
        ("relation", "relations", len(intel.relations)),
    )
    return tuple((one if count == 1 else many, count) for one, many, count in counted if count)


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
