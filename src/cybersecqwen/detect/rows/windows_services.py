"""Which Windows channel is which Sigma service, and which event is of which Sigma category.

Sources: Sigma's taxonomy, https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-taxonomy.md,
and pySigma's table of Windows services, https://github.com/SigmaHQ/pySigma/blob/main/sigma/pipelines/common.py.
Where they name a channel that Windows does not have, the one of the provider's manifest stands beside it
(`wevtutil gp NAME`). Sysmon's events: https://learn.microsoft.com/sysinternals/downloads/sysmon;
PowerShell's: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_eventlogs;
Kernel-File: the manifest of the provider.
"""

from __future__ import annotations

_M = "microsoft-windows-"

SERVICE_CHANNELS: dict[str, tuple[str, ...]] = {
    "application": ("application",),
    "application-experience": (
        f"{_M}application-experience/program-telemetry",
        f"{_M}application-experience/program-compatibility-assistant",
    ),
    "applocker": (
        f"{_M}applocker/msi and script",
        f"{_M}applocker/exe and dll",
        f"{_M}applocker/packaged app-deployment",
        f"{_M}applocker/packaged app-execution",
    ),
    "appmodel-runtime": (f"{_M}appmodel-runtime/admin",),
    "appxdeployment-server": (f"{_M}appxdeploymentserver/operational",),
    "appxpackaging-om": (f"{_M}appxpackaging/operational",),
    "bitlocker": (f"{_M}bitlocker/bitlocker management",),
    "bits-client": (f"{_M}bits-client/operational",),
    "capi2": (f"{_M}capi2/operational",),
    "certificateservicesclient-lifecycle-system": (
        f"{_M}certificateservicesclient-lifecycle-system/operational",
    ),
    "codeintegrity-operational": (f"{_M}codeintegrity/operational",),
    "dhcp": (f"{_M}dhcp-server/operational",),
    "diagnosis-scripted": (f"{_M}diagnosis-scripted/operational",),
    "dns-client": (f"{_M}dns-client/operational", f"{_M}dns client events/operational"),
    "dns-server": ("dns server",),
    "dns-server-analytic": (f"{_M}dnsserver/analytical", f"{_M}dns-server/analytical"),
    "dns-server-audit": (f"{_M}dnsserver/audit", f"{_M}dns-server/audit"),
    "driver-framework": (f"{_M}driverframeworks-usermode/operational",),
    "firewall-as": (f"{_M}windows firewall with advanced security/firewall",),
    "hyper-v-worker": (
        f"{_M}hyper-v-worker",
        f"{_M}hyper-v-worker-admin",
        f"{_M}hyper-v-worker/operational",
    ),
    "iis-configuration": (
        "microsoft-iis-configuration/operational",
        "microsoft-windows-iis-configuration/operational",
    ),
    "kernel-event-tracing": (f"{_M}kernel-eventtracing", f"{_M}kernel-eventtracing/admin"),
    "kernel-shimengine": (f"{_M}kernel-shimengine/operational", f"{_M}kernel-shimengine/diagnostic"),
    "ldap": (f"{_M}ldap-client/debug",),
    "lsa-server": (f"{_M}lsa/operational",),
    "msexchange-management": ("msexchange management",),
    "ntfs": (f"{_M}ntfs/operational",),
    "ntlm": (f"{_M}ntlm/operational",),
    "openssh": ("openssh/operational",),
    "powershell": (f"{_M}powershell/operational", "powershellcore/operational"),
    "powershell-classic": ("windows powershell",),
    "printservice-admin": (f"{_M}printservice/admin",),
    "printservice-operational": (f"{_M}printservice/operational",),
    "security": ("security",),
    "security-mitigations": (
        f"{_M}security-mitigations/kernelmode",
        f"{_M}security-mitigations/usermode",
        f"{_M}security-mitigations/kernel mode",
        f"{_M}security-mitigations/user mode",
    ),
    "sense": (f"{_M}sense/operational",),
    "servicebus-client": ("microsoft-servicebus-client/operational", "microsoft-servicebus-client/admin"),
    "shell-core": (f"{_M}shell-core/operational",),
    "smbclient-audit": (f"{_M}smbclient/audit",),
    "smbclient-connectivity": (f"{_M}smbclient/connectivity",),
    "smbclient-security": (f"{_M}smbclient/security",),
    "smbserver-audit": (f"{_M}smbserver/audit",),
    "smbserver-connectivity": (f"{_M}smbserver/connectivity",),
    "smbserver-security": (f"{_M}smbserver/security",),
    "sysmon": (f"{_M}sysmon/operational",),
    "system": ("system",),
    "taskscheduler": (f"{_M}taskscheduler/operational",),
    "terminalservices-localsessionmanager": (f"{_M}terminalservices-localsessionmanager/operational",),
    "vhdmp": (f"{_M}vhdmp/operational",),
    "windefend": (f"{_M}windows defender/operational",),
    "wmi": (f"{_M}wmi-activity/operational",),
}
"""Sigma service to channels, in lower case."""

