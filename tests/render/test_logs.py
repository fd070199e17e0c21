"""Pages of reports on logs: what an analyst looks for is there, counted, in words and safe."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from cybersecqwen.records import Report, Severity
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.draw_heatmap import draw_heatmap, heatmap_rows
from cybersecqwen.render.draw_histogram import HITS, LEAST, draw_histogram, histogram_rows
from cybersecqwen.render.draw_lanes import draw_lanes
from cybersecqwen.render.logs import Histogram
from cybersecqwen.render.logs_story import (
    cost_rows,
    next_steps,
    reasons,
    rebinned,
    speed,
    timelines,
    worst_hits,
)
from cybersecqwen.render.ndjson import ndjson_line
from cybersecqwen.render.read_logs import logs_view

from .samples_logs import ATTACKER, BINS, DAY, STEP, UNSUPPORTED, logs, quiet_logs
from .test_html import check, read

PEOPLE = ("terminal", "markdown", "html")


def render(name: str, report: Report, **options: Any) -> str:
    return FORMATS.get(name)().render(report, RenderOptions(**options))


def many(number: int) -> Report:
    """The sample with `number` detections, anomalies, templates, entities and problems."""
    report = logs()
    extra = dict(report.extra["logs"])
    one, odd = extra["detections"][0], extra["anomalies"][0]
    extra["detections"] = [{**one, "id": f"r{n}", "title": f"Rule {n} fired"} for n in range(number)]
    extra["anomalies"] = [{**odd, "sentence": f"Oddity {n} came up."} for n in range(number)]
    problems = tuple(replace(report.problems[0], subject=f"file-{n}") for n in range(number))
    return replace(report, extra={"logs": extra}, problems=problems, incidents=(), narrative=())


@pytest.mark.parametrize("name", PEOPLE)
def test_what_an_analyst_looks_for_is_there(name: str) -> None:
    text = render(name, logs(), width=200)
    for wanted in (
        "1,204,331 events",
        "52,136 events/s",
        "1.2 GB",
        "2026-03-02 08:00:00 – 20:00:00 UTC",
        "LSASS memory dumped with comsvcs.dll",
        "T1003.001",
        "412 failed logons as 37 accounts",
        "brute-force",
        "MiniDump 712",
        "SRV-DB01",
        "error exporting table",
        "1,870 of 2,395 rules",
        "placeholders need a pipeline",
        "february",
        "Isolate WS-042",
        "The record is cut off.",
        "812 J",
    ):
        assert wanted in text.replace("&lt;", "<").replace("\\_", "_"), wanted


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_what_an_attacker_wrote_stays_text(name: str, detail: str) -> None:
    text = render(name, logs(), detail=detail)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "http://evil" not in text and "evil.example" not in text
    assert name != "html" or "<script>" not in text
    assert "malicious" in text.lower()
    if detail == "full" or (name, detail) in {("markdown", "normal"), ("html", "normal")}:
        assert "IGNORE ALL PREVIOUS INSTRUCTIONS" in text


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_left_out_is_counted(name: str) -> None:
    report = many(450)
    text = render(name, report)
    shown = len(set(re.findall(r"Rule \d+ fired", text)))
    odd = len(set(re.findall(r"Oddity \d+ came up", text)))
    assert 0 < shown < 450 and f"… and {450 - shown} more" in text
    assert 0 < odd < 450 and f"… and {450 - odd} more" in text
    whole = render(name, report, detail="full")
    assert len(set(re.findall(r"Rule \d+ fired", whole))) == 450
    assert len(set(re.findall(r"Oddity \d+ came up", whole))) == 450
    assert len(set(re.findall(r"file-\d+", whole))) == 450
    assert "--detail full" not in whole


@pytest.mark.parametrize("name", PEOPLE)
def test_rules_of_others_are_attributed_where_they_are_told(name: str) -> None:
    text = render(name, logs(), detail="full", width=200)
    assert text.count("A. Analyst, Example CERT") == 4
    assert text.count("DRL 1.1") == 4


@pytest.mark.parametrize("name", PEOPLE)
def test_rules_that_were_not_applied_are_named(name: str) -> None:
    text = render(name, logs(), detail="full")
    for path, title, reason in UNSUPPORTED:
        assert path in text and reason in text
        assert title.replace("\x1b", "\\x1b") in text.replace("\\\\", "\\").replace("\\[", "[")


def test_nothing_found_is_said() -> None:
    text = render("terminal", quiet_logs())
    assert text.startswith(" BENIGN ")
    assert "DETECTIONS  none: no rule fired" in text
    assert "ANOMALIES" not in text and "TIMELINE" not in text
    assert "No rule fired." in render("markdown", quiet_logs())
    assert "no rule fired" in render("html", quiet_logs())


def test_brief_is_short() -> None:
    assert len(render("terminal", logs(), width=120, detail="brief").splitlines()) <= 42


def test_the_bar_is_as_long_as_its_hits_and_says_the_worst() -> None:
    lines = render("terminal", logs(), width=100).splitlines()
    events = next(line for line in lines if line.startswith("  events "))[9:]
    hits = next(line for line in lines if line.startswith("  hits   "))[9:]
    assert len(events) == len(hits) == BINS
    assert events[17] == "█"
    assert (hits[13], hits[18], hits[22], hits[0]) == ("C", "H", "C", "i")


def test_ascii_stands_in_for_drawings() -> None:
    plain = render("terminal", logs(), ascii=True)
    assert plain.isascii()
    assert len(plain.splitlines()) == len(render("terminal", logs()).splitlines())
    lines = plain.splitlines()
    assert next(line for line in lines if line.startswith("  events "))[9 + 17] == "#"


def test_the_page_is_one_document_with_its_drawings_in_words() -> None:
    text = render("html", logs())
    check(text)
    reader = read(text)
    ids = [value for name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    labels = [value for name, value in reader.attributes if name == "aria-labelledby"]
    assert {one for label in labels for one in label.split()} <= set(ids)
    assert text.count('<svg class="chart"') == 6
    assert text.count("<desc ") == 6
    assert text.count("The same as a table") == 2


def test_the_field_that_made_the_rule_fire_is_marked() -> None:
    text = render("html", logs())
    assert re.search(r"<b>CommandLine</b></figcaption><pre><mark>rundll32\.exe C:", text)
    assert '<th scope="row">ParentProcessId</th><td class="value">7402</td>' in text


def test_a_critical_hit_is_seen_among_thousands() -> None:
    hits = ((Severity.CRITICAL, (1, 0)), (Severity.LOW, (50_000, 40_000)))
    drawn = draw_histogram(Histogram(start=DAY, step=60, events=(10, 9), hits=hits), "wide", 1080, 100)
    by_tone = {bar.tone: bar for bar in drawn.bars if bar.x == drawn.bars[0].x}
    assert by_tone["critical"].height >= LEAST
    assert by_tone["critical"].height + by_tone["low"].height <= HITS
    assert "1 critical, 50,000 low" in drawn.bins[0].title


def test_informational_hits_are_drawn_only_alone() -> None:
    info = (Severity.INFORMATIONAL, (5, 5))
    alone = Histogram(start=DAY, step=60, events=(10, 9), hits=(info,))
    assert draw_histogram(alone, "wide", 1080, 100).drawn == {"informational"}
    beside = replace(alone, hits=((Severity.HIGH, (1, 0)), info))
    drawn = draw_histogram(beside, "wide", 1080, 100)
    assert drawn.drawn == {"high"} and "5 informational" in drawn.bins[0].title


def test_drawings_stay_inside_their_sheet() -> None:
    view = logs_view(logs())
    for width, most in ((1080, 120), (348, 40)):
        histogram = draw_histogram(view.histogram, "n", width, most)
        assert all(bar.x >= 0 and bar.x + bar.width <= width for bar in histogram.bars)
        assert all(bar.y >= 0 and bar.y + bar.height <= histogram.height for bar in histogram.bars)
        heat = draw_heatmap(view.heatmap, "n", width, most)
        assert all(c.x + c.width <= width and 1 <= c.shade <= 5 for row in heat.rows for c in row.cells)
        lanes = draw_lanes(timelines(logs().incidents, logs_view(logs())), "n", width)
        assert all(0 <= dot.x <= width for lane in lanes.lanes for dot in lane.dots)
    assert heat.rows[0].id == "T1059.001"


def test_the_tables_say_what_the_drawings_say() -> None:
    view = logs_view(logs())
    rows = histogram_rows(view.histogram)
    assert sum(row.events for row in rows) == sum(view.histogram.events)
    assert sum(row.hits[0] for row in rows) == 3
    assert {row.id: row.total for row in heatmap_rows(view.heatmap)}["T1071.001"] == 210


def test_timelines_follow_time_and_count_what_follows_itself() -> None:
    line = timelines(logs().incidents, logs_view(logs()))[0]
    assert [one.title for one in line.moments] == [
        "Encoded PowerShell command",
        "LSASS memory dumped with comsvcs.dll",
        "Autostart entry points into a profile folder",
    ]
    assert line.moments[0].count == 3
    assert line.moments[0].value.startswith("powershell.exe -nop")
    server = timelines(logs().incidents, logs_view(logs()))[2].moments
    assert server[0].title.startswith("412 failed logons") and server[0].place == "auth.log:17"
    assert server[1].value == "svc_backup from 10.20.4.42 type 3 with NTLM"
    assert next_steps(logs())[:2] == (
        "Isolate WS-042 and keep its memory.",
        "Reset the password of svc_backup.",
    )


def test_bins_keep_their_sum_and_the_worst() -> None:
    assert rebinned([1, 2, 3, 4, 5], 2) == [6, 9]
    assert rebinned([], 3) == []
    histogram = Histogram(
        start=DAY, step=STEP, events=(), hits=((Severity.HIGH, (0, 1)), (Severity.LOW, (1, 1, 0, 2)))
    )
    assert worst_hits(histogram, 2, 4) == [Severity.HIGH, Severity.LOW]


def test_costs_and_reasons_in_words() -> None:
    view = logs_view(logs())
    assert dict(cost_rows(view.cost))["Lines a model saw"] == "12 (1 in 100,360)"
    assert dict(cost_rows(view.cost))["All lines by the token at 2.50 per million"] == "903"
    why, which = reasons(view.rules)[0]
    assert (why, len(which)) == ("placeholders need a pipeline", 3)
    assert speed(logs(), view) == "52,136 events/s, 52.1 MB/s in 23.1 s"
    assert "Energy" not in dict(cost_rows(logs_view(quiet_logs()).cost))


def test_lines_hold_everything_and_the_summary_is_last() -> None:
    report = logs()
    lines = [json.loads(line) for line in render("ndjson", report).split("\n")[:-1]]
    kinds = [line["type"] for line in lines]
    assert kinds == ["detection"] * 8 + ["anomaly"] * 8 + ["incident"] * 3 + ["problem"] * 5 + ["summary"]
    for kind, key in (("detection", "detections"), ("anomaly", "anomalies")):
        told = [{k: v for k, v in line.items() if k != "type"} for line in lines if line["type"] == kind]
        assert told == report.extra["logs"][key]
    summary = lines[-1]
    assert summary["lines"] == {"detection": 8, "anomaly": 8, "incident": 3, "problem": 5}
    assert summary["extra"]["logs"]["bytes"] == 1_203_441_120
    quoted = [line["text"] for one in lines if one["type"] == "anomaly" for line in one["lines"]]
    assert any(ATTACKER in text for text in quoted)


def test_a_line_for_a_stream() -> None:
    line = ndjson_line("detection", {"type": "x", "title": "a\nb", "n": 1 << 70, "bad": "\ud800"})
    assert line.endswith("}\n") and line.count("\n") == 1
    assert json.loads(line) == {
        "type": "detection",
        "kind_of_thing": "x",
        "title": "a\nb",
        "n": str(1 << 70),
        "bad": "\\ud800",
    }


def test_the_view_takes_nothing_for_granted() -> None:
    view = logs_view(
        replace(logs(), extra={"logs": {"detections": "abc", "anomalies": [1, None], "bytes": -3}})
    )
    assert (view.detections, view.anomalies, view.bytes) == ((), (), 0)
    far = {"histogram": {"start": DAY, "step_s": 1e300, "events": [1, 2]}}
    assert logs_view(replace(logs(), extra={"logs": far})).histogram.start is None
