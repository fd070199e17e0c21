"""Fields of ECS for paths, and those for the name at their end.

https://www.elastic.co/docs/reference/ecs/ecs-field-reference
"""

from __future__ import annotations

NAMES = {
    "process.executable": "process.name",
    "process.parent.executable": "process.parent.name",
    "file.path": "file.name",
    "dll.path": "dll.name",
}
"""The field of the name by that of the path."""

_SIGNS = frozenset("*?\\/")


def is_name(text: str) -> bool:
    """Whether a text is a name as it stands at the end of a path: no path itself, and without wildcards."""
    return bool(text) and not _SIGNS & set(text)
