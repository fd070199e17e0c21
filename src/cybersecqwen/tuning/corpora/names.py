"""Made-up names of hosts, accounts, programs and addresses; addresses are those kept for documentation."""

from __future__ import annotations

import string
from random import Random

_SITES = (
    "HQ",
    "BER",
    "LON",
    "MUC",
    "NYC",
    "PAR",
    "SALES",
    "FIN",
    "HR",
    "DEV",
    "OPS",
    "LAB",
    "WEB",
    "DB",
    "MAIL",
)
_KINDS = ("WS", "PC", "SRV", "DC", "FS", "APP", "NB", "LT", "SQL", "JUMP")
_DOMAINS = ("CONTOSO", "NORTHWIND", "ACME", "FABRIKAM", "CORP", "LAB", "EXAMPLE", "TAILSPIN")
_FIRST = (
    "anna",
    "jan",
    "maria",
    "tom",
    "li",
    "omar",
    "sara",
    "ivan",
    "nina",
    "paul",
    "eva",
    "raj",
    "kim",
    "leo",
)
_LAST = ("meyer", "novak", "silva", "khan", "ortiz", "weber", "rossi", "tanaka", "jones", "dubois", "berg")
_PROGRAMS = (
    *("winword.exe", "excel.exe", "outlook.exe", "explorer.exe", "cmd.exe", "powershell.exe", "rundll32.exe"),
    *(
        "wscript.exe",
        "mshta.exe",
        "svchost.exe",
        "services.exe",
        "regsvr32.exe",
        "certutil.exe",
        "msiexec.exe",
    ),
    *("chrome.exe", "taskeng.exe", "wmiprvse.exe", "python.exe", "bitsadmin.exe", "schtasks.exe", "net.exe"),
    *("whoami.exe", "bash", "sh", "python3", "curl", "nginx", "java", "sshd", "cron", "node", "psexesvc.exe"),
)
_NETS = ("192.0.2.", "198.51.100.", "203.0.113.")
_TOPS = ("example", "test", "example.com", "example.net", "example.org", "invalid")


def host(chance: Random) -> str:
    """A host, as companies name them."""
    return f"{chance.choice(_SITES)}-{chance.choice(_KINDS)}-{chance.randint(1, 399):03}"


def account(chance: Random) -> str:
    """An account with its domain, or a name alone."""
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    name = chance.choice((f"{first[0]}.{last}", f"{first}.{last}", last, f"svc-{last}", "SYSTEM", "root"))
    return name if name == "root" or chance.random() < 0.2 else f"{chance.choice(_DOMAINS)}\\{name}"


def program(chance: Random) -> str:
    """A program by its file name; now and then one that nobody knows."""
    if chance.random() < 0.2:
        return f"{word(chance)}{chance.choice(('.exe', '.dll', '', '.scr'))}"
    return chance.choice(_PROGRAMS)


def address(chance: Random) -> str:
    """An address or a host name on the network."""
    if chance.random() < 0.6:
        return f"{chance.choice(_NETS)}{chance.randint(1, 254)}"
    return domain(chance)


def domain(chance: Random) -> str:
    """A domain name below one that nobody owns."""
    return f"{word(chance)}.{chance.choice(_TOPS)}"


def word(chance: Random, least: int = 4, most: int = 10) -> str:
    """Letters, and sometimes digits, that mean nothing."""
    letters = "".join(chance.choice(string.ascii_lowercase) for _ in range(chance.randint(least, most)))
    return letters + (str(chance.randint(0, 99)) if chance.random() < 0.3 else "")


def digest(chance: Random, length: int = 64) -> str:
    """Hexadecimal digits."""
    return "".join(chance.choice("0123456789abcdef") for _ in range(length))
