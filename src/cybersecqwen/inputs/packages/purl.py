"""Package URLs, as SBOMs name packages: `pkg:npm/%40scope/name@1.0.0?arch=x#folder`.

https://github.com/package-url/purl-spec
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

CHARS = 4_096
_PURL = re.compile(r"pkg:/{0,2}([A-Za-z][A-Za-z0-9.+-]{0,40})/([^?#]+)(?:[?#].*)?", re.DOTALL)
_TYPES = {
    "pypi": "PyPI",
    "npm": "npm",
    "golang": "Go",
    "cargo": "crates.io",
    "maven": "Maven",
    "gem": "RubyGems",
    "composer": "Packagist",
    "nuget": "NuGet",
}


class Purl(NamedTuple):
    """What a package URL says."""

    ecosystem: str
    """As OSV names it; "" for types that are not read."""
    type: str
    name: str
    version: str


def purl(text: str) -> Purl | None:
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
    if kind == "maven":
        name = ":".join(parts)
    elif kind == "gem" or kind == "nuget" or kind == "cargo" or kind == "pypi":
        name = parts[-1]
    else:
        name = "/".join(parts)
    return Purl(_TYPES.get(kind, ""), kind, name, version)
