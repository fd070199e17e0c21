"""What the readers of SBOMs share: components with package URLs, and who needs whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .collect import Collector, Lines
from .names import exact, shown
from .purl import read_purl


@dataclass(slots=True)
class Component:
    """One component as the SBOM has it."""

    id: str
    """By which the SBOM refers to it, or ""."""
    url: str
    """Package URL, or ""."""
    name: str = ""
    version: str = ""
    dev: bool = False
    line: int = 0
    """0 where it is still to be looked for."""
    counts: bool = True
    """False for what is no package (a file, an operating system): without a package URL it is no loss."""


def take(
    found: Collector, components: Iterable[Component], direct: set[str] | None, where: Lines | None
) -> None:
    """Add all components that are packages of a known ecosystem.

    `direct` holds the ids of those that the described project needs itself, None where that is not told.
    """
    for one in components:
        if not one.url:
            if one.counts:
                found.pool("Components without a package URL are not looked up")
            continue
        parts = read_purl(one.url)
        line = one.line
        if where is not None:
            line = where.of(f'"{one.url}"', one.url)
            where.step()
        if parts is None:
            found.skip(f"{shown(one.url)!r} is no package URL", line)
        elif not parts.ecosystem:
            found.pool(f"Packages of the type {shown(parts.type, 40)!r} are not looked up")
        else:
            version = parts.version or (one.version if exact(parts.ecosystem, one.version) else "")
            told = direct is None or one.id in direct
            found.add(parts.name, version, line=line, direct=told, dev=one.dev, ecosystem=parts.ecosystem)
