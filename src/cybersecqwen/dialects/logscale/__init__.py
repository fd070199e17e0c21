"""CrowdStrike Falcon LogScale's query language.

Source: https://library.humio.com/data-analysis/syntax.html.
"""

from __future__ import annotations

from .language import LogScale

__all__ = ["LogScale"]