SERVICES = {channel: service for service, channels in SERVICE_CHANNELS.items() for channel in channels}
"""Channel in lower case to Sigma service."""

SERVICE_ALIASES = {"microsoft-servicebus-client": "servicebus-client"}
"""Other names that rules use for a service."""

PROVIDER_CHANNELS: dict[str, str] = {
    "application error": "Application",
    "application hang": "Application",
    "esent": "Application",
    "microsoft antimalware": "System",
    "microsoft-iis-configuration": "Microsoft-IIS-Configuration/Operational",
    "microsoft-windows-iis-configuration": "Microsoft-IIS-Configuration/Operational",
    "microsoft-windows-security-mitigations": "Microsoft-Windows-Security-Mitigations/KernelMode",
    "microsoft-windows-smbclient": "Microsoft-Windows-SmbClient/Security",
    "microsoft-windows-lsa": "Microsoft-Windows-LSA/Operational",
    "microsoft-servicebus-client": "Microsoft-ServiceBus-Client/Operational",
    "microsoft-windows-appxdeployment-server": "Microsoft-Windows-AppXDeploymentServer/Operational",
    "microsoft-windows-appxpackagingom": "Microsoft-Windows-AppxPackaging/Operational",
    "microsoft-windows-appmodel-runtime": "Microsoft-Windows-AppModel-Runtime/Admin",
    "microsoft-windows-applocker": "Microsoft-Windows-AppLocker/EXE and DLL",
    "microsoft-windows-bits-client": "Microsoft-Windows-Bits-Client/Operational",
    "microsoft-windows-capi2": "Microsoft-Windows-CAPI2/Operational",
    "microsoft-windows-certificateservicesclient-lifecycle-system": (
        "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"
    ),
    "microsoft-windows-codeintegrity": "Microsoft-Windows-CodeIntegrity/Operational",
    "microsoft-windows-diagnosis-scripted": "Microsoft-Windows-Diagnosis-Scripted/Operational",
    "microsoft-windows-directory-services-sam": "System",
    "microsoft-windows-distributedcom": "System",
    "microsoft-windows-dns-client": "Microsoft-Windows-DNS-Client/Operational",
    "microsoft-windows-dns-server-service": "DNS Server",
    "microsoft-windows-dnsserver": "Microsoft-Windows-DNSServer/Analytical",
    "microsoft-windows-driverframeworks-usermode": (
        "Microsoft-Windows-DriverFrameworks-UserMode/Operational"
    ),
    "microsoft-windows-kernel-general": "System",
    "microsoft-windows-ldap-client": "Microsoft-Windows-LDAP-Client/Debug",
    "lsasrv": "System",
    "microsoft-windows-ntlm": "Microsoft-Windows-NTLM/Operational",
    "microsoft-windows-powershell": "Microsoft-Windows-PowerShell/Operational",
    "microsoft-windows-printservice": "Microsoft-Windows-PrintService/Operational",
    "microsoft-windows-security-auditing": "Security",
    "microsoft-windows-sense": "Microsoft-Windows-SENSE/Operational",
    "microsoft-windows-shell-core": "Microsoft-Windows-Shell-Core/Operational",
    "microsoft-windows-sysmon": "Microsoft-Windows-Sysmon/Operational",
    "microsoft-windows-taskscheduler": "Microsoft-Windows-TaskScheduler/Operational",
    "microsoft-windows-terminalservices-localsessionmanager": (
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"
    ),
    "microsoft-windows-vhdmp": "Microsoft-Windows-VHDMP/Operational",
    "microsoft-windows-windows defender": "Microsoft-Windows-Windows Defender/Operational",
    "microsoft-windows-windows firewall with advanced security": (
        "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"
    ),
    "microsoft-windows-wmi-activity": "Microsoft-Windows-WMI-Activity/Operational",
    "msexchange cmdletlogs": "MSExchange Management",
    "openssh": "OpenSSH/Operational",
    "powershell": "Windows PowerShell",
    "powershellcore": "PowerShellCore/Operational",
    "rpcfw": "RPCFW",
    "service control manager": "System",
    "windows error reporting": "Application",
    "msiinstaller": "Application",
    "microsoft-windows-user profiles service": "Application",
}
"""Provider in lower case to the channel it writes to, for records that do not name theirs."""

