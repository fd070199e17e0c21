"""Which records a rule's logsource means.

Names: Sigma's taxonomy, https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md.
What records are is told by `detect.rows`; here stands only what one name of a rule covers.
"""

from __future__ import annotations

from cybersecqwen.detect.rows.catalogue import ANY_SERVICE, KNOWN
from cybersecqwen.detect.rows.kinds import Kind
from cybersecqwen.detect.rows.windows_services import SERVICE_ALIASES

from .model import Logsource

_CATEGORIES = {
    "registry_event": frozenset(("registry_add", "registry_delete", "registry_set", "registry_rename")),
    "file_block": frozenset(("file_block_executable", "file_block_shredding")),
}
"""Categories that hold others."""

_SERVICES: dict[tuple[str, str], frozenset[str]] = {
    # /var/log/auth.log and /var/log/syslog hold the messages of many programs.
    ("linux", "auth"): frozenset(("sshd", "sudo")),
    ("linux", "syslog"): frozenset(("auth", "sshd", "sudo", "cron", "clamav", "vsftpd", "guacamole")),
    ("cisco", "syslog"): frozenset(("aaa", "bgp", "ldp")),
    ("m365", "audit"): frozenset(("exchange", "threat_management")),
    ("m365", "threat_detection"): frozenset(("threat_management",)),
}
"""(product, service) that holds other services."""

_SENSORS = frozenset(("zeek", "suricata"))
_APPLICATIONS = frozenset(("django", "jvm", "nodejs", "python", "ruby_on_rails", "spring", "sql", "velocity"))
"""What applications are made with: their logs are lines, or JSON, without a mark of it."""
_OF_LINES = frozenset(
    (
        ("fortios", "sslvpnd"),
        ("huawei", "bgp"),
        ("juniper", "bgp"),
        ("linux", "clamav"),
        ("linux", "guacamole"),
        ("linux", "vsftpd"),
        ("paloalto", "globalprotect"),
    )
)
"""(product, service) whose logs are lines without a mark of it."""


def admits(logsource: Logsource, kind: Kind) -> bool:
    """Whether records of this kind are what the logsource describes; an empty part asks for nothing."""
    return _admits(logsource, (kind.product, kind.service, kind.category), kind.shape)


def unbound(logsource: Logsource) -> str:
    """Why no record that can be read is meant by a logsource, in one sentence; "" where some are."""
    if any(_admits(logsource, known, "syslog" if known[0] == "linux" else "") for known in KNOWN):
        return ""
    if logsource.product in ANY_SERVICE and not logsource.category:
        return ""
    return f"No input that can be read holds records of {logsource}."


def _admits(logsource: Logsource, told: tuple[str, str, str], shape: str) -> bool:
    product, service, category = told
    if _is_lines(told, shape) and _of_lines(logsource):
        return True
    if logsource.product and logsource.product != product:
        return False
    wanted = SERVICE_ALIASES.get(logsource.service, logsource.service)
    if wanted and wanted != service and service not in _SERVICES.get((product, wanted), ()):
        return False
    if logsource.category and logsource.category != category:
        if logsource.category == "webserver" and category == "proxy":
            return product in _SENSORS  # they see requests to servers and of clients alike
        return category in _CATEGORIES.get(logsource.category, ())
    return True


def _is_lines(told: tuple[str, str, str], shape: str) -> bool:
    """Lines of a program that is not known to be another one."""
    product, service, category = told
    if product == "linux":
        return service == "syslog" and shape in ("syslog", "journald")
    return product == "" and category == "application"


def _of_lines(logsource: Logsource) -> bool:
    if (logsource.product, logsource.service) in _OF_LINES:
        return logsource.category != "file_event"
    return logsource.product in _APPLICATIONS and logsource.category == "application"
