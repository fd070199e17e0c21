"""Package URLs: https://github.com/package-url/purl-spec (types, 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, unquote

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

_ECOSYSTEMS = {kind: ecosystem for ecosystem, kind in TYPES.items()}
_LONGEST = 2_000


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
    if len(text) > _LONGEST or not text.startswith("pkg:"):
        return None
    rest = text[4:].partition("#")[0].partition("?")[0].strip("/")
    kind, _, rest = rest.partition("/")
    ecosystem = _ECOSYSTEMS.get(kind.lower(), "")
    head, sign, version = rest.rpartition("@")
    # An @ that begins the last part is npm's scope, not a version.
    if not sign or head == "" or head.endswith("/"):
        head, version = rest, ""
    name = "/".join(unquote(part) for part in head.split("/") if part)
    if not ecosystem or not name:
        return None
    if ecosystem == "Maven":
        group, _, artifact = name.rpartition("/")
        name = f"{group}:{artifact}" if group else artifact
    return ecosystem, name_key(ecosystem, name), unquote(version)
