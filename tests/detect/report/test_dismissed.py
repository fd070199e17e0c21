"""Vulnerabilities that a report names only to say that they were not used or affect nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.report.dismissed import LOOKED_AT, find
from cybersecqwen.detect.report.scan import scan

DENIED = (
    "Our product is not affected by CVE-2021-44228 (Log4Shell). No action is needed.",
    "Attackers did not use CVE-2021-44228.",
    "None of our products is affected by CVE-2021-44228.",
    "No Acme product is vulnerable to CVE-2021-44228.",
    "Our services are unaffected by CVE-2021-44228.",
    "Our services aren’t affected by\nthe Log4j vulnerability CVE-2021-44228.",
    "The gateways were not impacted by CVE-2021-45046 or CVE-2021-44228.",
    "The intruders never exploited CVE-2021-44228.",
    "APT28 did not exploit CVE-2021-44228.",
    "The attackers did not use CVE-2021-44228 but a stolen password.",
    "We found no evidence that the attackers used CVE-2021-44228.",
    "CVE-2021-44228 does not affect our product.",
    "CVE-2021-44228 (Log4Shell) does not apply to our services.",
    "CVE-2021-44228 was not used in this attack.",
    "CVE-2021-44228 was not exploited by the intruders.",
    "CVE-2021-44228 played no role.",
    "The outage is not related to CVE-2021-44228.",
    "The incident had nothing to do with CVE-2021-44228.",
    "We ruled out exploitation of CVE-2021-44228.",
    "CVE-2021-44228: not affected",
    "CVE-2021-44228\tLog4Shell\tNot affected",
    "Our product is not affected by CVE-2021-44228 since it does not use Log4j 2.x.",
    "Acme Gate is not affected by CVE-2021-44228. Acme Door is affected by CVE-2024-3400.",
    "Acme Gate is not affected by CVE-2021-44228. No other product is affected.",
    "Our cloud is not vulnerable to CVE-2021-44228, which is a flaw of Log4j, and no action is needed.",
    "CVE-2021-44228 was never used against us.",
    "Acme on Log4Shell (CVE-2021-44228)\n\nOur products are not affected by CVE-2021-44228.",
)
KEPT = (
    "Attackers exploit CVE-2021-44228.",
    "Our product is affected by CVE-2021-44228.",
    "CVE-2021-44228 affects all versions.",
    # of a part alone
    "Version 2.17 is not affected by CVE-2021-44228.",
    "Patched systems are not affected by CVE-2021-44228.",
    "Only the gateway is not affected by CVE-2021-44228.",
    "Not all products are affected by CVE-2021-44228.",
    "CVE-2021-44228 does not affect all products.",
    "CVE-2021-44228 is not exploitable remotely in the default configuration.",
    "Acme Gate is not affected by CVE-2021-44228. Acme Door is affected.",
    "Acme Gate is not affected by CVE-2021-44228, but Acme Door is.",
    "Not affected: Acme Gate. Affected by CVE-2021-44228: Acme Door.",
    "Our cloud is not vulnerable to CVE-2021-44228, our firewalls are.",
    "Our cloud is not affected by CVE-2021-44228. It affects our firewalls.",
    "The attackers did not use CVE-2021-44228 but on the gateway.",
    # a fix, a find or an attack is denied, not the vulnerability
    "Our product is not yet protected against CVE-2021-44228.",
    "CVE-2021-44228 has not been patched.",
    "Systems that are not updated are vulnerable to CVE-2021-44228.",
    "Do not ignore CVE-2021-44228.",
    "We have no evidence of exploitation of CVE-2021-44228.",
    "CVE-2021-44228 was not exploited in the wild.",
    "Attackers have not exploited CVE-2021-44228 yet.",
    "CVE-2021-44228 was not detected by the scanner.",
    # another thing is
    "Attackers did not only use CVE-2021-44228.",
    "CVE-2021-44228 is not the only vulnerability they used.",
    "The attackers did not use malware but CVE-2021-44228.",
    "The attackers did not use stolen passwords, they used CVE-2021-44228.",
    "Customers did not update and attackers used CVE-2021-44228.",
    "We cannot rule out CVE-2021-44228.",
    # or another sentence says otherwise
    "Acme on Log4Shell (CVE-2021-44228)\n\nOur products are affected.",
    "Patch Log4Shell (CVE-2021-44228)\n\nOur cloud is not affected by CVE-2021-44228.",
    "Ransomware gangs use CVE-2021-44228\n\nOur cloud is not affected by CVE-2021-44228.",
    "Attackers did not use CVE-2021-44228. Later they exploited CVE-2021-44228.",
    "Our product is not affected by CVE-2021-44228.\n\nMore on CVE-2021-44228: patch now.",
    "Our product is not affected by CVE-2021-44228. " * (LOOKED_AT + 1),
)


@pytest.mark.parametrize("text", DENIED)
def test_denied(text: str) -> None:
    words = find(text, scan(text))["CVE-2021-44228"]
    assert words and words.replace("|", "\t") in text.replace("’", "'").replace("\n", " ")


@pytest.mark.parametrize("text", KEPT)
def test_not_denied(text: str) -> None:
    assert "CVE-2021-44228" not in find(text, scan(text))


PIECES = (
    "CVE-2021-44228",
    "not affected by ",
    "attackers did not use ",
    "is affected",
    ". ",
    ", ",
    " and ",
    "\t",
    "(",
    "the ",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map("".join))
def test_any_text_is_read(text: str) -> None:
    found = scan(text)
    assert find(text, found).keys() <= {one.value for one in found}
