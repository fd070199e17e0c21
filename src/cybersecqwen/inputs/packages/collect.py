"""What all readers do alike: the text of a file, its lines, and gathering packages and reasons."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.inputs.lines import encoding_of
from cybersecqwen.records import Limits
from cybersecqwen.records.review import Package, Place, Skipped

from .interface import Manifest
from .names import canonical, exact, shown

FILE_BYTES = 64 << 20
"""Largest manifest: some hundred times what a lock file of 1,000 packages has."""
LINES = 2_000_000
"""Most lines of a manifest: one with nothing but line ends would else take more memory than it is worth."""
PACKAGES = 200_000
"""Packages kept of one file; the rest are counted."""
NAMED = 200
"""Entries not understood that are named one by one; the rest are counted."""
_LINE_CHARS = 2_000


def base_name(path: str) -> str:
    """The file name in a path, whichever way its folders are parted."""
    return path.replace("\\", "/").rpartition("/")[2]


def text_of(data: bytes, limits: Limits, what: str) -> str:
    """The file as text, lines parted by a line feed alone; damaged characters become U+FFFD.

    Raises:
        LimitError: It has more than `FILE_BYTES` bytes or `LINES` lines.
        InputError: It is empty or no text.
    """
    bound = min(FILE_BYTES, limits.file_bytes)
    if len(data) > bound:
        raise LimitError(f"The {what} has {len(data):,} bytes; the bound is {bound:,}.")
    codec, mark = encoding_of(data)
    text = data[mark:].decode(codec, "replace")
    if not text.strip():
        raise InputError(f"The {what} is empty.")
    if "\x00" in text:
        raise InputError(f"The {what} holds zero bytes: it is no text.")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > LINES:
        raise LimitError(f"The {what} has over {LINES:,} lines.")
    return text


class Lines:
    """Finds the lines of names in a text, forward, so that all searches together look at it once.

    Entries are asked for in the order of the file. A name that does not follow is looked for from the
    start. Looking in vain takes from a budget; behind that the last line that was found is given.
    """

    _BUDGET = 100_000_000
    _TIMES = 8

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._left = self._TIMES * len(text) + self._BUDGET  # characters that may be searched in vain

    def of(self, *needles: str) -> int:
        """The line of the first of the needles that follows; the search goes on from there.

        A needle that begins with a line feed stands at the start of a line: the one behind the feed.
        """
        for needle in needles:
            if self._left <= 0:
                return self._line
            found = self._text.find(needle, self._at)
            if found >= 0:
                found += needle[:1] == "\n"
                self._line += self._text.count("\n", self._at, found)
                self._at = found
                return self._line
            self._left -= len(self._text) - self._at
        for needle in needles:
            if self._left <= 0:
                break
            self._left -= self._at
            found = self._text.find(needle, 0, self._at)
            if found >= 0:
                return self._text.count("\n", 0, found + (needle[:1] == "\n")) + 1
        return self._line

    def step(self) -> None:
        """Go behind the place that was found, so that the same needle is found further down."""
        self._at = min(self._at + 1, len(self._text))


class Collector:
    """Gathers what one file names; a name or version that cannot be one becomes a reason."""

    def __init__(self, path: str, ecosystem: str, lines: Sequence[str]) -> None:
        self.path = path
        self.ecosystem = ecosystem
        self.lines = lines
        """The lines of the file, without their ends."""
        self._packages: list[Package] = []
        self._skipped: list[Skipped] = []
        self._more_packages = 0
        self._more_skipped = 0
        self._pooled: dict[str, int] = {}

    def add(
        self,
        name: str,
        version: str = "",
        *,
        line: int,
        wanted: str = "",
        direct: bool = True,
        dev: bool = False,
        ecosystem: str = "",
    ) -> bool:
        """Take a package; False where its name or version cannot be one."""
        if self.full:
            self.leave_out()
            return True
        ecosystem = ecosystem or self.ecosystem
        known = canonical(ecosystem, name)
        if not known:
            self.skip(f"{shown(name)!r} is no name of a package of {ecosystem}", line)
            return False
        if version and not (version := exact(ecosystem, asked := version)):
            self.skip(f"{shown(asked)!r} is no version that {known} can have in {ecosystem}", line)
            return False
        self._packages.append(
            Package(
                ecosystem=ecosystem,
                name=known,
                version=version,
                wanted="" if version else shown(wanted, 256),
                direct=direct,
                dev=dev,
                place=self._place(line),
            )
        )
        return True

    @property
    def full(self) -> bool:
        """Whether `PACKAGES` were taken: all that follow are only counted."""
        return len(self._packages) >= PACKAGES

    def leave_out(self) -> None:
        """Count a package that stands behind the bound and is not kept."""
        self._more_packages += 1

    def _place(self, line: int) -> Place:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        column = len(text) - len(text.lstrip()) + 1 if text[:1].isspace() else 1
        return Place(path=self.path, line=max(line, 1), column=column, text=text[:_LINE_CHARS])

    def skip(self, reason: str, line: int = 0) -> None:
        """Name an entry that is not taken; `reason` goes on behind "Line 3: " and has no full stop."""
        if len(self._skipped) >= NAMED:
            self._more_skipped += 1
            return
        told = f"Line {line}: {reason}." if line else f"{reason[:1].upper()}{reason[1:]}."
        self._skipped.append(Skipped(path=self.path, reason=told))

    def pool(self, reason: str) -> None:
        """Count an entry that is not taken, under a reason that many share."""
        if reason in self._pooled or len(self._pooled) < NAMED:
            self._pooled[reason] = self._pooled.get(reason, 0) + 1
        else:
            self._more_skipped += 1

    def manifest(self, includes: Sequence[str] = ()) -> Manifest:
        """All that was gathered."""
        skipped = list(self._skipped)
        for reason, count in self._pooled.items():
            skipped.append(Skipped(path=self.path, reason=f"{reason}.", count=count))
        if self._more_skipped:
            reason = f"{self._more_skipped:,} more entries were not understood."
            skipped.append(Skipped(path=self.path, reason=reason, count=self._more_skipped))
        if self._more_packages:
            reason = f"It names over {PACKAGES:,} packages; {self._more_packages:,} were left out."
            skipped.append(Skipped(path=self.path, reason=reason, count=self._more_packages))
        return Manifest(packages=tuple(self._packages), skipped=tuple(skipped), includes=tuple(includes))
