"""Names that are everywhere: infrastructure of operating systems, and files that ship with them.

A match is kept and noted, never dropped: attackers use the same files and hide behind such names.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .matches import words

# Certificate checks, updates, connectivity tests and time. Sources: Microsoft "Connection endpoints for
# Windows 10 Enterprise" (learn.microsoft.com/windows/privacy/manage-windows-endpoints), Apple HT210060,
# ntppool.org, and the CRL/OCSP addresses that the certification practice statements of the CAs name.
_BENIGN: dict[str, str] = {
    "crl.microsoft.com": "certificate revocation list",
    "ocsp.msocsp.com": "certificate status",
    "oneocsp.microsoft.com": "certificate status",
    "ctldl.windowsupdate.com": "certificate trust list",
    "ocsp.digicert.com": "certificate status",
    "crl3.digicert.com": "certificate revocation list",
    "crl4.digicert.com": "certificate revocation list",
    "ocsp.verisign.com": "certificate status",
    "crl.verisign.com": "certificate revocation list",
    "ocsp.globalsign.com": "certificate status",
    "crl.globalsign.com": "certificate revocation list",
    "ocsp.sectigo.com": "certificate status",
    "ocsp.usertrust.com": "certificate status",
    "ocsp.comodoca.com": "certificate status",
    "ocsp.entrust.net": "certificate status",
    "crl.entrust.net": "certificate revocation list",
    "ocsp.pki.goog": "certificate status",
    "c.pki.goog": "certificate revocation list",
    "o.pki.goog": "certificate status",
    "r3.o.lencr.org": "certificate status",
    "lencr.org": "certificate status",
    "ocsp.apple.com": "certificate status",
    "windowsupdate.com": "Windows update",
    "update.microsoft.com": "Windows update",
    "windowsupdate.microsoft.com": "Windows update",
    "delivery.mp.microsoft.com": "Windows update",
    "dl.delivery.mp.microsoft.com": "Windows update",
    "wdcp.microsoft.com": "Defender cloud service",
    "wdcpalt.microsoft.com": "Defender cloud service",
    "smartscreen.microsoft.com": "SmartScreen",
    "events.data.microsoft.com": "Windows telemetry",
    "vortex.data.microsoft.com": "Windows telemetry",
    "settings-win.data.microsoft.com": "Windows settings",
    "msftncsi.com": "connectivity test",
    "msftconnecttest.com": "connectivity test",
    "connectivitycheck.gstatic.com": "connectivity test",
    "captive.apple.com": "connectivity test",
    "connectivity-check.ubuntu.com": "connectivity test",
    "detectportal.firefox.com": "connectivity test",
    "time.windows.com": "time server",
    "time.nist.gov": "time server",
    "time.google.com": "time server",
    "time.apple.com": "time server",
    "time.cloudflare.com": "time server",
    "ntp.ubuntu.com": "time server",
    "pool.ntp.org": "time server",
    "archive.ubuntu.com": "package archive",
    "security.ubuntu.com": "package archive",
    "deb.debian.org": "package archive",
    "security.debian.org": "package archive",
    "schemas.microsoft.com": "XML namespace",
    "schemas.xmlsoap.org": "XML namespace",
    "schemas.openxmlformats.org": "XML namespace",
    "www.w3.org": "XML namespace",
}

# RFC 2606, RFC 6761, RFC 6762, RFC 8375 and ICANN's reservation of .internal (2024)
_RESERVED: dict[str, str] = {
    "example.com": "documentation (RFC 2606)",
    "example.net": "documentation (RFC 2606)",
    "example.org": "documentation (RFC 2606)",
    "example": "documentation (RFC 2606)",
    "test": "testing (RFC 2606)",
    "invalid": "invalid (RFC 2606)",
    "localhost": "loopback (RFC 6761)",
    "local": "local network (RFC 6762)",
    "home.arpa": "local network (RFC 8375)",
    "in-addr.arpa": "reverse look-up (RFC 1035)",
    "ip6.arpa": "reverse look-up (RFC 3596)",
    "internal": "private network (ICANN 2024)",
    "lan": "private network",
    "corp": "private network",
}

_PARENTS = frozenset(".".join(name.split(".")[-2:]) for name in (*_BENIGN, *_RESERVED))
"""Last two labels of all these names: most domains need no other look-up."""

COM_FILES = frozenset(
    {"command", "chcp", "diskcomp", "diskcopy", "format", "mode", "more", "tree", "edit", "graftabl"}
)
"""Programs of Windows that end in .com."""

# https://learn.microsoft.com/office/troubleshoot/office-suite-issues/ names the programs of Office.
_OFFICE_FILES = words("winword.exe excel.exe powerpnt.exe outlook.exe onenote.exe msaccess.exe mspub.exe")

# Programs of a Windows installation, below System32 unless another folder is given; and of Linux
_SYSTEM_FILES = words(
    """
        arp.exe at.exe attrib.exe auditpol.exe backgroundtaskhost.exe bcdedit.exe bitsadmin.exe
        certutil.exe cmd.exe cmdkey.exe cmstp.exe conhost.exe consent.exe control.exe cscript.exe
        csrss.exe ctfmon.exe dllhost.exe dism.exe dnscmd.exe dsquery.exe dwm.exe esentutl.exe
        eventvwr.exe explorer.exe find.exe findstr.exe fltmc.exe fontdrvhost.exe forfiles.exe
        ftp.exe gpupdate.exe hh.exe hostname.exe icacls.exe ie4uinit.exe iexplore.exe ipconfig.exe
        logonui.exe lsass.exe makecab.exe mmc.exe mofcomp.exe mpcmdrun.exe msbuild.exe msconfig.exe
        mshta.exe msiexec.exe mstsc.exe musnotification.exe nbtstat.exe net.exe net1.exe netsh.exe
        netstat.exe nltest.exe notepad.exe nslookup.exe ntdsutil.exe ntoskrnl.exe odbcconf.exe
        ping.exe powershell.exe qwinsta.exe reg.exe regasm.exe regedit.exe regsvcs.exe regsvr32.exe
        route.exe runas.exe rundll32.exe runtimebroker.exe sc.exe schtasks.exe searchindexer.exe
        services.exe sihost.exe slui.exe smartscreen.exe smss.exe spoolsv.exe sppsvc.exe svchost.exe
        systeminfo.exe takeown.exe taskhostw.exe taskkill.exe tasklist.exe taskmgr.exe tiworker.exe
        tracert.exe trustedinstaller.exe userinit.exe vssadmin.exe w32tm.exe wbadmin.exe
        wbengine.exe wermgr.exe wevtutil.exe werfault.exe where.exe whoami.exe winlogon.exe
        wininit.exe winrs.exe winver.exe wmic.exe wmiprvse.exe wscript.exe wsmprovhost.exe
        wuauclt.exe xcopy.exe advapi32.dll amsi.dll bcrypt.dll clr.dll combase.dll comctl32.dll
        comsvcs.dll crypt32.dll gdi32.dll imm32.dll kernel32.dll kernelbase.dll mscoree.dll
        msvcrt.dll ntdll.dll ole32.dll oleaut32.dll rpcrt4.dll samlib.dll sechost.dll secur32.dll
        shell32.dll shlwapi.dll ucrtbase.dll user32.dll vaultcli.dll wininet.dll winhttp.dll
        ws2_32.dll wldap32.dll
        """
)  # From: file listing of a default Windows 10 22H2 installation

_EMPTY = {
    "d41d8cd98f00b204e9800998ecf8427e": "hash of the empty file",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709": "hash of the empty file",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": "hash of the empty file",
    "aad3b435b51404eeaad3b435b51404ee": "LM hash of the empty password",
    "31d6cfe0d16ae931b73c59d7e0c089c0": "NT hash of the empty password",
}


LONGEST_KEPT = 512
"""Characters of what is remembered by its text: thousands of names of a megabyte would fill the memory."""


def domain(name: str) -> str:
    """Why a domain is set apart, or ""."""
    return _domain(name) if len(name) <= LONGEST_KEPT else _domain.__wrapped__(name)


@lru_cache(maxsize=8_192)
def _domain(name: str) -> str:
    head, _, last = name.rpartition(".")
    if last not in _RESERVED and f"{head.rpartition('.')[2]}.{last}" not in _PARENTS and "." in name:
        return ""
    labels = name.split(".")
    if len(labels) == 1:
        return _RESERVED.get(name, "single-label name")
    for index in range(len(labels)):
        parent = ".".join(labels[index:])
        service = _BENIGN.get(parent)
        if service:
            return f"well-known service: {service}"
        if parent in _RESERVED:
            return _RESERVED[parent]
    return ""


_IN_FOLDER = re.compile(r"[^\w.+-]")
"""What a bare name of a file does not hold."""


def file(path: str) -> str:
    """Why a file is set apart, or "": one of the operating system's, in its own place or without any."""
    return _file(path) if len(path) <= LONGEST_KEPT else _file.__wrapped__(path)


@lru_cache(maxsize=8_192)
def _file(path: str) -> str:
    if not _IN_FOLDER.search(path):
        return "operating system file" if path.lower() in _SYSTEM_FILES else ""
    from cybersecqwen.detect.decode.places import extension, file_name, place

    seen = path[:4_096]  # they read no more, and would remember all
    where = place(seen)
    if where == "other":  # a bare name
        return "operating system file" if path.lower() in _SYSTEM_FILES else ""
    name = file_name(seen)
    if where == "programs" and name in _OFFICE_FILES:
        return "program of an office suite, in its own folder"
    if where != "system":
        return ""
    if name in _SYSTEM_FILES or path.startswith("/"):
        return "operating system file"
    # an unknown program there is worth a search: intruders put theirs among the system's
    programs = (".exe", ".com", ".scr", ".bat", ".cmd", ".ps1")
    return "" if extension(name) in programs else "operating system folder"


def hash_note(value: str) -> str:
    """Why a hash is set apart, or ""."""
    if value.count(value[0]) == len(value):
        return "placeholder"
    return _EMPTY.get(value, "")
