"""A rule to be tested, as text, with parts that tests replace."""

from __future__ import annotations

GOOD = """\
title: Shell started by a mail program
id: 5f1cb35b-6b71-4f5a-8d0e-000000000001
status: test
level: high
tags:
    - attack.execution
    - attack.t1059.001
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        ParentImage|endswith: '\\outlook.exe'
        Image|endswith:
            - '\\powershell.exe'
            - '\\cmd.exe'
    filter:
        CommandLine|contains: ' -harmless '
    condition: selection and not filter
"""


def process(**fields: str) -> dict[str, object]:
    """A record of Sysmon about a process."""
    return {
        "Event": {
            "System": {
                "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
                "EventID": 1,
                "Channel": "Microsoft-Windows-Sysmon/Operational",
            },
            "EventData": fields,
        }
    }


HIT = process(ParentImage="C:\\x\\OUTLOOK.EXE", Image="C:\\x\\cmd.exe", CommandLine="cmd")
MISS = process(ParentImage="C:\\x\\OUTLOOK.EXE", Image="C:\\x\\cmd.exe", CommandLine="cmd -harmless x")
