"""Package URLs, as SBOMs and VEX name packages: `pkg:npm/%40scope/name@1.0.0?arch=x#folder`.

https://github.com/package-url/purl-spec
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, unquote

from cybersecqwen.records.review import Package

CHARS = 4_096
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "PyPI": "pypi",
        "npm": "npm",
        "Go": "golang",
        "crates.io": "cargo",
        "Maven": "maven",
        "RubyGems": "gem",
        "Packagist": "composer",
        "NuGet": "nuget",
    }
)
"""OSV's ecosystems, and their types of package URLs."""

_ECOSYSTEMS = {kind: ecosystem for ecosystem, kind in TYPES.items()}
_PURL = re.compile(r"pkg:/{0,2}([A-Za-z][A-Za-z0-9.+-]{0,40})/([^?#]+)(?:[?#].*)?", re.DOTALL)


class Purl(NamedTuple):
    """What a package URL says."""

    ecosystem: str
    """As OSV names it; "" for types that are not read."""
    type: str
    name: str
    version: str
    """As OSV writes it: those of Go without their "v"."""


def read_purl(text: str) -> Purl | None:
    """The parts of a package URL; None where it is none."""
    if len(text) > CHARS:
        return None
    match = _PURL.fullmatch(text.strip())
    if match is None:
        return None
    kind = match[1].lower()
    at = match[2].rfind("@")
    # The @ of an npm scope that was not escaped stands before a slash.
    path, version = (match[2][:at], match[2][at + 1 :]) if at > match[2].rfind("/") else (match[2], "")
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    if not parts:
        return None
    version = unquote(version)
    if kind == "golang":
        version = version.removeprefix("v")
    if kind == "maven":
        name = ":".join(parts)
    elif kind in ("gem", "nuget", "cargo", "pypi"):
        name = parts[-1]
    else:
        name = "/".join(parts)
    return Purl(_ECOSYSTEMS.get(kind, ""), kind, name, version)


def write_purl(package: Package) -> str:
    """The package URL of a package; "" where its ecosystem has no type."""
    kind = TYPES.get(package.ecosystem)
    if kind is None:
        return ""
    name = package.name.replace(":", "/", 1) if package.ecosystem == "Maven" else package.name
    text = f"pkg:{kind}/" + "/".join(quote(part, safe="._-~", errors="replace") for part in name.split("/"))
    version = quote(package.version, safe="._-~+", errors="replace")
    if kind == "golang" and version[:1].isdecimal():
        version = f"v{version}"  # Go's own way: others compare the whole URL
    return f"{text}@{version}" if version else text
