"""Indicators in event fields, decoded layers and reports."""

from __future__ import annotations

from .extraction import EXTRACTORS, matches
from .indicators import event_indicators, indicators
from .matches import Match

__all__ = ["EXTRACTORS", "Match", "event_indicators", "indicators", "matches"]
