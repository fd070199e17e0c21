"""Lookers for hashes, CVE numbers and ATT&CK identifiers."""

from __future__ import annotations

from cybersecqwen.detect.text import codes

from .shaped import shaped

HASH = shaped(codes.find_hashes, lambda anchors: anchors.hashes)
CVE = shaped(codes.find_cves, lambda anchors: anchors.literals(rb"cve"))
ATTACK = shaped(codes.find_attack, lambda anchors: anchors.literals(rb"t[01a][0-9]{3}"))
