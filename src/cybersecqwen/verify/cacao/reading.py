"""A playbook read from bytes that anybody may have written: JSON within bounds, no key twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from cybersecqwen.errors import InputError, LimitError, NothingAnalysedError

MOST_BYTES = 16 << 20
MOST_DEPTH = 64
MOST_STEPS = 20_000
MOST_PARTS = 1_500_000
"""Texts, names and brackets of a file; a playbook of 20,000 steps has some 600,000."""
_HINT = "A CACAO playbook is one JSON object; see docs/playbook-check.md."
_BOUND = "The bound is fixed; nobody follows a playbook of that size."
# A string is passed over in one piece, to the end of the file where its quote has no partner.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_YAML = re.compile(rb"\s*(?:---|%YAML|#|[A-Za-z_][\w -]*:(?:\s|$))")
_OLD = re.compile(r"(?:cacao-)?(1\.\d+)\Z")


def read(text: bytes) -> dict[str, Any]:
    """The playbook in `text`.

    Raises:
        NothingAnalysedError: nothing is in it, or it is JSON but no playbook.
        LimitError: it has over 16 MiB, nests deeper than 64 levels or has over 20,000 steps.
        InputError: it is no JSON, has a key twice, or is of another version of CACAO.

    """
    if len(text) > MOST_BYTES:
        raise LimitError(f"The file has over {MOST_BYTES >> 20} MiB.", hint=_BOUND)
    text = text.removeprefix(b"\xef\xbb\xbf")
    if not text.strip():
        raise NothingAnalysedError("There is nothing in the file.", hint=_HINT)
    value = _parsed(text)
    if not isinstance(value, dict):
        kinds = {list: "a list", str: "a text", bool: "true or false"}
        raise NothingAnalysedError(
            f"It is JSON, but {kinds.get(type(value), 'a single value')} and not a playbook.", hint=_HINT
        )
    _refuse_others(value)
    return value


def _parsed(text: bytes) -> Any:
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("The file is in UTF-16; JSON is exchanged in UTF-8.", hint="Save it as UTF-8.")
    _bound(text)
    try:
        return json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InputError(f"Byte {error.start:,} is not UTF-8.", hint="Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        if _YAML.match(text):
            hint = "Convert it first; a playbook in YAML is one that its tool has not exported yet."
            raise InputError("This looks like YAML, and CACAO playbooks are JSON.", hint=hint) from None
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise InputError(f"It is not JSON: {_said(error.msg)} at {where}.", hint=_HINT) from None
    except ValueError:  # integers of thousands of digits, which Python refuses to convert
        raise InputError("It is JSON with a number that has thousands of digits.", hint=_HINT) from None


def _said(message: str) -> str:
    return message[:1].lower() + message[1:].removesuffix(" at").rstrip(":")


def _bound(text: bytes) -> None:
    """Refuse what is too deep or of too many parts, before anything is made of it."""
    depth = 0
    for parts, token in enumerate(_TOKEN.finditer(text), 1):
        if parts > MOST_PARTS:
            raise LimitError(f"It has over {MOST_PARTS:,} parts: texts, names and brackets.", hint=_BOUND)
        sign = token[0]
        if sign in (b"{", b"["):
            depth += 1
            if depth > MOST_DEPTH:
                raise LimitError(f"It nests deeper than {MOST_DEPTH} levels.", hint=_BOUND)
        elif sign in (b"}", b"]"):
            depth -= 1


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(
                f"The key {key[:80]!r} stands twice in one object.",
                hint="Programs differ in which of the two they take; keep one.",
            )
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise InputError(f"It is not JSON: there is no {name} in it.", hint=_HINT)


def _refuse_others(value: dict[str, Any]) -> None:
    """What is no CACAO 2.0 playbook, not even a damaged one."""
    version, workflow = value.get("spec_version"), value.get("workflow")
    old = _OLD.match(version) if isinstance(version, str) else None
    if old:
        raise InputError(
            f"This is CACAO {old[1]}; the check knows 2.0, whose steps and agents are other objects.",
            hint="Export it as CACAO 2.0 from the tool that made it.",
        )
    named = isinstance(version, str) and version.startswith("cacao-")
    if value.get("type") != "playbook" and not named and "workflow" not in value:
        raise NothingAnalysedError(
            "It is JSON, but not a playbook: it has neither the type, a spec_version nor a workflow.",
            hint=_HINT,
        )
    if isinstance(workflow, dict | list) and len(workflow) > MOST_STEPS:
        raise LimitError(f"It has over {MOST_STEPS:,} steps.", hint=_BOUND)
