"""The comparison of extractors: normal forms, counts, agreement, pooling, CyNER's text, the other tools."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from evaluation.indicators import by_lines
from evaluation.indicators_cyner import refanged, shape
from evaluation.indicators_labels import TYPES, Label, Paragraph
from evaluation.indicators_roles import judged as judged_roles
from evaluation.indicators_scores import by_spans, by_values, missed, score
from evaluation.indicators_texts import Text, join
from evaluation.indicators_tools import CLAIMS, Answer, Item
from evaluation.indicators_values import canonical, host_of
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records.intel import Observable, Role
from evaluation import indicators_labels as labels
from evaluation import indicators_pooled as pooled
from evaluation import indicators_runner as runner

ALL = frozenset(TYPES)


def answer(*items: tuple[Any, ...]) -> Answer:
    return Answer(tuple(Item(*one) for one in items), 0.0)


# --- normal forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("domain", "EVIL.Example", "evil.example"),
        ("domain", "bücher.example", "xn--bcher-kva.example"),
        ("url", "HTTP://Evil.example/", "http://evil.example"),
        ("url", "http://evil.example/A", "http://EVIL.example/A"),
        ("ipv6", "2001:0db8::0001", "2001:db8::1"),
        ("cidr", "2001:0db8::/32", "2001:db8::/32"),
        ("mac", "AA-BB-CC-00-11-22", "aabb.cc00.1122"),
        ("asn", "ASN 64500", "AS64500"),
        ("cve", "cve‑2024‑1234", "CVE-2024-1234"),
        ("registry", r"HKLM\Software\X", r"hkey_local_machine\software\x"),
        ("registry", r"HKCU\\Software\\X", r"HKCU\Software\X"),
        ("file", r"C:\\A\\B.EXE", r"c:\a\b.exe"),
        ("pipe", r"\\.\pipe\p1", "p1"),
        ("package", "pkg:pypi/requestz@2.1", "requestz"),
        ("package", "requestz==2.1", "requestz"),
        ("package", "pkg:npm/%40a/b@1.0", "@a/b"),
        ("tlsh", "a" * 70, "T1" + "A" * 70),
        ("certificate", "AA:BB CC", "aabbcc"),
        ("btc", "BC1QAB", "bc1qab"),
        ("yara", "rule a { condition: true }", "rule a\n{\n condition: true }"),
        ("sigma", "title: A b\nid: 1", "title: A b"),
        ("suricata", 'alert ip any any -> any any (msg:"x"; sid:7;)', '(msg: "x"; rev:2; sid: 7;)'),
    ],
)
def test_same(kind: str, one: str, other: str) -> None:
    assert canonical(kind, one) == canonical(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("url", "http://evil.example/a", "http://evil.example/A"),
        ("url", "http://evil.example/a", "http://evil.example/a."),
        ("url", "http://evil.example/a", "https://evil.example/a"),
        ("url", "evil.example/a", "http://evil.example/a"),
        ("btc", "1A1z", "1a1z"),
        ("domain", "evil.example", "evil.example."),
        ("attack", "T1059", "T1059.001"),
        ("yara", "rule a { condition: true }", "rule b { condition: true }"),
    ],
)
def test_not_the_same(kind: str, one: str, other: str) -> None:
    assert canonical(kind, one) != canonical(kind, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://evil.example/a.", "http://evil.example/a"),
        ("http://evil.example/a),", "http://evil.example/a"),
        ("evil.example/a", "http://evil.example/a"),
        ("http://evil.example.", "http://evil.example"),
    ],
)
def test_lenient_forgives_what_a_reader_would(one: str, other: str) -> None:
    assert canonical("url", one, lenient=True) == canonical("url", other, lenient=True)


def test_lenient_keeps_a_bracket_that_was_opened_in_the_url() -> None:
    assert canonical("url", "http://a.example/x_(y)", lenient=True).endswith("x_(y)")
    assert canonical("url", "https://a.example", lenient=True) != canonical(
        "url", "http://a.example", lenient=True
    )


@given(st.sampled_from(TYPES), st.text(), st.booleans())
def test_canonical_never_raises_and_is_stable(kind: str, value: str, lenient: bool) -> None:
    once = canonical(kind, value, lenient=lenient)
    assert isinstance(once, str)
    host_of(kind, value)
    if kind in {"md5", "sha1", "cve", "mac", "asn", "attack"}:
        assert canonical(kind, once, lenient=lenient) == once


def test_host_of() -> None:
    assert host_of("url", "http://user@Evil.example:8080/a") == "evil.example"
    assert host_of("url", "://evil.example/a") == "evil.example"
    assert host_of("url", "http://[2001:DB8::1]:80/") == "2001:db8::1"
    assert host_of("email", "a@B.example") == "b.example"
    assert host_of("domain", "b.example") == ""


# --- counts ----------------------------------------------------------------------------------------

TEXT = "see http://evil.example/a. or 192.0.2.1 and 192.0.2.1"
PARAGRAPH = Paragraph(
    id="x",
    text=TEXT,
    labels=(
        Label(4, 25, "url", "http://evil.example/a"),
        Label(30, 39, "ipv4", "192.0.2.1"),
        Label(44, 53, "ipv4", "192.0.2.1"),
    ),
)


def test_values_are_counted_once() -> None:
    full = answer(("url", "http://evil.example/a", 4, 25), ("ipv4", "192.0.2.1", 30, 39))
    assert by_values(PARAGRAPH, full, ALL, lenient=False) == (2, 2, 2)
    assert by_spans(PARAGRAPH, full, ALL) == (2, 2, 3)
    assert missed(PARAGRAPH, full) == (set(), set())


def test_strict_and_lenient() -> None:
    loose = answer(("url", "http://evil.example/a."), ("domain", "evil.example"), ("url", "http://192.0.2.1"))
    assert by_values(PARAGRAPH, loose, ALL, lenient=False) == (0, 3, 2)
    assert by_values(PARAGRAPH, loose, ALL, lenient=True) == (1, 1, 2)


def test_lenient_does_not_excuse_what_stands_nowhere() -> None:
    wrong = answer(("domain", "other.example"), ("url", "http://other.example"), ("ipv4", "192.0.2.2"))
    assert by_values(PARAGRAPH, wrong, ALL, lenient=True) == (0, 3, 2)


def test_only_the_types_asked_for() -> None:
    both = answer(("url", "http://evil.example/a"), ("md5", "0" * 32))
    assert by_values(PARAGRAPH, both, {"url"}, lenient=False) == (1, 1, 1)


def test_spans_leave_out_hosts_in_urls_and_nothing_else() -> None:
    inner = answer(("domain", "evil.example", 11, 23), ("file", "a", 24, 25))
    assert by_spans(PARAGRAPH, inner, ALL) == (0, 1, 3)


def test_score_and_interval() -> None:
    one = score([(1, 1, 1)] * 30 + [(0, 1, 1)] * 10)
    assert (one.right, one.found, one.true) == (30, 40, 40)
    assert one.precision[0] == one.recall[0] == one.f1[0] == 0.75
    assert 0.55 < one.f1[1] < 0.75 < one.f1[2] < 0.95
    assert score([(0, 0, 0)] * 5).f1 == (1.0, 1.0, 1.0)
    assert score([(0, 2, 0)]).precision[0] == 0.0
    assert score([]).found == 0


# --- labels ----------------------------------------------------------------------------------------


def test_types_are_those_of_the_record() -> None:
    source = Path(sys.modules[Observable.__module__].__file__ or "").read_text("utf-8")
    after = source[source.index("class Observable") :]
    said = after[after.index('"""ipv4') + 3 :].partition(".")[0]
    listed = said.replace("\n", " ").replace(" ", "").split(",")
    assert tuple(one for one in listed if one != "imphash") == TYPES  # which no label has


