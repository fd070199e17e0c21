"""What a path says about a file: who can write there, and what usually lives there.

Pure string work on Windows and Unix paths as logs record them; nothing is opened.

    system      the operating system's own folders
    programs    installed programs, writable by administrators only
    data        ProgramData and its kind: programs' data, partly writable by users
    user        a person's own folders
    temp        temporary folders
    public      folders that every account may write to
    web         folders that a web server serves
    network     shares and redirected drives
    removable   a drive other than the system's
    root        directly in the root of the system drive
    kernel      device and pseudo file systems
    other       anything else, bare file names included
"""

from __future__ import annotations

import re
from functools import lru_cache

PLACES = (
    "system",
    "programs",
    "data",
    "user",
    "temp",
    "public",
    "web",
    "network",
    "removable",
    "root",
    "kernel",
    "other",
)
"""Every answer of `place`."""

# Folders below C:\Windows (and two beside it) that ordinary accounts may write to. Source: the
# default access lists of Windows 10, as collected in api0cradle's UltimateAppLockerByPassList
# ("Generic AppLocker bypasses", writable folders) and in Microsoft's AppLocker design guide,
# https://learn.microsoft.com/windows/security/application-security/application-control/app-control-for-business/applocker/understanding-applocker-rules
_WORLD_WRITABLE = (
    "\\users\\public\\",
    "\\perflogs\\",
    "\\$recycle.bin\\",
    "\\recycler\\",
    "\\windows\\tasks\\",
    "\\windows\\debug\\",
    "\\windows\\tracing\\",
    "\\windows\\registration\\crmlog\\",
    "\\windows\\system32\\tasks\\",
    "\\windows\\system32\\spool\\drivers\\color\\",
    "\\windows\\system32\\spool\\printers\\",
    "\\windows\\system32\\spool\\servers\\",
    "\\windows\\system32\\com\\dmp\\",
    "\\windows\\system32\\fxstmp\\",
    "\\windows\\system32\\microsoft\\crypto\\rsa\\machinekeys\\",
    "\\windows\\syswow64\\tasks\\",
    "\\windows\\syswow64\\com\\dmp\\",
    "\\windows\\syswow64\\fxstmp\\",
    "\\windows\\servicestate\\",
)

# Longest first within a family: the first prefix that fits decides. Drive letters are cut off.
_WINDOWS: tuple[tuple[str, str], ...] = (
    ("\\windows\\temp\\", "temp"),
    ("\\windows\\systemtemp\\", "temp"),
    ("\\temp\\", "temp"),
    ("\\tmp\\", "temp"),
    *((folder, "public") for folder in _WORLD_WRITABLE),
    ("\\inetpub\\", "web"),
    ("\\xampp\\htdocs\\", "web"),
    ("\\wamp\\www\\", "web"),
    ("\\wamp64\\www\\", "web"),
    ("\\windows\\", "system"),
    ("\\winnt\\", "system"),
    ("\\program files\\windowsapps\\", "programs"),
    ("\\program files\\", "programs"),
    ("\\program files (x86)\\", "programs"),
    ("\\program files (arm)\\", "programs"),
    ("\\progra~1\\", "programs"),
    ("\\progra~2\\", "programs"),
    ("\\programdata\\", "data"),
    ("\\progra~3\\", "data"),
    ("\\documents and settings\\all users\\", "data"),
    ("\\users\\all users\\", "data"),
    ("\\users\\", "user"),
    ("\\documents and settings\\", "user"),
    ("\\docume~1\\", "user"),
)
# Below ProgramData, but closed to ordinary accounts by its installer: Defender's platform runs there.
# From: https://learn.microsoft.com/defender-endpoint/microsoft-defender-antivirus-updates
_PROTECTED = ("\\programdata\\microsoft\\windows defender\\",)
_USER_TEMP = (
    "\\appdata\\local\\temp\\",
    "\\local settings\\temp\\",
    "\\locals~1\\temp\\",
    "\\temporary internet files\\",
    "\\inetcache\\",
)

