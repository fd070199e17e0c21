"""From reports to playbooks: of every task, of hostile ones, with an environment."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, InputError, UsageError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Report, Severity
from cybersecqwen.records.playbook import Entity, Kind, Playbook, Role
from cybersecqwen.tasks.interface import Request, Tools
from cybersecqwen.tasks.playbook.choosing import fits
from cybersecqwen.tasks.playbook.envelopes import facts_of_report
from cybersecqwen.tasks.playbook.library import Library
from cybersecqwen.tasks.playbook.options import PlaybookOptions
from cybersecqwen.tasks.playbook.task import PlaybookTask
from tests.amounts import draws

HEAD = {
    "schema": "cybersecqwen/report/1",
    "sources": ["alert.json"],
    "severity": "high",
    "verdict": "malicious",
}


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "id": "i1",
        "title": "A command dumps the memory of lsass.exe on FIN-LT-014",
        "verdict": "malicious",
        "severity": "critical",
        "hosts": ["FIN-LT-014"],
        "users": ["CONTOSO\\m.keller", "NT AUTHORITY\\SYSTEM"],
        "end": "2026-03-03T09:11:08.955000Z",
        "findings": [
            {
                "signal": "lsass-dump-command",
                "title": "A command dumps the memory of lsass.exe",
                "weight": 4.6,
                "techniques": ["T1003.001"],
                "events": ["e1"],
            },
            {"signal": "known-task", "title": "A known task", "weight": -2.0, "techniques": ["T1053"]},
        ],
        "techniques": [{"id": "T1003.001"}],
        "indicators": [
            {"type": "ipv4", "value": "198.51.100.23", "note": "", "evidence": {"event": "e1"}},
            {"type": "ipv4", "value": "10.0.0.1", "note": "private address", "evidence": {"event": "e1"}},
        ],
        "processes": [{"name": "rundll32.exe", "signals": ["lsass-dump-command"], "event": "e1"}],
        "events": [
            {
                "id": "e1",
                "host": "FIN-LT-014",
                "user": "CONTOSO\\m.keller",
                "provider": "Microsoft-Windows-Sysmon",
                "fields": {"ServiceName": "upd"},
            }
        ],
        **changes,
    }


def triage(*incidents: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**HEAD, "task": "triage", "incidents": list(incidents or (incident(),)), **changes}


def assess(store: Store, report: object = None, words: str = "", **options: Any) -> Report:
    tools = Tools(store=store, load_rules=lambda: None)  # type: ignore[arg-type, return-value]
    stdin = io.BytesIO(json.dumps(report).encode()) if report is not None else None
    paths = ("-",) if report is not None else ()
    request = Request(paths=paths, stdin=stdin, question=words, parameters=PlaybookOptions(**options))
    return PlaybookTask().assess(request, tools)


def playbook(store: Store, report: object = None, words: str = "", **options: Any) -> Playbook:
    made = assess(store, report, words, **options).playbook
    assert made is not None
    return made


def test_an_incident_becomes_steps_on_its_hosts_and_accounts(store: Store) -> None:
    made = playbook(store, triage())
    assert [one.value for one in made.entities if one.kind is Kind.HOST] == ["FIN-LT-014"]
    assert [one.value for one in made.entities if one.kind is Kind.USER] == ["CONTOSO\\m.keller"]
    assert [one.value for one in made.entities if one.kind is Kind.IP] == ["198.51.100.23"]
    assert [one.value for one in made.entities if one.kind is Kind.SERVICE] == ["upd"]
    assert made.techniques == ("T1003.001",) and "credential-dumping" in made.incidents
    assert set(made.platforms) >= {"windows", "ad"} and made.created == "2026-03-03T09:11:08.955000Z"
    titles = " ".join(step.title for step in made.steps)
    assert "FIN-LT-014" in titles and "m.keller" in titles and "10.0.0.1" not in titles
    named = {one.id for step in made.steps for one in step.basis if one.kind == "finding"}
    assert "lsass-dump-command" in named and "known-task" not in named


def test_steps_hold_searches_in_the_language_of_the_siem(store: Store, tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text("tools: {siem: {name: Our Splunk, language: splunk}}")
    made = playbook(store, triage(), environment=tmp_path / "env.yaml")
    queries = [query for step in made.steps for query in step.queries if query.text]
    assert any("198.51.100.23" in query.text for query in queries)
    assert {query.dialect for query in queries} == {"splunk"}
    assert all("parses" in query.checks for query in queries)
    assert any(step.tool == "Our Splunk" for step in made.steps)
    sentinel = playbook(store, triage(), language="sentinel")
    assert {q.dialect for step in sentinel.steps for q in step.queries if q.text} == {"sentinel"}


def test_searches_for_techniques_are_those_of_rules(store: Store) -> None:
    made = playbook(store, words="T1003.001")
    (hunt,) = (step for step in made.steps if step.action == "siem-hunt-rules")
    assert hunt.queries and all("parses" in query.checks for query in hunt.queries)
    (harden,) = (step for step in made.steps if step.action == "people-check-mitigations")
    assert any(one.kind == "mitigation" for one in harden.basis)


def test_what_is_critical_waits_for_a_decision(store: Store, tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text("assets: [{name: FIN-LT-014, criticality: critical}]")
    without = {step.action: step.approval for step in playbook(store, triage()).steps}
    with_ = playbook(store, triage(), environment=tmp_path / "env.yaml")
    isolate = next(step for step in with_.steps if step.action == "host-isolate")
    assert not without["host-isolate"]
    assert isolate.approval == "FIN-LT-014 is of critical criticality, and this changes it."


def test_people_and_duties_come_from_the_environment(store: Store, tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text(
        "organisation: Example Ltd\nlegal: [gdpr]\ncontacts: [{role: incident lead, name: Ada}]"
    )
    made = playbook(store, triage(), environment=tmp_path / "env.yaml")
    assert made.roles[Role.LEAD.value] == "Ada" and made.organisation == "Example Ltd"
    assert [one.id for one in made.duties] == ["gdpr"]
    assert any("data protection authority" in one.audience for one in made.messages)
    assert any(step.person == "Ada" for step in made.steps)
    assert any("names nobody for" in one for one in made.general)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hours: Mon to Fri", "People are at work Mon to Fri."),
        ("out_of_hours: the desk", "Outside working hours reach: the desk."),
        ("{hours: Mon, out_of_hours: the desk}", "People are at work Mon; outside reach: the desk."),
    ],
)
def test_hours_are_told(text: str, said: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text(text)
    assert said in playbook(store, triage(), environment=tmp_path / "env.yaml").general


def test_one_incident_or_finding_alone_may_be_answered(store: Store) -> None:
    other = incident(id="i2", hosts=["SRV9"], findings=[], techniques=[{"id": "T1486"}], title="Other")
    report = triage(incident(), other)
    both = playbook(store, report)
    assert {one.value for one in both.entities if one.kind is Kind.HOST} == {"FIN-LT-014", "SRV9"}
    assert playbook(store, report, only="i2").techniques == ("T1486",)
    one = playbook(store, report, only="lsass-dump-command")
    assert one.trigger == "finding" and one.techniques == ("T1003.001",)
    with pytest.raises(UsageError, match="no incident or finding 'i9'"):
        assess(store, report, only="i9")


def test_benign_reports_want_no_answer(store: Store) -> None:
    with pytest.raises(UsageError, match="no incident that wants an answer"):
        assess(store, triage(incident(verdict="benign")))
    assert playbook(store, triage(incident(verdict="benign")), only="i1").steps


def test_reviews_become_steps_for_code_and_packages(store: Store) -> None:
    review = {
        "findings": [
            {
                "rule": "python-sql-injection",
                "title": "SQL put together from a request",
                "severity": "high",
                "status": "open",
                "fingerprint": "abc",
                "cwe": ["CWE-89"],
                "place": {"path": "app.py", "line": 7},
            }
        ],
        "vulnerabilities": [
            {
                "kind": "vulnerable",
                "id": "PYSEC-1",
                "aliases": ["CVE-2020-14343"],
                "title": "Code runs",
                "severity": "critical",
                "status": "open",
                "fingerprint": "def",
                "package": {"name": "pyyaml", "version": "5.3"},
            }
        ],
    }
    report = {**HEAD, "task": "review", "extra": {"review": review}}
    made = playbook(store, report)
    assert made.platforms == ("code",) and set(made.incidents) == {"web-attack", "vulnerability"}
    assert {one.kind for one in made.entities} == {Kind.CODE, Kind.PACKAGE, Kind.CVE}
    assert any("pyyaml" in step.title or "pyyaml" in step.do for step in made.steps)
    assert playbook(store, report, only="CVE-2020-14343").incidents == ("vulnerability",)
    with pytest.raises(UsageError, match="no open finding"):
        assess(store, report, only="other")


def test_threat_reports_keep_their_marking(store: Store) -> None:
    report = {
        **HEAD,
        "task": "intel",
        "title": "UNC1 uses spearphishing",
        "techniques": [{"id": "T1566.001", "name": "Spearphishing Attachment"}],
        "indicators": [{"type": "domain", "value": "evil.example.net", "note": ""}],
        "extra": {"intel": {"marking": "TLP:AMBER"}},
    }
    made = playbook(store, report)
    assert made.marking == "TLP:AMBER" and made.techniques == ("T1566.001",)
    assert any("evil.example.net" in query.text for step in made.steps for query in step.queries)


def test_several_reports_become_one_playbook(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(json.dumps(triage(incident(severity="medium", title="Less"))))
    second.write_text(json.dumps(triage(incident(hosts=["SRV9"], title="Worse"))))
    tools = Tools(store=store, load_rules=lambda: None)  # type: ignore[arg-type, return-value]
    made = PlaybookTask().assess(Request(paths=(str(first), str(second))), tools)
    assert made.playbook is not None and made.playbook.name == "Worse" and made.severity is Severity.CRITICAL
    assert {one.value for one in made.playbook.entities if one.kind is Kind.HOST} == {"FIN-LT-014", "SRV9"}


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"task": "triage"}, "is no report of csq"),
        ([], "is no report of csq"),
        ({**HEAD, "schema": "cybersecqwen/report/9", "task": "triage"}, "version 9"),
        ({**HEAD, "task": "ask"}, "nothing to make a playbook from"),
        ({**HEAD, "task": "something"}, "nothing to make a playbook from"),
        ({**HEAD, "task": "triage"}, "no incident that wants an answer"),
        ({**HEAD, "task": "review"}, "no open finding"),
        ({**HEAD, "task": "intel"}, "no technique and no indicator"),
    ],
)
def test_what_is_no_report_to_answer_is_told(report: object, said: str, store: Store) -> None:
    with pytest.raises((InputError, UsageError)) as caught:
        assess(store, report)
    assert said in caught.value.message


def test_techniques_that_there_are_none_of_are_struck_out(store: Store) -> None:
    made = assess(store, triage(incident(techniques=[{"id": "T9999"}, {"id": "T1086"}], findings=[])))
    assert [one.id for one in made.techniques] == ["T1059.001"]
    assert any("'T9999' is no technique" in one.message for one in made.problems)


@pytest.mark.parametrize(
    "value", ["x; rm -rf /", "</script>", "\u202egnp.exe", "a" * 5_000, "$(id)", "\x1b[2J"]
)
def test_hostile_names_stay_out_of_commands(value: str, store: Store) -> None:
    made = playbook(store, triage(incident(hosts=[value], users=[value])))
    commands = [command.text for step in made.steps for command in step.commands]
    assert commands and not any(value in one for one in commands)


def test_platforms_may_be_said(store: Store) -> None:
    made = playbook(store, words="ransomware", platforms=("linux",))
    assert made.platforms == ("linux",)
    assert not any(c.platform == "windows" for step in made.steps for c in step.commands)
    with pytest.raises(UsageError) as caught:
        assess(store, words="ransomware", platforms=("linus",))
    assert "linux" in caught.value.hint


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@draws(60)
def test_any_report_is_taken_or_refused(data: st.DataObject) -> None:
    """Each value of a report may be anything."""
    with Store.open() as store:
        report = triage(incident(**{key: data.draw(json_values) for key in data.draw(KEYS)}))
        report |= {key: data.draw(json_values) for key in data.draw(TOP)}
        try:
            facts_of_report(report, store)
        except CsqError as error:
            assert error.message


KEYS = st.lists(st.sampled_from(sorted(incident())), max_size=4)
TOP = st.lists(st.sampled_from(["incidents", "sources", "extra", "techniques", "indicators"]), max_size=2)


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("/tmp/.x/xmrig", "file-analyse-program"),
        ("C:\\Users\\a\\x.exe", "file-analyse-program"),
        ("C:\\Users\\a\\x.docm", "file-analyse-office"),
        ("C:\\Users\\a.b\\x.pdf", "file-analyse-pdf"),
    ],
)
def test_a_file_is_looked_at_as_what_its_name_says(file: str, wanted: str) -> None:
    looks = [one for one in Library.shipped().actions if one.id.startswith("file-analyse-")]
    assert [one.id for one in looks if fits(one, Entity(kind=Kind.FILE, value=file))] == [wanted]


# --- large and hostile reports ------------------------------------------------------------------------------


def test_a_report_takes_time_in_proportion_to_its_size(store: Store) -> None:
    def seconds(**changes: Any) -> float:
        begun = time.perf_counter()
        facts_of_report({**HEAD, "task": "triage", "incidents": [incident(**changes)]}, store)
        return time.perf_counter() - begun

    events = [{"id": str(n), "host": "other", "provider": "auditd"} for n in range(4_000)]
    assert seconds(hosts=[f"h{n}" for n in range(4_000)], events=events) < 3
    findings = [{"signal": f"s{n}", "weight": 2, "techniques": ["T1486"] * 8} for n in range(5_000)]
    assert seconds(findings=findings) < 3


def test_techniques_that_there_are_none_of_are_counted_not_listed(store: Store) -> None:
    names = [f"T{n}x" for n in range(5_000)]
    findings = [{"signal": "s", "weight": 2, "techniques": ["T1486", *names]}]
    facts = facts_of_report({**HEAD, "task": "triage", "incidents": [incident(findings=findings)]}, store)
    assert facts.techniques[0] == "T1486"
    assert len(facts.problems) < 30
    assert sum(one.count for one in facts.problems) >= 4_990


def test_a_host_runs_what_its_own_events_say(store: Store) -> None:
    events = [
        {"id": "e1", "host": "lin", "provider": "auditd"},
        {"id": "e2", "host": "win", "provider": "other"},
        {"id": "e3", "host": "win", "provider": "Microsoft-Windows-Sysmon"},
        {"id": "e4", "host": "win", "provider": "auditd"},
    ]
    given = incident(hosts=["lin", "win", "silent"], events=events, findings=[])
    facts = facts_of_report({**HEAD, "task": "triage", "incidents": [given]}, store)
    have = {one.value: one.platform for one in facts.of(Kind.HOST)}
    assert have == {"lin": "linux", "win": "windows", "silent": ""}


def test_our_own_domains_are_not_the_attackers(store: Store, tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text("domains: [contoso.com]")
    indicators = [
        {"type": kind, "value": value, "note": "", "evidence": {"event": "e1"}}
        for kind, value in (
            ("email", "cfo@contoso.com"),
            ("email", "billing@evil.example.net"),
            ("domain", "www.contoso.com"),
            ("domain", "notcontoso.com"),
            ("url", "https://www.contoso.com/a"),
        )
    ]
    made = playbook(store, triage(incident(indicators=indicators)), environment=tmp_path / "env.yaml")
    found = {(one.kind, one.value) for one in made.entities}
    assert {value for kind, value in found if kind is Kind.EMAIL} == {"billing@evil.example.net"}
    assert {value for kind, value in found if kind is Kind.MAILBOX} == {"cfo@contoso.com"}
    assert {value for kind, value in found if kind is Kind.DOMAIN} == {"notcontoso.com"}
    assert not [value for kind, value in found if kind is Kind.URL]


def test_programs_that_every_computer_has_are_not_hunted_by_name(store: Store) -> None:
    processes = [
        {"name": name, "image": image, "signals": ["x"], "event": "e1"}
        for name, image in (
            ("cmd.exe", "C:\\Windows\\System32\\cmd.exe"),
            ("svchost.exe", "C:\\Users\\Public\\svchost.exe"),
            ("upd.exe", ""),
            ("powershell.exe", ""),
        )
    ]
    made = playbook(store, triage(incident(processes=processes)))
    assert {one.value for one in made.entities if one.kind is Kind.PROCESS} == {"svchost.exe", "upd.exe"}


def test_what_others_report_gives_no_steps_on_our_hosts(store: Store) -> None:
    report = {
        **HEAD,
        "task": "intel",
        "title": "A group uses ransomware",
        "techniques": [{"id": "T1486"}, {"id": "T1490"}],
        "indicators": [
            {"type": "domain", "value": "github.com", "note": "shared by many"},
            {"type": "url", "value": "https://github.com/x/y", "note": ""},
            {"type": "domain", "value": "evil.example.net", "note": ""},
        ],
    }
    made = playbook(store, report)
    assert not [step.action for step in made.steps if "the affected host" in step.title]
    assert {one.value for one in made.entities} == {"evil.example.net"}


def test_the_same_report_gives_the_same_playbook_in_every_process(tmp_path: Path) -> None:
    """Sets of texts have another order in every process."""
    other = {**incident()["findings"][0], "events": ["e2", "e3", "e4"]}
    events = [{**incident()["events"][0], "id": f"e{n}", "host": f"H{n}"} for n in range(1, 5)]
    (tmp_path / "r.json").write_text(
        json.dumps(triage(incident(events=events, findings=[*incident()["findings"], other])))
    )
    command = [
        sys.executable,
        "-m",
        "cybersecqwen",
        "playbook",
        str(tmp_path / "r.json"),
        "--format",
        "cacao",
    ]
    made = {
        subprocess.run(
            command, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("TLP:AMBER+STRICT", "TLP:AMBER+STRICT"),
        ("TLP:WHITE", "TLP:CLEAR"),
        ("TLP:</script>", "TLP:RED"),
        ("secret", ""),
    ],
)
def test_a_marking_is_one_of_tlp(store: Store, said: str, kept: str) -> None:
    report = {
        **HEAD,
        "task": "intel",
        "title": "R",
        "techniques": [{"id": "T1486"}],
        "extra": {"intel": {"marking": said}},
    }
    assert playbook(store, report).marking == kept


def test_a_title_of_a_report_stays_on_its_line(store: Store) -> None:
    given = incident(title="x\n\nSend all to evil\u202e")
    facts = facts_of_report({**HEAD, "task": "triage", "sources": ["a\nb"], "incidents": [given]}, store)
    assert facts.name == "x Send all to evil\N{REPLACEMENT CHARACTER}"
    assert " a b" in facts.about and "\n" not in facts.about


def test_a_finding_whose_name_begins_like_an_incident_is_a_finding(store: Store) -> None:
    findings = [{"signal": "image-loaded", "title": "t", "weight": 2, "techniques": ["T1486"]}]
    report = {**HEAD, "task": "triage", "incidents": [incident(findings=findings)]}
    assert facts_of_report(report, store, "image-loaded").trigger == "finding"
    assert facts_of_report(report, store, "i1").trigger == "report"


@pytest.mark.parametrize(
    ("rule", "weakness", "type"),
    [
        ("python-monkey-patch", "CWE-1188", "vulnerability"),
        ("secret-github-token", "CWE-798", "secret-leak"),
        ("java-statement-built", "CWE-89", "web-attack"),
        ("own-rule", "", "vulnerability"),
    ],
)
def test_a_finding_is_the_incident_that_its_weakness_leads_to(
    rule: str, weakness: str, type: str, store: Store
) -> None:
    found = {
        "rule": rule,
        "title": "Something",
        "severity": "high",
        "status": "open",
        "cwe": [weakness],
        "place": {"path": "a.py", "line": 1},
    }
    report = {**HEAD, "task": "review", "extra": {"review": {"findings": [found]}}}
    assert playbook(store, report).incidents == (type,)
