"""Explaining queries that go beyond the middle: told by the dialect, techniques by the filter in front."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.records.query import Explained
from cybersecqwen.tasks.query.asking.library import Library
from cybersecqwen.tasks.query.given import given
from cybersecqwen.tasks.query.tasks import _explained
from cybersecqwen.tasks.query.whose import whose

RULE = parse_rule(
    {
        "title": "Certutil downloads",
        "id": "0f3a2c0e-6c1d-4a55-8b5b-3d1c4a0f7e11",
        "status": "test",
        "level": "high",
        "tags": ["attack.t1105"],
        "falsepositives": ["Scripts of administrators"],
        "logsource": {"product": "windows", "category": "process_creation"},
        "detection": {
            "one": {"Image|endswith": "\\certutil.exe", "CommandLine|contains": "urlcache"},
            "condition": "one",
        },
    },
    "rule.yml",
)

KQL = """DeviceProcessEvents
| where FolderPath endswith "\\\\certutil.exe" and ProcessCommandLine contains "urlcache"
| join kind=inner (DeviceNetworkEvents | where RemotePort == 443) on DeviceId
| extend Length = strlen(ProcessCommandLine)"""

SPL = """| tstats count from datamodel=Endpoint.Processes where Processes.process_path="*\\\\certutil.exe"
Processes.process="*urlcache*" by Processes.dest | lookup owners host as dest OUTPUT owner"""


def _told(text: str, dialect: str) -> Explained:
    assert isinstance(RULE, Rule)
    one = given(text, dialect, "", whose, reading_only=False)
    assert one.query is None
    return _explained(one, one.sigma or one.query, Library((RULE,)))


@pytest.mark.parametrize(("text", "dialect"), [(KQL, "kql"), (SPL, "spl")])
def test_techniques_are_those_of_the_filter_in_front(text: str, dialect: str) -> None:
    told = _told(text, dialect)
    assert told.techniques == ("T1105",)
    assert told.reasons == {"T1105": "The rule “Certutil downloads” finds what its first filter finds."}
    assert told.false_positives == ("Scripts of administrators",)
    assert len(told.sentences) > 3


def test_a_query_that_says_when_has_them_too() -> None:
    timed = KQL.replace("| where FolderPath", "| where Timestamp > ago(1h)\n| where FolderPath")
    assert "ago(1h)" in timed and _told(timed, "kql").techniques == ("T1105",)


def test_another_filter_has_none() -> None:
    told = _told(KQL.replace("urlcache", "-dump"), "kql")
    assert told.techniques == ()
    assert told.false_positives == ()


def test_the_data_that_is_needed() -> None:
    assert _told(KQL, "kql").sources == ("The tables DeviceProcessEvents and DeviceNetworkEvents.",)
    assert _told(SPL, "spl").sources == (
        "The data model Endpoint.Processes.",
        "The lookup table owners.",
    )


def test_what_begins_with_no_filter_is_told_all_the_same() -> None:
    told = _told("| makeresults | eval a=1", "spl")
    assert told.sentences == ("Begins with 1 empty row.", "Computes a as 1.")
    assert told.techniques == ()
