"""What the comparison of two threat reports tells people, in the sections of `intel_layout`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Report

from .detail import EVERYTHING, first
from .intel_layout import Group, Row, Section
from .interface import Detail
from .json_types import as_mapping, as_mappings, as_text

MOST = 100_000
"""Changes that are read."""
BANNER = "COMPARISON"
"""Stands where other reports have their marking or verdict."""
_SHOWN: dict[Detail, int] = {"brief": 5, "normal": 40, "full": EVERYTHING}
_HEADINGS = {"new": "New", "gone": "Gone", "changed": "Judged differently"}


def is_diff(report: Report) -> bool:
    """Whether a report compares two others."""
    return report.task == "intel-diff"


def diff_sections(report: Report, detail: Detail) -> tuple[Section, ...]:
    """What is new, gone and changed, by kind; nothing in the report is taken for granted."""
    changes = as_mappings(as_mapping(report.extra.get("diff")).get("changes"), MOST)
    made = []
    for how, heading in _HEADINGS.items():
        of_kind: dict[str, list[Row]] = {}
        for one in changes:
            if as_text(one.get("how")) == how:
                of_kind.setdefault(as_text(one.get("kind")) or "other", []).append(_row(one))
        groups = []
        for kind, rows in of_kind.items():
            shown, more = first(rows, _SHOWN[detail])
            groups.append(Group(heading=f"{kind} ({len(rows):,})", rows=tuple(shown), more=more))
        if groups:
            made.append(
                Section(id=how, heading=heading, columns=("What", "Name", "Judged"), groups=tuple(groups))
            )
    return tuple(made)


def diff_line(report: Report) -> str:
    """The two that were compared."""
    return " → ".join(report.sources[:2])


def _row(one: Mapping[str, Any]) -> Row:
    was, now, id = as_text(one.get("was")), as_text(one.get("now")), as_text(one.get("id"))
    value, kind = as_text(one.get("value")), as_text(one.get("kind"))
    return Row(
        lead=(id or as_text(one.get("type")) or kind,),
        body=value,
        note=f"was {was}, is {now}" if was else now,
        type=as_text(one.get("type")) if kind == "indicator" else "",
    )
