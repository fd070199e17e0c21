"""Lines of text: templates and their parameters, mined as the lines come."""

from __future__ import annotations

from .groups import Grouping
from .miner import MinerLimits, TemplateMiner
from .shape import WILD

__all__ = ["WILD", "Grouping", "MinerLimits", "TemplateMiner"]
