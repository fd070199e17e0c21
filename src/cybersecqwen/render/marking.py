"""TLP on the way out: what is marked more strictly than allowed leaves the program in no file."""

from __future__ import annotations

from cybersecqwen.errors import OutputError
from cybersecqwen.records import Report
from cybersecqwen.records.intel import Tlp

DEFAULT_ALLOWED = Tlp.AMBER_STRICT
"""What may be exported unless the user says more: all but RED."""


def check_export(report: Report, format: str, allowed: Tlp = DEFAULT_ALLOWED, *, saved: bool = False) -> None:
    """Refuse an export that the marking of a report forbids.

    TLP:RED is for the eyes of named recipients (https://www.first.org/tlp/). Reading it in a terminal is no
    export; every other format is made to be passed on, and so is every file.

    Args:
        report: Any report; those with `intel` are marked, and so is what is made of such reports.
        format: Name of the output format.
        allowed: The strictest marking that the user lets out.
        saved: Whether the result goes to a file.

    Raises:
        OutputError: The marking is stricter than `allowed`.
    """
    carried = report.playbook.marking if report.playbook else report.extra.get("marking")
    marking = report.intel.marking if report.intel else _carried(carried)
    if marking.rank <= allowed.rank or (format == "terminal" and not saved):
        return
    level = marking.value.removeprefix("TLP:").lower()
    raise OutputError(
        f"The report is marked {marking.value}, so it is not exported as {format}.",
        hint=f"`--allow-tlp {level}` exports it all the same; without it, read it in the terminal.",
    )


def _carried(value: object) -> Tlp:
    """The marking of what was compared or looked for."""
    return next((one for one in Tlp if one.value == value), Tlp.NONE)
