"""The rules by name: how much each weighs and what it asks for; docs/playbook-check.md has them too."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.records.rule_tests import Weight


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    severity: Weight
    """Unless a place says otherwise: what people do by hand weighs less than what runs by itself."""
    asks: str
    """What must be so, one sentence."""


_ERROR, _WARNING, _NOTE = Weight.ERROR, Weight.WARNING, Weight.NOTE

RULES = {
    # One object at a time
    "required": Rule(_ERROR, "A property that the specification requires is there."),
    "type": Rule(_ERROR, "A value has the type that the specification gives it."),
    "value": Rule(_ERROR, "A value is one of the words or inside the range that the specification allows."),
    "form": Rule(_ERROR, "Identifiers, timestamps, addresses, base64 and names are written in their form."),
    "items": Rule(_ERROR, "A list has as many items as it must."),
    "exclusive": Rule(_ERROR, "Properties that exclude each other do not stand together."),
    "forbidden": Rule(_ERROR, "A step has no property that its type must not have."),
    "identifier": Rule(_ERROR, "A name that points to an object is an identifier: type--UUID."),
    "unknown-property": Rule(
        _WARNING, "The specification knows the property; others belong in an extension."
    ),
    "vocabulary": Rule(_NOTE, "A word of an open vocabulary is one that other tools know."),
    # The way through the workflow
    "start": Rule(_ERROR, "workflow_start names the start step, and there is one."),
    "missing-step": Rule(_ERROR, "Every step that is referred to is in the workflow."),
    "unreachable": Rule(_ERROR, "Every step can be reached from the start or from the exception step."),
    "dead-end": Rule(_ERROR, "Every step but the end says what comes next."),
    "missing-end": Rule(_ERROR, "An end step can be reached."),
    "cycle": Rule(_ERROR, "No step leads back to itself, but through the loop of a while-condition."),
    "failure-only": Rule(_WARNING, "A step that says what follows a failure says what follows a success."),
    "condition": Rule(_ERROR, "A condition can be read: __variable__:value == 'text', with AND, OR, NOT."),
    # What is referred to
    "unknown-agent": Rule(_ERROR, "A step's agent is defined in agent_definitions."),
    "unknown-target": Rule(_ERROR, "A step's targets are defined in target_definitions."),
    "unknown-authentication": Rule(
        _ERROR, "authentication_info is defined in authentication_info_definitions."
    ),
    "undeclared-variable": Rule(_ERROR, "A variable that is read or written is declared."),
    "unknown-extension": Rule(_WARNING, "An extension is defined in extension_definitions."),
    "unknown-marking": Rule(_WARNING, "A marking is defined in data_marking_definitions."),
    "unused": Rule(_NOTE, "What is defined is used."),
    "duplicate-id": Rule(_WARNING, "An id stands for one object."),
    "key-differs": Rule(_WARNING, "An object's id is the key that it is kept under."),
    "time-order": Rule(
        _WARNING, "What comes later is later: modified after created, valid_until after valid_from."
    ),
    "secret": Rule(_WARNING, "No password or token is written into the playbook."),
    # Before something is destroyed
    "missing-approval": Rule(_ERROR, "A person decides, on every way to a step that destroys something."),
    "approval": Rule(_ERROR, "The approval that a step names is a step in which a person decides."),
    "extension-value": Rule(_ERROR, "The properties of our own step extension hold what they must."),
}
"""Every rule, in the order of docs/playbook-check.md."""
