"""Pages that are a list of sections in every format: those of queries, reviews, audits, playbooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cybersecqwen.records import Report

    from .interface import Detail


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a section."""

    body: str
    lead: str = ""
    """A few words before it: the name of a check, of a rule."""
    note: str = ""
    """Said after it, less loudly."""
    link: str = ""
    """Address of a page of documentation, of ours and so shown as it is."""
    good: bool | None = None
    """Whether it is good news, bad news, or neither."""
    code: bool = False
    """Whether the body is a value or a record rather than a sentence."""
    block: str = ""
    """Text under it that is to be copied as it stands."""
    box: bool = False
    """Whether it is something to tick off."""
    depth: int = 0
    """How far in it stands: 1 for what belongs to the line of depth 0 before it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One section."""

    heading: str
    level: str = ""
    """How bad what it is about is, the name of a severity; "" where that says nothing."""
    remark: str = ""
    code: str = ""
    """Text that is to be copied as it stands, before the lines."""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sections:
    """A whole page."""

    kind: str
    """What the page is: "query", "review", "audit", "playbook"."""
    banner: str
    """What came of it, in one or two words."""
    good: bool
    """Whether that is good news from end to end."""
    parts: tuple[Part, ...]
    basis: str
    """What the page stands on, one sentence."""


def sections_of(report: Report, detail: Detail) -> Sections | None:
    """The sections of a report that has a page of sections; None for others."""
    if report.query is not None:
        from .query_layout import query_sections

        return query_sections(report.query, detail)
    if report.review is not None:
        from .review_layout import review_sections

        return review_sections(report.review, detail)
    if report.audit is not None:
        from .audit_layout import audit_sections

        return audit_sections(report.audit, detail)
    if report.playbook is not None:
        from .playbook_layout import playbook_sections

        return playbook_sections(report, report.playbook, detail)
    return None