def test_problems_are_found() -> None:
    bad = [
        Paragraph(id="a", text="abc def", labels=(Label(0, 99, "url", "x"), Label(3, 7, "url", "def"))),
        Paragraph(id="a", text="abc", labels=(Label(0, 3, "what", ""), Label(1, 2, "md5", "b", "boss"))),
    ]
    found = "\n".join(labels.problems(bad))
    for words in ("twice", "outside", "space at", "no such type", "no value", "no such role", "overlaps"):
        assert words in found
    assert labels.problems([PARAGRAPH]) == []


def test_labels_in_a_rule_are_no_overlap() -> None:
    text = 'rule a { strings: $a = "evil.example" condition: $a }'
    nested = (Label(0, len(text), "yara", text), Label(24, 36, "domain", "evil.example"))
    assert labels.problems([Paragraph(id="a", text=text, labels=nested)]) == []


def test_agreement() -> None:
    second = Paragraph(
        id="x", labels=(*PARAGRAPH.labels[:2], Label(44, 53, "cidr", "192.0.2.1"), Label(0, 3, "file", "see"))
    )
    both = labels.agreement([PARAGRAPH], [second])
    assert (both.both, both.first, both.second, both.values) == (2, 3, 4, 2)
    assert both.f1 == pytest.approx(4 / 7)
    assert 0 < both.kappa < 1
    assert [(which, label.type) for _, which, label in both.disagreements] == [
        ("first", "ipv4"),
        ("second", "file"),
        ("second", "cidr"),
    ]
    same = labels.agreement([PARAGRAPH], [PARAGRAPH])
    assert (same.f1, same.kappa, same.disagreements) == (1.0, 1.0, ())
    with pytest.raises(ValueError, match="same paragraphs"):
        labels.agreement([PARAGRAPH], [])


