"""What kind of thing each Windows event records.

Facts: Sysmon event list, https://learn.microsoft.com/sysinternals/downloads/sysmon; audit events,
https://learn.microsoft.com/windows/security/threat-protection/auditing/ (one page per event id);
PowerShell, about_Eventlogs; Defender, https://learn.microsoft.com/defender-endpoint/troubleshoot-microsoft-defender-antivirus;
AppLocker and code integrity, https://learn.microsoft.com/windows/security/application-security/application-control/;
the manifests of the other providers (`wevtutil gp NAME /ge`).
"""

from __future__ import annotations

from cybersecqwen.records import Category

C = Category

SYSMON, SECURITY, SYSTEM, POWERSHELL, POWERSHELL_CLASSIC = (
    "sysmon",
    "security",
    "system",
    "powershell",
    "classic",
)
TASKS, WMI, DEFENDER, BITS, APPLOCKER, INTEGRITY = (
    "tasks",
    "wmi",
    "defender",
    "bits",
    "applocker",
    "integrity",
)
SESSIONS, RDP, RDP_CLIENT, DNS_CLIENT, FIREWALL, DRIVERS = (
    "sessions",
    "rdp",
    "rdpclient",
    "dns",
    "firewall",
    "drivers",
)
WINRM, NTLM, SMB, PRINT, EVENTLOG = "winrm", "ntlm", "smb", "print", "eventlog"

GROUPS: dict[str, str] = {
    "Microsoft-Windows-Sysmon": SYSMON,
    "Microsoft-Windows-Sysmon/Operational": SYSMON,
    "Linux-Sysmon": SYSMON,
    "Linux-Sysmon/Operational": SYSMON,
    "Microsoft-Windows-Security-Auditing": SECURITY,
    "Security": SECURITY,
    "Microsoft-Windows-Eventlog": EVENTLOG,
    "EventLog": EVENTLOG,
    "Service Control Manager": SYSTEM,
    "System": SYSTEM,
    "Microsoft-Windows-PowerShell": POWERSHELL,
    "Microsoft-Windows-PowerShell/Operational": POWERSHELL,
    "PowerShellCore": POWERSHELL,
    "PowerShellCore/Operational": POWERSHELL,
    "PowerShell": POWERSHELL_CLASSIC,
    "Windows PowerShell": POWERSHELL_CLASSIC,
    "Microsoft-Windows-TaskScheduler": TASKS,
    "Microsoft-Windows-TaskScheduler/Operational": TASKS,
    "Microsoft-Windows-WMI-Activity": WMI,
    "Microsoft-Windows-WMI-Activity/Operational": WMI,
    "Microsoft-Windows-Windows Defender": DEFENDER,
    "Microsoft-Windows-Windows Defender/Operational": DEFENDER,
    "Microsoft Antimalware": DEFENDER,
    "Microsoft-Windows-Bits-Client": BITS,
    "Microsoft-Windows-Bits-Client/Operational": BITS,
    "Microsoft-Windows-AppLocker": APPLOCKER,
    "Microsoft-Windows-AppLocker/EXE and DLL": APPLOCKER,
    "Microsoft-Windows-AppLocker/MSI and Script": APPLOCKER,
    "Microsoft-Windows-AppLocker/Packaged app-Execution": APPLOCKER,
    "Microsoft-Windows-CodeIntegrity": INTEGRITY,
    "Microsoft-Windows-CodeIntegrity/Operational": INTEGRITY,
    "Microsoft-Windows-TerminalServices-LocalSessionManager": SESSIONS,
    "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational": SESSIONS,
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager": RDP,
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational": RDP,
    "Microsoft-Windows-TerminalServices-ClientActiveXCore": RDP_CLIENT,
    "Microsoft-Windows-TerminalServices-RDPClient/Operational": RDP_CLIENT,
    "Microsoft-Windows-DNS-Client": DNS_CLIENT,
    "Microsoft-Windows-DNS-Client/Operational": DNS_CLIENT,
    "Microsoft-Windows-Windows Firewall With Advanced Security": FIREWALL,
    "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall": FIREWALL,
    "Microsoft-Windows-DriverFrameworks-UserMode": DRIVERS,
    "Microsoft-Windows-WinRM": WINRM,
    "Microsoft-Windows-WinRM/Operational": WINRM,
    "Microsoft-Windows-NTLM": NTLM,
    "Microsoft-Windows-NTLM/Operational": NTLM,
    "Microsoft-Windows-SMBServer": SMB,
    "Microsoft-Windows-SMBServer/Security": SMB,
    "Microsoft-Windows-SMBClient": SMB,
    "Microsoft-Windows-SmbClient/Security": SMB,
    "Microsoft-Windows-PrintService": PRINT,
    "Microsoft-Windows-PrintService/Admin": PRINT,
    "Microsoft-Windows-PrintService/Operational": PRINT,
}
"""Provider or channel, as records name them, to the group whose numbers they share."""


def _numbers(text: str) -> list[str]:
    found: list[str] = []
    for part in text.split():
        low, _, high = part.partition("-")
        found += [str(number) for number in range(int(low), int(high or low) + 1)]
    return found


