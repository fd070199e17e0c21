"""Where weights come from, one file per kind. All are pinned by hash, resumed and never imported."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import WeightsSource

SOURCES: Registry[type[WeightsSource]] = Registry(
    "weights source",
    {
        "wheels": "cybersecqwen.models.sources.wheels:Wheels",
        "hub": "cybersecqwen.models.sources.hub:Hub",
        "file": "cybersecqwen.models.sources.local_file:LocalFile",
    },
    group="cybersecqwen.weights_sources",
)

__all__ = ["SOURCES", "WeightsSource"]
