"""TLP 2.0 in STIX 2.1: the marking definitions that OASIS has published, with their fixed identifiers."""

from __future__ import annotations

from typing import Any

from cybersecqwen.records.intel import Tlp

# From: https://github.com/oasis-open/cti-stix-common-objects/tree/main/extension-definition-specifications/tlp-2.0
# (marking-definition.json has the identifiers, examples/ the time of creation)
EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""The extension that the definitions stand on."""
_CREATED = "2022-10-01T00:00:00.000Z"
_IDS = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def marking_definition(marking: Tlp) -> dict[str, Any] | None:
    """The object for a marking, as OASIS publishes it; None where the report has no marking."""
    if marking not in _IDS:
        return None
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _IDS[marking],
        "created": _CREATED,
        "name": marking.value,
        "extensions": {
            EXTENSION: {
                "extension_type": "property-extension",
                "tlp_2_0": marking.value.removeprefix("TLP:").lower(),
            }
        },
    }
