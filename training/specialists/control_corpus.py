"""Techniques of ATT&CK with the controls that mitigate them, split so that a whole family is on one side.

The texts are names and descriptions of enterprise techniques; the labels are CTID's mapping of SP 800-53
rev. 5, as the starter bundle holds it. A sub-technique says much of what its parent says, so both are always
on one side.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cybersecqwen.knowledge.store import Store

ATTACK = "knowledge/enterprise-attack.json.gz"
MAPPING = "knowledge/nist_800_53_to_attack.json.gz"
_MARKUP = re.compile(r"\(Citation:[^)]*\)|</?code>|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One technique."""

    id: str
    text: str
    controls: tuple[str, ...]

    @property
    def family(self) -> str:
        """The technique above a sub-technique, else the technique itself."""
        return self.id.partition(".")[0]

    @property
    def held_out(self) -> bool:
        """Three families in ten, by a hash of their identifier."""
        return int(hashlib.sha256(self.family.encode()).hexdigest(), 16) % 10 < 3


def read(data: Path, store: Store) -> list[Item]:
    """Every technique that a control mitigates, in order of identifiers: 468 of November 2025."""
    items = []
    for id, text in sorted(texts(data)):
        near = store.neighbours(id, "mitigates", "in")
        controls = tuple(one.id for one in near if one.type == "control")
        if controls:
            items.append(Item(id=id, text=text, controls=controls))
    return items


def texts(data: Path) -> Iterator[tuple[str, str]]:
    """(identifier, name and description) of every enterprise technique in use."""
    bundle = json.loads(gzip.decompress((data / ATTACK).read_bytes()))
    for one in bundle["objects"]:
        if one["type"] != "attack-pattern" or one.get("revoked") or one.get("x_mitre_deprecated"):
            continue
        (id,) = (
            reference["external_id"]
            for reference in one["external_references"]
            if reference["source_name"] == "mitre-attack"
        )
        plain = _MARKUP.sub(lambda found: found[1] or "", one.get("description", ""))
        yield id, f"{one['name']}. {plain}"
