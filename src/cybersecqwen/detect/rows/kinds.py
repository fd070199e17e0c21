"""What a record is, as far as rules ask: its kind, one object for all records that are alike."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

_BOUND = 20_000
"""Kinds of one run; a hostile file could name a new provider in every record."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What records of one sort have in common. Made by `kind`, so that equal kinds are one object."""

    shape: str
    """Name of the event shape (`cybersecqwen.inputs.SHAPES`)."""
    product: str
    """Sigma's product: "windows", "linux", "aws" …; "" where it cannot be told."""
    service: str
    """Sigma's service: "security", "cloudtrail" …"""
    category: str
    """Sigma's category, the most special one: "process_creation", "registry_set" …"""
    provider: str
    """Windows provider, program or product, as recorded or as the channel implies."""
    channel: str
    """Windows channel or dataset."""
    code: str
    """Event id or type of record; "" where the records of this kind differ in it."""
    label: str
    """For people: "Microsoft-Windows-Sysmon 1"."""

    def __reduce__(self) -> tuple[Any, ...]:
        return kind, tuple(getattr(self, one.name) for one in fields(self))


_KINDS: dict[tuple[str, ...], Kind] = {}


def kind(
    shape: str,
    product: str = "",
    service: str = "",
    category: str = "",
    provider: str = "",
    channel: str = "",
    code: str = "",
    label: str = "",
) -> Kind:
    """The one kind with these values.

    Past the bound on kinds, new ones lose provider, channel and code, so that their number stays small.
    """
    key = (shape, product, service, category, provider, channel, code, label)
    found = _KINDS.get(key)
    if found is None:
        if len(_KINDS) >= _BOUND and (provider or channel or code):
            return kind(shape, product, service, category, label=f"other {product or shape}")
        found = _KINDS[key] = Kind(*key)
    return found
