"""Messages: headers, which body is read, and messages that fight back."""

from __future__ import annotations

import time
from email import policy
from typing import Any

import pytest

from cybersecqwen.inputs.documents import Document, eml_parts
from cybersecqwen.inputs.documents.eml import EmlReader
from cybersecqwen.records import Damage, Limits
from tests.inputs.blobs import blob_of

from .makers import PROSE, check, message


def read(data: bytes) -> Document:
    found = EmlReader().read(blob_of(data), Limits())
    check(found)
    return found


def test_headers_and_text() -> None:
    data = message("Dear team,\n\nit calls hxxp://evil[.]example/a\nevery day.\n\n> quoted\n").as_bytes()
    data = (
        b"Return-Path: <bounce@example.org>\nReceived: from a.example by b.example;\n Wed, 4 Mar 2026\n"
        + data
    )
    found = read(data)
    assert [(block.kind, found.text[block.start : block.end]) for block in found.blocks] == [
        ("header", "From: Analyst <analyst@example.org>"),
        ("header", "Reply-To: other@example.net"),
        ("header", "Return-Path: <bounce@example.org>"),
        ("header", "To: team@example.com"),
        ("header", "Received: from a.example by b.example; Wed, 4 Mar 2026"),
        ("header", "Subject: Report on a loader"),
        ("header", "Date: Wed, 04 Mar 2026 09:00:00 +0000"),
        ("paragraph", "Dear team,"),
        ("paragraph", "it calls hxxp://evil[.]example/a\nevery day."),
        ("quote", "> quoted"),
    ]
    assert (found.title, found.publisher, found.published) == (
        "Report on a loader",
        "analyst@example.org",
        "2026-03-04",
    )
    lines = data.decode().splitlines()
    for word in ("Return-Path", "Received", "Subject", "hxxp", "every day", "quoted"):
        assert word in lines[found.place(found.text.index(word))[1] - 1]


def test_headers_of_one_name_stand_on_lines_of_their_own() -> None:
    data = b"".join(
        b"Received: from h%d.example by b.example;\n Wed, 4 Mar 2026\nX-Other: received: no\n" % number
        for number in range(3)
    )
    found = read(data + message("Dear team,").as_bytes())
    at = [found.text.index(f"h{number}.example") for number in range(3)]
    assert [found.place(offset)[1] for offset in at] == [1, 4, 7]


def test_html_is_read_where_there_is_no_text() -> None:
    made = message("x")
    made.set_content("<html><body><table><tr><td><h1>Big</h1><p>Click <a href='https://evil.example/x'>here</a></p>"
                     "</td></tr></table></body></html>", subtype="html")  # fmt: skip
    found = read(made.as_bytes())
    assert "Big\n\nClick here" in found.text
    [link] = found.links
    assert (found.text[link.start : link.end], link.target) == ("here", "https://evil.example/x")


def test_text_is_preferred_unless_it_says_nothing() -> None:
    html = f"<html><body><p>{PROSE * 5}</p></body></html>"
    assert "Short but true" in read(message("Short but true. " * 30, html=html).as_bytes()).text
    assert "moved from one host" in read(message("Use a better program.", html=html).as_bytes()).text


def test_encoded_words_and_charsets() -> None:
    data = (
        b"From: =?utf-8?b?w4TDlg==?= <a@example.org>\nSubject: =?iso-8859-1?q?Gr=F6=DFe?= =?bad\n"
        b"Date: nonsense\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\n"
        b"Content-Transfer-Encoding: quoted-printable\n\nGr=F6=DFe =\nund mehr\n"
    )
    found = read(data)
    assert "From: ÄÖ <a@example.org>" in found.text
    assert "Größe und mehr" in found.text
    assert found.published == ""


def test_halves_of_surrogate_pairs_become_replacement_characters() -> None:
    found = read(
        b"From: a@example.org\nSubject: =?utf-7?q?+2AA-?= x\nDate: Wed, 4 Mar 2026 09:00:00 +0000\n"
        b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-7\n\nthe +2AA- body\n"
    )
    found.text.encode()
    assert "Subject: \ufffd x" in found.text
    assert found.text.endswith("the \ufffd body")


