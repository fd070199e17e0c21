"""Each skill's questions go to the model that is named for it, and a server's troubles cost no report."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import CsqError, ModelServerError, SettingsError
from cybersecqwen.models import Material, Options, Prompt
from cybersecqwen.models.endpoints import Endpoints, connect
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.pipeline import run
from cybersecqwen.records import Report
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks import TASKS
from cybersecqwen.tasks.interface import Request, Tools
from tests.amounts import draws

from .fake_hub import running
from .fake_server import Behaviour, FakeServer, Handler, listing

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "1-word-starts-cmd.jsonl"


def about(skill: str) -> Prompt:
    return Prompt(instructions="I", question="Q", material=(Material(label="e", text="t"),), skill=skill)


@pytest.fixture
def servers(loopback: None) -> Iterator[tuple[FakeServer, FakeServer]]:
    one, two = FakeServer(), FakeServer()
    one.models = listing("base", "threat", "compliance")
    two.models = listing("code")
    with running(one), running(two):
        yield one, two
        one.over.set()
        two.over.set()


def test_every_way_of_asking_goes_to_the_model_for_the_skill() -> None:
    default, code = Scripted(["general"] * 3, name="base"), Scripted(['{"a": 1}', "B", "text"], name="code")
    both = Endpoints(default, {"judging": code, "code": code})
    assert both.generate_json(about("judging"), {"type": "object"}) == {"a": 1}
    assert both.choose(about("code"), "AB") == (0.0, 1.0)
    done = both.generate(about("code"))
    assert (done.text, done.model) == ("text", "code")
    for skill in ("", "narrative", "judgin"):
        assert both.generate(about(skill)).model == both.answerer(skill) == "base"
    assert both.answerer("code") == "code"
    assert both.name == "base + code"
    assert both.profile is default.profile
    both.close()
    assert default.closed and code.closed


def test_adapters_of_one_server_and_a_second_server(servers: tuple[FakeServer, FakeServer]) -> None:
    one, two = servers
    skills = [("cwe", "threat"), ("audit", "compliance"), ("judging", f"code@{two.url}"), ("fix", two.url)]
    with connect(one.url, "base", skills) as models:
        for skill in ("", "cwe", "audit", "judging", "fix"):
            models.generate(about(skill))
    assert [body["model"] for body in one.bodies] == ["base", "threat", "compliance"]
    assert [body["model"] for body in two.bodies] == ["code", "code"]
    with pytest.raises(CsqError, match="closed"):
        models.generate(about("judging"))


def test_without_skills_it_is_the_server_alone(servers: tuple[FakeServer, FakeServer]) -> None:
    assert not isinstance(connect(servers[0].url, "base"), Endpoints)


def test_models_of_a_server_share_its_failures_and_other_servers_do_not(
    servers: tuple[FakeServer, FakeServer],
) -> None:
    one, two = servers
    one.behave = lambda handler, _: handler.answer(500, b"{}")
    models = connect(one.url, "base", [("cwe", "threat"), ("judging", f"code@{two.url}")], failures=2)
    for skill in ("", "cwe"):
        with pytest.raises(ModelServerError, match="500"):
            models.generate(about(skill))
    for skill in ("", "cwe"):
        with pytest.raises(ModelServerError, match="left alone"):
            models.generate(about(skill))
    assert models.generate(about("judging")).text == "Hello there"


def test_the_key_goes_to_the_host_of_the_default_server_alone(
    servers: tuple[FakeServer, FakeServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = servers
    monkeypatch.setenv("MY_KEY", "sk-secret")
    elsewhere = two.url.replace("127.0.0.1", "localhost")
    skills = [("cwe", "threat"), ("near", f"code@{two.url}"), ("far", f"code@{elsewhere}")]
    models = connect(one.url, "base", skills, key_variable="MY_KEY")
    models.generate(about("cwe"))
    assert set(one.keys) == {"Bearer sk-secret"}
    models.generate(about("near"))
    assert set(two.keys) == {"Bearer sk-secret"}
    two.keys.clear()
    try:
        models.generate(about("far"))
    except ModelServerError:
        pytest.skip("localhost is not 127.0.0.1 here")
    assert set(two.keys) == {""}


@pytest.mark.parametrize(
    "way", ["", " ", "a\nb", "x@http://10.0.0.1/v1", "http://u:secret@127.0.0.1/v1", "x@http://u:secret@[::1"]
)
def test_ways_that_lead_nowhere(way: str) -> None:
    with pytest.raises(SettingsError) as caught:
        connect("http://127.0.0.1:8000/v1", "base", [("cwe", way)])
    assert "secret" not in caught.value.message + caught.value.hint


def test_too_many_skills() -> None:
    with pytest.raises(SettingsError, match="65 entries"):
        connect("http://127.0.0.1:8000/v1", "base", [(f"s{n}", "m") for n in range(65)])


@draws(100)
@given(st.text(max_size=40), st.text(max_size=60))
def test_any_text_is_a_way_or_a_settings_error(skill: str, way: str) -> None:
    with suppress(SettingsError):
        connect("http://127.0.0.1:8000/v1", "base", [(skill, way)])


def test_settings_say_who_answers_for_what(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('[server_skills]\ncwe = "threat"\njudging = "code@http://127.0.0.1:8001/v1"\n')
    pairs = (("cwe", "threat"), ("judging", "code@http://127.0.0.1:8001/v1"))
    assert load_settings({}, file).server_skills == pairs
    said = "cwe=threat, judging = code@http://127.0.0.1:8001/v1,"
    assert load_settings({"CSQ_SERVER_SKILLS": said}).server_skills == pairs
    settings = load_settings({"CSQ_SERVER_CONCURRENCY": "2", "CSQ_SERVER_PAUSE_S": "5"})
    assert (settings.server_concurrency, settings.server_failures, settings.server_pause_s) == (2, 3, 5.0)


@pytest.mark.parametrize("text", ["server_skills = 3", "[server_skills]\na = 3", '[server_skills]\na = ""'])
def test_tables_that_are_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match="server_skills"):
        load_settings({}, file)


@pytest.fixture(scope="module")
def tools() -> Tools:
    return App().tools


def silent(handler: Handler, _: Any) -> None:
    handler.server.over.wait(10)


def html(handler: Handler, _: Any) -> None:
    handler.answer(200, b"<html>It works!</html>", "text/html")


def half(handler: Handler, _: Any) -> None:
    handler.head()
    handler.text("The host ")


def failing(handler: Handler, _: Any) -> None:
    handler.answer(500, b"{}")


def without_times(report: Report) -> Report:
    return replace(report, timings_ms={}, problems=())


@pytest.mark.parametrize(
    ("models", "behave", "said"),
    [
        (silent, html, "did not"),
        (html, html, "no model server"),
        (listing("other"), html, "does not serve"),
        (listing("base"), silent, "did not finish"),
        (listing("base"), html, "not JSON"),
        (listing("base"), half, "middle of its answer"),
        (listing("base"), failing, "500"),
    ],
)
def test_the_report_comes_whatever_the_server_does(
    servers: tuple[FakeServer, FakeServer], tools: Tools, models: Behaviour, behave: Behaviour, said: str
) -> None:
    server = servers[0]
    server.models, server.behave = models, behave
    request = Request(paths=(str(SAMPLE),))
    with connect(server.url, "base", [("narrative", "base")]) as served:
        first, second = run(TASKS.get("triage")(), request, tools, [served], timeout_s=0.6)
    assert first.incidents and first.narrative
    assert without_times(second) == without_times(first)
    told = [problem.message for problem in second.problems if problem.stage == "write"]
    assert told and said in told[0]


def test_a_server_that_is_left_alone_costs_no_time(
    servers: tuple[FakeServer, FakeServer], tools: Tools
) -> None:
    server = servers[0]
    server.behave = silent
    request = Request(paths=(str(SAMPLE),))
    with connect(server.url, "base", failures=1) as served:
        with pytest.raises(CsqError):
            served.generate(about(""), Options(timeout_s=0.2))
        asked = len(server.bodies)
        *_, report = run(TASKS.get("triage")(), request, tools, [served], timeout_s=60)
    assert len(server.bodies) == asked, "nobody waited for it"
    assert any("left alone" in problem.message for problem in report.problems)


def test_the_report_gets_its_sentences_from_the_model_for_narratives(
    servers: tuple[FakeServer, FakeServer], tools: Tools
) -> None:
    one, two = servers

    def echo(handler: Handler, body: dict[str, Any]) -> None:
        lines = str(body["messages"][-1]["content"]).splitlines()
        handler.stream(next(line for line in lines if " started " in line))

    two.behave = echo
    with connect(one.url, "base", [("narrative", f"code@{two.url}")]) as served:
        *_, report = run(TASKS.get("triage")(), Request(paths=(str(SAMPLE),)), tools, [served], timeout_s=60)
    assert not one.bodies
    assert [body["model"] for body in two.bodies][:1] == ["code"]
    assert not any(problem.stage == "write" for problem in report.problems)


def test_the_documented_skills_are_asked_for() -> None:
    root = SAMPLE.parents[1]
    page = (root / "docs" / "serving.md").read_text()
    rows = re.findall(
        r"^\| (`[\w-]+`(?:, `[\w-]+`)*) \|", page.partition("## A portfolio by skills")[2], re.M
    )
    named = set(re.findall(r"`([\w-]+)`", " ".join(rows)))
    said = "\n".join(path.read_text() for path in (root / "src" / "cybersecqwen").rglob("*.py"))
    assert named and all(re.search(rf'\b(?:skill|(?:OWN_)?SKILL) ?= ?"{skill}"', said) for skill in named), (
        named
    )
    for block in re.findall(r"^\[server_skills\]\n(.*?)^```", page, re.M | re.S):
        assert set(tomllib.loads(block)) <= named
