"""CISA's catalogue of known exploited vulnerabilities.

From: https://www.cisa.gov/known-exploited-vulnerabilities-catalog
"""

from __future__ import annotations

from typing import Any, ClassVar

from cybersecqwen.knowledge.identifiers import parse
from cybersecqwen.knowledge.interface import Entity, Passage, Relation

from .files import Payload
from .interface import Loaded, Source, dicts, facts, required, text, texts, unique


class Kev(Source):
    """CVEs that are exploited in the wild, with product, dates and whether ransomware uses them."""

    name: ClassVar[str] = "kev"
    title: ClassVar[str] = "CISA Known Exploited Vulnerabilities"
    licence: ClassVar[str] = "CC0-1.0"
    url: ClassVar[str] = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog"

    def recognises(self, payload: Payload) -> bool:
        """A JSON object with a catalogue version and a list of vulnerabilities with CVE ids."""
        document = payload.json_object()
        return "catalogVersion" in document and any(
            "cveID" in found for found in dicts(document.get("vulnerabilities"))
        )

    def load(self, payload: Payload) -> Loaded:
        """See `Source.load`."""
        document = payload.json_object()
        rows = [found for found in dicts(document.get("vulnerabilities")) if _id(found)]
        required(rows, payload, "vulnerabilities")
        return Loaded(
            info=self.info(
                payload,
                version=text(document.get("catalogVersion")),
                date=text(document.get("dateReleased"))[:10],
            ),
            entities=tuple({_id(row): self._entity(row) for row in rows}.values()),
            relations=unique(
                Relation(source=_id(row), kind="has-weakness", target=parse(weakness)[1])
                for row in rows
                for weakness in texts(row.get("cwes"))
                if parse(weakness)[0] == "cwe"
            ),
            passages=tuple(
                Passage(entity=_id(row), section="required action", text=action[:1_200])
                for row in rows
                if (action := " ".join(text(row.get("requiredAction")).split()))
            ),
        )

    def _entity(self, row: dict[str, Any]) -> Entity:
        id = _id(row)
        return Entity(
            id=id,
            type="vulnerability",
            name=text(row.get("vulnerabilityName")) or id,
            source=self.name,
            url=f"https://nvd.nist.gov/vuln/detail/{id}",
            attributes=facts(
                added=text(row.get("dateAdded")),
                due=text(row.get("dueDate")),
                kev=True,
                product=text(row.get("product")),
                ransomware=text(row.get("knownRansomwareCampaignUse")) == "Known",
                vendor=text(row.get("vendorProject")),
            ),
            text=text(row.get("shortDescription")),
        )


def _id(row: dict[str, Any]) -> str:
    family, id = parse(text(row.get("cveID")))
    return id if family == "cve" else ""
