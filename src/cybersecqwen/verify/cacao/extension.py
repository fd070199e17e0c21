"""How our own playbooks say, of every step, what it does and who answers for it: an extension of CACAO steps.

CACAO 2.0 has no word for what a step does to what it acts on, so a checker can only guess it from the
command. Our steps say it: `step_extensions` holds, below `EXTENSION_ID`, an object with the properties
below. Every playbook that uses it carries `definition(…)` in its `extension_definitions`.
"""

from __future__ import annotations

from typing import Any

EXTENSION_ID = "extension-definition--13eee32b-1e4a-58b1-bf43-9c6fb33d6cd4"
"""The version 5 UUID of `EXTENSION_SCHEMA` in the namespace of URLs (RFC 9562, section 6.6)."""
EXTENSION_SCHEMA = "urn:cybersecqwen:cacao:step:1"
EXTENSION_NAME = "Effect, approval and grounds of a step"
EXTENSION_VERSION = "1.0.0"

EFFECT = "effect"
"""One of `EFFECTS`; required."""
APPROVAL = "approval"
"""Id of the step in this workflow that asks a person, or of the condition that reads the answer."""
PHASE = "phase"
"""Phase of the response: text, "containment"."""
MINUTES = "minutes"
"""How long it takes: a whole number, at least 0."""
ROLE = "role"
"""Who does it: text."""
REVERSIBLE = "reversible"
"""Whether it can be taken back: true or false."""
UNDO = "undo"
"""How it is taken back: text."""
BREAKS = "breaks"
"""What else stops working: text."""
VERIFY = "verify"
"""How one sees that it worked: text."""
BASIS = "basis"
"""What it stands on: a list of texts."""
COLLECTS = "collects"
"""Kinds of evidence that it takes: a list of texts."""
DESTROYS = "destroys"
"""Kinds of evidence that it destroys: a list of texts."""
ACTION = "action"
"""Id of the action in our library that it was made from: text."""

OBSERVE, COLLECT, CHANGE, DESTROY = "observe", "collect", "change", "destroy"
EFFECTS = (OBSERVE, COLLECT, CHANGE, DESTROY)
"""Mildest first: looks; takes copies; changes what can be changed back; changes what cannot."""

KINDS = {
    EFFECT: "effect",
    APPROVAL: "step",
    PHASE: "text",
    MINUTES: "count",
    ROLE: "text",
    REVERSIBLE: "boolean",
    UNDO: "text",
    BREAKS: "text",
    VERIFY: "text",
    BASIS: "texts",
    COLLECTS: "texts",
    DESTROYS: "texts",
    ACTION: "text",
}
"""Every property with what it holds."""


def definition(created_by: str) -> dict[str, Any]:
    """The object for `extension_definitions` of a playbook; `created_by` is an identity's id."""
    return {
        "type": "extension-definition",
        "name": EXTENSION_NAME,
        "created_by": created_by,
        "schema": EXTENSION_SCHEMA,
        "version": EXTENSION_VERSION,
    }