_UNIX: tuple[tuple[str, str], ...] = (
    ("/tmp/", "temp"),
    ("/var/tmp/", "temp"),
    ("/dev/shm/", "temp"),
    ("/run/shm/", "temp"),
    ("/private/tmp/", "temp"),
    ("/private/var/tmp/", "temp"),
    ("/var/folders/", "temp"),  # macOS per-user temporary folders (confstr(3))
    ("/run/user/", "temp"),
    ("/run/lock/", "public"),
    ("/var/lock/", "public"),
    ("/var/spool/cron/", "system"),
    ("/var/crash/", "public"),
    ("/users/shared/", "public"),
    ("/var/www/", "web"),
    ("/srv/www/", "web"),
    ("/srv/http/", "web"),
    ("/usr/share/nginx/", "web"),
    ("/usr/local/apache2/htdocs/", "web"),
    ("/opt/lampp/htdocs/", "web"),
    ("/var/lib/tomcat", "web"),
    ("/proc/", "kernel"),
    ("/sys/", "kernel"),
    ("/dev/", "kernel"),
    ("/home/", "user"),
    ("/root/", "user"),
    ("/users/", "user"),
    ("/var/root/", "user"),
    ("~/", "user"),
    ("/opt/", "programs"),
    ("/usr/local/", "programs"),
    ("/snap/", "programs"),
    ("/applications/", "programs"),
    ("/usr/", "system"),
    ("/bin/", "system"),
    ("/sbin/", "system"),
    ("/lib", "system"),
    ("/etc/", "system"),
    ("/boot/", "system"),
    ("/system/", "system"),
    ("/library/", "system"),
    ("/var/", "data"),
    ("/srv/", "data"),
    ("/run/", "data"),
    ("/mnt/", "removable"),
    ("/media/", "removable"),
    ("/volumes/", "removable"),
)

_VARIABLES: dict[str, str] = {
    "systemroot": "c:\\windows",
    "windir": "c:\\windows",
    "systemdrive": "c:",
    "homedrive": "c:",
    "programfiles": "c:\\program files",
    "programfiles(x86)": "c:\\program files (x86)",
    "programw6432": "c:\\program files",
    "commonprogramfiles": "c:\\program files\\common files",
    "programdata": "c:\\programdata",
    "allusersprofile": "c:\\programdata",
    "public": "c:\\users\\public",
    "userprofile": "c:\\users\\user",
    "appdata": "c:\\users\\user\\appdata\\roaming",
    "localappdata": "c:\\users\\user\\appdata\\local",
    "temp": "c:\\users\\user\\appdata\\local\\temp",
    "tmp": "c:\\users\\user\\appdata\\local\\temp",
    "comspec": "c:\\windows\\system32\\cmd.exe",
}
_VARIABLE = re.compile(r"%([a-z0-9()]{2,24})%|\$\{?env:([a-z0-9()]{2,24})\}?")
_DEVICE = re.compile(r"\\device\\harddiskvolume\d{1,4}(?=\\)")
_VOLUME = re.compile(r"(?:\\\\\?\\)?volume\{[0-9a-f-]{36}\}(?=\\)")
_DRIVE = re.compile(r"[a-z]:")
_SLASHES = re.compile(r"\\{2,}")
_LONGEST = 4_096


@lru_cache(maxsize=16_384)
def place(path: str) -> str:
    """Which of PLACES a path lies in; "" for an empty path.

    Args:
        path: A path as a log or command line wrote it: quoted or not, with either slash, in any case,
            with device prefixes, variables, 8.3 names, alternate data streams.
    """
    whole = _normalised(path)
    if not whole:
        return ""
    if whole[0] in "/~":
        return _unix(whole)
    if whole.startswith("\\\\"):
        return _share(whole)
    drive, rest = (whole[:2], whole[2:]) if _DRIVE.match(whole) else ("", whole)
    if not rest.startswith("\\"):
        return "other"
    if any(part in rest for part in _USER_TEMP):
        return "temp"
    folder = rest + "\\"  # a folder lies in itself
    found = next((name for prefix, name in _WINDOWS if folder.startswith(prefix)), "")
    if not found and rest.startswith("\\device\\"):
        return "network" if rest.startswith(("\\device\\mup\\", "\\device\\lanmanredirector\\")) else "kernel"
    # A folder called Windows on drive E: is no system folder
    if drive not in ("", "c:") and not (found in ("system", "programs") and drive == "d:"):
        return "removable"
    return found or ("root" if rest.count("\\") == 1 else "other")


