"""Google SecOps: searches over UDM events, in the YARA-L 2.0 that search takes.

Source: https://docs.cloud.google.com/chronicle/docs/investigation/search-syntax-reference and
https://docs.cloud.google.com/chronicle/docs/yara-l/yara-l-overview.
"""

from __future__ import annotations

from .language import SecOps

__all__ = ["SecOps"]
