"""Formats whose lines may stand behind a syslog header: CEF and LEEF."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Limits

from .clock import Clock, clock_for
from .line_reader import TIME, LineReader, Parse

_LATE = 1_024  # characters of header that are looked through


class EnvelopedReader(LineReader):
    """Lines that begin with a mark, or have it behind a header; other syslog lines are read too."""

    sure = 85
    mark: ClassVar[str]
    """How an event begins: "CEF:"."""
    start: ClassVar[re.Pattern[str]]
    """What must stand there."""

    @abstractmethod
    def take(self, message: str, clock: Clock) -> dict[str, Any] | None:
        """The mapping of a text that begins with the mark; None where it is not complete."""

    def fits(self, line: str) -> bool:
        """See `LineReader.fits`."""
        at = line.find(self.mark, 0, _LATE)
        return at >= 0 and self.start.match(line, at) is not None

    def parser(self, blob: Blob, limits: Limits) -> Parse:
        """See `LineReader.parser`."""
        from .syslog import SyslogLines  # it needs the modules of these formats, for what its lines carry

        clock = clock_for(blob)
        syslog, mark, take = SyslogLines(clock, limits), self.mark, self.take

        def parse(text: str) -> dict[str, Any] | None:
            at = text.find(mark, 0, _LATE)
            raw = take(text[at:], clock) if at >= 0 else None
            if raw is None:
                return syslog.parse(text)
            if at:
                header = syslog.parse(text[:at]) or {}
                for name in (TIME, "host", "program"):
                    if name in header:
                        raw.setdefault(name, header[name])
                raw[KEY] = text
            return raw

        return parse
