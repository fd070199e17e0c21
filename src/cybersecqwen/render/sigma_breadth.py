"""What no Sigma rule is made of, because it would fire on what every Windows host does all day."""

from __future__ import annotations

from cybersecqwen.records.intel import Observable

# From: https://learn.microsoft.com/windows/win32/sysinfo/predefined-keys and the keys of a fresh installation
_EVERYWHERE = (
    "software\\classes",
    "software\\microsoft\\windows\\currentversion",
    "software\\microsoft\\windows nt\\currentversion",
    "software\\policies\\microsoft\\windows",
    "software\\wow6432node\\microsoft\\windows\\currentversion",
    "system\\currentcontrolset\\control",
    "system\\currentcontrolset\\services",
)
"""Keys below their hive; those above them are as wide."""
_HIVES = ("HKEY_", "HKLM", "HKCU", "HKU", "HKCR")


def below_hive(key: str) -> str:
    """A registry key from the backslash behind its hive on; the whole of one without a hive."""
    hive, _, rest = key.partition("\\")
    return f"\\{rest}" if rest and hive.upper().startswith(_HIVES) else key


def too_broad(one: Observable) -> str:
    """Why a rule on this indicator would fire everywhere; "" where it would not."""
    value = one.value
    if one.type == "registry":
        key = "\\".join(part for part in below_hive(value).lower().split("\\") if part)
        wide = "\\" not in key or any(f"{common}\\".startswith(f"{key}\\") for common in _EVERYWHERE)
        return "a registry key that every host has" if wide else ""
    if one.type in ("file", "pipe", "task"):
        variable = value.startswith("%") and value.endswith("%")
        return "a folder" if variable or value.endswith(("\\", "/")) else ""
    return ""