def test_kappa_of_a_table_worked_by_hand() -> None:
    pairs = {("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15}
    assert labels.kappa(pairs) == pytest.approx(0.4)
    assert labels.kappa({}) == 1.0


# --- pooling ---------------------------------------------------------------------------------------


def made_pool(n: int) -> tuple[list[Text], dict[str, list[Answer]]]:
    """n texts; each has an address that all find, a domain that one finds, right in every other text."""
    texts = [Text(sha256=f"{number:064x}", text=f"text {number}") for number in range(n)]
    alike = [answer(("ipv4", "192.0.2.1"), ("cidr", "192.0.2.0/24")) for _ in texts]
    more = [answer(("ipv4", "192.0.2.1"), ("domain", f"d{number}.example")) for number in range(n)]
    return texts, {"csq": alike, "iocextract": [answer(("ipv4", "192.0.2.1"))] * n, "ioc-finder": more}


def test_pool_keeps_what_is_not_the_same_under_another_type() -> None:
    text = [Text(sha256="0" * 64, text="")]
    given = {
        "csq": [answer(("url", "http://a.example/x"), ("domain", "b.example"))],
        "ioc-finder": [answer(("domain", "a.example"), ("url", "http://b.example"), ("yara", "rule a {}"))],
    }
    kept = {(one.type, one.value) for one in pooled.pool(text, given)}
    assert kept == {("url", "://a.example/x"), ("domain", "b.example")}


def test_agreed_needs_two_that_know_the_type() -> None:
    def item(kind: str, *tools: str) -> pooled.Pooled:
        return pooled.Pooled(sha256="0", type=kind, value="v", tools=frozenset(tools))

    tools = ("csq", "iocextract", "iocsearcher")
    assert pooled.agreed(item("ipv4", *tools), tools)
    assert not pooled.agreed(item("ipv4", "csq", "iocextract"), tools)
    assert pooled.agreed(item("yara", "csq", "iocextract"), tools)
    assert not pooled.agreed(item("mutex", "csq"), tools)


def test_the_sample_only_grows_when_a_tool_is_added() -> None:
    texts, answers = made_pool(200)
    some = ["iocextract", "ioc-finder"]
    before = pooled.sample(pooled.pool(texts, {name: answers[name] for name in some}), some)
    items = pooled.pool(texts, answers)
    tools = sorted(answers)
    drawn = {one.key for one in pooled.sample(items, tools)}
    assert {one.key for one in before if one.type == "domain"} <= drawn
    assert not any(one.type == "ipv4" for one in items if one.key in drawn)
    assert pooled.sample(items, tools) == pooled.sample(items, tools)


def test_estimate_weights_strata() -> None:
    texts, answers = made_pool(200)
    items = pooled.pool(texts, answers)
    tools = sorted(answers)
    judged = {
        one.key: int(one.sha256, 16) % 2 == 0
        for one in sorted(items, key=lambda one: one.order)
        if one.type == "domain"
    }
    judged = dict(list(judged.items())[:60])
    one = pooled.estimate(items, judged, tools, "ioc-finder", {"ipv4", "domain"})
    share = sum(judged.values()) / 60
    assert (one.found, one.judged) == (400, 60)
    assert one.precision[0] == pytest.approx((200 + 200 * share) / 400, abs=1e-6)
    assert one.precision[1] < one.precision[0] < one.precision[2]
    assert one.recall[0] == 1.0
    other = pooled.estimate(items, judged, tools, "iocextract", {"ipv4", "domain"})
    assert other.precision == (1.0, 1.0, 1.0)
    assert other.recall[0] == pytest.approx(200 / (200 + 200 * share))


def test_places_find_defanged_forms_and_names_stay_hidden() -> None:
    text = Text(sha256="0" * 64, text="at hxxp://evil[.]example/a and HKLM\\Software\\X and a(at)b[.]example")
    for value in ("://evil.example/a", "hkey_local_machine\\software\\x", "a@b.example"):
        assert pooled.places(text.text, value), value
    item = pooled.Pooled(sha256=text.sha256, type="url", value="://evil.example/a", tools=frozenset({"csq"}))
    shown = "\n".join(pooled.show([text], [item], {}))
    assert "⟦evil[.]example/a⟧" in shown and "csq" not in shown
    assert pooled.show([text], [item], {item.key: True}) == []


# --- texts of the development data -----------------------------------------------------------------


def test_join_decides_by_tokens_alone() -> None:
    tokens = ["see", "hxxp", ":", "//evil", "[", ".", "]", "example", "(", "or", "C", ":", "\\a", ")", "."]
    text, spans = join(tokens)
    assert text == "see hxxp://evil[.]example (or C:\\a)."
    assert [text[a:b] for a, b in spans] == tokens
    assert join(["AA:11", ":", "BB:22"])[0] == "AA:11:BB:22"


@given(st.lists(st.text(alphabet="ab[].:/(),", min_size=1, max_size=4), max_size=12))
def test_join_keeps_every_token(tokens: list[str]) -> None:
    text, spans = join(tokens)
    assert [text[a:b] for a, b in spans] == tokens


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("a" * 32, "hash"),
        ("192[.]0[.]2[.]1:80", "address"),
        ("hxxp://evil[.]com/a", "URL"),
        ("evil[.]com", "host"),
        ("com.bank.app", "other"),
        ("a.apk", "file or path"),
        ("port 80", "other"),
    ],
)
def test_shapes_of_tags(raw: str, name: str) -> None:
    assert shape(refanged(raw)) == name


