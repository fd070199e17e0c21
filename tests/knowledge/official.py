"""Small files in the form of the official ones, written for these tests."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any


def stix(type: str, number: int, id: str = "", **fields: Any) -> dict[str, Any]:
    """A STIX object; with an ATT&CK id where one is given."""
    found: dict[str, Any] = {"type": type, "id": f"{type}--{number:012d}", "modified": "2026-01-02T03:04:05Z"}
    if id:
        found["external_references"] = [
            {"source_name": "mitre-attack", "external_id": id, "url": f"https://attack.example/{id}"}
        ]
    return found | fields


def relationship(number: int, source: dict[str, Any], kind: str, target: dict[str, Any]) -> dict[str, Any]:
    ends = {"source_ref": source["id"], "target_ref": target["id"]}
    return stix("relationship", number, relationship_type=kind, **ends)


def phases(*names: str) -> list[dict[str, str]]:
    return [{"kill_chain_name": "mitre-attack", "phase_name": name} for name in names]


def attack() -> dict[str, Any]:
    """Two tactics, a technique with a sub-technique, a chain of two revocations, a group with software."""
    first = stix("x-mitre-tactic", 1, "TA0001", name="Begin", x_mitre_shortname="begin")
    second = stix("x-mitre-tactic", 2, "TA0002", name="Go on", x_mitre_shortname="go-on")
    matrix = stix("x-mitre-matrix", 3, "enterprise-attack", tactic_refs=[second["id"], first["id"]])
    parent = stix(
        *("attack-pattern", 10, "T1001"),
        name="Making noise",
        description="Somebody makes a noise.",
        kill_chain_phases=phases("begin", "go-on"),
        x_mitre_platforms=["Windows", "Linux"],
    )
    child = stix("attack-pattern", 11, "T1001.001", name="Whistling", kill_chain_phases=phases("begin"))
    old = stix("attack-pattern", 12, "T1900", name="Whistling loudly", revoked=True)
    older = stix("attack-pattern", 13, "T1901", name="Whistling very loudly", revoked=True)
    gone = stix("attack-pattern", 14, "T1902", name="Shouting", x_mitre_deprecated=True)
    namesake = stix("course-of-action", 15, "T1001", name="Making noise mitigation", x_mitre_deprecated=True)
    group = stix("intrusion-set", 20, "G0001", name="Loud Bear", aliases=["Loud Bear", "ACT-9"])
    tool = stix("tool", 21, "S0001", name="Whistle", x_mitre_aliases=["Whistle", "Pipe"])
    cure = stix("course-of-action", 22, "M1001", name="Ear plugs")
    return {
        "type": "bundle",
        "objects": [
            *(first, second, matrix, parent, child, old, older, gone, namesake, group, tool, cure),
            relationship(30, child, "subtechnique-of", parent),
            relationship(31, old, "revoked-by", child),
            relationship(32, older, "revoked-by", old),
            relationship(33, group, "uses", child),
            relationship(34, group, "uses", tool),
            relationship(35, cure, "mitigates", parent),
            relationship(36, namesake, "mitigates", parent),
        ],
    }


def capec() -> dict[str, Any]:
    def pattern(number: int, id: str, *references: tuple[str, str], **fields: Any) -> dict[str, Any]:
        listed = [{"source_name": "capec", "external_id": id}]
        listed += [{"source_name": source, "external_id": external} for source, external in references]
        return stix("attack-pattern", number, external_references=listed, x_capec_version="3.9", **fields)

    general = pattern(1, "CAPEC-10", name="Annoying", x_capec_abstraction="Meta", x_capec_status="Stable")
    special = pattern(
        *(2, "CAPEC-11", ("cwe", "CWE-7"), ("ATTACK", "T1900")),
        name="Annoying by noise",
        x_capec_child_of_refs=[general["id"]],
    )
    old = pattern(
        *(3, "CAPEC-12"),
        name="DEPRECATED: Annoying at night",
        x_capec_status="Deprecated",
        description="It is the same as CAPEC-11 : Annoying by noise.",
    )
    return {"type": "bundle", "objects": [general, special, old]}


CWE = """<?xml version="1.0" encoding="UTF-8"?>
<Weakness_Catalog Name="CWE" Version="4.99" Date="2026-02-03" xmlns="http://cwe.mitre.org/cwe-7">
 <Weaknesses>
  <Weakness ID="6" Name="Missing door" Abstraction="Class" Structure="Simple" Status="Draft">
   <Description>There is no door.</Description>
   <Mapping_Notes><Usage>Discouraged</Usage></Mapping_Notes>
  </Weakness>
  <Weakness ID="7" Name="Open door" Abstraction="Base" Structure="Simple" Status="Stable">
   <Description>The door
     stands open.</Description>
   <Related_Weaknesses>
    <Related_Weakness Nature="ChildOf" CWE_ID="6" View_ID="1000"/>
    <Related_Weakness Nature="ChildOf" CWE_ID="8" View_ID="1003"/>
   </Related_Weaknesses>
   <Alternate_Terms><Alternate_Term><Term>Ajar</Term></Alternate_Term></Alternate_Terms>
   <Related_Attack_Patterns><Related_Attack_Pattern CAPEC_ID="10"/></Related_Attack_Patterns>
   <Mapping_Notes><Usage>Allowed</Usage></Mapping_Notes>
  </Weakness>
  <Weakness ID="8" Name="DEPRECATED: Door" Abstraction="Base" Structure="Simple" Status="Deprecated">
   <Description>All of it went to CWE-7 (see view CWE-9).</Description>
  </Weakness>
 </Weaknesses>
 <Categories>
  <Category ID="9" Name="Doors" Status="Draft">
   <Summary>All about doors.</Summary>
   <Relationships><Has_Member CWE_ID="7" View_ID="1000"/></Relationships>
   <Mapping_Notes><Usage>Prohibited</Usage></Mapping_Notes>
  </Category>
 </Categories>
