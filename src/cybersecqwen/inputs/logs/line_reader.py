"""What readers of one-line records share: the loop, recognising by the share of lines that fit."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from cybersecqwen.inputs.interface import Blob, RawRecord, Reader
from cybersecqwen.inputs.lines import Line, TooLong, as_utf8, lines
from cybersecqwen.inputs.text import KEY, KIND, TIME, text_of
from cybersecqwen.records import Damage, Limits

__all__ = ["KIND", "TIME", "LineReader", "Parse", "probe", "too_long"]


Parse = Callable[[str], dict[str, Any] | None]
"""From a line without its end to a mapping: None where it is not of the format, empty where no record."""

_PROBED_LINES = 40
_SHARE = 0.6
_BLANK = "\x00\ufeff \t\r\n\x0b\x0c\x1a"


def probe(head: bytes) -> list[str]:
    """The first lines of a file that are not blank; the last one is left out where it may be cut."""
    text = as_utf8(head)
    parts = text.split(b"\n", _PROBED_LINES)
    if len(parts) > 1:
        parts.pop()  # what follows the last line end: nothing, a half line, or all the rest
    return [line for part in parts if (line := text_of(part).strip(_BLANK))]


class LineReader(Reader):
    """A format of one record a line. What does not fit is given as a line of plain text."""

    by_line: ClassVar[bool] = True
    splittable: ClassVar[bool] = True
    sure: ClassVar[int] = 80
    """What `recognise` answers where the lines fit."""

    @abstractmethod
    def fits(self, line: str) -> bool:
        """Whether a line is of this format; in linear time, never raising."""

    @abstractmethod
    def parser(self, blob: Blob, limits: Limits) -> Parse:
        """A parser for the lines of one blob, which may remember what went before."""

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: most of the first lines fit."""
        sample = probe(head)
        if not sample:
            return 0
        return self.sure if sum(map(self.fits, sample)) >= _SHARE * len(sample) else 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`."""
        parse = self.parser(blob, limits)
        with blob.open() as stream:
            for line in self.lines(stream, limits):
                if isinstance(line, TooLong):
                    yield too_long(blob, line, limits, self.name)
                    continue
                number, offset, data = line
                try:
                    text = data.decode()
                except UnicodeDecodeError:
                    text = data.decode("cp1252", "replace")
                if text[-1] == "\n":
                    text = text[:-2] if text[-2:-1] == "\r" else text[:-1]
                try:
                    raw = parse(text)
                    if raw is None and text[:1] == "\x00":
                        text = text.lstrip("\x00")  # the hole that a crash left in front of a line
                        raw = parse(text)
                except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
                    raw = None  # one line that a parser stumbles over is text, not the end of the file
                if raw:
                    yield number, offset, raw
                elif raw is None and text.strip(_BLANK):
                    yield number, offset, {KEY: text}

    def lines(self, stream: Any, limits: Limits) -> Iterator[Line | TooLong]:
        """The lines of a stream; a format with another framing has its own."""
        return lines(stream, limits)


def too_long(blob: Blob, line: Any, limits: Limits, name: str) -> Damage:
    """The damage for a line beyond the bound."""
    reason = f"The line has {line.length:,} bytes; the bound is {limits.line_bytes:,}."
    return blob.damage(reason, record=line.number, offset=line.offset, format=name)
