"""The advisories about packages and EPSS scores, as `csq kb` imports, fetches and shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cybersecqwen.interfaces.cli.progress import Status
from cybersecqwen.interfaces.cli.saying import say

if TYPE_CHECKING:
    from cybersecqwen.knowledge.advisories.writer import Imported
    from cybersecqwen.records import Damage

_SHOWN = 5  # reasons why something was left out


def are_advisories(file: Path) -> bool:
    """Whether it is a folder, an archive or JSON or YAML: a bundle is one file of SQLite, packed or not."""
    if file.is_dir() or file.suffix.lower() in (".json", ".yaml", ".yml"):
        return True
    try:
        with file.open("rb") as stream:
            return stream.read(4).startswith((b"PK\x03\x04", b"PK\x05\x06"))
    except OSError:
        return False  # the bundle's import says what is wrong with it


def import_(to: Path, file: Path, sha256: str) -> int:
    """Add the advisories of a file or folder to those in use."""
    from cybersecqwen.detect.packages.advisory_files import documents
    from cybersecqwen.knowledge.advisories.writer import write

    _check(file, sha256)
    damages: list[str] = []
    with Status() as line:
        made = write(
            to,
            documents([file], damaged=lambda found: damages.append(_said(found))),
            progress=lambda count: line.update(f"{count:,} files read", 0, 0),
        )
    return _say(made, to, damages)


def import_scores(to: Path, file: Path, sha256: str) -> int:
    """Put the EPSS scores of a file in the place of those in use."""
    from cybersecqwen.knowledge.advisories.scores import write_scores

    _check(file, sha256)
    made = write_scores(to, file)
    cves = "1 CVE" if made.scores == 1 else f"{made.scores:,} CVEs"
    say(f"EPSS scores {made.model} of {made.date}: {cves}")
    if made.garbled:
        lines = "1 line that is" if made.garbled == 1 else f"{made.garbled:,} lines that are"
        say(
            f"csq: left out: {lines} no CVE with two numbers from 0 to 1, first line {made.first_garbled:,}",
            error=True,
        )
    if made.twice:
        say(f"csq: left out: {made.twice:,} more of CVEs that have one before", error=True)
    if made.before > made.date:
        say(f"csq: those in use were of {made.before}: newer than these", error=True)
    say(f"csq: wrote {to}", error=True)
    return 0


def status_of_scores(path: Path) -> None:
    """Print which EPSS scores are in use, if any were imported."""
    if not path.exists():
        return
    from cybersecqwen.detect.packages.likelihood import scores_in

    with scores_in(path) as scores:
        say(f"EPSS scores {scores.told}")
        say(f"  file     {path}")


def update(to: Path, ecosystems: Sequence[str]) -> int:
    """Fetch OSV's archives."""
    from cybersecqwen.detect.packages.advisory_files import documents
    from cybersecqwen.errors import UnknownNameError
    from cybersecqwen.knowledge.advisories.update import ECOSYSTEMS
    from cybersecqwen.knowledge.advisories.update import update as fetch

    unknown = next((name for name in ecosystems if name not in ECOSYSTEMS), "")
    if unknown:
        raise UnknownNameError(
            f"There is no ecosystem {unknown!r}.", hint=f"There are {', '.join(ECOSYSTEMS)}."
        )
    damages: list[str] = []
    with Status() as line:
        made = fetch(
            to,
            lambda paths: documents(paths, damaged=lambda found: damages.append(_said(found))),
            ecosystems=ecosystems or ECOSYSTEMS,
            progress=lambda text: line.update(text, 0, 0),
        )
    return _say(made, to, damages)


def status(path: Path) -> None:
    """Print which advisories are in use."""
    if not path.exists():
        say("no advisories about packages (`csq kb update --osv`, `csq kb import FILE.zip`)")
        return
    from cybersecqwen.knowledge.advisories import Advisories

    with Advisories.open(path) as advisories:
        say(f"advisories {advisories.version}: {advisories.records:,}")
        say(f"  file     {path}")
        say(f"  content  sha256 {advisories.content_sha256}")
        for ecosystem, packages in advisories.ecosystems.items():
            say(f"  {ecosystem:<20} {packages:>7,} packages")


def _check(file: Path, sha256: str) -> None:
    if not sha256:
        return
    import hashlib

    from cybersecqwen.errors import KnowledgeError, UsageError

    if file.is_dir():
        raise UsageError("A folder has no hash.", hint="Leave --sha256 out, or import an archive.")
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256.strip().lower():
        raise KnowledgeError(
            f"{str(file)!r} has the SHA-256 {found}, not {sha256}: nothing was imported.",
            hint="Fetch it again and compare.",
        )


def _said(found: Damage) -> str:
    return f"{found.source}: {found.reason}"


def _say(made: Imported, to: Path, damages: Sequence[str]) -> int:
    say(
        f"advisories {made.version}: {made.records:,} in use, {made.read:,} read,"
        f" {made.withdrawn:,} withdrawn ones left out"
    )
    reasons = {**dict.fromkeys(damages, 1), **made.refused}
    for reason in list(reasons)[:_SHOWN]:
        say(f"csq: left out: {reason}", error=True)
    if len(reasons) > _SHOWN:
        say(f"csq: left out for {len(reasons) - _SHOWN:,} more reasons", error=True)
    say(f"csq: wrote {to}", error=True)
    return 0