</Weakness_Catalog>
"""

KEV = {
    "catalogVersion": "2026.03.04",
    "dateReleased": "2026-03-04T00:00:00Z",
    "vulnerabilities": [
        {
            "cveID": "CVE-2026-0001",
            "vendorProject": "Acme",
            "product": "Gate",
            "vulnerabilityName": "Acme Gate Open Door Vulnerability",
            "dateAdded": "2026-03-01",
            "dueDate": "2026-03-22",
            "knownRansomwareCampaignUse": "Known",
            "shortDescription": "The gate does not close.",
            "cwes": ["CWE-7", "CWE-999999"],
        }
    ],
}

OSCAL = {
    "catalog": {
        "metadata": {
            "title": "NIST Special Publication 800-53 Revision 5: MODERATE IMPACT BASELINE",
            "version": "5.9",
            "last-modified": "2026-04-05T00:00:00Z",
            "oscal-version": "1.1.2",
        },
        "groups": [
            {
                "id": "zz",
                "title": "Doors and Windows",
                "controls": [
                    {
                        "id": "zz-2",
                        "title": "Door Management",
                        "parts": [
                            {"name": "statement", "parts": [{"name": "item", "prose": "Close doors."}]}
                        ],
                        "links": [{"rel": "related", "href": "#zz-3"}],
                        "controls": [{"id": "zz-2.1", "title": "Automatic Doors"}],
                    },
                    {
                        "id": "zz-3",
                        "title": "Shutters",
                        "props": [{"name": "status", "value": "withdrawn"}],
                        "links": [{"rel": "incorporated-into", "href": "#zz-2"}],
                    },
                ],
            }
        ],
    }
}

MAPPING = {
    "metadata": {
        "mapping_framework": "nist_800_53",
        "mapping_framework_version": "rev5",
        "attack_version": "16.1",
        "technology_domain": "enterprise",
        "last_update": "4/16/2026",
    },
    "mapping_objects": [
        {
            "capability_id": "ZZ-02",
            "capability_description": "Door Management, as the mapping calls it",
            "mapping_type": "mitigates",
            "attack_object_id": "T1901",
        },
        {
            "capability_id": "ZZ-44",
            "capability_description": "Curtains",
            "mapping_type": "mitigates",
            "attack_object_id": "T1001",
        },
        {"capability_id": None, "mapping_type": None, "attack_object_id": "T1001", "status": "non_mappable"},
    ],
}

D3FEND = """@prefix : <http://d3fend.mitre.org/ontologies/d3fend.owl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<http://d3fend.mitre.org/ontologies/d3fend.owl> a owl:Ontology ;
    owl:versionInfo "9.8" ; :release-date "2026-05-06" .

:DigitalArtifact a owl:Class ; rdfs:label "Digital Artifact" .
:Sound a owl:Class ; rdfs:label "Sound" ; rdfs:subClassOf :DigitalArtifact .
:Whistle a owl:Class ; rdfs:label "Whistle" ; rdfs:subClassOf :Sound .
:Paper a owl:Class ; rdfs:label "Paper" ; rdfs:subClassOf :DigitalArtifact .
:T1001 a owl:Class ; rdfs:label "Making noise" ; :attack-id "T1001" ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :produces ; owl:someValuesFrom :Whistle ] .
:T1001.001 a owl:Class ; rdfs:subClassOf :T1001 ; :attack-id "T1001.001" .
:Listening a owl:Class, :Listening ; rdfs:label "Listening" ; :d3fend-id "D3-LI" ;
    :definition "Hearing \\"it\\"." ; :synonym "Hearing" ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :enables ; owl:someValuesFrom :Detect ],
        [ a owl:Restriction ; owl:onProperty :analyzes ; owl:someValuesFrom :Sound ] .
:NightListening a owl:Class ; rdfs:label "Night Listening" ;
    :d3fend-id "D3-NLI" ; rdfs:subClassOf :Listening .
:Reading a owl:Class ; rdfs:label "Reading" ; :d3fend-id "D3-RE" ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :analyzes ; owl:someValuesFrom :Paper ] .
"""


def write(folder: Path) -> Path:
    """All files, one of them packed and one zipped, under names that say nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.json").write_text(json.dumps(attack()))
    (folder / "b.bin").write_bytes(gzip.compress(json.dumps(capec()).encode()))
    with zipfile.ZipFile(folder / "c.dat", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.xml", CWE)
    for name, document in (("d", KEV), ("e", OSCAL), ("f", MAPPING)):
        (folder / name).write_text(json.dumps(document))
    (folder / "g.txt").write_text(D3FEND)
    return folder
