"""Advisories about packages in the form of OSV, in one SQLite file: read, kept, looked up by package.

`Advisories` answers; `osv` and `retire` read documents; `writer` makes and renews the file; `update`
fetches the databases of OSV.
"""

from __future__ import annotations

from .interface import Advisory, Extent, Range
from .store import Advisories

__all__ = ["Advisories", "Advisory", "Extent", "Range"]