CHANNEL_PROVIDERS: dict[str, str] = {
    "security": "Microsoft-Windows-Security-Auditing",
    "microsoft-windows-sysmon/operational": "Microsoft-Windows-Sysmon",
    "windows powershell": "PowerShell",
    "microsoft-windows-powershell/operational": "Microsoft-Windows-PowerShell",
    "powershellcore/operational": "PowerShellCore",
    "microsoft-windows-windows defender/operational": "Microsoft-Windows-Windows Defender",
    "microsoft-windows-taskscheduler/operational": "Microsoft-Windows-TaskScheduler",
    "microsoft-windows-wmi-activity/operational": "Microsoft-Windows-WMI-Activity",
    "microsoft-windows-bits-client/operational": "Microsoft-Windows-Bits-Client",
    "microsoft-windows-codeintegrity/operational": "Microsoft-Windows-CodeIntegrity",
    "linux-sysmon/operational": "Linux-Sysmon",
}
"""Channel in lower case to the only provider that writes to it, for records that do not name theirs."""

EVENTLOG = "microsoft-windows-eventlog"
LOG_CLEARED = frozenset(("1100", "1101", "1102", "1104", "1105", "1108"))
"""Events of the event log service that stand in the Security channel; its others stand in System."""

FORWARDED = frozenset(("", "forwardedevents"))
"""Channels that say nothing about where an event was written."""

SYSMON = {
    "1": "process_creation",
    "2": "file_change",
    "3": "network_connection",
    "4": "sysmon_status",
    "5": "process_termination",
    "6": "driver_load",
    "7": "image_load",
    "8": "create_remote_thread",
    "9": "raw_access_thread",
    "10": "process_access",
    "11": "file_event",
    "12": "registry_event",
    "13": "registry_set",
    "14": "registry_rename",
    "15": "create_stream_hash",
    "16": "sysmon_status",
    "17": "pipe_created",
    "18": "pipe_created",
    "19": "wmi_event",
    "20": "wmi_event",
    "21": "wmi_event",
    "22": "dns_query",
    "23": "file_delete",
    "24": "clipboard_capture",
    "25": "process_tampering",
    "26": "file_delete",
    "27": "file_block_executable",
    "28": "file_block_shredding",
    "29": "file_executable_detected",
    "255": "sysmon_error",
}
_POWERSHELL = {"4103": "ps_module", "4104": "ps_script"}
_CLASSIC = {"400": "ps_classic_start", "600": "ps_classic_provider_start", "800": "ps_classic_script"}
_KERNEL_FILE = {
    "12": "file_access",
    "15": "file_access",
    "16": "file_access",
    "11": "file_delete",
    "26": "file_delete",
    "19": "file_rename",
    "27": "file_rename",
    "30": "file_event",
}
_DEFENDER = dict.fromkeys(("1006", "1007", "1008", "1015", "1116", "1117", "1118", "1119"), "antivirus")

CATEGORIES: dict[str, tuple[str, dict[str, str]]] = {
    "microsoft-windows-sysmon": ("sysmon", SYSMON),
    "microsoft-windows-security-auditing": (
        "security",
        {"4688": "process_creation", "4657": "registry_event"},
    ),
    "microsoft-windows-powershell": ("powershell", _POWERSHELL),
    "powershellcore": ("powershell", _POWERSHELL),
    "powershell": ("powershell-classic", _CLASSIC),
    "microsoft-windows-kernel-file": ("", _KERNEL_FILE),
    "microsoft-windows-windows defender": ("windefend", _DEFENDER),
}
"""Provider in lower case to (service it must stand in, {event id: Sigma category})."""

BRANCHES: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("microsoft-windows-sysmon", "12"): (
        "EventType",
        {"CreateKey": "registry_add", "DeleteKey": "registry_delete", "DeleteValue": "registry_delete"},
    ),
    ("microsoft-windows-security-auditing", "4657"): (
        "OperationType",
        {"%%1904": "registry_set", "%%1905": "registry_set", "%%1906": "registry_delete"},
    ),
}
"""(provider, event id) to (data field, {its value: category}): one event id for several categories."""


def service_of(provider: str, channel: str, code: str) -> str:
    """The Sigma service of a Windows record: by its channel, else by the channel its provider writes to."""
    low = channel.lower()
    if low in FORWARDED:
        low = home_of(provider, code).lower()
    return SERVICES.get(low, "")


def home_of(provider: str, code: str) -> str:
    """The channel that a provider writes this event to, or "" where it is not known to have only one."""
    low = provider.lower()
    if low == EVENTLOG:
        return "Security" if code in LOG_CLEARED else "System"
    return PROVIDER_CHANNELS.get(low, "")


def writer_of(channel: str, code: str) -> str:
    """The provider of a record that names only its channel, or "" where several write to it."""
    low = channel.lower()
    if low == "security" and code in LOG_CLEARED:
        return "Microsoft-Windows-Eventlog"
    return CHANNEL_PROVIDERS.get(low, "")


def category_of(provider: str, service: str, code: str) -> str:
    """The Sigma category of a Windows record, or "" where only services cover it."""
    found = CATEGORIES.get(provider.lower())
    return found[1].get(code, "") if found is not None and found[0] == service else ""
