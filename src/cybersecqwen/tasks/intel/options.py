"""What `csq intel` may be told beside its paths."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class IntelOptions:
    """`Request.parameters` of the task."""

    domain: str = ""
    """Matrix of ATT&CK: enterprise, mobile or ics; "" to tell by the words of each report."""
