"""What a line tells by itself: the program that wrote it, or the network device.

Cisco's messages begin with %FACILITY-SEVERITY-MNEMONIC,
https://www.cisco.com/c/en/us/td/docs/routers/access/wireless/software/guide/SysMsgLogging.html; FortiGate's
are pairs, https://docs.fortinet.com/document/fortigate/latest/fortios-log-message-reference.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from .plain_form import Told

UNKNOWN: Told = ("", "", "application")
"""Lines of a program that nothing names: where the logs of applications arrive."""
_CISCO = re.compile(r"%([A-Z][A-Z0-9_]{1,30})-(?:[A-Za-z0-9_]{1,30}-)?[0-7]-[A-Z0-9_]{2,60}:")
_CISCO_SERVICES = {"BGP": "bgp", "LDP": "ldp", "TDP": "ldp"}
_CISCO_AAA = frozenset(
    (
        "AAA",
        "AAAA",
        "PARSER",
        "TAC",
        "TACACS",
        "RADIUS",
        "SEC_LOGIN",
        "SYS",
        "DOT1X",
        "AUTHMGR",
        "HA_EM",
        "SSH",
    )
)
_SERVICES = {
    "sshd": "sshd",
    "sshd-session": "sshd",
    "sudo": "sudo",
    "cron": "cron",
    "crond": "cron",
    "crontab": "cron",
    "anacron": "cron",
    "atd": "cron",
    "clamd": "clamav",
    "clamav": "clamav",
    "freshclam": "clamav",
    "clamscan": "clamav",
    "vsftpd": "vsftpd",
    "guacd": "guacamole",
    "guacamole": "guacamole",
    "auditd": "auditd",
    "audispd": "auditd",
    "audit": "auditd",
    "su": "auth",
    "login": "auth",
    "pkexec": "auth",
    "polkitd": "auth",
    "polkit": "auth",
    "systemd-logind": "auth",
    "passwd": "auth",
    "useradd": "auth",
    "usermod": "auth",
    "userdel": "auth",
    "groupadd": "auth",
    "chpasswd": "auth",
}
_DATABASES = frozenset(
    ("mysqld", "mariadbd", "mysql", "mariadb", "postgres", "postgresql", "oracle", "mongod")
)
_WEB_SERVERS = {"apache2": "apache", "httpd": "apache", "nginx": "nginx"}


@lru_cache(maxsize=10_000)
def of_program(program: str) -> Told | None:
    """What the name of a program tells, whatever stands around it: "/usr/sbin/CRON", "sshd(pam_unix)"."""
    low = program[:200].lower().partition("(")[0].rpartition("/")[2].strip()
    if low in _SERVICES:
        return "linux", _SERVICES[low], ""
    if low in _DATABASES:
        return "linux", "syslog", "database"
    if low in _WEB_SERVERS:
        return "linux", _WEB_SERVERS[low], ""
    return ("juniper", "bgp", "") if low == "rpd" else None


def of_line(line: Any) -> Told:
    """What a line tells by itself: network devices that send no syslog header of the usual form."""
    if not isinstance(line, str):
        return UNKNOWN
    if "%" in line:
        found = _CISCO.search(line, 0, 400)
        if found is not None:
            return _cisco(found[1])
    if "logid=" in line and "devname=" in line:
        return _fortigate(line)
    return UNKNOWN


def _cisco(facility: str) -> Told:
    service = _CISCO_SERVICES.get(facility) or ("aaa" if facility in _CISCO_AAA else "syslog")
    return "cisco", service, ""


def _fortigate(line: str) -> Told:
    return ("fortigate", "traffic", "firewall") if 'type="traffic"' in line else ("fortigate", "event", "")


PAIR_NAMES = {
    "src_ip": "srcip",
    "dst_ip": "dstip",
    "src_port": "srcport",
    "dst_port": "dstport",
    "username": "user",
}


class Pair:
    """Finds the value of one name in a line of pairs."""

    def __init__(self, name: str) -> None:
        self._pattern = re.compile(rf'(?:^|[\s,]){re.escape(name)}=(?:"([^"]*)"|([^\s,]*))')

    def find(self, line: Any) -> str | None:
        """The value, or None where the line does not have the name."""
        found = self._pattern.search(line) if isinstance(line, str) else None
        return None if found is None else found[2] if found[1] is None else found[1]
