"""Each loader on a small file of its form; all loaders on hostile ones."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.interface import Entity, Relation
from cybersecqwen.knowledge.sources import SOURCES, Source, files
from cybersecqwen.knowledge.sources.files import Payload, payloads
from cybersecqwen.knowledge.sources.interface import Loaded

from . import official

EXAMPLES: dict[str, bytes] = {
    "attack": json.dumps(official.attack()).encode(),
    "capec": json.dumps(official.capec()).encode(),
    "cwe": official.CWE.encode(),
    "kev": json.dumps(official.KEV).encode(),
    "d3fend": official.D3FEND.encode(),
    "nist-800-53": json.dumps(official.OSCAL).encode(),
    "ctid-mappings": json.dumps(official.MAPPING).encode(),
}


def load(name: str) -> tuple[Loaded, dict[str, Entity]]:
    loaded = SOURCES.get(name)().load(Payload(name, EXAMPLES[name]))
    return loaded, {entity.id: entity for entity in loaded.entities}


def kinds(loaded: Loaded) -> set[tuple[str, str, str]]:
    return {(r.source, r.kind, r.target) for r in loaded.relations}


@pytest.mark.parametrize("name", SOURCES.names())
def test_every_source_recognises_its_file_and_no_other(name: str) -> None:
    source = SOURCES.get(name)()
    assert [other for other, data in EXAMPLES.items() if source.recognises(Payload("x", data))] == [name]
    assert source.name == name
    assert source.title and source.licence and source.url.startswith("https://")


@pytest.mark.parametrize("name", SOURCES.names())
def test_every_source_is_in_the_notice_and_the_docs(name: str) -> None:
    root = Path(__file__).parents[2]
    title = SOURCES.get(name).title
    assert title in (root / "NOTICE").read_text()
    assert title in (root / "docs" / "knowledge.md").read_text()


def test_attack_techniques() -> None:
    loaded, entities = load("attack")
    parent = entities["T1001"]
    assert (parent.type, parent.name, parent.status) == ("technique", "Making noise", "active")
    # The matrix, not the file or the alphabet, gives the order of tactics.
    assert parent.attributes["tactics"] == ["go-on", "begin"]
    assert parent.attributes["platforms"] == ["Windows", "Linux"]
    assert parent.text == "Somebody makes a noise."
    assert parent.url == "https://attack.example/T1001"
    assert (entities["TA0002"].attributes["order"], entities["TA0001"].attributes["order"]) == (0, 1)
    assert entities["T1902"].status == "deprecated"
    assert (loaded.info.name, loaded.info.date) == ("attack-enterprise", "2026-01-02")


def test_attack_revocations_and_relations() -> None:
    loaded, entities = load("attack")
    assert (entities["T1900"].status, entities["T1900"].successor) == ("revoked", "T1001.001")
    assert entities["T1901"].successor == "T1900"
    assert {
        ("T1001.001", "subtechnique-of", "T1001"),
        ("G0001", "uses", "T1001.001"),
        ("G0001", "uses", "S0001"),
        ("M1001", "mitigates", "T1001"),
        ("T1001", "achieves", "TA0001"),
    } <= kinds(loaded)
    # The old mitigation has the id of its technique: neither it nor its relation may count.
    assert ("T1001", "mitigates", "T1001") not in kinds(loaded)


def test_attack_aliases() -> None:
    _, entities = load("attack")
    assert entities["G0001"].attributes["aliases"] == ["ACT-9"]
    assert entities["S0001"].attributes["aliases"] == ["Pipe"]
    assert entities["S0001"].attributes["kind"] == "tool"


def test_the_more_usable_of_two_attack_objects_keeps_the_identifier() -> None:
    dead = official.stix("malware", 1, "S0017", name="Dead", x_mitre_deprecated=True)
    live = official.stix("malware", 2, "S0017", name="Live")
    technique = official.stix("attack-pattern", 3, "T1001", name="Noise")
    uses = official.relationship(4, dead, "uses", technique)
    for objects in ([dead, live, technique, uses], [live, dead, technique, uses]):
        data = json.dumps({"type": "bundle", "objects": objects}).encode()
        loaded = SOURCES.get("attack")().load(Payload("x", data))
        assert {entity.name for entity in loaded.entities} == {"Live", "Noise"}
        assert not loaded.relations  # what the dead one used the live one does not


def test_old_mitigations_with_the_id_of_a_technique_are_no_entities() -> None:
    old = official.stix("course-of-action", 1, "T1555", name="Old mitigation", x_mitre_deprecated=True)
    new = official.stix("course-of-action", 2, "M1555", name="Mitigation")
    data = json.dumps({"type": "bundle", "objects": [old, new]}).encode()
    assert [entity.id for entity in SOURCES.get("attack")().load(Payload("x", data)).entities] == ["M1555"]


def test_attack_version_comes_from_the_collection() -> None:
    document = official.attack()
    document["objects"].append({"type": "x-mitre-collection", "x_mitre_version": "99.1"})
    loaded = SOURCES.get("attack")().load(Payload("x", json.dumps(document).encode()))
    assert loaded.info.version == "99.1"


def test_capec() -> None:
    loaded, entities = load("capec")
    assert kinds(loaded) == {
        ("CAPEC-11", "child-of", "CAPEC-10"),
        ("CAPEC-11", "exploits", "CWE-7"),
        ("CAPEC-11", "matches", "T1900"),
    }
    old = entities["CAPEC-12"]
    assert (old.name, old.status, old.successor) == ("Annoying at night", "deprecated", "CAPEC-11")
    assert loaded.info.version == "3.9"


def test_cwe() -> None:
    loaded, entities = load("cwe")
    assert kinds(loaded) == {
        ("CWE-7", "child-of", "CWE-6"),  # and not CWE-8, which is the parent in another view alone
        ("CAPEC-10", "exploits", "CWE-7"),
        ("CWE-7", "member-of", "CWE-9"),
    }
    weakness = entities["CWE-7"]
    assert weakness.attributes == {
        "abstraction": "Base",
        "aliases": ["Ajar"],
        "cwe_status": "Stable",
        "mapping": "Allowed",
    }
    assert weakness.text == "The door stands open."
    assert (entities["CWE-8"].status, entities["CWE-8"].successor) == ("deprecated", "CWE-7")
    assert entities["CWE-9"].type == "weakness-category"
    assert (loaded.info.version, loaded.info.date) == ("4.99", "2026-02-03")


@pytest.mark.parametrize(
    "xml",
    [
        official.CWE.replace("<Weakness_", '<!DOCTYPE x [<!ENTITY a "b">]><Weakness_', 1),
        official.CWE.replace("<Weakness_", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Weakness_', 1),
        "<Weakness_Catalog><Weaknesses>",
        "<Weakness_Catalog/>",
    ],
)
def test_cwe_refuses_entities_and_damage(xml: str) -> None:
    with pytest.raises(KnowledgeError):
        SOURCES.get("cwe")().load(Payload("x", xml.encode()))


def test_kev() -> None:
    loaded, entities = load("kev")
    assert entities["CVE-2026-0001"].attributes == {
        "added": "2026-03-01",
        "due": "2026-03-22",
        "kev": True,
        "product": "Gate",
        "ransomware": True,
        "vendor": "Acme",
    }
    assert ("CVE-2026-0001", "has-weakness", "CWE-7") in kinds(loaded)
    assert loaded.info.version == "2026.03.04"


def test_oscal() -> None:
    loaded, entities = load("nist-800-53")
    assert kinds(loaded) == {("ZZ-2(1)", "child-of", "ZZ-2"), ("ZZ-2", "related-to", "ZZ-3")}
    assert entities["ZZ-2"].text == "Close doors."
    assert entities["ZZ-2(1)"].attributes == {"family": "Doors and Windows"}
    assert (entities["ZZ-3"].status, entities["ZZ-3"].successor) == ("deprecated", "ZZ-2")
    # A baseline is a part of the catalogue and must not pass for all of it.
    assert loaded.info.name == "nist-800-53-moderate"


def test_mappings() -> None:
    loaded, entities = load("ctid-mappings")
    assert not entities
    assert kinds(loaded) == {("ZZ-2", "mitigates", "T1901"), ("ZZ-44", "mitigates", "T1001")}
    assert [entity.id for entity in loaded.mentioned] == ["ZZ-2", "ZZ-44"]
    assert loaded.info.date == "2026-04-16"


def test_d3fend() -> None:
    loaded, entities = load("d3fend")
    # Listening analyzes sounds, a whistle is a sound, T1001 produces it and T1001.001 is a T1001.
    assert kinds(loaded) == {
        ("T1001", "produces", "d3f:Whistle"),
        ("D3-LI", "analyzes", "d3f:Sound"),
        ("D3-RE", "analyzes", "d3f:Paper"),
        ("D3-NLI", "child-of", "D3-LI"),
        ("D3-LI", "counters", "T1001"),
        ("D3-LI", "counters", "T1001.001"),
    }
    assert entities["D3-LI"].attributes == {"aliases": ["Hearing"], "tactic": "Detect", "term": "Listening"}
    assert entities["D3-LI"].text == 'Hearing "it".'
    assert entities["D3-NLI"].attributes["tactic"] == "Detect"  # that of the class above
    assert (loaded.info.version, loaded.info.date) == ("9.8", "2026-05-06")


# --- hostile input ---------------------------------------------------------------------------

scalars = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["T1001", "CWE-7"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
)


def mutated(document: Any, path: list[int], value: Any) -> Any:
    """The document with one part of it replaced; `path` chooses which."""
    if not path or not isinstance(document, dict | list) or not document:
        return value
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    chosen = keys[path[0] % len(keys)]
    copy = document.copy()
    copy[chosen] = mutated(document[chosen], path[1:], value)
    return copy


def try_all(payload: Payload) -> None:
    for _, source in SOURCES:
        loader: Source = source()
        if loader.recognises(payload):
            try:
                loaded = loader.load(payload)
            except KnowledgeError:
                continue
            assert all(isinstance(entity, Entity) for entity in loaded.entities)
            assert all(isinstance(relation, Relation) for relation in loaded.relations)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ("cwe", "d3fend")])
@given(path=st.lists(st.integers(0, 40), min_size=1, max_size=6), value=values)
@settings(max_examples=60, deadline=None)
def test_any_change_of_a_json_file_loads_or_is_refused(name: str, path: list[int], value: Any) -> None:
    try_all(Payload("x", json.dumps(mutated(json.loads(EXAMPLES[name]), path, value)).encode()))


@pytest.mark.parametrize("name", ["cwe", "d3fend"])
@given(at=st.integers(0), cut=st.integers(0, 40), insert=st.binary(max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_change_of_a_text_file_loads_or_is_refused(name: str, at: int, cut: int, insert: bytes) -> None:
    data = EXAMPLES[name]
    at %= len(data)
    try_all(Payload("x", data[:at] + insert + data[at + cut :]))


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    for content in (data, b"PK\x03\x04" + data, b"\x1f\x8b\x08" + data):
        path.write_bytes(content)
        try:
            for payload in payloads(path):
                try_all(payload)
        except KnowledgeError:
            continue


def test_deep_json_is_not_parsed() -> None:
    assert Payload("x", b'{"type": "bundle", "objects": ' + b"[" * 500 + b"]" * 500 + b"}").json is None
    # Brackets inside strings do not count.
    assert Payload("x", json.dumps({"a": "[" * 5000 + '\\"'}).encode()).json is not None


def test_packed_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 3 << 20)
    (tmp_path / "bomb").write_bytes(gzip.compress(b" " * (4 << 20)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1", b" " * (2 << 20))
        archive.writestr("2", b" " * (2 << 20))  # each is small enough, both together are not
    (tmp_path / "zip").write_bytes(buffer.getvalue())
    for name in ("bomb", "zip"):
        with pytest.raises(KnowledgeError, match="3 MiB"):
            list(payloads(tmp_path / name))


def test_truncated_gzip_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(EXAMPLES["attack"])[:-20])
    with pytest.raises(KnowledgeError, match=r"cut\.gz"):
        list(payloads(tmp_path / "cut.gz"))
