"""What a finding about a package is known by again, from one review to the next."""

from __future__ import annotations

import hashlib

from cybersecqwen.records.review import Package


def fingerprint(kind: str, package: Package, id: str) -> str:
    """The same wherever in its file a package is named, and in whatever version."""
    parts = (kind, package.ecosystem, package.name, id, package.place.path)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
