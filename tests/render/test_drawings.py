"""Trees, timelines and scores: nothing is lost, nothing overlaps, whatever the records say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records import Finding, Incident, ProcessNode, Severity, Verdict
from cybersecqwen.render.draw_score import draw_score
from cybersecqwen.render.draw_timeline import LEFT, RIGHT, draw_timeline
from cybersecqwen.render.draw_tree import BOX_HEIGHT, BOX_WIDTH, draw_tree
from cybersecqwen.render.story import by_tactic, decoded_layers, distinct, numbered, process_rows, sides
from cybersecqwen.render.wording import clock, lasting, percent, points, span
from tests.strategies import UNHURRIED

from .samples import START, benign, office


def process(key: str, parent: str = "", *signals: str) -> ProcessNode:
    return ProcessNode(
        key=key,
        parent=parent,
        name=key,
        image=key,
        command="",
        user="",
        time=None,
        pid="",
        event="",
        signals=signals,
    )


def incident(*processes: ProcessNode) -> Incident:
    return replace(office().incidents[0], processes=processes)


nodes = st.lists(
    st.builds(
        process, st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh?"), st.sampled_from(["", "hot"])
    ),
    max_size=12,
)


@UNHURRIED
@given(nodes, st.integers(1, 12), st.integers(0, 4))
def test_every_process_is_shown_once_or_counted(some: list[ProcessNode], limit: int, siblings: int) -> None:
    rows = process_rows(incident(*some), limit, siblings)
    shown = [row.node.key for row in rows if row.node]
    assert len(shown) == len(set(shown))
    assert len(shown) + sum(row.hidden for row in rows) == len({one.key for one in some})


@UNHURRIED
@given(nodes)
def test_parents_come_first_and_nothing_overlaps(some: list[ProcessNode]) -> None:
    rows = process_rows(incident(*some), 100)
    assert all(row.parent < at for at, row in enumerate(rows))
    assert all(row.depth == (rows[row.parent].depth + 1 if row.parent >= 0 else 0) for row in rows)
    drawing = draw_tree(rows, [False] * len(rows), {})
    places = [(box.x, box.y) for box in drawing.boxes]
    for at, (x, y) in enumerate(places):
        assert 0 <= x <= drawing.width - BOX_WIDTH
        assert 0 <= y <= drawing.height - BOX_HEIGHT
        assert not any(x == other_x and abs(y - other_y) < BOX_HEIGHT for other_x, other_y in places[:at])


def test_flagged_processes_are_kept_with_their_ancestors() -> None:
    plain = [process(f"p{n}", "root") for n in range(30)]
    rows = process_rows(incident(process("root"), *plain, process("hot", "p7", "hot")), 5)
    shown = [row.node.key for row in rows if row.node]
    assert {"root", "p7", "hot"} <= set(shown)
    assert sum(row.hidden for row in rows) == 32 - len(shown)


def test_ordinary_siblings_are_folded() -> None:
    plain = [process(f"p{n}", "root") for n in range(30)]
    rows = process_rows(incident(process("root"), *plain, process("hot", "root", "hot")), 60, 4)
    assert [row.node.key if row.node else row.hidden for row in rows] == [
        "root",
        "p0",
        "p1",
        "p2",
        "p3",
        "hot",
        26,
    ]


def test_a_very_deep_tree_is_no_recursion() -> None:
    chain = [process(str(n), str(n - 1) if n else "") for n in range(5000)]
    rows = process_rows(incident(*chain), 10_000)
    assert rows[-1].depth == 4999
    assert draw_tree(rows, [False] * len(rows), {}).width < 10_000


def test_the_edges_between_flagged_processes_are_marked() -> None:
    one = office().incidents[0]
    rows = process_rows(one, 60)
    hot = [bool(row.node and row.node.signals and row.node.name != "WINWORD.EXE") for row in rows]
    drawing = draw_tree(rows, hot, numbered(one))
    assert len(drawing.edges) == 5
    assert sum(edge.flagged for edge in drawing.edges) == 2
    assert dict(zip([row.node.name for row in rows if row.node], drawing.boxes, strict=True))[
        "cmd.exe"
    ].dots == (
        (1, "high"),
        (2, "critical"),
        (4, "medium"),
    )


def test_a_benign_incident_shows_its_ordinary_side_first() -> None:
    (good, first), (bad, second) = sides(benign().incidents[0].findings, Verdict.BENIGN)
    assert (good, bad) == (True, False)
    assert [number for number, _ in first + second] == [1, 2, 3]


def test_the_timeline_puts_findings_into_the_lanes_of_their_tactics() -> None:
    one = office().incidents[0]
    (_, bad), (_, good) = sides(one.findings)
    drawing = draw_timeline(one, bad + good)
    lanes = {lane.name: [point.number for point in lane.points] for lane in drawing.lanes}
    assert list(lanes) == [
        "Execution",
        "Persistence",
        "Defense evasion",
        "Discovery",
        "Command and control",
        "Ordinary",
    ]
    assert lanes["Persistence"] == [3]
    assert sorted(lanes["Execution"]) == [1, 2, 2]
    assert all(LEFT <= point.x <= RIGHT for lane in drawing.lanes for point in lane.points)
    assert drawing.ticks[0].label == "09:14:10"


@UNHURRIED
@given(st.lists(st.floats(0, 4e9), min_size=1, max_size=30))
def test_any_times_fit_on_the_timeline(times: list[float]) -> None:
    one = office().incidents[0]
    events = tuple(replace(one.events[0], id=f"e{n}", time=time) for n, time in enumerate(times))
    finding = replace(one.findings[0], events=tuple(event.id for event in events))
    drawing = draw_timeline(replace(one, events=events), [(1, finding)])
    shown = sum(len(lane.points) + lane.more for lane in drawing.lanes)
    assert shown == len(times)
    assert all(LEFT <= tick.x <= RIGHT for tick in drawing.ticks)
    assert 1 <= len(drawing.ticks) <= 10
    spots = [(point.x, point.y) for lane in drawing.lanes for point in lane.points]
    assert all(abs(x - a) + abs(y - b) >= 20 for at, (x, y) in enumerate(spots) for a, b in spots[:at])


weights = st.lists(st.floats(-9, 9), min_size=1, max_size=30)


@UNHURRIED
@given(weights, st.floats(-20, 20))
def test_the_bars_of_a_score_add_up(values: list[float], score: float) -> None:
    findings = [
        (n, Finding(signal="s", title="t", weight=w, severity=Severity.LOW)) for n, w in enumerate(values, 1)
    ]
    drawing = draw_score(replace(office().incidents[0], score=score), findings)
    *parts, total = drawing.steps
    assert total.points == score
    assert sum(step.points for step in parts) == pytest.approx(score, abs=0.051)
    assert all(step.x >= 0 and step.x + step.width <= drawing.width + 2 for step in drawing.steps)


def test_a_score_that_is_no_number_is_not_drawn() -> None:
    assert draw_score(replace(office().incidents[0], score=float("nan")), []).steps == ()


def test_decoded_layers_keep_the_longest_quote() -> None:
    layers = decoded_layers(office().incidents[0])
    assert list(layers) == ["e4"]
    assert [layer.how for layer in layers["e4"]] == ["base64 > utf-16"]
    assert "DownloadString('http" in layers["e4"][0].text


def test_quotes_inside_other_quotes_are_not_repeated() -> None:
    quotes = office().incidents[0].findings[1].evidence
    assert [len(quotes), len(distinct(quotes))] == [3, 2]


def test_tactics_follow_the_kill_chain() -> None:
    assert [name for name, _ in by_tactic(reversed(office().techniques))] == [
        "execution",
        "persistence",
        "defense-evasion",
        "discovery",
        "command-and-control",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.25, "250 ms"),
        (24.3, "24 s"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (349_200, "4 d 1 h"),
    ],
)
def test_lengths_of_time(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_numbers_in_words() -> None:
    assert [points(3.24), points(-0.6), points(-0.01), points(float("nan"))] == ["+3.2", "−0.6", "0.0", "?"]
    assert [percent(0.999), percent(1), percent(0.001), percent(0)] == ["99 %", "100 %", "1 %", "0 %"]
    assert [clock(START), clock(None), clock(1e300)] == ["09:14:07.250", "", ""]
    assert span(START, START + 90_000) == "2026-03-02 09:14:07 – 2026-03-03 10:14:07 UTC (1 d 1 h)"
