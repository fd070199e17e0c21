"""A small store with texts of our own, shared by the tests of questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen.knowledge import Entity, Relation, SourceInfo, Store
from cybersecqwen.knowledge.builder import texts_of
from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.knowledge.writer import write_bundle

SOURCES = [
    SourceInfo(
        name=name, version="1", date="2026-01-01", sha256="0" * 64, licence="none", url="https://x.example/"
    )
    for name in ("attack-enterprise", "attack-mobile", "attack-ics", "cwe")
]


def entity(id: str, type: str, name: str, text: str = "", **attributes: object) -> Entity:
    source = "cwe" if id.startswith("CWE") else "attack-enterprise"
    url = f"https://x.example/{id}"
    return Entity(id=id, type=type, name=name, source=source, url=url, text=text, attributes=attributes)


ENTITIES = [
    entity(
        *("T1001", "technique", "Making Noise"),
        "Somebody whistles loudly so that guards look elsewhere.",
        tactics=["defense-evasion"],
        platforms=["Windows", "Linux"],
    ),
    entity("T1001.001", "technique", "Drumming", "Somebody beats a drum.", tactics=["impact"]),
    entity(
        "G0001",
        "group",
        "Loud Bear",
        "Loud Bear is a band from the harbour.",
        aliases=["ACT-9", "Bruin Choir"],
    ),
    entity("G0002", "group", "Quiet Fox", "Quiet Fox is a band from the hills."),
    entity("S0001", "software", "Whistle", "Whistle is a tool for whistling.", kind="tool"),
    entity("S0002", "software", "Kettle", "Kettle is a tool that boils water.", kind="tool"),
    entity("M1001", "mitigation", "Ear Plugs", "Wear ear plugs at all times."),
    entity("M1002", "mitigation", "Thick Curtains", "Hang curtains before windows."),
    entity(
        "CWE-7",
        "weakness",
        "Open Door",
        "The door stands open although nobody is expected.",
        abstraction="Base",
    ),
]
RELATIONS = [
    Relation(source="T1001.001", kind="subtechnique-of", target="T1001"),
    Relation(source="G0001", kind="uses", target="T1001"),
    Relation(source="G0001", kind="uses", target="S0001"),
    Relation(source="G0002", kind="uses", target="S0002"),
    Relation(source="M1001", kind="mitigates", target="T1001"),
]
PASSAGES = [
    Passage(
        entity="T1001", section="procedure", other="G0001", text="Loud Bear whistled in the harbour at 0430."
    ),
    Passage(entity="T1001", section="mitigation", other="M1001", text="Give every guard plugs made of foam."),
    Passage(entity="CWE-7", section="consequence", text="Scope: Confidentiality. Impact: Rain comes in."),
    Passage(entity="CWE-7", section="mitigation", text="Phase: Operation. Close the door with a lever."),
    Passage(entity="CWE-7", section="mitigation", text="Do not leave doors open at night."),
]


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """With passages."""
    path = tmp_path_factory.mktemp("ask") / "full.sqlite"
    passages = [*PASSAGES, *texts_of([], ENTITIES, RELATIONS)]
    write_bundle(
        path,
        kind="full",
        created="",
        sources=SOURCES,
        entities=ENTITIES,
        relations=RELATIONS,
        passages=passages,
    )
    with Store.open(path) as store:
        yield store


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Facts alone, as a starter has them."""
    path: Path = tmp_path_factory.mktemp("ask") / "bare.sqlite"
    write_bundle(path, kind="starter", created="", sources=SOURCES, entities=ENTITIES, relations=RELATIONS)
    with Store.open(path) as store:
        yield store
