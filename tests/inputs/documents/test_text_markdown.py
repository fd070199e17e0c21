"""Plain text and Markdown stay what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.documents import markdown
from cybersecqwen.inputs.documents.charset import text_of
from cybersecqwen.inputs.documents.dates import iso_date
from cybersecqwen.inputs.documents.markdown import MarkdownReader
from cybersecqwen.inputs.documents.plain import PlainReader
from cybersecqwen.records import Limits
from tests.inputs.blobs import blob_of

from .makers import check

PAGE = """---
title: "A loader"
date: 2026-03-04
author: Example Labs
---
# Heading one

Text with a [link](https://example.com/a_(b) "title") and <https://example.org/x>.
Second line.

Under
-----

- first item
  goes on
* second [ref][1]

| a | b |
|---|---|
| x | y |

```yara
rule x { condition: true }

```
> said

[1]: https://example.net/ref
"""


@given(st.text())
def test_plain_text_is_letter_for_letter(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    found = PlainReader().read(blob_of(b"\xef\xbb\xbf" + data), Limits())
    check(found)
    if not any(0xD800 <= ord(char) < 0xE000 for char in text):
        assert found.text == text
        for offset in {0, len(text) // 2, len(text)}:
            assert found.place(offset) == (0, text.count("\n", 0, offset) + 1)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_encodings(codec: str) -> None:
    text = "Größe – pаypal[.]com has a Cyrillic letter.\n" if codec != "cp1252" else "Größe – naïve.\n"
    assert text_of(text.encode(codec)) == text


def test_a_declared_encoding_and_a_wrong_one() -> None:
    assert text_of("Привет".encode("koi8-r"), "koi8-r") == "Привет"
    assert text_of("Привет".encode(), "no-such-thing") == "Привет"
    assert text_of("naïve".encode(), "utf-16") == "naïve"
    assert text_of(b"+AOk- +2AA- +2D3eAA-", "utf-7") == "é \ufffd \U0001f600"
    for name in ("unicode_escape", "raw_unicode_escape"):
        assert text_of(b"\\ud800", name) == "\\ud800"
    assert text_of(b"ok \xff rest \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9") == "ok \ufffd rest ééééé"


def test_markdown() -> None:
    found = MarkdownReader().read(blob_of(PAGE.encode()), Limits())
    check(found)
    assert found.text == PAGE
    assert (found.title, found.published, found.publisher) == ("A loader", "2026-03-04", "Example Labs")
    kinds = [(block.kind, PAGE[block.start : block.end].splitlines()[0]) for block in found.blocks]
    assert kinds == [
        ("heading", "# Heading one"),
        ("paragraph", 'Text with a [link](https://example.com/a_(b) "title") and <https://example.org/x>.'),
        ("heading", "Under"),
        ("item", "- first item"),
        ("item", "* second [ref][1]"),
        ("row", "| a | b |"),
        ("row", "|---|---|"),
        ("row", "| x | y |"),
        ("code", "rule x { condition: true }"),
        ("quote", "> said"),
        ("paragraph", "[1]: https://example.net/ref"),
    ]
    assert [(PAGE[one.start : one.end], one.target) for one in found.links] == [
        ("link", "https://example.com/a_(b)"),
        ("https://example.org/x", "https://example.org/x"),
        ("ref", "https://example.net/ref"),
    ]


@given(st.text(alphabet="#-*`~|> \t\n[]()<>ahtps:/.1:\r\\"))
def test_markdown_of_anything(text: str) -> None:
    found = MarkdownReader().read(blob_of(text.encode()), Limits())
    check(found)
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-03-04T10:00:00Z", "2026-03-04"),
        ("D:20260304101500+01'00'", "2026-03-04"),
        ("Wed, 04 Mar 2026 09:00:00 +0000", "2026-03-04"),
        ("March 4th, 2026", "2026-03-04"),
        ("4 March 2026", "2026-03-04"),
        ("2026-13-45", ""),
        ("03/04/2026", ""),
        ("", ""),
        ("soon", ""),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert iso_date(text) == date


def test_the_first_links_of_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# T\n\n- [a](x:1) <http://b.example> [c](x:2) <http://d.example> [e](x:3) [f](x:4)\n"
    monkeypatch.setattr(markdown, "MOST_LINKS", 3)
    found = MarkdownReader().read(blob_of(text.encode()), Limits())
    assert [link.target for link in found.links] == ["x:1", "http://b.example", "x:2"]
