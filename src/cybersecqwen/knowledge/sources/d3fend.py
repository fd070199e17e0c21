"""MITRE D3FEND: countermeasures, and the artifacts through which they meet ATT&CK techniques.

The ontology states which digital artifacts a technique touches ("T1059 executes some
ExecutableScript") and which artifacts a countermeasure works on ("FileAnalysis analyzes some File").
A countermeasure counters a technique if it works on an artifact that the technique touches, or on a
broader class of it; a sub-technique of which nothing is stated touches what its parent touches.
From: https://d3fend.mitre.org/about/
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar

from cybersecqwen.knowledge.identifiers import parse
from cybersecqwen.knowledge.interface import Entity, Relation

from . import turtle
from .files import Payload
from .interface import Loaded, Source, facts, required, unique

_D3F = "http://d3fend.mitre.org/ontologies/d3fend.owl#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_ARTIFACT = f"{_D3F}DigitalArtifact"


class D3fend(Source):
    """Countermeasures, digital artifacts, and what each works on or counters."""

    name: ClassVar[str] = "d3fend"
    title: ClassVar[str] = "MITRE D3FEND"
    licence: ClassVar[str] = "MIT"
    url: ClassVar[str] = "https://d3fend.mitre.org/"

    def recognises(self, payload: Payload) -> bool:
        """A Turtle file that declares D3FEND's namespace."""
        return payload.head[:1] in (b"@", b"#") and _D3F.encode() in payload.head

    def load(self, payload: Payload) -> Loaded:
        """See `Source.load`."""
        graph = _Graph(turtle.triples(payload.data, payload.name))
        countermeasures = graph.identified("d3fend-id", "d3fend")
        techniques = graph.identified("attack-id", "attack")
        required(countermeasures, payload, "countermeasures")
        relations = unique(_relations(graph, countermeasures, techniques))
        used = {end for relation in relations for end in (relation.source, relation.target)}
        artifacts = {iri: id for iri in graph.parents if (id := _artifact_id(iri)) in used}
        return Loaded(
            info=self.info(
                payload,
                version=graph.first(f"{_D3F}d3fend-version", graph.ontology)
                or graph.first(f"{_OWL}versionInfo", graph.ontology),
                date=graph.first(f"{_D3F}release-date", graph.ontology)[:10],
            ),
            entities=tuple(
                [self._countermeasure(graph, iri, id) for iri, id in countermeasures.items()]
                + [self._artifact(graph, iri, id) for iri, id in artifacts.items()]
            ),
            relations=relations,
        )

    def _countermeasure(self, graph: _Graph, iri: str, id: str) -> Entity:
        return Entity(
            id=id,
            type="countermeasure",
            name=graph.first(f"{_RDFS}label", iri) or id,
            source=self.name,
            url=f"https://d3fend.mitre.org/technique/d3f:{iri.removeprefix(_D3F)}/",
            attributes=facts(
                aliases=graph.all(f"{_D3F}synonym", iri),
                tactic=graph.tactic(iri),
                term=iri.removeprefix(_D3F),
            ),
            text=graph.first(f"{_D3F}definition", iri),
        )

    def _artifact(self, graph: _Graph, iri: str, id: str) -> Entity:
        return Entity(
            id=id,
            type="artifact",
            name=graph.first(f"{_RDFS}label", iri) or id,
            source=self.name,
            url=f"https://d3fend.mitre.org/dao/artifact/{id}/",
            attributes=facts(aliases=graph.all(f"{_D3F}synonym", iri)),
            text=graph.first(f"{_D3F}definition", iri),
        )


def _artifact_id(iri: str) -> str:
    return f"d3f:{iri.removeprefix(_D3F)}"


