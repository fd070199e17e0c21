"""What only the playbook task takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaybookOptions:
    """See `csq playbook --help`."""

    environment: Path | None = None
    """File that describes the organisation."""
    only: str = ""
    """Id of the incident, finding or rule of the report that is answered."""
    platforms: tuple[str, ...] = ()
    """Where it happened, instead of what the facts say."""
    language: str = ""
    """Of searches, as `csq query --to` takes it; "" for what the environment says."""
    actions: tuple[Path, ...] = ()
    """Files or folders with actions of the user."""
    reword: bool = False
    """Whether a model shall say the messages in other words and propose criteria, too."""
    schemas: Path | None = None
    """Where imported schemas are kept."""
