"""Numbers of four small parts: versions by sentence, relatives or column, else addresses."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.text.addresses import find_v4
from cybersecqwen.detect.text.columns import heading

NONE = (
    "The bug is gone since the hotfix of May, 6.2.1.14 has it no more.",
    "Patched builds are 14.3.22.9 and 14.3.22.10.",
    "Betroffen sind die Versionen 3.1.0.12 bis 3.1.2.2.",
    "Upgrade path: 10.2.1.3 → 11.0.0.4 → 11.2.0.1",
    "we run 5.7.44 here, they run\n5.7.44.2 there",
    "Zeek 6.0.3 and 6.1.14.2 do the same",
    "it is twice slower than 2.8.9.6 was",
    "contract no. 88.120.7.19 of last year",
    "Order number: 88.120.7.19",
    "siehe Kap. 7.1.3.2 dort",
    "après la 4.6.0.3 tout va bien",
    "Version&nbsp;6.3.0.21 is out",
    "В версии 11.0.4.37 это исправлено",
    "| Product | Fixed in |\n| Door | 8.1.2.31 |\n| Gate | 8.1.2.33 |",
    "Model   Firmware    Price\nQ1      3.0.22.18   12.00\nQ2      3.0.23.11   13.00",
    "Product\tVersion\nDoor\t10.1.2.31",
    "Acme advisory. Upgrade from 22.1.0.4 to 22.1.0.5 to fix CVE-2024-3400.",
    "Customers upgraded from 91.12.4.5 last week.",
    "Users should move from 22.1.0.4 to 22.1.0.5.",
    "Please move from 91.12.4.5 to 91.12.4.7 soon.",
    "We updated the agent to 91.12.4.7 and rolled back to 91.12.4.5",
    "Upgrade Acme Gate to 91.12.4.7 now.",
    "Update all affected devices to 91.12.4.7.",
    "We downgraded the sensor on two machines to 91.12.4.5.",
    "Roll the client back to 91.12.4.5.",
    "The patch is in 22.1.0.5",
    "Everything from 22.1.0.4 to 22.1.0.9 is vulnerable.",
    "Time 12.30.45.10",
    "Start time: 12.30.45.10, end time: 13.05.00.07",
)
ONE = (
    "The patched loader beacons to 5.8.18.7 daily.",
    "After the update it connects to 5.8.18.7 again.",
    "Firmware of the router is fetched from 5.8.18.7 then.",
    "The attackers patched the login page on the host 5.8.18.7 itself.",
    "5.8.18.7",
    "version two of it reports to 5[.]8[.]18[.]7",
    "the build pulls a script, 5.8.18.7:8080, and runs it",
    "Product  Address\nDoor     5.8.18.7",
    "| Version | IP |\n| 3 | 5.8.18.7 |",
    "Version 3 of the update server is 5.8.18.7",
    "The release notes aside, 93.184.216.34 was seen.",
    "They updated the agent to beacon to 91.12.4.7",
    "They updated the DNS record to 91.12.4.7",
    "Attackers updated DNS to 91.12.4.7",
    "The operators updated the C2 address to 91.12.4.7",
    "The malware updates itself from 91.12.4.7",
    "The upgraded implant reports to 91.12.4.7",
    "We rolled back what 91.12.4.5 had changed.",
    "We moved the web site to 91.12.4.5.",
    "Each time 12.30.45.10 answered with a script.",
    "At that time 12.30.45.10 was a proxy.",
    "Time 45.77.12.9",
)
TWO = (
    "The attackers moved from 22.1.0.4 to 22.1.0.5.",
    "They moved from 5.8.18.7 to 5.8.18.9.",
    "Traffic should go from 5.8.18.7 to 5.8.18.9.",
    "Scans went from 5.8.18.7 to 5.8.18.9",
    "Users should move from 5.8.18.7 to 91.12.4.5.",
    "Logins came from 91.12.4.7 and 91.12.4.5",
)


@pytest.mark.parametrize("text", NONE)
def test_versions_are_no_addresses(text: str) -> None:
    assert [match.value for match in find_v4(text, text.lower())] == []


@pytest.mark.parametrize("text", ONE)
def test_addresses_near_words_for_versions_stay(text: str) -> None:
    assert len(list(find_v4(text, text.lower()))) == 1


@pytest.mark.parametrize("text", TWO)
def test_from_one_address_to_another(text: str) -> None:
    assert len(list(find_v4(text, text.lower()))) == 2


def test_lists_of_addresses_stay() -> None:
    text = "Indicators\n5.8.18.7\n5.8.18.9\n5.9.1.2\n\n5.8.18.7, 5.8.18.9 and 5.9.1.2"
    assert len(list(find_v4(text, text))) == 6


def test_headings() -> None:
    table = "a | b | c\n1 | 2 | 3"
    assert heading(table, table.index("2")) == "b"
    assert heading(table, table.index("b")) == ""
    assert heading("first  second\nx      y", 21) == "second"
    assert heading("", 0) == heading("\n", 1) == heading("a  b\n\nc  d", 9) == ""
