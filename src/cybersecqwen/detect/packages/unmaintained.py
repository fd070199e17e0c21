"""Packages that nobody maintains any more, and what took their place (`unmaintained.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cybersecqwen.knowledge.advisories.interface import name_key
from cybersecqwen.records import Severity
from cybersecqwen.records.review import Package, PackageFinding

from .fingerprints import fingerprint


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """What is known of a package that is not maintained."""

    since: int
    """Year of its last work, or of its end."""
    use: str
    """What to take instead."""
    why: str
    """How it ended, a part of a sentence."""


@cache
def ended() -> Mapping[tuple[str, str], Ended]:
    """Every entry, by ecosystem and name."""
    text = Path(__file__).with_name("unmaintained.toml").read_text(encoding="utf-8")
    return {
        (ecosystem, name_key(ecosystem, name)): Ended(**fields)
        for ecosystem, entries in tomllib.loads(text).items()
        for name, fields in entries.items()
    }


def end_of(package: Package) -> Ended | None:
    """What is known of the end of a package; None where it has no entry."""
    return ended().get((package.ecosystem, name_key(package.ecosystem, package.name)))


def unmaintained(
    packages: Iterable[Package], told: Iterable[PackageFinding] = ()
) -> tuple[PackageFinding, ...]:
    """A finding for every package that nobody maintains, but not where one of `told` says so.

    Only those that the project asks for itself: of the others somebody else has to take leave.
    """
    known = {finding.package for finding in told if finding.kind == "unmaintained"}
    return tuple(
        _finding(package, entry)
        for package in packages
        if package.direct and (entry := end_of(package)) is not None and package not in known
    )


def _finding(package: Package, entry: Ended) -> PackageFinding:
    return PackageFinding(
        kind="unmaintained",
        package=package,
        title=f"{package.name} is not maintained (since {entry.since})",
        severity=Severity.LOW,
        why=f"It ended in {entry.since}: {entry.why}. What is found in it from now on is not mended.",
        instead=f"Take {entry.use}.",
        fingerprint=fingerprint("unmaintained", package, ""),
    )
