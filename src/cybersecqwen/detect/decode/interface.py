"""What a cleaner and a decoder are: the two families of this room.

A *cleaner* rewrites a text into the same text with less disguise (escapes, concatenation, variables):
the result stands beside the original, at the same depth. A *decoder* finds stretches that hold
another text (base64, hex, number lists, an inner command) and gives what they decode to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """A text that was hidden in another one."""

    text: str
    """The decoded text; for binary content its readable strings, one a line."""
    how: str
    """Every step from the recorded text to here, for people: "-EncodedCommand base64 > utf-16"."""
    depth: int
    """How many encodings were undone, at most `Limits.depth`; clean-ups of escapes, concatenation and
    variables do not count, so that the cleaned form of the recorded text has depth 0."""
    start: int
    """Where the encoded stretch begins in the parent's text, in characters."""
    end: int
    """Where it ends (exclusive)."""
    parent: int = -1
    """Index of the layer that it stood in, in the same result; -1 for the recorded text."""


@dataclass(slots=True)
class View:
    """A text under examination, with what several decoders want to know about it."""

    text: str
    """The text itself."""
    low: str
    """Its lower-case form, for cheap `in` tests; offsets may differ for a few non-ASCII characters."""
    room: int
    """Bytes that may still be produced; a decoder that would need more leaves the stretch alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleaned:
    """What a cleaner made of a text."""

    text: str
    """The whole text, rewritten."""
    how: str
    """The techniques undone, joined by ", "."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A stretch that a decoder recognised."""

    data: bytes | str
    """What it decodes to; bytes go through decompression and the test for plausible text."""
    how: str
    """The encoding, for people."""
    start: int
    """Where the stretch begins in the view's text."""
    end: int
    """Where it ends (exclusive)."""
    sure: bool = False
    """True where the text itself says that this is encoded (a decode call, an option); only then are
    short and partly unreadable results accepted."""
    counts: bool = True
    """False for a stretch that was merely quoted: it uses up no depth."""


Cleaner = Callable[[View], Cleaned | None]
"""Rewrites a text or says that there is nothing to do. Never raises, linear in the text."""

Decoder = Callable[[View], Iterator[Found]]
"""Yields encoded stretches from left to right. Never raises, linear in the text."""