def test_a_page_saved_as_one_file() -> None:
    data = (
        b"From: <Saved by a browser>\nSnapshot-Content-Location: https://blog.example.org/x\nSubject: Page\n"
        b"Date: Wed, 4 Mar 2026 09:00:00 -0000\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html\n\n'
        b"<html><body><article><p>The page says something of interest.</p></article></body></html>\n--b--\n"
    )
    assert EmlReader().recognise(data, "page.mhtml") >= 50
    found = read(data)
    assert "something of interest" in found.text
    assert found.publisher == "blog.example.org"


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: multipart/mixed; boundary=a\n\n"
        + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 1_000,
        b"Content-Type: message/rfc822\n\n" * 2_000,
        b"From: " + b"=?utf-8?q?" * 20_000 + b"\nSubject: x\n\nbody",
        b"From: " + b"(" * 50_000 + b"\n\n",
        b"Content-Type: text/plain; charset*0*=x''%%%; name*=\xff\n\nx",
        b"Content-Transfer-Encoding: base64\nFrom: a\n\n!!!!" + b"=" * 1_000,
    ],
)
def test_hostile_messages_end(data: bytes) -> None:
    read(data)
    EmlReader().inside(blob_of(data), Limits(), 1)


HEAD = b"From: a@b.example\nSubject: x\nDate: Wed, 4 Mar 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
PARTS = b'Content-Type: multipart/mixed; boundary="a"\n\n--a\n'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (HEAD + b"X: a\n" * 40_000 + b"\nthe body\n", "lines of header fields"),
        (HEAD + PARTS + b"X: a\n" * 40_000 + b"\nbody\n--a--\n", "lines of header fields"),
        (HEAD + b"Content-Type: text/html\n\n" + b"<p>a\n" * 31_000, "more than 30,000 tags"),
        (HEAD + PARTS + b"\nx\n--a\n" * 3_000, "more than 2,000 parts"),
    ],
)
def test_what_would_take_long_is_left_and_named(
    data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_BOUNDARIES", "MOST_HEADER_LINES", "MOST_TAGS"):
        monkeypatch.setattr(eml_parts, name, getattr(eml_parts, name) // 10)
    found = read(data)
    assert any(reason in damage.reason for damage in found.damage)
    if data.endswith(b"the body\n"):
        assert found.text.endswith("the body")
        line = data.count(b"\n")
        assert found.place(len(found.text) - 1) == (0, line)


LONG = b"Content-Type: text/plain; charset=utf-8" + b";" * 10_000


@pytest.mark.parametrize(
    ("data", "most"),
    [
        (HEAD + LONG + b"\n\nthe body\n", "2,000"),
        (
            HEAD + b"\n ".join(LONG[at : at + 70] for at in range(0, len(LONG), 70)) + b"\n\nthe body\n",
            "2,000",
        ),
        (HEAD + b"Content-Disposition: inline; " + b"a=b;" * 9_000 + b"\n\nthe body\n", "2,000"),
        (HEAD + PARTS + (LONG[:2_000] + b"\n\nthe body\n--a\n") * 300, "250"),
    ],
)
def test_fields_about_parts_are_read_up_to_a_bound(data: bytes, most: str) -> None:
    begun = time.process_time()
    found = read(data)
    assert time.process_time() - begun < 2  # it took 5 s for the first, and hours for the last
    assert found.text.endswith("the body")
    reason = f"Fields about its parts have more than {most} characters; the rest of them was left."
    assert [damage.reason for damage in found.damage] == [reason]


@pytest.mark.parametrize("size", [100, 240, 1_900])
def test_fields_within_the_bound_are_read_whole(size: int) -> None:
    name = "n" * size + ".exe"
    data = HEAD + PARTS + b"\nx\n--a\nContent-Disposition: attachment; filename=" + name.encode() + b"\n\ny\n"
    assert not read(data + b"--a--\n").damage
    [inner] = EmlReader().inside(blob_of(data), Limits(), 1)
    assert not isinstance(inner, Damage) and inner.name == name[:255]


def test_a_field_is_cut_behind_a_parameter() -> None:
    data = (
        HEAD
        + b"Content-Type: text/html; charset=latin1; "
        + b"x="
        + b"y" * 3_000
        + b"\n\n<p>Gr\xf6\xdfe</p>\n"
    )
    found = read(data)
    assert found.text.endswith("Größe") and found.damage


def test_a_field_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []
    parse = policy.EmailPolicy.header_fetch_parse

    def counted(self: policy.EmailPolicy[Any], name: str, value: str) -> Any:
        seen.append((name, value))
        return parse(self, name, value)

    monkeypatch.setattr(policy.EmailPolicy, "header_fetch_parse", counted)
    read(HEAD + PARTS + b"Content-Type: text/plain\n\nx\n--a\n" * 50)
    assert len(seen) == len(set(seen))
