"""JSON manifests: parsed within bounds, and looked into without trusting their shape."""

from __future__ import annotations

import json
from typing import Any

import orjson

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.inputs.json_values import too_deep
from cybersecqwen.records import Limits

_NESTS = 512
"""Deepest nesting of a manifest: package-lock.json of version 1 nests two levels for each package inside
another. Readers walk without recursion, so this bounds work, not the stack."""
_NESTED = 2_000_000
_QUOTES = 10_000_000


def json_of(text: str, what: str, limits: Limits) -> dict[str, Any]:
    """The object that the file holds. Where a key stands twice the last one counts, as for npm and others.

    Raises:
        InputError: It is no JSON object.
        LimitError: It nests too deep or holds too many values.
    """
    del limits
    # An empty list takes 3 bytes of text and 64 of memory, so values are counted before they are made.
    if text.count("{") + text.count("[") > _NESTED or text.count('"') > _QUOTES:
        raise LimitError(f"The {what} holds over {_NESTED:,} objects and lists, or {_QUOTES // 2:,} texts.")
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, ValueError):
        value = _leniently(text, what)
    if not isinstance(value, dict):
        raise InputError(f"The {what} is JSON, but not an object.")
    if too_deep(value, _NESTS):
        raise LimitError(f"The {what} nests deeper than {_NESTS} levels.")
    return value


def _leniently(text: str, what: str) -> Any:
    # orjson refuses halves of surrogate pairs, which JSON.parse takes; both bound their recursion.
    try:
        return json.loads(text)
    except RecursionError as error:
        raise LimitError(f"The {what} nests deeper than {_NESTS} levels.") from error
    except ValueError as error:
        raise InputError(f"The {what} is not valid JSON or is cut off.") from error


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value where it is text, else ""."""
    return value if isinstance(value, str) else ""


def key_needle(source: str, after: str = "") -> tuple[str, str]:
    """How keys are written in this file: what stands before and behind a name (`"name": {`)."""
    colon = '": ' if '": ' in source else '":'
    return '"', colon + after
