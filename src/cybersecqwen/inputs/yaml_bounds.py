"""YAML of others: read without objects of Python, and only so deep."""

from __future__ import annotations

from typing import Any

import yaml

DEEPEST = 100
"""Levels that a document may nest."""


class BoundLoader(yaml.CSafeLoader):
    """Bounds how deep it goes: libyaml recurses, and a hundred thousand levels end the process."""

    _depth = 0

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Called by the composer on its way into every node."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.YAMLError(f"it nests deeper than {DEEPEST} levels")

    def ascend_resolver(self) -> None:
        """Called on the way out."""
        self._depth -= 1


def read_yaml(text: str) -> Any:
    """The one document of a text, in JSON types and dates.

    Mappings are not merged (`<<`): with that a small file becomes an endless one. What is anchored twice is
    the same
    object twice.

    Raises:
        yaml.YAMLError: It is no YAML, nests too deep, or merges mappings; ValueError for a date that is none.
    """
    if "<<" in text and any("<<" in line.split("#")[0] and ":" in line for line in text.splitlines()):
        raise yaml.YAMLError("it merges mappings (<<); write them out")
    # csq: ignore[python-yaml-load] BoundLoader is a CSafeLoader that goes only so deep
    return yaml.load(text, Loader=BoundLoader)
