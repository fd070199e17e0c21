"""Alerts of other products, as events with a claim."""

from __future__ import annotations

# Name to "module:Class", in the order in which they are tried; merged into `inputs.SHAPES`.
ENTRIES: dict[str, str] = {}
