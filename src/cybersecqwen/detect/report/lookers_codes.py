"""Lookers for hashes, CVE numbers and ATT&CK identifiers."""

from __future__ import annotations

from cybersecqwen.detect.text import codes

from .shaped import shaped

HASH = shaped(codes.find_hashes, lambda anchors: anchors.hashes)
CVE = shaped(codes.find_cves, lambda anchors: anchors.words("cve"))
ATTACK = shaped(codes.find_attack, lambda anchors: anchors.techniques)
