"""Indicators of reports, looked for in logs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen.detect.events.rulebook import Rulebook
from cybersecqwen.errors import NothingAnalysedError, OutputError, UsageError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Report, Severity, Verdict
from cybersecqwen.render.marking import check_export
from cybersecqwen.tasks.intel.feed import JUDGED_CHARS, feed_of
from cybersecqwen.tasks.intel.matching import Match, MatchOptions
from cybersecqwen.tasks.interface import Request, Tools

REPORT = "The loader connects to its command and control server old-panel.net.\nWe thank github.com.\n"


def _no_rules() -> Rulebook:
    raise AssertionError("no rules are needed")


@pytest.fixture(scope="module")
def tools() -> Iterator[Tools]:
    with Store.open() as opened:
        yield Tools(store=opened, load_rules=_no_rules)


def matched(tmp_path: Path, tools: Tools, report: str, *lines: str) -> Report:
    (tmp_path / "report.txt").write_text(report)
    (tmp_path / "proxy.log").write_text("\n".join(lines) + "\n")
    options = MatchOptions(reports=(str(tmp_path / "report.txt"),))
    return Match().assess(Request(paths=(str(tmp_path / "proxy.log"),), parameters=options), tools)


def test_one_stands_there(tmp_path: Path, tools: Tools) -> None:
    report = matched(tmp_path, tools, REPORT, "10:00 GET good.example", "10:01 GET cdn.old-panel.net 200")
    assert report.title == "1 of 1 indicator stands in the logs"
    assert (report.verdict, report.severity) == (Verdict.MALICIOUS, Severity.HIGH)
    (finding,) = report.findings
    assert finding.title == "old-panel.net (domain, command and control)"
    assert finding.events == (f"{tmp_path / 'proxy.log'}:2",)
    assert finding.evidence[0].value == "10:01 GET cdn.old-panel.net 200"
    assert finding.why.endswith("Whoever talks to it may be controlled from outside.")
    assert report.counts["apart"] == 1 and report.counts["lines"] == 2


def test_a_file_that_is_named_without_a_word_about_an_attack_proves_nothing(
    tmp_path: Path, tools: Tools
) -> None:
    text = "The documentation is in README.md. The script main.py starts the web service."
    report = matched(tmp_path, tools, text, "GET /README.md 200", "GET /index.html 200")
    assert (report.verdict, report.severity) == (Verdict.BENIGN, Severity.INFORMATIONAL)
    assert report.counts["matched"] == 1 and "proves nothing" in report.findings[0].why


def test_a_list_of_files_tells_of_an_attack(tmp_path: Path, tools: Tools) -> None:
    report = matched(tmp_path, tools, "svc64.exe\nnotes.txt\n", "run svc64.exe", "open notes.txt")
    assert (report.verdict, report.severity) == (Verdict.SUSPICIOUS, Severity.MEDIUM)
    assert report.counts["matched"] == 2


def test_none_stands_there(tmp_path: Path, tools: Tools) -> None:
    report = matched(tmp_path, tools, REPORT, "GET github.com", "GET notold-panel.net")
    assert report.title == "None of 1 indicator stands in the logs"
    assert (report.verdict, report.findings, report.indicators) == (Verdict.BENIGN, (), ())


def test_a_plain_list_says_nothing_of_roles(tmp_path: Path, tools: Tools) -> None:
    report = matched(
        tmp_path, tools, "old-panel.net\nnew-panel.net\n", "GET old-panel.net", "GET new-panel.net"
    )
    assert report.title == "2 of 2 indicators stand in the logs"
    assert report.severity in (Severity.MEDIUM, Severity.HIGH)


def test_the_gravest_stands_first(tmp_path: Path, tools: Tools) -> None:
    text = REPORT + "Victims included bank-of-samples.org.\n"
    logs = ["GET bank-of-samples.org"] * 5 + ["GET old-panel.net"]
    report = matched(tmp_path, tools, text, *logs)
    assert report.findings[0].title.startswith("old-panel.net")


def test_marked_red_it_is_shown_and_not_let_out(tmp_path: Path, tools: Tools) -> None:
    report = matched(tmp_path, tools, f"TLP:RED\n\n{REPORT}", "GET old-panel.net")
    check_export(report, "terminal")
    with pytest.raises(OutputError, match="TLP:RED"):
        check_export(report, "csv")
    assert matched(tmp_path, tools, REPORT, "GET old-panel.net").extra == {}
    (tmp_path / "tlp-red.txt").write_text(REPORT)
    options = MatchOptions(reports=(str(tmp_path / "tlp-red.txt"),))
    named = Match().assess(Request(paths=(str(tmp_path / "proxy.log"),), parameters=options), tools)
    assert named.extra == {"marking": "TLP:RED"}


def test_refusals(tmp_path: Path, tools: Tools) -> None:
    with pytest.raises(UsageError):
        Match().assess(Request(paths=("x",)), tools)
    with pytest.raises(NothingAnalysedError, match="no indicator"):
        matched(tmp_path, tools, "Nothing is written here.", "a line")
    with pytest.raises(NothingAnalysedError, match="no line"):
        matched(tmp_path, tools, REPORT)


def test_long_lists_are_read_without_judging(tmp_path: Path, tools: Tools) -> None:
    line = "host{:06d}.panel-samples.net\n"
    count = JUDGED_CHARS // len(line.format(0)) + 1
    path = tmp_path / "list.txt"
    path.write_text("".join(line.format(n) for n in range(count)) + "10.0.0.1\n")
    feed = feed_of([str(path)], tools, request=Request(paths=()))
    assert len(feed.wanted) == count
    assert feed.apart == 1


def test_of_a_long_list_what_is_known_to_be_harmless_is_set_apart_where_found(
    tmp_path: Path, tools: Tools
) -> None:
    line = "host{:06d}.panel-samples.net\n"
    count = JUDGED_CHARS // len(line.format(0)) + 1
    (tmp_path / "list.txt").write_text("github.com\n" + "".join(line.format(n) for n in range(count)))
    (tmp_path / "proxy.log").write_text(
        "GET https://github.com/x\nGET https://host000007.panel-samples.net/\n"
    )
    options = MatchOptions(reports=(str(tmp_path / "list.txt"),))
    report = Match().assess(Request(paths=(str(tmp_path / "proxy.log"),), parameters=options), tools)
    assert [finding.title.split()[0] for finding in report.findings] == ["host000007.panel-samples.net"]
    (told,) = [problem for problem in report.problems if problem.subject == "github.com"]
    assert "set apart" in told.message and told.count == 1