@lru_cache(maxsize=16_384)
def user_writable(path: str) -> bool:
    """Whether an ordinary account can usually put a file there without asking an administrator."""
    if any(folder in _normalised(path) for folder in _PROTECTED):
        return False
    return place(path) in ("user", "temp", "public", "data", "network", "removable", "web")


@lru_cache(maxsize=16_384)
def file_name(path: str) -> str:
    """The last part in lower case, without alternate data stream, trailing blanks and dots."""
    whole = _normalised(path)
    name = re.split(r"[\\/]", whole.rstrip("\\/"))[-1]
    return name.split(":")[0] if len(name) > 2 else name


def extension(path: str) -> str:
    """The extension in lower case with its dot (".exe"), "" where the name has none."""
    stem, dot, ending = file_name(path).rpartition(".")
    return dot + ending if stem and dot else ""


def _share(whole: str) -> str:
    """UNC paths; C$ of this very computer is its own drive C."""
    host, _, rest = whole[2:].partition("\\")
    if host in ("localhost", "127.0.0.1", "::1", ".") and rest[1:2] == "$":
        return place(f"{rest[0]}:{rest[2:]}")
    return "kernel" if host in (".", "?") else "network"


def _unix(whole: str) -> str:
    if "/public_html/" in whole:
        return "web"
    with_end = whole if whole.endswith("/") else whole + "/"
    found = next((name for prefix, name in _UNIX if with_end.startswith(prefix)), "")
    return found or ("root" if whole.count("/") == 1 else "other")


@lru_cache(maxsize=16_384)
def _normalised(path: str) -> str:
    """Lower case, one kind of slash, no prefix, quotes, variables, streams or ".." steps."""
    text = path[:_LONGEST].strip().strip("\"'").strip().lower()
    if "%" in text or "$" in text:
        text = _VARIABLE.sub(lambda m: _VARIABLES.get(m[1] or m[2], m.group()), text)
    if text.startswith("~") or (text.startswith("/") and not _DRIVE.match(text[1:3])):
        return _stepped(re.sub(r"/{2,}", "/", text), "/")
    text = text.replace("/", "\\")
    share = text.startswith("\\\\")
    text = ("\\" if share else "") + _SLASHES.sub(r"\\", text)
    for prefix in ("\\\\?\\unc\\", "\\\\.\\unc\\", "\\??\\unc\\"):
        if text.startswith(prefix):
            return _stepped("\\\\" + text[len(prefix) :], "\\")
    for prefix in ("\\\\?\\", "\\\\.\\", "\\??\\", "\\dosdevices\\", "\\global??\\"):
        text = text.removeprefix(prefix)
    text = _VOLUME.sub("c:", _DEVICE.sub("c:", text), count=1)
    if text.startswith("\\systemroot\\"):
        text = "c:\\windows" + text[11:]
    elif text.startswith(("system32\\", "syswow64\\")):  # services name drivers this way
        text = "c:\\windows\\" + text
    if "." in text or " " in text:
        text = _stepped(_without_trailing(text), "\\")
    return text


def _without_trailing(text: str) -> str:
    """Win32 drops blanks and dots at the end of each part; "." and ".." stay."""
    return "\\".join(part if part in (".", "..") else part.rstrip(" .") or part for part in text.split("\\"))


def _stepped(text: str, slash: str) -> str:
    if "." not in text:
        return text
    parts: list[str] = []
    for part in text.split(slash):
        if part == ".." and len(parts) > 1 and parts[-1]:
            parts.pop()
        elif part not in (".", ".."):
            parts.append(part)
    return slash.join(parts)
