"""What records can be: every product, service and category that a form tells.

A rule whose logsource none of these meets is named to the user, because it can never fire.
"""

from __future__ import annotations

from .agent_forms import AGENT_CATEGORIES
from .line_marks import UNKNOWN
from .plain_form import Told
from .windows_services import BRANCHES, CATEGORIES, SERVICE_CHANNELS, SYSMON

_WINDOWS: list[Told] = [
    *(("windows", service, "") for service in SERVICE_CHANNELS),
    *(("windows", service, category) for service, of in CATEGORIES.values() for category in of.values()),
    *(
        ("windows", CATEGORIES[provider][0], category)
        for (provider, _), (_, of) in BRANCHES.items()
        for category in of.values()
    ),
    ("windows", "", "firewall"),
]
_LINUX: list[Told] = [
    # What Sysmon for Linux writes: https://github.com/microsoft/SysmonForLinux
    *(("linux", "sysmon", SYSMON[code]) for code in ("1", "3", "4", "5", "9", "11", "16", "23", "255")),
    *(("linux", "auditd", of) for of in ("", "process_creation", "file_event", "network_connection")),
    *(
        ("linux", service, "")
        for service in ("syslog", "auth", "sshd", "sudo", "cron", "clamav", "vsftpd", "guacamole")
    ),
    ("linux", "syslog", "database"),
    ("linux", "apache", ""),
    ("linux", "nginx", ""),
]
_AGENTS: list[Told] = [
    (system, "", category) for system in ("windows", "linux", "macos") for category in AGENT_CATEGORIES
]
_NETWORK: list[Told] = [
    ("cisco", "aaa", ""),
    ("cisco", "bgp", ""),
    ("cisco", "ldp", ""),
    ("cisco", "syslog", ""),
    ("fortigate", "event", ""),
    ("fortigate", "traffic", "firewall"),
    ("juniper", "bgp", ""),
    ("huawei", "bgp", ""),
    ("zeek", "http", "proxy"),
    ("zeek", "dns", "dns"),
    ("zeek", "conn", "firewall"),
    ("suricata", "http", "proxy"),
    ("suricata", "dns", "dns"),
    ("suricata", "flow", "firewall"),
    ("", "", "proxy"),
    ("", "", "webserver"),
    ("", "", "dns"),
    ("aws", "vpcflow", "firewall"),
    ("", "", "antivirus"),
    ("", "apache", "application"),
    ("", "nginx", "application"),
]
_CLOUD: list[Told] = [
    ("aws", "cloudtrail", ""),
    ("okta", "okta", ""),
    ("github", "audit", ""),
    ("bitbucket", "audit", ""),
    ("onelogin", "onelogin.events", ""),
    ("cisco", "duo", ""),
    ("kubernetes", "audit", "application"),
    ("opencanary", "", "application"),
    ("rpc_firewall", "", "application"),
    *(("m365", service, "") for service in ("audit", "exchange", "threat_management")),
    *(
        ("azure", service, "")
        for service in ("activitylogs", "auditlogs", "signinlogs", "riskdetection", "pim")
    ),
    *(("gcp", s, "") for s in ("gcp.audit", "google_workspace.admin", "google_workspace.login")),
]

KNOWN: frozenset[Told] = frozenset((*_WINDOWS, *_LINUX, *_AGENTS, *_NETWORK, *_CLOUD, UNKNOWN))
"""Every (product, service, category) that records can be told to be of."""

ANY_SERVICE = frozenset(("zeek", "suricata"))
"""Products whose services are named by the records themselves: every log, every type of event."""
