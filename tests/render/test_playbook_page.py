"""The page of a playbook: whole, safe, drawn, and the same to a person without script."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import fields, replace
from hashlib import sha256
from html import unescape
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from cybersecqwen.errors import OutputError
from cybersecqwen.records import Report
from cybersecqwen.records.playbook import Command, Kind, Phase, Playbook, Step
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.draw_flow import WIDTH, draw_flow
from cybersecqwen.render.html_assets import TEMPLATES
from cybersecqwen.render.marking import check_export
from tests.strategies import FAST

from .playbook_samples import planned, small, step
from .playbook_strategies import planned_reports, steps
from .samples import HOSTILE
from .test_html import ALLOWED, Reader, read

QUICK = settings(max_examples=30, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
OWN = {name: (TEMPLATES / name).read_text("utf-8") for name in ("style.css", "playbook.css", "playbook.js")}
WORKED_WITH = {"script", "noscript", "input", "button", "textarea", "fieldset", "legend", "label", "output"}
MORE = ALLOWED | WORKED_WITH | {"progress"}
EMPTY = {"input"}
"""Elements without an end that pages which are only read do not have."""


def render(name: str, report: Report, **options: object) -> str:
    return FORMATS.get(name)().render(report, RenderOptions(**options))  # type: ignore[arg-type]


def page(report: Report) -> Reader:
    """The page, read; whatever runs or is fetched fails."""
    text = render("html", report)
    for name, whole in OWN.items():
        assert text.count(whole) == 1, name
    reader = read(re.sub(r"<input ([^>]*)>", r"<input \1/>", without_own(text)))
    assert set(reader.tags) <= MORE
    for name, value in reader.attributes:
        assert not name.startswith("on")
        assert name not in {"src", "srcset", "action", "style", "xlink:href", "formaction", "form"}
        if name == "href":
            assert value == "data:," or re.fullmatch(r"#[\w-]+", value)
    return reader


def without_own(text: str) -> str:
    for whole in OWN.values():
        text = text.replace(whole, "")
    return text


def values(reader: Reader, attribute: str) -> list[str]:
    return [value for name, value in reader.attributes if name == attribute]


def with_playbook(report: Report, **more: Any) -> Report:
    assert report.playbook
    return replace(report, playbook=replace(report.playbook, **more))


# What holds for any playbook


@QUICK
@given(planned_reports)
def test_any_playbook_makes_a_page_that_runs_our_script_alone(report: Report) -> None:
    reader = page(report)
    assert reader.tags.count("script") == 1
    assert reader.tags.count("style") == 2
    ids = values(reader, "id")
    assert len(ids) == len(set(ids))
    inside = {value[1:] for value in values(reader, "href") if value.startswith("#")}
    named = {*values(reader, "aria-labelledby"), *values(reader, "for"), *values(reader, "data-copy")}
    assert inside | named <= set(ids) | (
        {"step-1"} if not report.playbook or not report.playbook.steps else set()
    )


@pytest.mark.parametrize("name", FORMATS.names())
@settings(QUICK, max_examples=8)
@given(planned_reports)
def test_every_format_takes_any_playbook(name: str, report: Report) -> None:
    assert render(name, report) == render(name, report)


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
@QUICK
@given(report=planned_reports, detail=st.sampled_from(["brief", "normal", "full"]))
def test_nothing_that_is_shown_hides_or_moves(name: str, report: Report, detail: str) -> None:
    text = render(name, report, detail=detail)
    assert all(char.isprintable() or char in "\n\u3000" for char in text)
    text.encode("utf-8")


@QUICK
@given(planned_reports, st.integers(0, 300), st.sampled_from(["brief", "normal", "full"]), st.booleans())
def test_no_line_but_those_to_be_copied_is_wider_than_the_window(
    report: Report, width: int, detail: str, ascii: bool
) -> None:
    assert report.playbook
    bare = [replace(one, commands=(), queries=()) for one in report.playbook.steps]
    report = with_playbook(report, steps=tuple(bare))
    text = render("terminal", report, width=width, detail=detail, ascii=ascii)
    assert max(map(cell_len, text.splitlines())) <= max(60, min(200, width))
    assert text.isascii() or not ascii


# Values that try things


def test_hostile_values_stay_text() -> None:
    reader = page(planned(HOSTILE))
    assert reader.tags.count("script") == 1
    assert "img" not in reader.tags
    assert "<script>alert" not in render("html", planned(HOSTILE))
    assert "</script>" not in OWN["playbook.js"]


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_what_is_not_copied_is_defanged(name: str) -> None:
    text = without_own(render(name, planned(), detail="full"))
    text = re.sub(r"(?s)<pre.*?</pre>|```.*?```|^index=dns.*?$", "", text, flags=re.M)
    assert "cdn.evil.example" not in text
    assert "203.0.113.7" not in text
    assert "http://" not in text


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_commands_and_queries_are_copied_as_they_are(name: str) -> None:
    text = unescape(render(name, planned()))
    lines = [
        line.strip()
        for line in re.sub(r"</?(code|pre|mark)[^>]*>", "\n", text).replace("\n\n", "\n").split("\n")
    ]
    assert 'index=dns query="cdn.evil.example"' in lines
    assert "winpmem.exe 'E:\\WS-042.raw'" in lines
    assert "are to be copied as they stand" in " ".join(text.split())


def test_a_fence_holds_a_command_with_backticks() -> None:
    text = render("markdown", planned(" `````` \n- [ ] not a step"))
    tokens = MarkdownIt("commonmark").parse(text)
    blocks = [token.content for token in tokens if token.type == "fence"]
    assert "# ```\n./reinstall.sh --host <HOST> `````` \n- [ ] not a step\n" in blocks
    assert min(token.level for token in tokens if token.type == "fence") > 1  # it belongs to its step
    boxes = [
        token.content for token in tokens if token.type == "inline" and token.content.startswith("[ ] **")
    ]
    assert len(boxes) == 8 + 2  # the steps, and the duties


# What stands on the page


def card(number: int, report: Report | None = None) -> str:
    text = unescape(render("html", report or planned()))
    found = re.search(
        rf'(?s)<li class="step[^"]*" id="step-{number}".*?(?=<li class="step|</ol>\n</section>)', text
    )
    assert found
    return found[0]


def test_a_card_holds_what_a_tired_person_needs() -> None:
    one = card(6)
    for needed in (
        "Reinstall WS-042 from the trusted image",
        "endpoint operations",
        "expected 2 h 30 min",
        "What was not copied is lost.",
        "A full image has been taken.",
        "Evidence that is lost: memory, disk.",
        'data-answer="yes"',
        'data-answer="no"',
        '<a href="#step-2" data-needs="2">2</a>',
        '<a href="#step-5" data-needs="5">5</a>',
        "It stands in the case notes.",
        "action-6",
        'id="note-6"',
        'type="checkbox" class="tick" id="tick-6"',
        "cannot be undone",
    ):
        assert needed in one, needed
    other = card(5)
    assert "Bo Berg" in other
    assert "Who works on it cannot go on." in other
    assert "Release it in the console." in other
    assert "data-answer" not in other


def test_open_places_are_marked_with_their_reason() -> None:
    assert '<mark title="not named by the report"><SHARE></mark>' in card(2)
    assert "<code><SHARE></code> not named by the report" in card(2)
    bare = step(1, "Look", Phase.IDENTIFICATION, commands=(Command(tool="cmd", text="dir <PATH> <b>"),))
    one = card(1, with_playbook(planned(), steps=(bare,)))
    assert '<mark title="to be filled in"><PATH></mark> <b></code>' in one


def test_a_query_has_its_checks_and_a_missing_one_its_reason() -> None:
    assert "Passed: parses, names what there is" in card(3)
    assert "No index is known." in card(3)


def test_steps_are_in_order_and_can_be_ticked_without_a_script() -> None:
    reader = page(planned())
    assert [one for one in values(reader, "id") if one.startswith("step-")] == [
        f"step-{n}" for n in range(1, 9)
    ]
    assert "disabled" not in values(reader, "class")
    text = without_own(render("html", planned()))
    assert not re.search(r"<(input|button)[^>]* disabled", text)
    assert "This browser runs no script here" in text
    for scripted in re.findall(r"<(?:button|output)[^>]*>", text):  # no button that does nothing
        inside = (
            'class="answer"',
            'class="decided"',
            'id="export"',
            'id="import"',
            'id="reset"',
            "deadline",
            "known-for",
        )
        assert "scripted" in scripted or any(one in scripted for one in inside)


def test_the_head_says_what_it_is_about() -> None:
    text = render("html", planned())
    assert '<span class="tlp tlp-amber">TLP:AMBER</span>' in text
    assert "High severity (78 of 100)" in text
    assert "<dd>Corp</dd>" in text
    assert "kept in this browser only" in text
    assert 'value="Ada Abt (+49 30 1, ada@corp.example)"' in text  # of our own people, to be reached
    assert 'data-hours="72"' in text
    assert "written by qwen3:4b: check each word" in text


def test_a_message_is_kept_with_its_lines() -> None:
    text = unescape(render("html", planned()))
    begun = (
        'maxlength="20000">\nAt [TIME] we began to handle an incident.\nWS-042 called cdn[.]evil[.]example.'
    )
    assert f"{begun}</textarea>" in text


def test_the_policy_allows_our_style_and_our_script_alone() -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', render("html", planned()))
    assert policy

    def hashed(name: str) -> str:
        return f"'sha256-{b64encode(sha256(OWN[name].encode()).digest()).decode()}'"

    assert unescape(policy[1]) == (
        f"default-src 'none'; style-src {hashed('style.css')} {hashed('playbook.css')}; "
        f"script-src {hashed('playbook.js')}; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_the_script_asks_nobody_and_writes_no_html() -> None:
    code = OWN["playbook.js"]
    asking = "fetch( XMLHttpRequest WebSocket EventSource sendBeacon import( http: https: location cookie"
    writing = (
        "eval( Function( innerHTML outerHTML insertAdjacentHTML document.write postMessage setAttribute("
    )
    for never in (*asking.split(), *writing.split()):
        assert never not in code, never


def test_the_script_finds_on_the_page_what_it_asks_for() -> None:
    reader = page(planned())
    ids, classes = (
        set(values(reader, "id")),
        {one for value in values(reader, "class") for one in value.split()},
    )
    for wanted in re.findall(r'find\("#([\w-]+)"\)', OWN["playbook.js"]):
        assert wanted in ids, wanted
    for wanted in re.findall(r'(?:find|all)\("\.([\w-]+)"', OWN["playbook.js"]):
        assert wanted in classes, wanted


def test_the_same_playbook_is_remembered_under_the_same_name() -> None:
    def key(report: Report) -> str:
        found = re.search(r'data-playbook="(playbook--[0-9a-f-]{36})"', render("html", report))
        assert found
        return found[1]

    assert key(planned()) == key(replace(planned(), timings_ms={}))
    assert key(planned()) != key(small())


def test_little_that_is_known_makes_a_page() -> None:
    text = render("html", small())
    assert page(small())
    assert "TLP" not in without_own(text)
    assert "no time" in text
    page(with_playbook(small(), steps=()))


# The flow


def nodes_of(some: tuple[Step, ...]) -> list[Any]:
    return [node for band in draw_flow(some, str) for node in band.nodes]


@QUICK
@given(st.lists(steps, min_size=1, max_size=60).map(tuple))
def test_the_flow_has_every_step_once_and_none_over_another(some: tuple[Step, ...]) -> None:
    bands = draw_flow(some, lambda text: " ".join(text.split()))
    assert sorted(node.number for band in bands for node in band.nodes) == list(range(1, len(some) + 1))
    assert sum(len(band.dots) for band in bands) >= 2
    for band in bands:
        assert band.height <= 1040  # a page of A4 at this width
        places: dict[tuple[int, int], int] = {}
        for node in band.nodes:
            assert 0 <= node.x <= WIDTH - 244
            assert 0 < node.y <= band.height - 86
            column = (node.x - 10) // 333
            assert places.setdefault((column, node.y), node.number) == node.number
            assert bool(node.diamond) is bool(some[node.number - 1].approval)
            assert len(node.lines) <= 2
            assert (node.outline.count("L") == 3) is (node.kind == "destroy")


@pytest.mark.parametrize("lane", ["", "search"])
def test_sixty_steps_of_one_phase_are_drawn_on_more_than_one_band(lane: str) -> None:
    some = tuple(step(n, f"Step {n}", Phase.RECOVERY, lane=lane) for n in range(1, 61))
    bands = draw_flow(some, str)
    assert [node.number for band in bands for node in band.nodes] == list(range(1, 61))
    assert len(bands) == (6 if lane else 2)
    assert max(band.height for band in bands) <= 1040
    assert [band.heading for band in bands[:2]] == ["Recovery", "Recovery (goes on)"]


def test_lanes_stand_side_by_side_and_what_stands_alone_in_rows() -> None:
    assert planned().playbook
    nodes = {node.number: node for node in nodes_of(planned().playbook.steps)}  # type: ignore[union-attr]
    assert (nodes[4].x, nodes[3].x, nodes[2].x) == (10, 343, 676)
    assert nodes[4].y == nodes[3].y == nodes[2].y
    assert nodes[6].kind == "destroy"
    assert nodes[6].under == "Cannot be undone · 2 h 30 m…"
    alone = tuple(step(n, f"Step {n}", Phase.RECOVERY) for n in range(1, 6))
    assert [(node.x, node.y) for node in nodes_of(alone)] == [
        (10, 50),
        (343, 50),
        (676, 50),
        (10, 136),
        (343, 136),
    ]


def test_a_line_enters_a_band_where_it_left_the_one_above() -> None:
    assert planned().playbook
    bands = draw_flow(planned().playbook.steps, str)  # type: ignore[union-attr]
    for above, below in pairwise(bands):
        leave = {
            int(found[1])
            for one in above.edges
            if (found := re.fullmatch(rf"M(\d+) \d+V{above.height}", one))
        }
        enter = {int(found[1]) for one in below.edges if (found := re.fullmatch(r"M(\d+) 0V14", one))}
        assert leave == enter


# The terminal and the envelope


def test_brief_is_one_line_a_step_by_who_works_at_once() -> None:
    lines = render("terminal", planned(), detail="brief", width=200).splitlines()
    boxes = [line for line in lines if "[ ]" in line]
    assert len(boxes) == 8
    note = "endpoint operations, 2 h 30 min, decision first, cannot be undone"
    assert f"  [ ] 6  Reinstall WS-042 from the trusted image  {note}" in boxes
    at = lines.index("IDENTIFICATION: WHO SAVES EVIDENCE AND CONTAINS")
    assert "Take a memory image" in lines[at + 1]


def test_full_says_what_normal_leaves_out() -> None:
    normal, full = (render("terminal", planned(), detail=one) for one in ("normal", "full"))
    for said in ("can break", "Release it in the console.", "names what there is", "technique T1071.001"):
        assert said not in normal
        assert said in full
    for said in ("What was not copied is lost.", "A full image has been taken.", "it worked if"):
        assert said in normal


def test_a_playbook_stands_under_extra_as_recorded() -> None:
    made = orjson.loads(render("json", planned()))["extra"]["playbook"]
    assert list(made) == [one.name for one in fields(Playbook)]
    assert list(made["steps"][0]) == [one.name for one in fields(Step)]
    assert made["steps"][2]["acts_on"][0] == {
        "kind": "domain", "value": "cdn.evil.example", "platform": "", "host": "",
        "basis": "e5", "criticality": "",
    }  # fmt: skip
    assert made["steps"][5]["destroys"] == ["memory", "disk"]
    assert made["roles"]["incident lead"] == "Ada Abt (+49 30 1, ada@corp.example)"


def test_the_schema_knows_every_field_and_value() -> None:
    schema = orjson.loads((TEMPLATES.parents[3] / "docs" / "envelope.schema.json").read_bytes())["$defs"]
    for kind, name in ((Playbook, "playbook"), (Step, "step"), (Command, "command")):
        assert [one.name for one in fields(kind)] == list(schema[name]["properties"])
    assert schema["step"]["properties"]["phase"]["enum"] == [one.value for one in Phase]
    assert schema["entity"]["properties"]["kind"]["enum"] == [one.value for one in Kind]


def test_a_playbook_of_what_is_red_is_not_exported() -> None:
    red = with_playbook(planned(), marking="TLP:RED")
    check_export(red, "terminal")
    with pytest.raises(OutputError, match="TLP:RED"):
        check_export(red, "html")
    check_export(planned(), "html")
