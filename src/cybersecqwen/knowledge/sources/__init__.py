"""Loaders for official files, one per source; a file is recognised by what is in it, not by its name."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Source

# In order of precedence: where two sources name the same entity, the earlier one describes it.
SOURCES: Registry[type[Source]] = Registry(
    "knowledge source",
    {
        "attack": "cybersecqwen.knowledge.sources.attack:Attack",
        "cwe": "cybersecqwen.knowledge.sources.cwe:Cwe",
        "capec": "cybersecqwen.knowledge.sources.capec:Capec",
        "kev": "cybersecqwen.knowledge.sources.kev:Kev",
        "d3fend": "cybersecqwen.knowledge.sources.d3fend:D3fend",
        "nist-800-53": "cybersecqwen.knowledge.sources.oscal:Oscal",
        "ctid-mappings": "cybersecqwen.knowledge.sources.mappings:Mappings",
    },
    group="cybersecqwen.knowledge_sources",
)
"""Name to loader."""

__all__ = ["SOURCES", "Source"]
