"""How far an exclusion reaches: over its own complement, and not over the phrase behind it."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.tasks.query.asking import Asked, Library, read_question
from cybersecqwen.tasks.query.asking.exclusions import clauses

NOW = 1_700_000_000.0
TEMP = r"C:\Users\a\AppData\Local\Temp\a.dll"
POWERSHELL = {"Image": r"C:\a\powershell.exe"}
RUNDLL32 = {"Image": r"C:\Windows\System32\rundll32.exe"}
WORD = r"C:\Office\WINWORD.EXE"
EXPLORER = r"C:\Windows\explorer.exe"


def ask(text: str, library: Library) -> Asked:
    return read_question(text, library=library, store=None, now=NOW)


def finds(asked: Asked, record: dict[str, object]) -> bool:
    assert asked.query.where is not None
    return holds(asked.query.where, record)


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        (
            "dll loads that are not signed from temp",
            {"Signed": "false", "ImageLoaded": TEMP},
            {"Signed": "false", "ImageLoaded": r"C:\Windows\a.dll"},
        ),
        (
            "logons that are not interactive from 10.1.2.3",
            {"EventID": "4624", "IpAddress": "10.1.2.3"},
            {"EventID": "4624", "IpAddress": "10.1.2.4"},
        ),
        (
            "powershell that is not signed started by winword.exe",
            {**POWERSHELL, "ParentImage": WORD},
            {**POWERSHELL, "ParentImage": EXPLORER},
        ),
        (
            "rundll32 not in system32 started by winword.exe",
            {**RUNDLL32, "CommandLine": r"C:\Temp\rundll32.exe", "ParentImage": WORD},
            {**RUNDLL32, "CommandLine": r"C:\Temp\rundll32.exe", "ParentImage": EXPLORER},
        ),
        (
            "rundll32 not in system32 started by winword.exe",
            {**RUNDLL32, "CommandLine": r"C:\Temp\rundll32.exe", "ParentImage": WORD},
            {**RUNDLL32, "CommandLine": r"C:\Windows\System32\rundll32.exe", "ParentImage": WORD},
        ),
        (
            "services that are not signed running from appdata",
            {"Signed": "false", "ImageLoaded": r"C:\Users\a\AppData\Roaming\a.sys"},
            {"Signed": "false", "ImageLoaded": r"C:\Windows\a.sys"},
        ),
        (
            "powershell not started by explorer.exe with -enc",
            {**POWERSHELL, "ParentImage": WORD, "CommandLine": "powershell -enc AAAA"},
            {**POWERSHELL, "ParentImage": WORD, "CommandLine": "powershell -nop"},
        ),
        (
            "logons not by user bob from 10.1.2.3",
            {"EventID": "4624", "TargetUserName": "eve", "IpAddress": "10.1.2.3"},
            {"EventID": "4624", "TargetUserName": "bob", "IpAddress": "10.1.2.3"},
        ),
        (
            "rundll32 not in system32 or in syswow64 started by winword.exe",
            {**RUNDLL32, "CommandLine": r"C:\Temp\rundll32.exe", "ParentImage": WORD},
            {**RUNDLL32, "CommandLine": r"C:\Temp\rundll32.exe", "ParentImage": EXPLORER},
        ),
    ],
)  # fmt: skip
def test_what_stands_behind_the_complement_is_asked_for(
    text: str, found: dict[str, object], left: dict[str, object], starter: Library
) -> None:
    asked = ask(text, starter)
    assert finds(asked, found)
    assert not finds(asked, left)
    assert not any("left out as well" in one for one in asked.questions)


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        (
            "network connections to port 443 not from 10.0.0.0/8",
            {"DestinationPort": "443", "SourceIp": "192.0.2.1"},
            {"DestinationPort": "443", "SourceIp": "10.1.2.3"},
        ),
        (
            "powershell not started by explorer.exe",
            {**POWERSHELL, "ParentImage": WORD},
            {**POWERSHELL, "ParentImage": EXPLORER},
        ),
        (
            "connections to 10.1.2.3 excluding those from chrome.exe",
            {"DestinationIp": "10.1.2.3", "Image": r"c:\a.exe"},
            {"DestinationIp": "10.1.2.3", "Image": r"c:\chrome.exe"},
        ),
        (
            "failed logons, but not failed logons from 10.1.2.3",
            {"EventID": "4625", "IpAddress": "10.1.2.4"},
            {"EventID": "4625", "IpAddress": "10.1.2.3"},
        ),
        (
            "lsass accessed by unusual processes not from system32",
            {"TargetImage": r"C:\Windows\System32\lsass.exe", "SourceImage": r"C:\x\a.exe"},
            {"TargetImage": r"C:\Windows\System32\lsass.exe", "SourceImage": r"C:\Windows\System32\a.exe"},
        ),
    ],
)
def test_a_complement_is_left_out(
    text: str, found: dict[str, object], left: dict[str, object], starter: Library
) -> None:
    asked = ask(text, starter)
    assert finds(asked, found)
    assert not finds(asked, left)
    assert not any("left out as well" in one for one in asked.questions)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("whoami.exe but not svchost.exe started by winword.exe", "started by winword.exe"),
        ("whoami.exe by a process that is not svchost.exe started by winword.exe", "started by winword.exe"),
        ("logons excluding system from 10.1.2.3", "from 10.1.2.3"),
        ("failed logons, but not logons by user bob from 10.1.2.3", "from 10.1.2.3"),
    ],
)
def test_where_it_may_belong_to_either_it_is_asked_back(text: str, words: str, starter: Library) -> None:
    assert any(words in one and "left out as well" in one for one in ask(text, starter).questions)


def test_computers_behind_the_complement_are_asked_for(starter: Library) -> None:
    asked = ask("powershell not signed on build servers", starter)
    assert finds(asked, {**POWERSHELL, "Computer": "build-03"})
    assert not finds(asked, {**POWERSHELL, "Computer": "ws-17"})
    asked = ask("powershell not on build servers from temp", starter)
    event = {**POWERSHELL, "CommandLine": r"C:\Users\a\AppData\Local\Temp\a.ps1"}
    assert finds(asked, {**event, "Computer": "ws-17"})
    assert not finds(asked, {**event, "Computer": "build-03"})


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        (
            "powershell without -enc started by winword.exe",
            {**POWERSHELL, "ParentImage": WORD, "CommandLine": "powershell -nop"},
            {**POWERSHELL, "ParentImage": WORD, "CommandLine": "powershell -enc AAAA"},
        ),
        (
            "powershell that isn't started by explorer.exe and has -enc",
            {**POWERSHELL, "ParentImage": WORD, "CommandLine": "powershell -enc AAAA"},
            {**POWERSHELL, "ParentImage": WORD, "CommandLine": "powershell -nop"},
        ),
        (
            "powershell not running as system from temp",
            {"Image": r"C:\Temp\powershell.exe", "User": r"CORP\bob"},
            {"Image": r"C:\Temp\powershell.exe", "User": r"NT AUTHORITY\SYSTEM"},
        ),
        (
            "logons that did not fail from 10.1.2.3",
            {"EventID": "4624", "IpAddress": "10.1.2.3"},
            {"EventID": "4625", "IpAddress": "10.1.2.3"},
        ),
        (
            "logons that didn't succeed from 10.1.2.3",
            {"EventID": "4625", "IpAddress": "10.1.2.3"},
            {"EventID": "4624", "IpAddress": "10.1.2.3"},
        ),
        (
            "powershell that did not run from temp",
            {**POWERSHELL, "CommandLine": "powershell"},
            {**POWERSHELL, "CommandLine": r"C:\Temp\a.ps1"},
        ),
        (
            "failed logons with logon type other than 3",
            {"EventID": "4625", "LogonType": "2"},
            {"EventID": "4625", "LogonType": "3"},
        ),
        (
            "whoami not run by system or local service",
            {"Image": r"c:\whoami.exe", "User": r"CORP\bob"},
            {"Image": r"c:\whoami.exe", "User": r"NT AUTHORITY\LOCAL SERVICE"},
        ),
    ],
)
def test_other_ways_to_leave_out(
    text: str, found: dict[str, object], left: dict[str, object], starter: Library
) -> None:
    asked = ask(text, starter)
    assert finds(asked, found)
    assert not finds(asked, left)
    assert not asked.unplaced


def test_a_time_of_the_day_that_is_left_out(starter: Library) -> None:
    night, day = 1_700_000_000.0, 1_700_050_000.0  # 22:13 and 12:06
    asked = ask("logons not at night by user bob", starter)
    event = {"EventID": "4624", "TargetUserName": "bob"}
    assert any(part.words == "not at night" for part in asked.parts)
    assert finds(asked, {**event, "time": day}) and not finds(asked, {**event, "time": night})
    assert finds(ask("logons at night by user bob", starter), {**event, "time": night})


@pytest.mark.parametrize(
    "text", ["no failed logons from 10.1.2.3", "ips with failed logons for different users"]
)
def test_small_words_that_change_the_meaning_are_left_over(text: str, starter: Library) -> None:
    assert {"no", "different"} & set(ask(text, starter).unplaced)


def test_not_only_leaves_nothing_out(starter: Library) -> None:
    asked = ask("not only powershell but also cmd.exe", starter)
    assert finds(asked, dict(POWERSHELL))
    assert finds(asked, {"Image": r"c:\cmd.exe"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dlls not signed by microsoft from temp", "not signed by microsoft "),
        ('cmd.exe not from "a folder from hell" in temp', 'not from "a folder from hell" '),
        ("cmd.exe not started by a.exe and started by b.exe", "not started by a.exe and "),
        ("cmd.exe not by a.exe and by b.exe", "not by a.exe and by b.exe"),
        ("cmd.exe not by a.exe and not by b.exe", "not by a.exe "),
        ("cmd.exe unless signed by microsoft", "unless signed by microsoft"),
        ("the parent is not a.exe and the image is in temp", "is not a.exe "),
        ("a process that is not a.exe connects to 10.0.0.1", "that is not a.exe"),
    ],
)
def test_where_a_clause_ends(text: str, said: str) -> None:
    first = clauses(text)[0]
    assert text[first.start : first.end] == said
