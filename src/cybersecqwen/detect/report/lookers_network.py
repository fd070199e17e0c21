"""Lookers for what names a place in a network: URLs, addresses, domains, mail, autonomous systems."""

from __future__ import annotations

from cybersecqwen.detect.text import addresses, names, urls

from .shaped import shaped

URL = shaped(urls.find_urls, lambda anchors: anchors.urls)
EMAIL = shaped(names.find_emails, lambda anchors: anchors.emails)
MAC = shaped(addresses.find_mac, lambda anchors: anchors.hardware)
ASN = shaped(addresses.find_asn, lambda anchors: anchors.systems)
CIDR = shaped(addresses.find_cidr, lambda anchors: anchors.networks)
ADDRESS = shaped(addresses.find_v4, lambda anchors: anchors.numbers)
ADDRESS_V6 = shaped(addresses.find_v6, lambda anchors: anchors.colon_pairs)
DOMAIN = shaped(names.find_domains, lambda anchors: anchors.dotted)
