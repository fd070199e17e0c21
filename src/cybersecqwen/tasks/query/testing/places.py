"""In which line of a rule's file something stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cybersecqwen.dialects.globs import ANY, ONE

_LONGEST = 60
"""Characters of a value by which it is looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The lines of one document of a file."""

    first: int = 1
    """Where it begins, from 1."""
    lines: tuple[str, ...] = ()
    keys: dict[str, int] = field(default_factory=dict)
    """Key at the top, and "detection.name" for its parts, to their lines."""

    def key(self, *path: str) -> int:
        """The line of a key, else of the key around it, else where the document begins."""
        for length in range(len(path), 0, -1):
            found = self.keys.get(".".join(path[:length]))
            if found is not None:
                return found
        return self.first

    def text(self, text: str, start: str = "detection") -> int:
        """The first line with a text at or after a key, without regard to case; else that key's line.

        A line that has nothing else goes before one in which it is part of something.
        """
        begin = self.key(start)
        wanted = max(text.replace(ONE, ANY).split(ANY), key=len).lower()[:_LONGEST]
        part = 0
        for number in range(begin, self.first + len(self.lines)) if wanted else ():
            line = self.lines[number - self.first].lower()
            unescaped = line.replace("\\\\", "\\").replace("''", "'")
            if wanted in (_scalar(line), _scalar(unescaped)):
                return number
            if not part and (wanted in line or wanted in unescaped):
                part = number
        return part or begin


def _scalar(line: str) -> str:
    """What stands in a line behind its key or dash, without quotes, comment and stars."""
    bare = line.split(" #", 1)[0].strip().removeprefix("- ")
    return bare.split(": ", 1)[-1].strip().strip("'\"").strip("*")


def places(content: bytes) -> list[Places]:
    """The places of each document of a file, by its text alone: cheap, and never wrong by more than a key."""
    text = content.decode("utf-8-sig", "replace")
    return [_places(first, lines) for first, lines in _documents(text.splitlines())]


def _documents(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Where each document that holds anything begins, from 1, with its lines."""
    begin = 0
    for number, line in enumerate([*lines, "---"]):
        if line.startswith("---"):
            if any(one.strip() and not one.lstrip().startswith("#") for one in lines[begin:number]):
                yield begin + 1, lines[begin:number]
            begin = number + 1


def _places(first: int, lines: list[str]) -> Places:
    keys: dict[str, int] = {}
    around, depth = "", 0
    for number, line in enumerate(lines, first):
        bare = line.strip()
        if not bare or bare.startswith(("#", "- ")) or ":" not in bare:
            continue
        indent = len(line) - len(line.lstrip())
        name = bare.split(":", 1)[0].strip().strip("'\"")
        if indent == 0:
            around, depth = name, 0
            keys.setdefault(name, number)
        elif around and (depth in (0, indent)):
            depth = indent
            keys.setdefault(f"{around}.{name}", number)
    return Places(first=first, lines=tuple(lines), keys=keys)
