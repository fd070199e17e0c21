"""Made-up records for tests of scanning and of `csq logs`."""

from __future__ import annotations

from typing import Any

SYSMON = "Microsoft-Windows-Sysmon"


def process(number: int, image: str, command: str, parent: str) -> dict[str, Any]:
    return {
        "EventID": 1,
        "SourceName": SYSMON,
        "Channel": f"{SYSMON}/Operational",
        "Hostname": f"WS{number % 3:02d}",
        "User": f"CORP\\user{number % 5}",
        "UtcTime": f"2026-11-20 10:{number // 60 % 60:02d}:{number % 60:02d}.000",
        "Image": image,
        "CommandLine": command,
        "ParentImage": parent,
        "ParentCommandLine": parent,
    }


def recording(count: int) -> list[dict[str, Any]]:
    """Ordinary starts, and every 40th Word starting a shell with an encoded command."""
    made = []
    for number in range(count):
        if number % 40 == 7:
            made.append(
                process(
                    number,
                    r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
                    "powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAKQA=",
                    r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
                )
            )
        else:
            made.append(
                process(
                    number,
                    r"C:\Windows\System32\svchost.exe",
                    f"svchost.exe -k n{number % 9}",
                    "services.exe",
                )
            )
    return made


def sign_in(number: int, code: int) -> dict[str, Any]:
    return {
        "EventID": code,
        "SourceName": "Microsoft-Windows-Security-Auditing",
        "Channel": "Security",
        "Hostname": "DC01",
        "TimeCreated": f"2026-11-20T10:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
        "TargetUserName": "administrator",
        "TargetDomainName": "CORP",
        "LogonType": "3",
        "IpAddress": "203.0.113.7",
    }


def failure(number: int) -> str:
    """A line of sshd in syslog."""
    return (
        f"Nov 20 10:{number // 60 % 60:02d}:{number % 60:02d} web01 sshd[99]: Failed password for root from"
        " 203.0.113.7 port 4711 ssh2"
    )
