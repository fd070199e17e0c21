"""Which steps destroy something: they say so in our extension, or their commands look like it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import re2

from . import extension
from .flow import Step
from .forms import decoded

_MOST_CHARS = 1 << 16  # of one command that are looked at
_TEXTS = ("command", "content")
_ENCODED = ("command_b64", "content_b64")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of destructive.toml."""

    name: str
    manual: bool
    find: Any
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Destroying:
    """Why a step counts as one that destroys."""

    reason: str
    """What was seen, in words that follow "It"."""
    by_hand: bool = False
    """A person is asked to do it, and no program does it by itself; told from words, not from a mark."""


@functools.cache
def patterns() -> tuple[Pattern, ...]:
    """The rows of destructive.toml."""
    table = tomllib.loads(
        resources.files(__package__).joinpath("destructive.toml").read_text(encoding="utf-8")
    )
    return tuple(
        Pattern(
            one["name"],
            one["on"] == "manual",
            re2.compile(f"(?im:{one['find']})"),
            tuple(one["yes"]),
            tuple(one["no"]),
        )
        for one in table["pattern"]
    )


def destroying(step: Step) -> Destroying | None:
    """Why a step destroys something; None where nothing says so. What a step says itself counts first."""
    if step.type != "action":
        return None
    said = effect(step.raw)
    if said:
        return Destroying("says that it destroys") if said == extension.DESTROY else None
    commands = step.raw.get("commands")
    by_hand = None
    for command in commands if isinstance(commands, list) else ():
        found = _of_command(command) if isinstance(command, dict) else None
        if found is not None and not found.by_hand:
            return found
        by_hand = by_hand or found
    return by_hand


def effect(raw: Mapping[str, Any]) -> str:
    """What our extension says that a step does, one of `extension.EFFECTS`; "" where it says nothing."""
    held = raw.get("step_extensions")
    own = held.get(extension.EXTENSION_ID) if isinstance(held, dict) else None
    said = own.get(extension.EFFECT) if isinstance(own, dict) else None
    return said if isinstance(said, str) and said in extension.EFFECTS else ""


def _of_command(command: Mapping[str, Any]) -> Destroying | None:
    manual = command.get("type") == "manual"
    for text in _texts(command):
        for one in patterns():
            # Manual commands may quote what is to be typed, so that patterns of code are for them too.
            if (manual or not one.manual) and one.find.search(text) is not None:
                return Destroying(f"looks like {one.name}", by_hand=manual)
    return None


def _texts(command: Mapping[str, Any]) -> Iterator[str]:
    for name in _TEXTS:
        value = command.get(name)
        if isinstance(value, str) and value:
            yield _sound(value)
    for name in _ENCODED:
        value = command.get(name)
        inside = decoded(value) if isinstance(value, str) else None
        if inside:
            # PowerShell's own encoding is UTF-16, where every second byte of ASCII is 0.
            wide = inside[1::2].count(0) * 4 > len(inside)
            yield inside.decode("utf-16-le" if wide else "utf-8", "replace")[:_MOST_CHARS]


def _sound(text: str) -> str:
    return text[:_MOST_CHARS].encode("utf-8", "replace").decode()
