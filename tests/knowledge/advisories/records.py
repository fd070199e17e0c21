"""Records of OSV, made for tests."""

from __future__ import annotations

from typing import Any


def record(
    id: str,
    *events: tuple[str, str],
    ecosystem: str = "PyPI",
    name: str = "acme",
    kind: str = "ECOSYSTEM",
    versions: tuple[str, ...] = (),
    **fields: Any,
) -> dict[str, Any]:
    """A record about one package with one range; without events it has no range."""
    affected: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}}
    if events:
        affected["ranges"] = [{"type": kind, "events": [{event: version} for event, version in events]}]
    if versions:
        affected["versions"] = list(versions)
    return {
        "id": id,
        "modified": "2025-01-01T00:00:00Z",
        "summary": f"Made up: {id}",
        "affected": [affected],
        **fields,
    }
