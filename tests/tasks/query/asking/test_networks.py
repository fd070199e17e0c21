"""Addresses in a question: which is the source, and what the internet and one's own network are."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.asking.asked import Asked

NOW = 1_700_000_000.0


def ask(text: str, library: Library) -> Asked:
    return read_question(text, library=library, store=None, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.5 talking to 8.8.8.8",
        "10.0.0.5 connecting to 8.8.8.8",
        "connections from 10.0.0.5 to 8.8.8.8",
        "traffic to 8.8.8.8 from 10.0.0.5",
        "connections between 10.0.0.5 and 8.8.8.8",
        "network connections to 8.8.8.8 by 10.0.0.5",
    ],
)
def test_who_talks_to_whom(text: str, starter: Library) -> None:
    asked = ask(text, starter)
    assert asked.query.logsource.category == "network_connection"
    assert asked.query.where is not None
    assert holds(asked.query.where, {"SourceIp": "10.0.0.5", "DestinationIp": "8.8.8.8"})
    assert not holds(asked.query.where, {"SourceIp": "8.8.8.8", "DestinationIp": "10.0.0.5"})
    assert not holds(asked.query.where, {"SourceIp": "10.0.0.5", "DestinationIp": "10.0.0.5"})


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("connections to 10.0.0.5, 10.0.0.6 or 10.0.0.7", "DestinationIp"),
        ("connections from 10.0.0.5, 10.0.0.6 and 10.0.0.7", "SourceIp"),
    ],
)
def test_all_addresses_of_a_list_stand_on_one_side(text: str, field: str, starter: Library) -> None:
    where = ask(text, starter).query.where
    assert where is not None
    assert all(holds(where, {field: f"10.0.0.{last}"}) for last in (5, 6, 7))
    assert not holds(where, {field: "10.0.0.8"})


@pytest.mark.parametrize(
    ("text", "record", "field", "public"),
    [
        ("connections from the internet on port 3389", {"DestinationPort": "3389"}, "SourceIp", True),
        ("rundll32 connecting to a public address", {"Image": r"c:\rundll32.exe"}, "DestinationIp", True),
        ("powershell connecting to the internet", {"Image": r"c:\powershell.exe"}, "DestinationIp", True),
        ("rdp logons from public addresses", {"EventID": 4624, "LogonType": 10}, "IpAddress", True),
        ("failed logons from the internet", {"EventID": 4625}, "IpAddress", True),
        ("connections to private addresses on port 22", {"DestinationPort": "22"}, "DestinationIp", False),
    ],
)
def test_the_internet_and_ones_own_network(
    text: str, record: dict[str, object], field: str, public: bool, starter: Library
) -> None:
    where = ask(text, starter).query.where
    assert where is not None
    own = (
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "127.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
    )
    for address in own:
        assert holds(where, {**record, field: address}) is not public
    for address in ("8.8.8.8", "172.32.0.1", "2001:4860:4860::8888"):
        assert holds(where, {**record, field: address}) is public


def test_a_logon_from_the_computer_itself_is_none_from_the_internet(starter: Library) -> None:
    where = ask("failed logons from the internet", starter).query.where
    assert where is not None
    assert not holds(where, {"EventID": 4625, "IpAddress": "-"})


def test_names_with_internet_in_them_are_no_network(starter: Library) -> None:
    asked = ask("changes to Internet Settings by rundll32.exe", starter)
    assert "cidr" not in str([part.became for part in asked.parts])
