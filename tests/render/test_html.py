"""The page: stands alone, allows nothing to run, and marks the evidence where it stands."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings

from cybersecqwen.records import Evidence, Report
from cybersecqwen.render import FORMATS, RenderOptions
from tests.strategies import FAST, reports

from .samples import ENCODED, SAMPLES, SCRIPT, hostile, many, nameless, office

VOID = {"br", "meta", "link", "circle", "path", "rect", "line"}
ALLOWED = VOID.union(
    ["html", "head", "title", "style", "body", "main", "header", "footer", "section", "article"],
    ["div", "p", "span", "small", "b", "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd"],
    ["figure", "figcaption", "pre", "code", "mark", "a", "details", "summary"],
    ["blockquote", "table", "thead", "tbody", "tr", "th", "td", "svg", "g", "text", "desc"],
)


class Reader(HTMLParser):
    """Tags, attributes, and whether they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(report: Report, **options: object) -> str:
    return FORMATS.get("html")().render(report, RenderOptions(**options))  # type: ignore[arg-type]


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    return reader


def check(text: str) -> None:
    """No element but ours, nothing that runs, nothing that is fetched."""
    reader = read(text)
    assert set(reader.tags) <= ALLOWED
    for name, value in reader.attributes:
        assert not name.startswith("on")
        assert name not in {"src", "srcset", "action", "style", "xlink:href", "formaction"}
        if name == "href":
            assert value == "data:," or re.fullmatch(r"#[\w-]+", value)
    assert "url(" not in text.partition("</style>")[0]
    assert "@import" not in text.partition("</style>")[0]


def test_samples_stand_alone() -> None:
    for name, build in SAMPLES.items():
        if not name.startswith("playbook"):  # worked with, not only read: test_playbook_page.py
            check(page(build()))


@settings(max_examples=30, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])
@given(reports)
def test_any_report_stands_alone(report: Report) -> None:
    check(page(report, detail="full"))


def test_data_is_neither_html_nor_template() -> None:
    assert "<script>alert" not in page(hostile())
    assert "&lt;script&gt;alert" in page(hostile())
    assert "<h1>{{ 7*7 }}</h1>" in page(replace(office(), title="{{ 7*7 }}"))


def test_the_policy_allows_the_style_sheet_and_nothing_else() -> None:
    text = page(office())
    style = re.search(r"<style>(.*?)</style>", text, re.S)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert style and policy
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert unescape(policy[1]) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_ids_are_unique_and_links_inside_lead_somewhere() -> None:
    reader = read(page(many()))
    ids = [value for name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for name, value in reader.attributes if name == "href" and value.startswith("#")}
    labels = {value for name, value in reader.attributes if name == "aria-labelledby"}
    assert targets | labels <= set(ids)


def test_evidence_is_marked_inside_its_field() -> None:
    text = unescape(page(office()))
    assert f"<pre>powershell.exe -nop -w hidden <mark>-enc {ENCODED}</mark></pre>" in text
    assert f"<pre>powershell.exe -nop <mark>-w hidden</mark> -enc {ENCODED}</pre>" in text
    decoded = SCRIPT.replace("http://203.0.113.7", "hxxp://203[.]0[.]113[.]7")
    assert f"<mark>{decoded}</mark>" in text


def test_long_fields_are_cut_around_the_evidence_and_say_so() -> None:
    report = office()
    one = report.incidents[0]
    event = replace(one.events[0], fields={"CommandLine": "a" * 5000 + "NEEDLE" + "b" * 5000})
    quote = Evidence(event=event.id, field="CommandLine", value="NEEDLE")
    finding = replace(one.findings[0], evidence=(quote,))
    report = replace(report, incidents=(replace(one, findings=(finding,), events=(event,)),))
    assert f"(4,300 characters)… {'a' * 700}<mark>NEEDLE</mark>{'b' * 700} …(4,300 characters)" in page(
        report
    )
    assert f"{'a' * 5000}<mark>NEEDLE</mark>{'b' * 5000}" in page(report, detail="full")


def test_evidence_without_its_event_is_still_quoted() -> None:
    assert "<mark>-w hidden</mark>" in page(nameless())
    assert 'class="timeline"' not in page(nameless())
    assert 'class="tree"' not in page(nameless())


def test_a_host_cut_by_the_mark_is_broken_too() -> None:
    report = office()
    one = report.incidents[0]
    event = replace(one.events[0], fields={"Url": "http://files.evil.example/a"})
    quote = Evidence(event=event.id, field="Url", value="evil")
    finding = replace(one.findings[0], evidence=(quote,))
    report = replace(report, incidents=(replace(one, findings=(finding,), events=(event,)),))
    assert "<pre>hxxp://files[.]<mark>evil</mark>[.]example/a</pre>" in page(report)
