"""DOCX: blocks, tables, links, notes, tracked changes, and packages that fight back."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile

import pytest

from cybersecqwen.inputs.documents import Document
from cybersecqwen.inputs.documents.docx import DocxReader
from cybersecqwen.inputs.documents.docx_package import DIRECTORY_BYTES
from cybersecqwen.records import Limits
from tests.inputs.blobs import blob_of

from .makers import PROSE, check, docx_file, saved

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(data: bytes, limits: Limits | None = None) -> Document:
    found = DocxReader().read(blob_of(data), limits or Limits())
    check(found)
    return found


def package(document: bytes, **others: bytes) -> bytes:
    """A package with this main part."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("word/document.xml", document)
        for name, data in others.items():
            archive.writestr(f"word/{name}.xml", data)
    return file.getvalue()


def body(inner: str) -> bytes:
    return f"<w:document {W}><w:body>{inner}</w:body></w:document>".encode()


def test_blocks_tables_and_facts() -> None:
    made = docx_file()
    made.core_properties.title = "A loader"
    made.core_properties.author = "Example Labs"
    made.core_properties.created = datetime.datetime(2026, 3, 4, 10)
    made.add_heading("What happened", level=1)
    made.add_paragraph(PROSE.strip())
    made.add_paragraph("first", style="List Bullet")
    made.add_paragraph("second", style="List Bullet")
    table = made.add_table(rows=0, cols=2)
    for cells in (("MD5", "ab" * 16), ("Host", "c2[.]example")):
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text
    made.add_paragraph("The end.")
    found = read(saved(made))
    assert [(block.kind, found.text[block.start : block.end]) for block in found.blocks] == [
        ("heading", "What happened"),
        ("paragraph", PROSE.strip()),
        ("item", "first"),
        ("item", "second"),
        ("row", f"MD5\t{'ab' * 16}"),
        ("row", "Host\tc2[.]example"),
        ("paragraph", "The end."),
    ]
    assert "first\nsecond\n\nMD5\t" in found.text
    assert (found.title, found.publisher, found.published) == ("A loader", "Example Labs", "2026-03-04")
    assert [found.place(block.start)[1] for block in found.blocks] == [1, 2, 3, 4, 5, 7, 9]


def test_links_notes_and_tracked_changes() -> None:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://x/hyperlink" Target="https://example.org/a" '
        'TargetMode="External"/>'
        '<Relationship Id="r2" Type="http://x/footnotes" Target="footnotes.xml"/></Relationships>'
    )
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    inner = (
        '<w:p><w:r><w:t xml:space="preserve">See </w:t></w:r>'
        f'<w:hyperlink r:id="r1" {r}><w:r><w:t>this</w:t></w:r></w:hyperlink>'
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>, new</w:t></w:r></w:ins>"
        "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:r><w:noBreakHyphen/><w:t>x</w:t></w:r></w:p>"
    )
    notes = (
        f"<w:footnotes {W}><w:footnote><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    file = io.BytesIO(package(body(inner), footnotes=notes.encode()))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/_rels/document.xml.rels", relations)
    found = read(file.getvalue())
    assert found.text == "See this, new-x\n\nA note."
    assert [(found.text[one.start : one.end], one.target) for one in found.links] == [
        ("this", "https://example.org/a")
    ]


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + body(
        "<w:p><w:r><w:t>&b;</w:t></w:r></w:p>"
    )
    found = read(package(bomb))
    assert found.text == ""
    assert any("declares entities" in damage.reason for damage in found.damage)


def test_a_part_that_unpacks_to_too_much_is_named() -> None:
    bomb = body("<w:p><w:r><w:t>" + "a" * 40_000_000 + "</w:t></w:r></w:p>")
    found = read(package(bomb))
    assert any("400 times its size" in damage.reason for damage in found.damage)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("damaged", [False, True])
def test_methods_without_a_bound_are_refused(method: int, damaged: bool) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        archive.writestr("word/document.xml", body("<w:p><w:r><w:t>a</w:t></w:r></w:p>"), method)
    data = bytearray(file.getvalue())
    if damaged:
        at = data.index(b"word/document.xml") + len("word/document.xml") + 4
        data[at : at + 6] = b"\xff" * 6
    found = read(bytes(data))
    assert found.text == ""
    assert f"word/document.xml is compressed with method {method}" in found.damage[0].reason


def test_an_encrypted_part_is_named() -> None:
    data = bytearray(package(body("<w:p><w:r><w:t>a</w:t></w:r></w:p>")))
    data[data.rindex(b"PK\x01\x02", 0, data.rindex(b"word/document.xml")) + 8] |= 1
    assert any("is encrypted" in damage.reason for damage in read(bytes(data)).damage)


def test_a_directory_of_many_members_is_not_read() -> None:
    data = saved(docx_file("x"))
    end = data.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", data, end + 12)
    member = (
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    )
    more = member * (DIRECTORY_BYTES // len(member))
    size += len(more)
    found = read(data[:end] + more + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 9, 9, size, start, 0))
    assert f"its directory has more than {DIRECTORY_BYTES:,} bytes" in found.damage[0].reason


def test_nesting_ends() -> None:
    deep = body("<w:sdt>" * 5_000 + "<w:p><w:r><w:t>deep</w:t></w:r></w:p>" + "</w:sdt>" * 5_000)
    found = read(package(deep))
    assert found.text == ""
    assert any("deeper than 256 levels" in damage.reason for damage in found.damage)


@pytest.mark.parametrize("cut", [100, 400, 0.5, 0.9])
def test_a_cut_file_is_named(cut: float) -> None:
    data = saved(docx_file(*[PROSE] * 50))
    found = read(data[: int(cut if cut > 1 else len(data) * cut)])
    assert found.damage


def test_what_stands_before_damaged_xml_is_read() -> None:
    inner = "<w:p><w:r><w:t>one</w:t></w:r></w:p>"
    found = read(package(f"<w:document {W}><w:body>{inner}<w:p><w:r><w:t>tw".encode()))
    assert "one" in found.text
    assert any("no sound XML" in damage.reason for damage in found.damage)


def test_recognised_by_its_first_member_only() -> None:
    reader = DocxReader()
    assert reader.recognise(saved(docx_file("x")), "anything") == 100
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.docx", saved(docx_file("x")))
    assert reader.recognise(other.getvalue(), "a.docx") == 0