_TABLE: tuple[tuple[str, Category, str], ...] = (
    (SYSMON, C.PROCESS, "1"),
    (SYSMON, C.PROCESS_END, "5"),
    (SYSMON, C.NETWORK, "3"),
    (SYSMON, C.DRIVER, "6"),
    (SYSMON, C.IMAGE_LOAD, "7"),
    (SYSMON, C.REMOTE_THREAD, "8"),
    (SYSMON, C.PROCESS_ACCESS, "10 25"),
    (SYSMON, C.FILE, "2 9 11 15 23 26-29"),
    (SYSMON, C.REGISTRY, "12-14"),
    (SYSMON, C.PIPE, "17 18"),
    (SYSMON, C.WMI, "19-21"),
    (SYSMON, C.DNS, "22"),
    (SYSMON, C.LOG, "4 16 255"),
    (SECURITY, C.PROCESS, "4688"),
    (SECURITY, C.PROCESS_END, "4689"),
    (SECURITY, C.LOGON, "4624 4627 4634 4647 4648 4672 4675 4778 4779 4800-4803 4964"),
    (SECURITY, C.LOGON_FAILED, "4625 4649"),
    (SECURITY, C.KERBEROS, "4768-4774 4776 4777 4820 4821 4824"),
    (
        SECURITY,
        C.ACCOUNT,
        "4703-4705 4717 4718 4720 4722-4735 4737-4767 4780-4782 4793 4794 4797-4799 5376 5377",
    ),
    (SECURITY, C.DIRECTORY, "4662 4706 4707 4713 4716 4739 4928-4937 5136-5139 5141 5169 5170"),
    (SECURITY, C.SERVICE, "4697"),
    (SECURITY, C.TASK, "4698-4702"),
    (SECURITY, C.REGISTRY, "4657"),
    (
        SECURITY,
        C.OBJECT,
        "4656 4658 4659-4661 4663 4664 4670 4673 4674 4690 4691 4985 5058 5059 5061 5379 5381 5382",
    ),
    (SECURITY, C.SHARE, "5140 5142-5145 5168"),
    (SECURITY, C.NETWORK, "5031 5150-5159"),
    (SECURITY, C.LOG, "1100-1102 1104 1105 1108 4608-4612 4614 4616 4715 4719 4817 4902 4904-4908 4912 4826"),
    (SECURITY, C.DRIVER, "5038 6281 6416"),
    (EVENTLOG, C.LOG, "104 1100-1108 6005-6009"),
    (SYSTEM, C.SERVICE, "7000 7001 7009 7022-7024 7026 7030-7032 7034-7036 7040 7045"),
    (SYSTEM, C.LOG, "104 1074 6005 6006 6008"),
    (POWERSHELL, C.SCRIPT, "4100 4103-4106 24577 40961 40962 53504"),
    (POWERSHELL_CLASSIC, C.SCRIPT, "400 403 500 501 600 800"),
    (TASKS, C.TASK, "100-103 106-111 118 119 129 140-142 200-203 300 310 325"),
    (WMI, C.WMI, "5857-5861"),
    (DEFENDER, C.ALERT, "1006-1009 1015-1019 1116-1119 1121 1122 1125 1126"),
    (DEFENDER, C.LOG, "1013 5000 5001 5004 5007 5010 5012 5013 5101"),
    (BITS, C.NETWORK, "3 4 5 59-61 306 16403"),
    (APPLOCKER, C.PROCESS, "8002-8007 8020-8022"),
    (INTEGRITY, C.IMAGE_LOAD, "3001-3004 3010 3021-3024 3032-3036 3063-3066 3076 3077 3089"),
    (SESSIONS, C.LOGON, "21-25 39-42"),
    (RDP, C.LOGON, "261 1149 1158"),
    (RDP_CLIENT, C.NETWORK, "1024 1025 1029 1102"),
    (DNS_CLIENT, C.DNS, "1014 3006 3008 3009 3018 3020"),
    (FIREWALL, C.LOG, "2002-2006 2008-2011 2032 2033 2052 2059 2071 2073 2082 2083 2097 2099"),
    (DRIVERS, C.DRIVER, "2003 2004 2100-2102"),
    (WINRM, C.NETWORK, "6 8 15 16 33 91 132 142 169"),
    (NTLM, C.KERBEROS, "8001-8006 4001-4004"),
    (SMB, C.SHARE, "551 600 31001 31010"),
    (PRINT, C.DRIVER, "316 808 811"),
)

CATEGORIES: dict[tuple[str, str], Category] = {
    (name, code): category
    for group, category, codes in _TABLE
    for code in _numbers(codes)
    for name, of in GROUPS.items()
    if of == group
}
"""(provider or channel, event id) to category: the keys are what `Shape.head` gives."""


def group_of(provider: str, channel: str) -> str:
    """The group of a record: by its provider, else its channel; "" where neither is known.

    The channel of "Microsoft-Windows-Eventlog" says which log it is about, so the provider goes first.
    """
    return GROUPS.get(provider) or GROUPS.get(channel) or ""


def category_of(provider: str, channel: str, code: str) -> Category:
    """The category of a Windows event, OTHER where the table has none."""
    found = CATEGORIES.get((provider, code))
    # Many providers write to the System channel, each with numbers of its own.
    if found is None and (not provider or GROUPS.get(channel) != SYSTEM):
        found = CATEGORIES.get((channel, code))
    return found or Category.OTHER
