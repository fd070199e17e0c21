"""Manifests in TOML that people write, parsed within bounds that keep the parser in linear time."""

from __future__ import annotations

import tomllib
from typing import Any

from cybersecqwen.errors import InputError, LimitError

TOML_BYTES = 4 << 20
"""Largest manifest that people write and that is parsed whole."""
_DOTS = 64
_COST = 50_000_000
"""The parser looks at every prefix of a dotted key, which takes the square of its parts."""


def toml_of(text: str, what: str) -> dict[str, Any]:
    """The tables of the file.

    Raises:
        InputError: It is not valid TOML.
        LimitError: It is too large, nests too deep or has keys of too many parts.
    """
    if len(text) > TOML_BYTES:
        raise LimitError(f"The {what} has {len(text):,} characters; the bound is {TOML_BYTES:,}.")
    cost = 0
    for line in text.split("\n"):
        dots = line.count(".")
        if dots > _DOTS:
            cost += dots * dots
    if cost > _COST:
        raise LimitError(f"The {what} has lines with too many dots to be parsed in time.")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise LimitError(f"The {what} nests too deep.") from error
    except ValueError as error:
        raise InputError(f"The {what} is not valid TOML or is cut off.") from error
