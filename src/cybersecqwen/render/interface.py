"""What every output format is: a class with four facts and one method."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TextIO

from cybersecqwen.records import Report

Detail = Literal["brief", "normal", "full"]
"""How much is shown: the verdict and what to do; what a first look needs; everything."""

NARROWEST, WIDEST = 60, 200
"""Columns that a page of text is laid out for; a window outside is treated as the nearest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderOptions:
    """How a person wants to see a report; machine formats take no notice of it."""

    width: int = 100
    """Columns of the page, for formats that are laid out in columns; clamped to 60 … 200."""
    color: bool = False
    """Whether terminal colours may be used."""
    detail: Detail = "normal"
    """How much is shown. What is left out is counted on the page."""
    title: str = ""
    """Replaces the report's own title; empty keeps it."""
    ascii: bool = False
    """Whether a terminal page must do with ASCII: drawings in plain letters, other characters written out."""

    @property
    def columns(self) -> int:
        """`width` inside the bounds that layouts are made for."""
        return max(NARROWEST, min(WIDEST, self.width))

    @classmethod
    def for_stream(
        cls,
        stream: TextIO,
        *,
        detail: Detail = "normal",
        title: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> RenderOptions:
        """Options that suit `stream`: colour only on a terminal, and the terminal's width.

        NO_COLOR (https://no-color.org) and TERM=dumb switch colour off, FORCE_COLOR switches it on
        in a pipe, COLUMNS replaces the width of the window. A stream whose encoding lacks the characters
        that drawings are made of gets ASCII.
        """
        env = os.environ if environ is None else environ
        terminal = stream.isatty()
        wanted = bool(env.get("FORCE_COLOR")) or (terminal and env.get("TERM") != "dumb")
        columns = env.get("COLUMNS", "")
        if columns.isascii() and columns.isdigit():
            width = int(columns[:4])
        else:
            width = _window(stream) if terminal else 100
        return cls(
            width=width,
            color=wanted and not env.get("NO_COLOR"),
            detail=detail,
            title=title,
            ascii=not _holds_drawings(stream),
        )


def _holds_drawings(stream: TextIO) -> bool:
    try:
        "▁█─●×…".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _window(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 100
    except (OSError, ValueError):  # a terminal that is none, or one without a size
        return 100


class Renderer(ABC):
    """One output format. Instances hold no state: the same report gives the same text, always."""

    name: ClassVar[str]
    """As --format takes it."""
    media_type: ClassVar[str]
    """As an HTTP answer names it (https://www.iana.org/assignments/media-types)."""
    extension: ClassVar[str]
    """Of a file that holds it, without the dot."""
    for_people: ClassVar[bool]
    """True where text is defanged and made safe to look at; False where values stay as recorded."""

    @abstractmethod
    def render(self, report: Report, options: RenderOptions) -> str:
        """The whole report as text that ends with a line break.

        Any report that the records allow can be rendered: nothing in it is trusted, nothing raises.
        """
