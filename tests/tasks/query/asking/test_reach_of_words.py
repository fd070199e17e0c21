"""What a verb, "exactly", "by", "with" and the fields of a count reach in a question."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.query import Aggregate
from cybersecqwen.tasks.query.asking import Asked, Library, read_question

NOW = 1_700_000_000.0
CONNECTIONS = Logsource(product="windows", category="network_connection")


def ask(text: str, library: Library) -> Asked:
    return read_question(text, library=library, store=None, now=NOW)


def finds(asked: Asked, **record: object) -> bool:
    assert asked.query.where is not None
    return holds(asked.query.where, record)


@pytest.mark.parametrize(
    ("text", "source", "by", "distinct"),
    [
        (
            "more than 50 different destination ports per source ip in 1 minute",
            CONNECTIONS,
            ("SourceIp",),
            "DestinationPort",
        ),
        (
            "100 or more dns queries in 5 minutes by one host",
            Logsource(product="windows", category="dns_query"),
            ("Computer",),
            "",
        ),
        (
            "more than 5 failed logons per source ip in 5 minutes",
            Logsource(product="windows", service="security"),
            ("IpAddress",),
            "",
        ),
        (
            "more than 50 different destination ports per source ip in the firewall log",
            Logsource(category="firewall"),
            ("src_ip",),
            "dst_port",
        ),
    ],
)
def test_the_logsource_has_the_fields_that_are_counted(
    text: str, source: Logsource, by: tuple[str, ...], distinct: str, starter: Library
) -> None:
    asked = ask(text, starter)
    assert asked.query.logsource == source
    group = asked.query.steps[0]
    assert isinstance(group, Aggregate)
    assert (group.by, group.measures[0].field) == (by, distinct)
    assert not asked.unplaced and not any("may lack" in one for one in asked.questions)


def test_a_named_product_is_kept(starter: Library) -> None:
    asked = ask("more than 20 failed logins per source ip in okta", starter)
    assert asked.query.logsource == Logsource(product="okta", service="okta")
    assert "failed" in asked.unplaced
    assert any("What would such a record show?" in one for one in asked.questions)


def test_a_count_takes_nothing_of_near_rules(starter: Library) -> None:
    asked = ask("more than 10 blocked connections per destination port on the firewall", starter)
    assert not asked.based_on and asked.query.where is None
    assert "blocked" in asked.unplaced


def test_a_field_that_records_may_lack_is_asked_back(starter: Library) -> None:
    asked = ask("more than 5 failed ssh logons per source ip in 5 minutes", starter)
    assert asked.query.logsource == Logsource(product="linux", service="sshd")
    assert any("'source ip'" in one and "may lack" in one for one in asked.questions)


@pytest.mark.parametrize(
    "text",
    [
        "powershell not started by explorer.exe and not by svchost.exe",
        "powershell not started by explorer.exe or svchost.exe",
        "powershell not started by explorer.exe or by svchost.exe",
        "powershell not started by explorer.exe, svchost.exe and services.exe",
    ],
)
def test_a_verb_is_about_all_of_its_list(text: str, starter: Library) -> None:
    asked = ask(text, starter)
    event = {"Image": r"c:\powershell.exe"}
    assert finds(asked, ParentImage=r"c:\winword.exe", **event)
    assert not finds(asked, ParentImage=r"c:\explorer.exe", **event)
    assert not finds(asked, ParentImage=r"c:\svchost.exe", **event)
    assert not asked.unplaced


def test_a_program_behind_by_is_the_parent(starter: Library) -> None:
    asked = ask("powershell by winword.exe or excel.exe", starter)
    assert finds(asked, Image=r"c:\powershell.exe", ParentImage=r"c:\excel.exe")
    assert not finds(asked, Image=r"c:\winword.exe", ParentImage=r"c:\explorer.exe")
    asked = ask("files written by chrome.exe", starter)
    assert finds(asked, Image=r"c:\chrome.exe")


def test_a_verb_is_not_about_what_is_done_then(starter: Library) -> None:
    asked = ask("cmd.exe started by winword.exe, excel.exe or outlook.exe", starter)
    assert finds(asked, Image=r"c:\cmd.exe", ParentImage=r"c:\outlook.exe")
    asked = ask("powershell started by winword.exe and running whoami.exe", starter)
    assert finds(asked, Image=r"c:\whoami.exe", ParentImage=r"c:\powershell.exe")
    assert not finds(asked, Image=r"c:\powershell.exe", ParentImage=r"c:\whoami.exe")


@pytest.mark.parametrize(
    ("text", "field", "value", "other"),
    [
        ("command line exactly whoami /all", "CommandLine", "whoami /all", "cmd /c whoami /all"),
        ('the command line is exactly "net user, x"', "CommandLine", "net user, x", "net user, xy"),
        (r"image exactly c:\windows\cmd.exe", "Image", r"c:\windows\cmd.exe", r"d:\c:\windows\cmd.exe"),
        ("command line is exactly whoami", "CommandLine", "whoami", "whoami /all"),
        ('command line exactly equals "whoami /all"', "CommandLine", "whoami /all", "whoami /all x"),
    ],
)
def test_exactly_is_equal(text: str, field: str, value: str, other: str, starter: Library) -> None:
    asked = ask(text, starter)
    assert finds(asked, **{field: value})
    assert not finds(asked, **{field: other})
    assert not asked.unplaced


def test_what_stands_behind_an_exact_value(starter: Library) -> None:
    asked = ask("command line exactly whoami /all and started by cmd.exe", starter)
    assert finds(asked, CommandLine="whoami /all", ParentImage=r"c:\cmd.exe")
    assert not finds(asked, CommandLine="whoami /all", ParentImage=r"c:\powershell.exe")
    asked = ask("command line is not exactly whoami /all", starter)
    assert finds(asked, CommandLine="whoami") and not finds(asked, CommandLine="whoami /all")
    assert ask("exactly 5 failed logons per user", starter).query.steps


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("whoami run by system", "system"),
        ("whoami run by SYSTEM in the last day", "system"),
        ("whoami run by local service", "local service"),
        ("whoami run by NETWORK SERVICE", "network service"),
        ("whoami run as administrator", "administrator"),
    ],
)
def test_accounts_that_are_everywhere(text: str, user: str, starter: Library) -> None:
    asked = ask(text, starter)
    assert finds(asked, Image=r"c:\whoami.exe", User=f"NT AUTHORITY\\{user}")
    assert not finds(asked, Image=r"c:\whoami.exe", User=r"CORP\bob")


def test_root_is_a_user_of_linux(starter: Library) -> None:
    asked = ask("whoami run by root on linux", starter)
    assert finds(asked, Image="/usr/bin/whoami", User="root")
    assert not finds(asked, Image="/usr/bin/whoami", User="bob")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("certutil with -urlcache and http", "http"),
        ("net.exe with user and /add", "user"),
        ("powershell with hidden and -enc", "hidden"),
        ("net.exe with user, administrator and /add", "administrator"),
        ("whoami run by someone", "someone"),
        ("lsass access by svchost.exe with PROCESS_ALL_ACCESS", "PROCESS_ALL_ACCESS"),
        ("whoami run by system administrators", "administrators"),
    ],
)
def test_words_behind_by_with_and_are_left_over(text: str, word: str, starter: Library) -> None:
    assert word in ask(text, starter).unplaced


def test_words_that_found_a_place_are_not_left_over(starter: Library) -> None:
    for text in (
        "whoami run by system",
        "failed logons by the same user and on the same host",
        "how many failed logons by user",
        "number of different hosts per user in the last day",
        "failed logons for user bob_2",
        "svc_backup logged on",
        "cmd.exe by winword.exe and excel.exe",
        "lsass accessed by unusual processes not from system32",
    ):
        assert not ask(text, starter).unplaced, text


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("how many failed logons by user", ("TargetUserName",)),
        ("count failed logons by user and host", ("TargetUserName", "Computer")),
        ("failed logons by the same user and on the same host", ("TargetUserName", "Computer")),
        ("more than 10 failed logons by source ip in 5 minutes", ("IpAddress",)),
    ],
)
def test_groups_without_an_article(text: str, by: tuple[str, ...], starter: Library) -> None:
    group = ask(text, starter).query.steps[0]
    assert isinstance(group, Aggregate)
    assert group.by == by
