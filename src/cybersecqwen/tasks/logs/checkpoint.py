"""A stopped run, kept so that it can go on: one JSON file, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen import __version__
from cybersecqwen.detect.scan.scan import Scan
from cybersecqwen.errors import InputError, OutputError
from cybersecqwen.writing import write_whole

_FORM = 2
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Up to where everything has been scanned."""

    inputs: int = 0
    """Inputs that are through: files, members of archives, and what could not be opened."""
    begun: int = 0
    """1 where the next one has been counted among the files."""
    number: int = 0
    """Records (or lines) of it that are through."""
    damages: int = 0
    """What could not be read among them, where it is read in one."""
    offset: int = 0
    """Byte offset in it behind those, where it is read in parts; else 0."""
    bytes: int = 0
    """Bytes of it that have been counted."""
    first: int = 1
    """Number in the whole run of the next input's first record."""
    names: int = 0
    """Digest of the names of the inputs that are through or begun: what is in a folder may change."""

    def named(self, path: str, member: str) -> int:
        """The digest with one more input."""
        text = f"{self.names}\0{path}\0{member}".encode("utf-8", "surrogateescape")
        return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


class Checkpoint:
    """Where a run is kept; `path` None keeps nothing."""

    def __init__(self, folder: Path | None, names: Sequence[str], rules: str, anomalies: bool) -> None:
        # Of the program, the rules and the inputs: another of them is another run.
        about = orjson.dumps([_FORM, __version__, rules, anomalies, list(names)])
        key = hashlib.sha256(about).hexdigest()[:24]
        self._path = folder / f"logs-{key}.json" if folder is not None else None
        self._names = [name for name in names if name != "-"]
        self._keeps = folder is not None and "-" not in names

    def save(self, position: Position, scan: Scan) -> bool:
        """Write it, where this run is one to be kept, and say whether it is; OutputError where that fails."""
        if self._path is None or not self._keeps:
            return False
        scan.forget_unused()
        content = {"position": asdict(position), "files": self._files(), "scan": scan.to_json()}
        try:
            whole = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
            write_whole(self._path, whole, mode=0o600, folder_mode=0o700)  # it holds records
        except (OutputError, TypeError) as error:
            reason = error.message if isinstance(error, OutputError) else f"{error}."
            raise OutputError(f"The stopped run cannot be kept: {reason}") from error
        return True

    def load(self, scan: Scan) -> Position:
        """Take over the run that was stopped; raises InputError where there is none that fits."""
        if self._path is None or not self._keeps:
            raise InputError("Standard input cannot be gone on with.", hint="Name a file.")
        hint = "A run can go on with the same paths, the same rules and the same version."
        try:
            if self._path.stat().st_size > _MOST_BYTES:
                raise ValueError("too large")
            raw: dict[str, Any] = orjson.loads(self._path.read_bytes())
            position = Position(**{name: int(value) for name, value in raw["position"].items()})
            before, now = raw["files"], self._files()
            scan.restore(raw["scan"])
        except FileNotFoundError:
            raise InputError("There is no stopped run of these inputs to go on with.", hint=hint) from None
        except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise InputError(
                f"The stopped run in {self._path} cannot be read: {error}.", hint=hint
            ) from error
        changed = [name for name, size in before.items() if now.get(name, -1) < size]
        if changed:
            raise InputError(f"{changed[0]} is shorter than it was when the run was stopped.", hint=hint)
        return position

    def drop(self) -> None:
        """Forget it: the run is through."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()

    def _files(self) -> dict[str, int]:
        """Sizes of what was named; a file that has grown can be gone on with, a shorter one cannot."""
        sizes = {}
        for name in self._names:
            try:
                sizes[name] = Path(name).stat().st_size if Path(name).is_file() else 0
            except OSError:
                sizes[name] = -1
        return sizes
