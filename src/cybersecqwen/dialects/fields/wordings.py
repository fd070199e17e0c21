"""Values that are written otherwise in a schema than Sigma writes them; text with wildcards in, texts out.

Sources: hives, https://learn.microsoft.com/windows/win32/sysinfo/predefined-keys; ControlSet001 for
CurrentControlSet, https://learn.microsoft.com/windows-hardware/drivers/install/hklm-system-currentcontrolset-control-registry-tree;
Sysmon's words for values of the registry, https://learn.microsoft.com/sysinternals/downloads/sysmon; paths of
devices, https://learn.microsoft.com/windows-hardware/drivers/kernel/introduction-to-ms-dos-device-names.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cybersecqwen.dialects.globs import ANY

Alternatives = Callable[[str], tuple[str, ...]]
"""A text to all its spellings in the schema."""

_HIVES = {
    "hklm": "hkey_local_machine",
    "hku": "hkey_users",
    "hkcu": "hkey_current_user",
    "hkcr": "hkey_local_machine\\software\\classes",
    "hkcc": "hkey_current_config",
}
_SHORT = re.compile(rf"^({ANY}?)(hklm|hku|hkcu|hkcr|hkcc)(?=\\|$|{ANY})", re.IGNORECASE)
_LONG = re.compile(
    rf"^({ANY}?)(hkey_local_machine|hkey_users|hkey_current_user|hkey_current_config)(?=\\|$|{ANY})",
    re.IGNORECASE,
)
_CONTROL = re.compile(rf"(^{ANY}?|\\)currentcontrolset(?=\\|$|{ANY})", re.IGNORECASE)


def _cased(text: str, like: str) -> str:
    return text.upper() if like.isupper() else text


def _hive(text: str) -> tuple[str, ...]:
    """Hives by their long names, at the beginning: no key further down is taken to be called like one."""
    long = _SHORT.sub(lambda match: match[1] + _cased(_HIVES[match[2].lower()], match[2]), text)
    if _CONTROL.search(long):
        return long, _CONTROL.sub(r"\1controlset001", long)
    return (long,)


_SHORT_OF = {long: short for short, long in _HIVES.items()}


def _hive_back(text: str) -> str:
    short = _LONG.sub(lambda match: match[1] + _cased(_SHORT_OF[match[2].lower()], match[2]), text)
    return re.sub(r"(?i)\\controlset001(?=\\|$)", r"\\currentcontrolset", short)


_KERNEL = {
    "hklm": "\\registry\\machine",
    "hku": "\\registry\\user",
    "hkcr": "\\registry\\machine\\software\\classes",
}


def _hive_kernel(text: str) -> tuple[str, ...]:
    """The names that the kernel has for hives."""
    found = _SHORT.sub(lambda match: match[1] + _KERNEL.get(match[2].lower(), match[2]), text)
    if _CONTROL.search(found):
        return found, _CONTROL.sub(r"\1controlset001", found)
    return (found,)


def _hive_kernel_back(text: str) -> str:
    short = re.sub(rf"(?i)^({ANY}?)\\registry\\machine(?=\\|$|{ANY})", r"\1hklm", text)
    short = re.sub(rf"(?i)^({ANY}?)\\registry\\user(?=\\|$|{ANY})", r"\1hku", short)
    return re.sub(r"(?i)\\controlset001(?=\\|$)", r"\\currentcontrolset", short)


def _hexadecimal(text: str) -> tuple[str, ...]:
    """A number that Windows writes in hexadecimal, in decimal."""
    match = re.fullmatch(r"0x([0-9a-f]{1,16})", text)
    return (str(int(match[1], 16)) if match else text,)


def _hexadecimal_back(text: str) -> str:
    return hex(int(text)) if text.isdecimal() and len(text) < 20 else text


_DRIVE = re.compile(rf"^({ANY}?)([a-z]):\\", re.IGNORECASE)
_ROOT = re.compile(rf"^{ANY}:\\")


def _drive(text: str) -> tuple[str, ...]:
    """A path with a drive to one with a device: the letter is not recorded there."""
    if _ROOT.match(text):
        return (_ROOT.sub(lambda _: f"\\device\\harddiskvolume{ANY}\\", text),)
    return (_DRIVE.sub(lambda _: f"\\device\\harddiskvolume{ANY}\\", text),)


def _drive_back(text: str) -> str:
    return text.replace(f"\\device\\harddiskvolume{ANY}\\", f"{ANY}:\\")


_NUMBER = re.compile(r"(?:dword|qword) \(0x(?:([0-9a-f]{8})-0x)?([0-9a-f]{8})\)", re.IGNORECASE)


def _details(text: str) -> tuple[str, ...]:
    """A number of the registry, which Sysmon writes "DWORD (0x00000001)", in decimal."""
    match = _NUMBER.fullmatch(text.strip(ANY))
    return (text,) if match is None else (str(int((match[1] or "") + match[2], 16)),)


def _details_back(text: str) -> str:
    if text.isdecimal() and len(text) < 11 and int(text) < 1 << 32:
        return f"dword (0x{int(text):08x})"
    return text


_PIPES = "\\device\\namedpipe"


def _pipe(text: str) -> tuple[str, ...]:
    """The name of a pipe with the device of pipes before it."""
    return (_PIPES + text,) if text.startswith("\\") else (text,)


def _pipe_back(text: str) -> str:
    return text.removeprefix(_PIPES)


ALTERNATIVES: dict[str, Alternatives] = {
    "hive": _hive,
    "drive": _drive,
    "details": _details,
    "pipe": _pipe,
    "hive_kernel": _hive_kernel,
    "hexadecimal": _hexadecimal,
}
"""By name of the transform."""

BACK: dict[str, Callable[[str], str]] = {
    "hive": _hive_back,
    "drive": _drive_back,
    "details": _details_back,
    "pipe": _pipe_back,
    "hive_kernel": _hive_kernel_back,
    "hexadecimal": _hexadecimal_back,
}
"""The spelling of Sigma again."""
