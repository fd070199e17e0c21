"""CEF and LEEF, in which security products of all kinds send their events."""

from __future__ import annotations

import re
from typing import ClassVar

from .getters import first_of, top
from .interface import Getter, Raw
from .kinds import Kind
from .line_forms import LineForm
from .plain_form import Names, Told
from .requests import request_getter

_ANTIVIRUS = re.compile(
    r"(?i)anti.?virus|anti.?malware|endpoint (?:protection|security)|deep security|officescan|apex one|"
    r"symantec|kaspersky|sophos|eset|bitdefender|f-secure|malwarebytes|clamav|mcafee|trellix"
)


class SecurityForm(LineForm):
    """CEF and LEEF: what the fields show it to be, a proxy's request, a firewall's verdict, a virus found."""

    names: ClassVar[Names] = {
        "src_ip": ("src",),
        "dst_ip": ("dst",),
        "src_port": ("spt", "srcPort"),
        "dst_port": ("dpt", "dstPort"),
        "username": ("suser", "duser", "usrName"),
        "action": ("act", "action"),
        "Action": ("act", "action"),
        "cs-method": ("requestMethod",),
        "c-useragent": ("requestClientApplication", "userAgent"),
        "Signature": ("virusName", "malwareName", "cs1", "Name"),
        "Filename": ("filePath", "fname", "fileName"),
        "query": ("destinationDnsDomain", "dhost"),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        del kind
        host = first_of(top("dhost"), top("destinationDnsDomain"))
        return request_getter(field, host, first_of(top("request"), top("url")))

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        vendor = raw.get("DeviceVendor")
        product = _VENDORS.get(vendor.lower(), "") if isinstance(vendor, str) else ""
        if "request" in raw or "url" in raw:
            return product, "", "proxy"
        if "filePath" in raw or "fname" in raw or "fileName" in raw:
            name = f"{vendor} {raw.get('DeviceProduct')}"[:300]
            return product, "", "antivirus" if _ANTIVIRUS.search(name) else ""
        if "cfgpath" in raw or "FTNTFGTcfgpath" in raw:
            return product, "event", ""
        return product, "", "firewall" if "src" in raw and "dst" in raw else ""


_VENDORS = {
    "fortinet": "fortigate",
    "palo alto networks": "paloalto",
    "cisco": "cisco",
    "juniper": "juniper",
    "huawei": "huawei",
}
