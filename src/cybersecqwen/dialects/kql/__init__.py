"""KQL, the Kusto query language, as Microsoft Sentinel and Defender take it."""

from .dialect import Kql

__all__ = ["Kql"]
