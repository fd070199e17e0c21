"""Names and versions of packages: what an ecosystem allows, and the form in which it compares names.

What does not fit is no package: manifests are written by anyone, and a name with a control character or a
version that is a sentence must neither be shown nor looked up. All patterns are possessive or bounded, so
that each looks at a character a fixed number of times.
"""

from __future__ import annotations

import re

NAME_CHARS = 512
VERSION_CHARS = 256

_SEMVER = re.compile(r"\d{1,18}\.\d{1,18}\.\d{1,18}(?:-[0-9A-Za-z.-]++)?(?:\+[0-9A-Za-z.-]++)?")
_NAMES = {
    "PyPI": re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"),
    "npm": re.compile(r"(?:@[A-Za-z0-9~_.*!'()-]++/)?[A-Za-z0-9~_.*!'()-]++"),
    "Go": re.compile(r"[A-Za-z0-9._~-]++(?:/[A-Za-z0-9._~+!-]++)*+"),
    "crates.io": re.compile(r"[A-Za-z0-9_-]++"),
    "Maven": re.compile(r"[A-Za-z0-9_.-]++:[A-Za-z0-9_.-]++"),
    "RubyGems": re.compile(r"[A-Za-z0-9._-]++"),
    "Packagist": re.compile(r"[a-z0-9][a-z0-9_.-]*+/[a-z0-9][a-z0-9_.-]*+"),
    "NuGet": re.compile(r"[A-Za-z0-9_.-]++"),
}
_VERSIONS = {
    # PEP 440, local versions included: https://packaging.python.org/specifications/version-specifiers/
    "PyPI": re.compile(
        r"v?(?:\d++!)?\d++(?:\.\d++)*+(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*+)?"
        r"(?:-\d++|[-_.]?(?:post|rev|r)[-_.]?\d*+)?(?:[-_.]?dev[-_.]?\d*+)?(?:\+[a-z0-9]++(?:[-_.][a-z0-9]++)*+)?",
        re.IGNORECASE,
    ),
    "npm": _SEMVER,
    "Go": _SEMVER,
    "crates.io": _SEMVER,
    "Maven": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*+"),
    "RubyGems": re.compile(r"\d++(?:\.[0-9A-Za-z]++)*+"),
    "Packagist": re.compile(r"[vV]?\d++(?:\.\d++)*+(?:[-_.+]?[0-9A-Za-z]++)*+"),
    "NuGet": re.compile(r"\d{1,18}(?:\.\d{1,18}){0,3}(?:-[0-9A-Za-z.-]++)?(?:\+[0-9A-Za-z.-]++)?"),
}
_RUNS = re.compile(r"[-_.]+")


def canonical(ecosystem: str, name: str) -> str:
    """The name in the form that the ecosystem compares by; "" where it is no name there."""
    if ecosystem == "Packagist":
        name = name.lower()
    pattern = _NAMES.get(ecosystem)
    if pattern is None or not 0 < len(name) <= NAME_CHARS or pattern.fullmatch(name) is None:
        return ""
    return _RUNS.sub("-", name).lower() if ecosystem == "PyPI" else name


def exact(ecosystem: str, version: str) -> str:
    """The version as OSV writes it; "" where it is no exact version of the ecosystem."""
    if ecosystem == "Go":
        version = version.removeprefix("v")
    pattern = _VERSIONS.get(ecosystem)
    if pattern is None or not 0 < len(version) <= VERSION_CHARS or pattern.fullmatch(version) is None:
        return ""
    return version


def shown(text: str, chars: int = 80) -> str:
    """Hostile text for a message: on one line, without characters that are not seen, bounded."""
    cut = text[: chars + 1]
    clean = "".join(one if one.isprintable() else "\ufffd" for one in cut[:chars])
    return clean + "…" if len(cut) > chars else clean