# --- the other tools -------------------------------------------------------------------------------


def test_claims_are_types() -> None:
    assert all(types <= ALL for types in CLAIMS.values())
    assert set(CLAIMS) == {"csq", *runner.TOOLS}


def test_the_runner_survives_a_tool_that_breaks(tmp_path: Path) -> None:
    (tmp_path / "ioc_finder.py").write_text(
        "def find_iocs(text, **_):\n"
        "    if 'bad' in text: raise RuntimeError(text)\n"
        "    return {'urls': [text], 'attack_techniques': {'enterprise': ['T1059']}}\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(Path(runner.__file__)), "ioc-finder"],
        input='"one"\n"bad"\n',
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(tmp_path)},
    )
    rows = [json.loads(line)[1] for line in done.stdout.splitlines()]
    assert rows == [[["attack", "T1059"], ["url", "one"]], []]
    assert "RuntimeError" in done.stderr


def test_roles_are_judged_once_for_each_value_and_not_for_rules() -> None:
    text = "The C2 server is 192.0.2.1. It was 192.0.2.1 before."
    labels_ = (
        Label(17, 26, "ipv4", "192.0.2.1", "command and control"),
        Label(35, 44, "ipv4", "192.0.2.1", "command and control"),
        Label(0, 3, "yara", "The", "detection"),
    )
    rows = list(judged_roles([Paragraph(id="a", text=text, labels=labels_)]))
    assert [(row[0], row[1], row[2]) for row in rows] == [("a", Role.C2, Role.C2)]


def test_saved_figures_are_json_with_a_line_for_each() -> None:
    figures = {"a": {"x": {"f1": (0.123456, 0.0, 1.0)}, "y": None}, "b": "c", "d": {"e": 1.0}}
    text = by_lines(figures)
    assert json.loads(text) == {"a": {"x": {"f1": [0.1235, 0, 1]}, "y": None}, "b": "c", "d": {"e": 1}}
    assert len(text.splitlines()) == 8
