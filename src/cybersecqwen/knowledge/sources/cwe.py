"""MITRE CWE: weaknesses, categories and views, as the official XML catalogue.

From: https://cwe.mitre.org/data/downloads.html, https://cwe.mitre.org/data/xsd/cwe_schema_latest.xsd
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.interface import Entity, Relation, Status

from .capec import named_successor
from .cwe_texts import cwe_passages
from .files import Payload
from .interface import Loaded, Source, facts, required, unique

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_UNUSABLE = frozenset({"Deprecated", "Obsolete"})
_TYPES = {"Weakness": "weakness", "Category": "weakness-category", "View": "weakness-view"}
# Natures of Related_Weakness to our kinds: https://cwe.mitre.org/documents/schema/#RelatedNatureEnumeration
_NATURES = {
    "ChildOf": "child-of",
    "PeerOf": "peer-of",
    "CanPrecede": "can-precede",
    "CanAlsoBe": "can-also-be",
    "Requires": "requires",
}


class Cwe(Source):
    """Weaknesses with abstraction, hierarchy, whether they may be mapped to, and their attack patterns."""

    name: ClassVar[str] = "cwe"
    title: ClassVar[str] = "MITRE CWE"
    licence: ClassVar[str] = "CWE Terms of Use"
    url: ClassVar[str] = "https://cwe.mitre.org/"

    def recognises(self, payload: Payload) -> bool:
        """An XML file whose root is a weakness catalogue."""
        return payload.head[:1] == b"<" and b"<Weakness_Catalog" in payload.head

    def load(self, payload: Payload) -> Loaded:
        """See `Source.load`."""
        root = _parsed(payload)
        elements = [element for element in root.iter() if _local(element) in _TYPES and _numbered(element)]
        required(elements, payload, "weaknesses")
        return Loaded(
            info=self.info(payload, version=root.get("Version", ""), date=root.get("Date", "")),
            entities=tuple(self._entity(element) for element in elements),
            relations=unique(relation for element in elements for relation in _relations(element)),
            passages=tuple(passage for e in elements for passage in cwe_passages(e, f"CWE-{e.get('ID')}")),
        )

    def _entity(self, element: Element) -> Entity:
        number = element.get("ID", "")
        cwe_status = element.get("Status", "")
        status: Status = "deprecated" if cwe_status in _UNUSABLE else "active"
        description = _text(element, "Description", "Summary", "Objective")
        return Entity(
            id=f"CWE-{number}",
            type=_TYPES[_local(element)],
            name=element.get("Name", "").removeprefix("DEPRECATED:").strip() or f"CWE-{number}",
            source=self.name,
            status=status,
            successor=named_successor(description, "CWE") if cwe_status == "Deprecated" else "",
            url=f"https://cwe.mitre.org/data/definitions/{number}.html",
            attributes=facts(
                abstraction=element.get("Abstraction", ""),
                aliases=[name for name in _each(element, "Alternate_Term", "Term") if name],
                cwe_status=cwe_status,
                likelihood=_text(element, "Likelihood_Of_Exploit"),
                mapping=next(_each(element, "Mapping_Notes", "Usage"), ""),
                structure=element.get("Structure", "") if element.get("Structure") != "Simple" else "",
            ),
            text=f"{description}\n{_text(element, 'Extended_Description')}".strip(),
        )


def _parsed(payload: Payload) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root: Element = fromstring(payload.data, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, RecursionError) as error:
        raise KnowledgeError(
            f"The file {payload.name!r} is no well-formed CWE catalogue ({error})."
        ) from error
    return root


def _numbered(element: Element) -> bool:
    number = element.get("ID", "")
    return number.isascii() and number.isdigit() and len(number) <= 6


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _named(element: Element, name: str) -> Iterator[Element]:
    return (found for found in element.iter() if _local(found) == name)


def _each(element: Element, outer: str, inner: str) -> Iterator[str]:
    for found in _named(element, outer):
        for child in found:
            if _local(child) == inner:
                yield " ".join("".join(child.itertext()).split())


def _text(element: Element, *names: str) -> str:
    """Text of the first child that has one of these names, with single spaces."""
    for child in element:
        if _local(child) in names:
            return " ".join("".join(child.itertext()).split())
    return ""


def _relations(element: Element) -> Iterator[Relation]:
    id = f"CWE-{element.get('ID')}"
    for found in _named(element, "Related_Weakness"):
        kind = _NATURES.get(found.get("Nature", ""))
        # View 1000 is the research view, the one with the full hierarchy; others (such as 1003 for
        # NVD) place a weakness below other parents, which would mix hierarchies.
        if kind and found.get("View_ID") in (None, "1000"):
            yield Relation(source=id, kind=kind, target=f"CWE-{found.get('CWE_ID')}")
    for found in _named(element, "Related_Attack_Pattern"):
        yield Relation(source=f"CAPEC-{found.get('CAPEC_ID')}", kind="exploits", target=id)
    for found in _named(element, "Has_Member"):
        yield Relation(source=f"CWE-{found.get('CWE_ID')}", kind="member-of", target=id)
