"""What only `csq review` takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewOptions:
    """`Request.parameters` of a review."""

    diff: str = ""
    """Revision that the change is counted from; "" for the whole tree."""
    staged: bool = False
    """Only what is staged for the next commit."""
    baseline: Path | None = None
    """File with the findings that are known."""
    write_baseline: Path | None = None
    """Where all open findings are written to, as known ones."""
    rules: tuple[Path, ...] = ()
    """Folders with rules of the user's own."""
    patches: bool = False
    """Whether a model is asked for fixes where no rule has one."""
    code: bool = True
    """Whether code is looked at."""
    packages: bool = True
    """Whether manifests and lock files are."""
    cache: Path | None = None
    """Folder where what was found in a file is kept; None for nowhere."""
    advisories: Path | None = None
    """The database of advisories; None for none."""
    epss: Path | None = None
    """The file of EPSS scores; None for none."""
    ruff: bool = False
    """Whether ruff's S rules look at the same paths."""
    semgrep: Path | None = None
    """Rules of the user that semgrep or opengrep runs on the same paths."""
    environments: tuple[Path, ...] = ()
    """Installed environments: virtual environments, site-packages, node_modules."""
    allow_nothing: bool = False
    """Whether nothing to review is a result, not an error."""
    vex: Path | None = None
    """OpenVEX document that says which vulnerabilities are none here."""
