"""What `csq audit` is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.errors import UsageError

FRAMEWORKS = ("800-53", "iso27001", "cis")
"""What the page may be ordered by."""
BASELINES = ("low", "moderate", "high")
"""Baselines of SP 800-53B."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditOptions:
    """`Request.parameters` of the task; raises UsageError for a name that is none."""

    framework: str = "800-53"
    baseline: str = "moderate"

    def __post_init__(self) -> None:
        for option, value, known in (
            ("--framework", self.framework, FRAMEWORKS),
            ("--baseline", self.baseline, BASELINES),
        ):
            if value not in known:
                raise UsageError(
                    f"{option} {value[:40]!r} is not known.", hint=f"Known are: {', '.join(known)}."
                )
