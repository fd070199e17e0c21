"""Package URLs: https://github.com/package-url/purl-spec (types, 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from cybersecqwen.inputs.packages.purl import purl as read
from cybersecqwen.knowledge.advisories.interface import name_key
from cybersecqwen.records.review import Package

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


def purl(package: Package) -> str:
    """The package URL of a package; "" where its ecosystem has no type."""
    kind = TYPES.get(package.ecosystem)
    if kind is None:
        return ""
    name = package.name.replace(":", "/", 1) if package.ecosystem == "Maven" else package.name
    text = f"pkg:{kind}/" + "/".join(quote(part, safe="._-~", errors="replace") for part in name.split("/"))
    version = quote(package.version, safe="._-~+", errors="replace")
    return f"{text}@{version}" if version else text


def parse(text: str) -> tuple[str, str, str] | None:
    """(ecosystem, name, version) of a package URL, version "" where it has none; None where it is no such."""
    found = read(text)
    if found is None or not found.ecosystem:
        return None
    return found.ecosystem, name_key(found.ecosystem, found.name), found.version
