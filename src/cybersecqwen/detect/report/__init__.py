"""What the text of a threat report holds: indicators with roles, names, techniques, relations, dates."""

from __future__ import annotations
