"""The parts of a DOCX package, read under bounds: ZIP members that are XML without entities of their own.

Layout: ECMA-376, part 2 (Open Packaging Conventions); the parts are found by their relationships.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from cybersecqwen.records import Limits

PART_BYTES = 100 << 20
"""Bytes that one part may unpack to."""
DIRECTORY_BYTES = 4 << 20
"""Bytes of the package's directory; that of 10,000 members has about 1 MB."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Methods that a package may use. `zipfile` unpacks others without a bound on what one read gives.
From: ECMA-376 part 2, 10.2.5 and annex C."""
_FREE = 16 << 20  # the ratio is not looked at before (records.Limits.ratio)
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_DEEPEST = 256


class _InPieces:
    """A file that refuses to be read at once, as `zipfile` reads a directory of any size."""

    def __init__(self, file: IO[bytes]) -> None:
        self._read = file.read
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """As `io.RawIOBase.read`; raises ValueError for more than a directory may have."""
        if size > DIRECTORY_BYTES:
            raise ValueError(f"its directory has more than {DIRECTORY_BYTES:,} bytes")
        return self._read(size)


class Package:
    """An open package."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        """Raises zipfile.BadZipFile, ValueError or OSError where it is none.

        Raises NotImplementedError, too: `zipfile` does so for a version of the format that it does not know.
        """
        self._zip = zipfile.ZipFile(_InPieces(file))
        self._limits = limits
        self._left = limits.unpacked_bytes
        self.problems: dict[str, None] = {}
        """What could not be read, one sentence each, in order."""
        if len(self._zip.infolist()) > limits.members:
            self.problems[f"It has more than {limits.members:,} members."] = None

    def bytes_of(self, name: str) -> bytes:
        """A part's bytes, b"" where it is missing, damaged or over a bound."""
        name = name.lstrip("/")
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return b""
        if info.flag_bits & 1:
            self.problems[f"Its part {_shown(name)} is encrypted; unpack it with its password first."] = None
            return b""
        if info.compress_type not in _METHODS:
            method = f"is compressed with method {info.compress_type}, which no DOCX may use; it was not read"
            self.problems[f"Its part {_shown(name)} {method}."] = None
            return b""
        most = min(PART_BYTES, self._left)
        parts, size = [], 0
        try:
            with self._zip.open(info) as stream:
                while part := stream.read(1 << 18):
                    parts.append(part)
                    size += len(part)
                    if size > most:
                        self.problems[f"Its part {_shown(name)} unpacks to more than {most:,} bytes."] = None
                        return b""
                    if size > _FREE and size > self._limits.ratio * max(info.compress_size, 1):
                        times = f"{self._limits.ratio} times its size"
                        self.problems[f"Its part {_shown(name)} unpacks to more than {times}."] = None
                        return b""
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,  # zipfile: patched data, strong encryption
            RuntimeError,
        ):
            self.problems[f"Its part {_shown(name)} is damaged after {size:,} bytes."] = None
        self._left -= size
        return b"".join(parts)

    def tree(self, name: str) -> Any:
        """The root element of a part, or None where it is missing or damaged."""
        data = self.bytes_of(name)
        if not data:
            return None
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import fromstring

        if data.count(b"<") > 4_000_000:
            self.problems[f"Its part {_shown(name)} has more than 4,000,000 tags."] = None
            return None
        try:
            root = fromstring(data, forbid_dtd=True)
        except DefusedXmlException:
            self.problems[
                f"Its part {_shown(name)} declares entities, which no DOCX needs; it was not read."
            ] = None
        except (ParseError, ValueError, LookupError, RecursionError):
            # What stands in front of the damage: whole elements as they come.
            self.problems[f"Its part {_shown(name)} is no sound XML."] = None
            return _salvaged(data)
        else:
            return root
        return None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Id → (last word of the type, target) of a part's relationships."""
        folder, _, name = part.rpartition("/")
        root = self.tree(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        found = {}
        for one in root.iter(_RELATION) if root is not None else ():
            kind = one.get("Type", "").rpartition("/")[2]
            target = one.get("Target", "")
            if one.get("TargetMode") != "External" and not target.startswith("/") and kind != "hyperlink":
                target = f"{folder}/{target}" if folder else target
            found[one.get("Id", "")] = (kind, target)
        return found


def _salvaged(data: bytes) -> Any:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import XMLParser

    parser = XMLParser(forbid_dtd=True)
    target: Any = parser.target
    try:
        for at in range(0, len(data), 65_536):
            parser.feed(data[at : at + 65_536])
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        pass
    try:
        while True:  # close what is still open
            elem = target._elem
            if not elem:
                break
            target.end(elem[-1].tag)
        return target.close()
    except Exception:
        return None


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[:100])


def depth_first(root: Any, problems: dict[str, None]) -> Iterator[tuple[Any, int]]:
    """Elements with +1 when they open and -1 when they close, without recursion.

    Those too deep are left, which `problems` then says.
    """
    stack: list[tuple[Any, Iterator[Any]]] = [(root, iter(root))]
    yield root, 1
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield element, -1
        elif len(stack) < _DEEPEST:
            yield child, 1
            stack.append((child, iter(child)))
        else:
            problems[f"Its elements nest deeper than {_DEEPEST} levels; what lies deeper was left."] = None
