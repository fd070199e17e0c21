"""Queries as analysts type them, in other languages: sound, and run here on examples."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.tasks.query.building import build
from cybersecqwen.tasks.query.given import given
from cybersecqwen.tasks.query.targets import target_of
from cybersecqwen.tasks.query.trial import made_examples, running_for, try_out
from cybersecqwen.tasks.query.whose import whose

DEFENDER = """DeviceProcessEvents
| where FileName =~ "certutil.exe" and ProcessCommandLine has_any ("-urlcache", "http")
| where not(InitiatingProcessFileName =~ "ccmexec.exe")"""
OFFICE = 'process where process.name : "rundll32.exe" and process.parent.name : ("winword.exe", "excel.exe")'
SYSMON = r'index=main source="*Sysmon*" EventCode=1 Image="*\\certutil.exe" CommandLine="*urlcache*"'
FAILED = "index=wineventlog EventCode=4625 | stats count by TargetUserName | where count > 10"
STARTED = r'sourcetype=XmlWinEventLog EventCode=4688 NewProcessName="*\\whoami.exe"'
SECURITY = 'SecurityEvent | where EventID == 4688 and Process =~ "whoami.exe" | where TimeGenerated > ago(1d)'
MODEL = """| tstats count from datamodel=Endpoint.Processes where Processes.process_name="certutil.exe"
 Processes.parent_process_name IN ("winword.exe", "excel.exe") by Processes.dest Processes.user"""


@pytest.mark.parametrize(
    ("dialect", "text", "to"),
    [
        ("kql", DEFENDER, "splunk"),
        ("eql", OFFICE, "splunk"),
        ("eql", OFFICE, "defender"),
        ("spl", SYSMON, "defender"),
        ("spl", SYSMON, "eql"),
        ("spl", FAILED, "sentinel"),
        ("spl", STARTED, "sentinel"),
        ("kql", SECURITY, "eql"),
        ("spl", MODEL, "kql"),
        ("esql", 'FROM logs-* | WHERE process.name == "certutil.exe"', "splunk"),
        ("lucene", "process.name:rundll32.exe AND process.parent.name:(winword.exe OR excel.exe)", "secops"),
    ],
)
def test_a_query_by_hand_is_said_in_another_language(dialect: str, text: str, to: str) -> None:
    one = given(text, dialect, "", whose)
    assert one.query is not None and one.sigma is not None, one.nameless
    built = build(one.sigma, target_of(to), whose)
    assert built.sound
    assert built.trial.positives and built.trial.clean
    running = running_for(one.query, one.schema, one.dialect)
    original = try_out(one.dialect, one.tree, made_examples(one.query, running), running)
    assert original.positives and original.clean


def test_what_was_taken_for_granted_is_told() -> None:
    one = given("index=main EventCode=7045", "spl", "", whose)
    assert one.sigma is not None and one.sigma.logsource == Logsource(product="windows", service="system")
    assert any("taken to be of system" in note for note in one.notes)


def test_names_that_hold_for_any_record_do_not_stand_in_for_unknown_tables() -> None:
    one = given("| tstats count from datamodel=Risk.All_Risk where Risk.risk_score>10", "spl", "", whose)
    assert one.sigma is None and one.nameless


def test_a_query_for_eql_names_its_category() -> None:
    one = given(OFFICE, "eql", "", whose)
    assert one.sigma is not None
    assert build(one.sigma, target_of("eql"), whose).text.startswith("process where")
