"""Well-known variables of Windows and what they usually hold.

From: https://learn.microsoft.com/windows/deployment/usmt/usmt-recognized-environment-variables and
the defaults of a Windows 10 installation. "user" stands for the account's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

VALUES: Mapping[str, str] = {
    "allusersprofile": "C:\\ProgramData",
    "appdata": "C:\\Users\\user\\AppData\\Roaming",
    "commonprogramfiles": "C:\\Program Files\\Common Files",
    "commonprogramfiles(x86)": "C:\\Program Files (x86)\\Common Files",
    "comspec": "C:\\Windows\\system32\\cmd.exe",
    "homedrive": "C:",
    "homepath": "\\Users\\user",
    "localappdata": "C:\\Users\\user\\AppData\\Local",
    "os": "Windows_NT",
    "path": "C:\\Windows\\system32;C:\\Windows;C:\\Windows\\System32\\Wbem;"
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\",
    "pathext": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
    "processor_architecture": "AMD64",
    "programdata": "C:\\ProgramData",
    "programfiles": "C:\\Program Files",
    "programfiles(x86)": "C:\\Program Files (x86)",
    "programw6432": "C:\\Program Files",
    "psmodulepath": "C:\\Program Files\\WindowsPowerShell\\Modules;"
    "C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules",
    "public": "C:\\Users\\Public",
    "systemdrive": "C:",
    "systemroot": "C:\\Windows",
    "temp": "C:\\Users\\user\\AppData\\Local\\Temp",
    "tmp": "C:\\Users\\user\\AppData\\Local\\Temp",
    "userprofile": "C:\\Users\\user",
    "windir": "C:\\Windows",
}
"""Lower-case name to usual value."""

REFERENCE = re.compile(
    r"[%!]([A-Za-z_][\w()]{0,63})"
    r"(?::~(-?[0-9]{1,5})(?:,(-?[0-9]{1,5}))?|:([^%!=:~\s][^%!=:]{0,63})=([^%!:]{0,64}))?[%!]"
)
"""%NAME%, !NAME!, %NAME:~start,length% and %NAME:old=new% of cmd (`set /?`)."""

_POWERSHELL = re.compile(r"\$\{?env:([a-z_()0-9]{2,25})\}?", re.IGNORECASE)


def resolved(match: re.Match[str], values: Mapping[str, str], most: int | None = None) -> str | None:
    """What a match of REFERENCE stands for, or None where the variable is unknown.

    So it is where that would have more than `most` characters; nothing is put in to find out.
    """
    value = values.get(match[1].lower())
    if value is None:
        return None
    if match[2] is not None:
        return _slice(value, int(match[2]), match[3])
    if match[4] is not None:
        value = _replaced(value, match[4], match[5], most)
    return value if most is None or value is None or len(value) <= most else None


def _replaced(value: str, old: str, new: str, most: int | None) -> str | None:
    """%NAME:old=new%, in which cmd does not mind the case."""
    if most is not None and value.isascii() and old.isascii():
        longer = value.lower().count(old.lower()) * (len(new) - len(old))
        if len(value) + longer > most:
            return None
    # As a template and not as a function, which would be called for each place.
    return re.sub(re.escape(old), new.replace("\\", "\\\\"), value, flags=re.IGNORECASE)


def expanded(text: str) -> str:
    """All references to well-known variables replaced, those of PowerShell included."""
    if "%" in text or "!" in text:
        text = REFERENCE.sub(lambda m: resolved(m, VALUES) or m.group(), text)
    if "env:" in text.lower():
        text = _POWERSHELL.sub(lambda m: VALUES.get(m[1].lower(), m.group()), text)
    return text


def _slice(value: str, start: int, length: str | None) -> str:
    """%NAME:~start,length%: negative numbers count from the end."""
    begin = start if start >= 0 else max(len(value) + start, 0)
    if length is None:
        return value[begin:]
    count = int(length)
    return value[begin : begin + count] if count >= 0 else value[begin : len(value) + count]
