"""A registry maps a name to `module:Class` and imports it on first use.

Lists are explicit and ordered, one line per entry, in the family's `__init__`. Third parties add
entries through an entry-point group; a built-in name always wins, so that an installed package
cannot replace a check of ours without being seen.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Generic, TypeVar

from .errors import CsqError, UnknownNameError

T = TypeVar("T")


class Registry(Generic[T]):
    """Names of one family, in the order in which they are tried or shown."""

    def __init__(self, family: str, entries: Mapping[str, str], *, group: str = "") -> None:
        self.family = family
        """What the entries are, in the singular: "output format", "input reader"."""
        self._entries = dict(entries)
        self._group = group
        self._loaded: dict[str, T] = {}
        self._outside_seen = not group

    def names(self) -> tuple[str, ...]:
        """All names, built-in ones first."""
        self._see_outside()
        return tuple(self._entries)

    def get(self, name: str) -> T:
        """The object registered under `name`; raises UnknownNameError with the nearest names."""
        if name not in self._entries:
            self._see_outside()
        target = self._entries.get(name)
        if target is None:
            near = get_close_matches(name, self._entries, n=3)
            choice = ", ".join(near or self._entries)
            raise UnknownNameError(
                f"There is no {self.family} called {name!r}.",
                hint=f"{'Did you mean' if near else 'Known are'}: {choice}.",
            )
        if name not in self._loaded:
            self._loaded[name] = self._import(name, target)
        return self._loaded[name]

    def __iter__(self) -> Iterator[tuple[str, T]]:
        for name in self.names():
            yield name, self.get(name)

    def _import(self, name: str, target: str) -> Any:
        module, _, attribute = target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            raise CsqError(
                f"The {self.family} {name!r} needs the package {error.name!r}, which is not installed.",
                hint="Install the extra that docs/install.md names for it.",
            ) from error

    def _see_outside(self) -> None:
        if self._outside_seen:
            return
        self._outside_seen = True
        for point in _installed().select(group=self._group):
            self._entries.setdefault(point.name, point.value)


@lru_cache(maxsize=1)
def _installed() -> Any:
    """All entry points of this environment: 15 ms, so once a process and only when names are listed."""
    from importlib.metadata import entry_points

    return entry_points()
