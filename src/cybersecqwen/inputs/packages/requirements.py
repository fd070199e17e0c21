"""requirements.txt and constraints.txt as pip reads them, and as pip-compile and uv write them.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import shown
from .pep508 import for_developing, specifier

_FILE = re.compile(r"(?:.{0,200}[-_.])?(?:requirements?|constraints?)(?:[-_.].{0,200})?\.(?:txt|in|pip)")
_FOLDER = re.compile(r"(?:^|/)requirements?/[^/]{1,200}\.(?:txt|in|pip)$")
_COMMENT = re.compile(r"(?:^|\s)#")
_OPTION = re.compile(r"\s--?[A-Za-z]")
_INCLUDE = re.compile(r"(?:-r|-c|--requirements?|--constraints?)(?:\s*+=\s*+|\s++|(?<=-[rc]))(\S.*)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s|=)")
_ADDRESS = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}:)?//|(?:file|git\+[a-z]+):|\.{0,2}[/\\]|[A-Za-z]:[\\/]"
)
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)$", re.IGNORECASE)
_VIA = re.compile(r"\s*+#\s*+(?:via\b\s*+)?(.*)")
_VIAS = 200  # lines of comments behind a requirement
_VIA_CHARS = 100_000  # of one of them: all packages that ask for it stand there
_LOGICAL_CHARS = 1 << 20  # continued lines: thousands of hashes fit


class RequirementsReader(ManifestReader):
    """Requirement lines with extras, markers and hashes; includes are handed on, addresses are not read."""

    name = "requirements"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        tidy = path.replace("\\", "/").lower()
        return _FILE.fullmatch(base_name(tidy)) is not None or _FOLDER.search(tidy) is not None

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "requirements file").split("\n")
        found = Collector(path, self.ecosystem, lines)
        named = base_name(path).lower()
        dev = for_developing(path.replace("\\", "/")[-200:].rpartition("/")[2].rpartition(".")[0])
        constraints = "constraint" in named
        includes: dict[str, None] = {}
        for number, end, line in _logical(lines):
            if found.full and line[0].isalnum():
                found.leave_out()
                continue
            _one(found, line, number, not constraints and _direct(lines, end), dev, includes)
        return found.manifest(tuple(includes))


def _logical(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """(number of the first line, of the last, text) with continued lines joined and comments taken off."""
    at, last = 0, len(lines)
    while at < last:
        start, parts, size = at, [], 0
        while True:
            line = lines[at]
            at += 1
            comment = _COMMENT.search(line)
            if comment is not None:
                line = line[: comment.start()]
            going_on = comment is None and line.endswith("\\")
            size += len(line)
            if size <= _LOGICAL_CHARS:
                parts.append(line[:-1] if going_on else line)
            if not going_on or at >= last:
                break
        text = "".join(parts).strip()
        if text:
            yield start + 1, at, text


def _direct(lines: list[str], end: int) -> bool:
    """False where the comments that pip-compile and uv write behind it name only other packages."""
    seen = False
    vias = [lines[end - 1].partition(" # via ")[2]]
    for line in lines[end : end + _VIAS]:
        if not line[:1].isspace() or (match := _VIA.fullmatch(line)) is None:
            break
        vias.append(match[1])
    for who in (one.strip() for via in vias for one in via[:_VIA_CHARS].split(",")):
        seen = seen or bool(who)
        if who.startswith(("-r", "-c")) or who.endswith((")", ".in")):
            return True
    return not seen


def _one(
    found: Collector, line: str, number: int, direct: bool, dev: bool, includes: dict[str, None]
) -> None:
    if line.startswith("-"):
        if _EDITABLE.match(line):
            found.skip(f"{shown(line)!r} is installed from a folder or an address, not from an index", number)
        elif (include := _INCLUDE.fullmatch(line)) is not None:
            _include(found, include[1].strip().strip("\"'"), number, includes)
        return
    option = _OPTION.search(line)
    text = line[: option.start()] if option is not None else line
    if _ADDRESS.match(text) or _ARCHIVE.search(text.partition(" @ ")[0].partition("#")[0].strip()):
        found.skip(f"{shown(text)!r} is an address or a file, not a package of an index", number)
        return
    if "${" in text:
        found.skip(f"{shown(text)!r} needs a variable of the environment", number)
        return
    one = specifier(text)
    if one is None:
        found.skip(f"{shown(text)!r} is no requirement", number)
    elif one.address:
        found.skip(f"{one.name!r} comes from an address, not from an index", number)
    else:
        found.add(one.name, one.version, wanted=one.wanted, line=number, direct=direct, dev=dev)


def _include(found: Collector, target: str, number: int, includes: dict[str, None]) -> None:
    tidy = target.replace("\\", "/")
    inside = posixpath.normpath(
        posixpath.join(posixpath.dirname(found.path.replace("\\", "/")), tidy[:4_096])
    )
    if _ADDRESS.match(tidy) and not tidy.startswith(("./", "../")):
        found.skip(f"it includes {shown(target)!r}, which is not beside it and is not followed", number)
    elif inside.startswith("..") or len(tidy) > 4_096 or "\x00" in tidy:
        found.skip(f"it includes {shown(target)!r}, which lies outside and is not followed", number)
    elif len(includes) < 1_000:
        includes[inside] = None
