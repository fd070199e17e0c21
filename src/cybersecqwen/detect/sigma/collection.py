"""The rule sets that a person has imported: one archive each, with a note of where it came from."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from cybersecqwen.errors import OutputError, RuleError
from cybersecqwen.writing import write_together

from .model import Ruleset
from .rulefiles import File, digest_of, parse_files, rule_files

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Installed:
    """An imported set."""

    name: str
    path: Path
    """The archive."""
    origin: str
    """The folder or archive that it was imported from."""
    imported: str
    """When, as a date."""
    files: int


class Collection:
    """The folder of imported sets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def paths(self) -> list[Path]:
        """The archives, in the order of their names."""
        return sorted(self._folder.glob("*.zip")) if self._folder.is_dir() else []

    def sets(self) -> Iterator[Installed]:
        """What is there."""
        for path in self.paths():
            note = _note(path)
            files = note.get("files")
            yield Installed(
                name=path.stem,
                path=path,
                origin=str(note.get("origin", "")),
                imported=str(note.get("imported", "")),
                files=files if isinstance(files, int) else 0,
            )

    def add(self, origin: Path, name: str = "") -> tuple[Installed, Ruleset]:
        """Import a folder, an archive or a file; a set of the same name is replaced, whole or not at all.

        Raises RuleError where it cannot be read or none of its rules can be evaluated.
        """
        name = name or re.sub(r"[^A-Za-z0-9._-]+", "-", origin.resolve().stem).strip("-.") or "rules"
        if not _NAME.fullmatch(name):
            raise RuleError(
                f"{name[:80]!r} is no name for a rule set.", hint="Use letters, digits, -, _ and dots."
            )
        files = rule_files(origin)
        rules = parse_files(files)
        if not rules.rules and not rules.correlations:
            reason = rules.unsupported[0].reason if rules.unsupported else ""
            raise RuleError(
                f"None of the {len(files):,} files in {origin} holds a rule to evaluate. {reason}"
            )
        path = self._folder / f"{name}.zip"
        note = {
            "origin": str(origin.resolve()),
            "imported": datetime.now(UTC).strftime("%Y-%m-%d"),
            "files": len(files),
            "digest": digest_of(files),
        }
        self._write(path, files, note)
        return Installed(
            name, path, note_text(note, "origin"), note_text(note, "imported"), len(files)
        ), rules

    def remove(self, name: str) -> None:
        """Remove a set; raises RuleError where there is none of that name."""
        path = self._folder / f"{name}.zip"
        if not _NAME.fullmatch(name) or not path.is_file():
            known = ", ".join(one.name for one in self.sets()) or "none"
            raise RuleError(f"There is no imported rule set {name[:80]!r}.", hint=f"There are: {known}.")
        path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)

    def _write(self, path: Path, files: list[File], note: dict[str, object]) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        both = {path: packed.getvalue(), path.with_suffix(".json"): orjson.dumps(note)}
        try:
            write_together(both, folder_mode=0o777)
        except OutputError as error:
            raise OutputError(f"The rules cannot be kept: {error.message}") from error


def note_text(note: dict[str, object], key: str) -> str:
    """A value of a note as text."""
    return str(note.get(key, ""))


def _note(path: Path) -> dict[str, object]:
    try:
        found = orjson.loads(path.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
