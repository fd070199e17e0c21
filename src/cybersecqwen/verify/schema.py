"""Structured output is validated on our side, whatever a server or a grammar promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.errors import CsqError, SchemaError

_MESSAGE_CHARS = 200


def validate(value: Any, schema: Mapping[str, Any]) -> None:
    """Return if `value` (JSON types) follows `schema` (JSON Schema, draft 2020-12).

    References are resolved inside the schema only; nothing is fetched.

    Raises:
        SchemaError: It does not; the message holds the JSON path of the first place that is wrong.
        CsqError: The package jsonschema is not installed, or the schema itself is invalid.
    """
    try:
        import jsonschema
        import referencing
    except ModuleNotFoundError as error:
        raise CsqError(
            "Checking a model's output needs the package 'jsonschema', which is not installed.",
            hint="Install the extra: pip install 'cybersecqwen[llm]'.",
        ) from error
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise CsqError(f"The JSON schema is invalid: {_short(error.message)}.") from error
    # NOTE: an empty registry, because the default one would fetch a remote "$ref".
    validator = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())
    try:
        first = min(validator.iter_errors(value), key=_place, default=None)
    except referencing.exceptions.Unresolvable as error:
        raise CsqError(
            f"The JSON schema refers to {_short(str(error.ref))}, which it does not hold."
        ) from error
    if first is not None:
        path = json_path(first.absolute_path)
        raise SchemaError(f"What the model wrote is not valid at {path}: {_short(first.message)}.")


def json_path(steps: Any) -> str:
    """A JSON path (RFC 9535) from keys and indexes: ["a", 0, "b c"] is "$.a[0]['b c']"."""
    path = "$"
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step.isidentifier() and step.isascii():
            path += f".{step}"
        else:
            escaped = step.replace("\\", "\\\\").replace("'", "\\'")
            path += f"['{escaped}']"
    return path


def _place(error: Any) -> tuple[int, str]:
    return len(error.absolute_path), json_path(error.absolute_path)


def _short(message: str) -> str:
    text = " ".join(message.split()).rstrip(".")
    return text if len(text) <= _MESSAGE_CHARS else text[:_MESSAGE_CHARS] + "…"
