"""YAML of others: read without objects of Python, and only so deep."""

from __future__ import annotations

from typing import Any

import yaml

DEEPEST = 100
"""Levels that a document may nest."""
LONGEST_NUMBER = 100
"""Characters of a number: one to the base of 60 (1:59:59) takes the square of its length to be read."""
_UNREAD = (IndexError, KeyError, AttributeError, OverflowError, TypeError)
"""What PyYAML raises for values that are not what their tags say (`!!int ""`, `!!bool x`)."""


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

    def _integer(self, node: Any) -> Any:
        return self.construct_yaml_int(_short(node))

    def _fraction(self, node: Any) -> Any:
        return self.construct_yaml_float(_short(node))


BoundLoader.add_constructor("tag:yaml.org,2002:int", BoundLoader._integer)
BoundLoader.add_constructor("tag:yaml.org,2002:float", BoundLoader._fraction)


def _short(node: Any) -> Any:
    if isinstance(node.value, str) and len(node.value) > LONGEST_NUMBER:
        raise yaml.YAMLError(f"it has a number of more than {LONGEST_NUMBER} characters")
    return node


def read_yaml(text: str) -> Any:
    """The one document of a text, in JSON types and dates.

    Mappings are not merged (`<<`): with that a small file becomes an endless one. What is anchored twice is
    the same object twice.

    Raises:
        yaml.YAMLError: It is no YAML, nests too deep, merges mappings, or has a value that is not what its
            tag says; ValueError for a date that is none.
    """
    if "<<" in text and any("<<" in line.split("#")[0] and ":" in line for line in text.splitlines()):
        raise yaml.YAMLError("it merges mappings (<<); write them out")
    try:
        # csq: ignore[python-yaml-load] BoundLoader is a CSafeLoader that goes only so deep
        return yaml.load(text, Loader=BoundLoader)
    except _UNREAD:
        raise yaml.YAMLError("it has a value that is not what its tag says") from None
