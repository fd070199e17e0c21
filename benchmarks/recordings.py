"""The files that `csq logs` is measured on: recorded Windows events, and parts of a rule set."""

from __future__ import annotations

import io
import random
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

SEED = 3
WINDOWS = "rules/windows/"
CORE = "rules/"


def events_of(data: Path) -> Iterator[bytes]:
    """The lines of every recording of otrf_windows_dev.zip, in the order of their names."""
    with zipfile.ZipFile(data / "logs" / "otrf_windows_dev.zip") as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".zip")):
            with zipfile.ZipFile(io.BytesIO(archive.read(name))) as inner:
                for member in sorted(inner.namelist()):
                    if member.endswith(".json") and not member.startswith("__MACOSX"):
                        for line in inner.read(member).split(b"\n"):
                            if line.strip():
                                yield line + b"\n"


def write_events(data: Path, path: Path, *, every: int = 1) -> int:
    """Write the recorded events, or every n-th of them, which has the same mixture; gives their number."""
    count = 0
    with path.open("wb") as out:
        for line in islice(events_of(data), None, None, every):
            out.write(line)
            count += 1
    return count


def split(path: Path, folder: Path, parts: int) -> None:
    """Deal the lines of a file out to as many files in a folder."""
    folder.mkdir()
    with ExitStack() as stack:
        outs = [stack.enter_context((folder / f"{number}.json").open("wb")) for number in range(parts)]
        with path.open("rb") as lines:
            for number, line in enumerate(lines):
                outs[number % parts].write(line)


def repeat(path: Path, to: Path, events: int) -> None:
    """Write the lines of a file over and over until there are as many as wanted."""
    left = events
    with to.open("wb") as out:
        while left > 0:
            with path.open("rb") as lines:
                for line in islice(lines, left):
                    out.write(line)
                    left -= 1


def write_rules(data: Path, folder: Path, under: str, count: int = 0) -> int:
    """Unpack the rules below a folder of sigma_rules.zip, or so many of them by lot; gives their number."""
    with zipfile.ZipFile(data / "logs" / "sigma_rules.zip") as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".yml") and n.startswith(under))
        if count:
            names = sorted(random.Random(SEED).sample(names, count))
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, path.open("wb") as out:
                shutil.copyfileobj(source, out)
    return len(names)
