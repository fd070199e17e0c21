"""Facts with source and date, in one versioned SQLite file: ATT&CK, CWE, CAPEC, KEV, D3FEND, 800-53.

`Store` answers; `builder`, `bundle` and `update` make, check, move and renew the file it reads;
`sources` holds one loader per official file.
"""

from __future__ import annotations

from .interface import Entity, Hit, Manifest, Relation, Resolution, SourceInfo
from .store import Store

__all__ = ["Entity", "Hit", "Manifest", "Relation", "Resolution", "SourceInfo", "Store"]
