"""Lines of text: syslog, journal, audit records, web logs, CEF and LEEF, and lines of programs unknown.

What each reader puts into a record: docs/inputs.md, "What the raw mappings hold". Names of the logsources:
Sigma's taxonomy. Cisco's messages begin with %FACILITY-SEVERITY-MNEMONIC,
https://www.cisco.com/c/en/us/td/docs/routers/access/wireless/software/guide/SysMsgLogging.html; FortiGate's
are pairs, https://docs.fortinet.com/document/fortigate/latest/fortios-log-message-reference.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar

from cybersecqwen.inputs.logs.line_reader import TIME
from cybersecqwen.inputs.text import KEY

from .getters import mapped, top
from .interface import Getter, Raw, Rows
from .kinds import Kind
from .plain_form import Names, PlainForm, Told

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


class LineForm(PlainForm):
    """What a line reader took apart."""

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`: the reader has worked them out."""
        values = [raw.get(TIME) for raw in rows.raws]
        return [value if value.__class__ is float else None for value in values]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        return _first_texts(rows, getattr(self.of, "host", ("host",)))

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return _first_texts(rows, getattr(self.of, "user", ()))

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`: FortiGate's pairs are taken out of the line."""
        if kind.product == "fortigate" and kind.shape in ("syslog", "text"):
            return mapped(top(KEY), _Pair(_FORTIGATE.get(field, field)).find)
        return None


_FORTIGATE = {
    "src_ip": "srcip",
    "dst_ip": "dstip",
    "src_port": "srcport",
    "dst_port": "dstport",
    "username": "user",
}


class _Pair:
    def __init__(self, name: str) -> None:
        self._pattern = re.compile(rf'(?:^|[\s,]){re.escape(name)}=(?:"([^"]*)"|([^\s,]*))')

    def find(self, line: Any) -> str | None:
        found = self._pattern.search(line) if isinstance(line, str) else None
        return None if found is None else found[2] if found[1] is None else found[1]


def _first_texts(rows: Rows, names: tuple[str, ...]) -> list[str]:
    found = [""] * len(rows.raws)
    for name in names:
        if name not in rows.top_names:
            continue
        values = [raw.get(name) for raw in rows.raws]
        found = [f or (v if v.__class__ is str else "") for f, v in zip(found, values, strict=True)]
        if all(found):
            break
    return found


class SyslogForm(LineForm):
    """A syslog message: the program tells the service."""

    text = ("Message", KEY)

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        program = raw.get("program")
        told = of_program(program) if program.__class__ is str else None
        if told is not None:
            return told
        line = raw.get(KEY)
        if line.__class__ is str and ("%" in line or "logid=" in line):
            told = of_line(line)
            if told is not UNKNOWN:
                return told
        auth = raw.get("facility") in ("auth", "authpriv")
        return "linux", "auth" if auth else "syslog", ""


class JournalForm(LineForm):
    """An entry of the journal."""

    text = ("MESSAGE",)
    marks = ("__REALTIME_TIMESTAMP", "_BOOT_ID")
    names: ClassVar[Names] = {
        "Message": ("MESSAGE",),
        "program": ("SYSLOG_IDENTIFIER", "_COMM"),
        "type": ("_AUDIT_TYPE_NAME",),
        "exe": ("_EXE",),
        "comm": ("_COMM",),
        "unit": ("UNIT", "_SYSTEMD_UNIT"),
        "host": ("_HOSTNAME",),
    }

    def key(self, raw: Raw) -> Any:
        """See `Form.key`."""
        return self.tell(raw) if self.of.recognise(raw) else None

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        program = raw.get("SYSLOG_IDENTIFIER") or raw.get("_COMM")
        if raw.get("_TRANSPORT") == "audit":
            return "linux", "auditd", ""
        told = of_program(program) if isinstance(program, str) else None
        if told is not None:
            return told
        return "linux", "auth" if raw.get("SYSLOG_FACILITY") in ("4", "10") else "syslog", ""

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        found = super().times(rows)
        return [self.event(raw).time if t is None else t for raw, t in zip(rows.raws, found, strict=True)]


class AuditForm(LineForm):
    """A record of the Linux audit system; those that tell of a start, a file or a connection say so."""

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        type_, category = raw.get("type"), ""
        if type_ == "SYSCALL":
            started = raw.get("SYSCALL") in ("execve", "execveat") and raw.get("success") == "yes"
            category = "process_creation" if started else ""
        elif type_ == "PATH":
            category = "file_event" if raw.get("nametype") == "CREATE" else ""
        elif type_ == "SOCKADDR":
            connects = raw.get("SYSCALL") == "connect" and "DestinationIp" in raw
            category = "network_connection" if connects else ""
        return "linux", "auditd", category


class AccessForm(LineForm):
    """A request that a web server answered.

    Rules write path and query into `cs-uri-query` as often as the query alone, so it has both values.
    """

    category = "webserver"
    names: ClassVar[Names] = {
        "c-uri": ("cs-uri",),
        "c-uri-query": ("cs-uri-query",),
        "c-uri-stem": ("cs-uri-stem",),
        "c-useragent": ("cs-user-agent",),
        "cs-useragent": ("cs-user-agent",),
        "cs-referrer": ("cs-referer",),
        "c-user-agent": ("cs-user-agent",),
        "cs-uri-stem": ("cs-uri",),
        "src_ip": ("c-ip", "src-ip"),
        "dst_ip": ("s-ip", "dst-ip", "r-ip"),
        "src_port": ("c-port", "src-port"),
        "dst_port": ("s-port", "dst-port"),
        "action": ("s-action", "filter-result"),
        "r-dns": ("cs-host",),
    }

    def special(self, kind: Kind, field: str) -> Getter | None:
        """See `PlainForm.special`."""
        del kind
        if field == "cs-uri-query":
            return _query_or_uri
        if field == "c-uri-extension":
            return mapped(top("cs-uri-stem"), _extension)
        return None


def _query_or_uri(rows: Rows) -> list[Any]:
    pairs = [(raw.get("cs-uri-query"), raw.get("cs-uri")) for raw in rows.raws]
    return [uri if query is None else query if uri is None else [query, uri] for query, uri in pairs]


def _extension(stem: Any) -> str | None:
    name = stem.rpartition("/")[2] if isinstance(stem, str) else ""
    return name.rpartition(".")[2] if "." in name else None


class W3cForm(AccessForm):
    """A line of a W3C extended log: a web server's, a proxy's, or a firewall's."""

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        if "s-action" in raw or "rs-content-type" in raw or "r-ip" in raw:
            return "", "", "proxy"
        if "src-ip" in raw and "dst-ip" in raw:
            return "windows", "", "firewall"
        return "", "", "webserver"


class WebErrorForm(LineForm):
    """A message of a web server."""

    text = ("Message",)

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        program = raw.get("program")
        return "", program if program in ("apache", "nginx") else "", "application"


class TextForm(LineForm):
    """A line that no reader knows."""

    text = (KEY,)

    def tell(self, raw: Raw) -> Told:
        """See `PlainForm.tell`."""
        return of_line(raw.get(KEY))

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        return PlainForm.times(self, rows)

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        return PlainForm.hosts(self, rows)


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
        "c-uri": ("request", "url"),
        "cs-uri": ("request", "url"),
        "cs-method": ("requestMethod",),
        "c-useragent": ("requestClientApplication", "userAgent"),
        "cs-host": ("dhost", "destinationDnsDomain"),
        "r-dns": ("dhost", "destinationDnsDomain"),
        "Signature": ("virusName", "malwareName", "cs1", "Name"),
        "Filename": ("filePath", "fname", "fileName"),
        "query": ("destinationDnsDomain", "dhost"),
    }

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
