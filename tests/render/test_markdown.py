"""Markdown: parsed by a real parser, data makes no element of its own."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cybersecqwen.records import Report
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.defang import safe_text
from cybersecqwen.render.markdown_text import code, escaped, fenced
from tests.strategies import FAST, UNHURRIED, reports, texts

from .samples import hostile, many, office

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {
    "text",
    "code_inline",
    "strong_open",
    "strong_close",
    "em_open",
    "em_close",
    "softbreak",
    "text_special",
}


def tokens(text: str) -> list[Token]:
    return [inner for token in PARSER.parse(text) for inner in (token, *(token.children or ()))]


def headings(text: str) -> list[str]:
    parsed = PARSER.parse(text)
    return [parsed[at + 1].content for at, token in enumerate(parsed) if token.type == "heading_open"]


def markdown(report: Report, **options: object) -> str:
    return FORMATS.get("markdown")().render(report, RenderOptions(**options))  # type: ignore[arg-type]


def plain(text: str) -> str:
    return "".join(one.content for token in PARSER.parse(text) for one in token.children or ())


@UNHURRIED
@given(texts)
def test_escaped_text_is_only_text(text: str) -> None:
    line = " ".join(safe_text(text).split())
    line = f"{line} end".strip()
    parsed = PARSER.parse(f"- {escaped(line)}")
    kinds = "paragraph_open inline paragraph_close list_item_close bullet_list_close"
    assert [one.type for one in parsed[2:]] == kinds.split()
    assert {one.type for one in parsed[3].children or ()} <= {"text", "text_special"}
    assert plain(f"- {escaped(line)}").replace("[@]", "@") == line.replace("[@]", "@")


@UNHURRIED
@given(texts)
def test_code_holds_what_it_was_given(text: str) -> None:
    line = " ".join(safe_text(text).split())
    children = PARSER.parse(f"a {code(line)} b")[1].children or []
    if line:
        assert [one.type for one in children] == ["text", "code_inline", "text"]
        assert children[1].content == line


def test_a_fence_is_not_closed_from_inside() -> None:
    parsed = PARSER.parse("\n".join(fenced(["a", "```", "`````", "b"])))
    assert [one.type for one in parsed] == ["fence"]


@settings(max_examples=40, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
@given(reports)
def test_data_makes_no_element(report: Report) -> None:
    kinds = {one.type for one in tokens(markdown(report, detail="full"))}
    assert not kinds & {
        "link_open",
        "image",
        "html_inline",
        "html_block",
        "blockquote_open",
        "code_block",
        "s_open",
    }


def test_hostile_data_makes_no_heading() -> None:
    wanted = [one.split(":")[0].split(" ")[0] for one in headings(markdown(office()))]
    found = [one.split(":")[0].split(" ")[0] for one in headings(markdown(hostile()))]
    assert set(found) <= {*wanted, "Suspicious", "What"}


def test_many_incidents_are_a_table_with_equal_rows() -> None:
    text = markdown(many())
    rows = [line for line in text.splitlines() if line.startswith("| i")]
    assert len(rows) == 17
    assert {row.count("|") for row in rows} == {7}
    assert sum(token.type == "table_open" for token in tokens(text)) == 1 + 3


def test_a_bar_in_a_name_does_not_end_the_cell() -> None:
    parsed = tokens(markdown(hostile()))
    rows = sum(token.type == "tr_open" for token in parsed)
    cells = sum(token.type in ("td_open", "th_open") for token in parsed)
    assert rows == 4  # two tables, each a head and a row
    assert cells == 3 * rows
