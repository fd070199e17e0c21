"""What `csq logs` may be told beside its paths."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class LogOptions:
    """`Request.parameters` of the task."""

    rules: tuple[Path, ...] = ()
    """Rule sets beside the installed ones: folders, archives, files."""
    only: bool = False
    """Use only the sets of `rules`: neither the starter rules nor the installed ones."""
    anomalies: bool = True
    """Whether to look for what no rule describes."""
    baseline: Path | None = None
    """What is ordinary here, as `csq logs baseline learn` wrote it."""
    price: float | None = None
    """What a service asks for a million tokens, to say what the same lines would have cost there."""
    state: Path | None = None
    """Where a run that is stopped is kept, to go on with; None keeps nothing."""
    resume: bool = False
    """Go on with the run that `state` holds."""
