"""Lookers for digests, asked only about the lines that hold a run of characters long enough for one."""

from __future__ import annotations

from . import lookers_fingerprints as fingerprints
from .shaped import LinedLooker

SSDEEP = LinedLooker(
    find=fingerprints.SSDEEP.find, marks=lambda anchors: anchors.digests, lines_before=2, lines_after=1
)
TLSH = LinedLooker(
    find=fingerprints.TLSH.find, marks=lambda anchors: anchors.long_names, lines_before=22, lines_after=22
)