class _Graph:
    """The triples that matter here, by predicate and subject."""

    def __init__(self, triples: Iterator[turtle.Triple]) -> None:
        self._values: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.ontology = ""
        for triple in triples:
            self._values[triple.predicate, triple.subject].append(triple.object)
            if triple.object == f"{_OWL}Ontology":
                self.ontology = self.ontology or triple.subject
        subclass = f"{_RDFS}subClassOf"
        self.parents: dict[str, list[str]] = {
            subject: [value for value in values if value.startswith(_D3F)]
            for (predicate, subject), values in self._values.items()
            if predicate == subclass and subject.startswith(_D3F)
        }
        self._ancestors: dict[str, frozenset[str]] = {}

    def all(self, predicate: str, subject: str) -> list[str]:
        """Objects, each once, in order."""
        return list(dict.fromkeys(self._values.get((predicate, subject), ())))

    def first(self, predicate: str, subject: str) -> str:
        """The first object; "" where there is none."""
        return next(iter(self._values.get((predicate, subject), ())), "")

    def identified(self, property: str, family: str) -> dict[str, str]:
        """IRI to identifier, of everything that has an identifier of this family."""
        return {
            subject: parse(values[0])[1]
            for (predicate, subject), values in self._values.items()
            if predicate == f"{_D3F}{property}" and parse(values[0])[0] == family
        }

    def ancestors(self, iri: str) -> frozenset[str]:
        """All classes above, and the class itself."""
        if iri not in self._ancestors:
            seen = {iri}
            waiting = [iri]
            while waiting:
                above = [parent for parent in self.parents.get(waiting.pop(), ()) if parent not in seen]
                seen.update(above)
                waiting.extend(above)
            self._ancestors[iri] = frozenset(seen)
        return self._ancestors[iri]

    def restrictions(self, iri: str) -> Iterator[tuple[str, str]]:
        """Property and class of every "some values from" of a class: executes, ExecutableScript."""
        for node in self._values.get((f"{_RDFS}subClassOf", iri), ()):
            property = self.first(f"{_OWL}onProperty", node)
            value = self.first(f"{_OWL}someValuesFrom", node)
            if property.startswith(_D3F) and value.startswith(_D3F):
                yield property.removeprefix(_D3F), value

    def tactic(self, iri: str) -> str:
        """Detect, Harden, Isolate … of a countermeasure: its own, or that of a class above it."""
        waiting = [iri]
        seen = {iri}
        while waiting:  # breadth first: the nearest statement wins
            current = waiting.pop(0)
            for property, value in self.restrictions(current):
                if property == "enables":
                    return value.removeprefix(_D3F)
            above = [parent for parent in self.parents.get(current, ()) if parent not in seen]
            seen.update(above)
            waiting += above
        return ""


def _relations(
    graph: _Graph, countermeasures: dict[str, str], techniques: dict[str, str]
) -> Iterator[Relation]:
    touched: dict[str, set[str]] = {}
    for iri, id in techniques.items():
        for property, artifact in graph.restrictions(iri):
            if _ARTIFACT in graph.ancestors(artifact):
                yield Relation(source=id, kind=property, target=_artifact_id(artifact))
        touched[id] = _touched(graph, iri)
    reached = {id: frozenset(b for a in found for b in graph.ancestors(a)) for id, found in touched.items()}
    for iri, id in countermeasures.items():
        for parent in graph.parents.get(iri, ()):
            if parent in countermeasures and parent != iri:
                yield Relation(source=id, kind="child-of", target=countermeasures[parent])
        for property, artifact in graph.restrictions(iri):
            if _ARTIFACT not in graph.ancestors(artifact):
                continue
            yield Relation(source=id, kind=property, target=_artifact_id(artifact))
            for technique, artifacts in reached.items():
                if artifact in artifacts:
                    yield Relation(source=id, kind="counters", target=technique)


def _touched(graph: _Graph, iri: str) -> set[str]:
    """Artifacts that a technique touches, or the nearest class above it of which any are stated."""
    level = {iri}
    seen = set(level)
    while level:
        found = {
            a for current in level for _, a in graph.restrictions(current) if _ARTIFACT in graph.ancestors(a)
        }
        if found:
            return found
        level = {parent for current in level for parent in graph.parents.get(current, ())} - seen
        seen |= level
    return set()
