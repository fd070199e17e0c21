"""What the tasks about queries take beside the question."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryOptions:
    """Options of `csq query` and its commands."""

    to: str = "sigma"
    """What to write: a name in `TARGETS`."""
    dialect: str = ""
    """What a given query is written in; "" where its text is to tell."""
    schema: str = ""
    """Whose fields; "" for those that go with the language."""
    from_schema: str = ""
    """Whose fields a query that is translated has; "" where its text is to tell."""
    rules: tuple[Path, ...] = ()
    """Rule sets to learn from beside the starter rules and the imported ones."""
    proof_events: int = 2_000
    """Events that the optimiser's proof is run on."""
    proof_seconds: float = 10.0
    """Processor time that the optimiser may take for changes and their proof, in seconds."""
    schemas: Path | None = None
    """Folder of imported schemas; None for none."""
