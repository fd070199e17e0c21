"""The order of versions, by ecosystem.

PyPI (PEP 440), Maven (ComparableVersion), RubyGems and NuGet are ordered by univers. The order of Semantic
Versioning 2.0.0 (npm, Go, crates.io) and that of Composer are written here, because univers counts build
metadata, which the specification leaves out (section 10), takes anything for a version ("1.x" is 1.0.0-x),
and orders Composer's as if they were semantic ones (beta10 before beta9, RC before beta).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol

from cybersecqwen.errors import CsqError

LONGEST = 256
"""Characters of a version; longer ones are not read."""


class Key(Protocol):
    """A version that can be put in order with others of its ecosystem."""

    def __lt__(self, other: Any, /) -> bool: ...


SEMANTIC = frozenset({"npm", "Go", "crates.io", "Hex", "Pub", "SwiftURL", "GitHub Actions"})
"""Ecosystems whose versions are semantic ones, with OSV's names."""

_SEMVER = re.compile(
    r"[vV=]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]*)?",
    re.ASCII,
)
# Go's own versions: https://go.dev/doc/toolchain#version
_TOOLCHAIN = re.compile(r"(?:go)?(\d+)\.(\d+)(?:\.(\d+))?(?:(rc|beta)(\d+))?", re.ASCII)
# https://github.com/composer/semver/blob/main/src/VersionParser.php says what a version is.
_COMPOSER = re.compile(
    r"[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?"
    r"(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)[.-]?(\d*)(?:[.-]\d+)*)?([.-]?dev)?(?:\+\S*)?",
    re.ASCII | re.IGNORECASE,
)
_STABILITY = {"a": 1, "alpha": 1, "b": 2, "beta": 2, "rc": 3, "": 4, "stable": 4, "p": 5, "pl": 5, "patch": 5}
# Gemfile.lock puts the platform behind the version: nokogiri 1.15.4-x86_64-linux.
_PLATFORM = re.compile(
    r"-(?:java|jruby|x86|x64|x86_64|aarch64|arm64|arm|universal|mswin\d*|mingw\d*|ruby)(?:[-.].*)?$", re.ASCII
)
_MAVEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+~-]*", re.ASCII)
_MAVEN_RELEASE = re.compile(r"(?<=[.\-])release(?=$|[.\-])", re.IGNORECASE)
_NUGET = re.compile(r"[vV]?\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)


def key(ecosystem: str, version: str) -> Key | None:
    """What the version is ordered by among those of its ecosystem; None where it cannot be read.

    Raises CsqError where univers is needed and not installed.
    """
    text = version.strip()
    if not 0 < len(text) <= LONGEST or not text.isascii():
        return None
    return _key(ecosystem, text)


@lru_cache(maxsize=1 << 16)
def _key(ecosystem: str, text: str) -> Key | None:
    if ecosystem in SEMANTIC:
        return _toolchain(text) if text.startswith("go") or not _SEMVER.fullmatch(text) else semantic(text)
    reader = _READERS.get(ecosystem)
    return reader(text) if reader is not None else None


def known(ecosystem: str) -> bool:
    """Whether the order of its versions is known."""
    return ecosystem in SEMANTIC or ecosystem in _READERS


def semantic(text: str) -> Key | None:
    """Of a semantic version, with or without "v"; parts that are left out are zeros.

    From: https://semver.org/#spec-item-11
    """
    found = _SEMVER.fullmatch(text)
    if found is None:
        return None
    major, minor, patch, pre = found.groups()
    numbers = (int(major), int(minor or 0), int(patch or 0))
    if pre is None:
        return (*numbers, (1,))
    parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in pre.split("."))
    return (*numbers, (0, *parts))


def is_prerelease(ecosystem: str, version: str) -> bool:
    """Whether the version says that it comes before a release."""
    text = version.strip()
    if ecosystem == "PyPI":
        value = _key("PyPI", text)
        return bool(getattr(value, "is_prerelease", False))
    if ecosystem == "RubyGems":
        return any(char.isalpha() for char in _PLATFORM.sub("", text))
    if ecosystem == "Maven":
        return bool(re.search(r"(?i)[.\-](alpha|beta|milestone|m\d|rc|cr|snapshot|pre)", text))
    return "-" in text.partition("+")[0]


def numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with: (1, 26, 5) for "v1.26.5-rc1"."""
    found = re.match(r"(?:v|go)?(?:\d+!)?(\d{1,18}(?:\.\d{1,18}){0,5})", version.strip())
    return tuple(map(int, found[1].split("."))) if found else ()


def _toolchain(text: str) -> Key | None:
    found = _TOOLCHAIN.fullmatch(text)
    if found is None:
        return None
    major, minor, patch, stage, number = found.groups()
    return semantic(f"{major}.{minor}.{patch or 0}" + (f"-{stage}.{number}" if stage else ""))


def _composer(text: str) -> Key | None:
    found = _COMPOSER.fullmatch(text.partition("@")[0].strip())
    if found is None:
        return None
    *parts, stage, number, dev = found.groups()
    rank = _STABILITY[(stage or "").lower()]
    if dev and not stage:
        rank = 0
    return (*(int(part or 0) for part in parts), rank, int(number or 0), not dev)


def _pypi(text: str) -> Key | None:
    # What a builder adds (2.0.1+cu118) is the same release to those who write advisories.
    found = _univers("PypiVersion", text.partition("+")[0])
    value: Key | None = getattr(found, "value", None)
    return value


def _gem(text: str) -> Key | None:
    return _univers("RubygemsVersion", _PLATFORM.sub("", text))


def _maven(text: str) -> Key | None:
    if not _MAVEN.fullmatch(text) or text.upper() in ("LATEST", "RELEASE"):
        return None
    # Since Maven 3.8 "release" says as little as "final" and "ga"; univers has only these.
    # From: https://maven.apache.org/pom.html#version-order-specification
    return _univers("MavenVersion", _MAVEN_RELEASE.sub("final", text))


def _nuget(text: str) -> Key | None:
    return _univers("NugetVersion", text) if _NUGET.fullmatch(text) else None


def _univers(kind: str, text: str) -> Key | None:
    try:
        from univers import versions
    except ImportError as error:
        raise CsqError(
            "Versions of packages need the package univers.", hint="Install cybersecqwen[code]."
        ) from error
    try:
        found: Key = getattr(versions, kind)(text)
        found < found  # noqa: B015 - some that are read cannot be compared
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError, OverflowError):
        return None
    return found


_READERS: Mapping[str, Callable[[str], Key | None]] = MappingProxyType(
    {"PyPI": _pypi, "Maven": _maven, "RubyGems": _gem, "NuGet": _nuget, "Packagist": _composer}
)
