"""What the user may name, and what becomes of it; every reader held to what all must do."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
import zstandard

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.documents import DOCUMENTS, Document, DocumentReader
from cybersecqwen.inputs.documents.open import open_documents
from cybersecqwen.inputs.open import best_of
from cybersecqwen.records import Damage, Limits
from tests.inputs.blobs import blob_of
from tests.inputs.test_archives import zipped

from .makers import PROSE, check, docx_file, lines_pdf, message, opened, saved

HTML = b"<!doctype html><html><title>T</title><body><p>The page says something.</p></body></html>"
MARKDOWN = b"# Heading\n\nText with a [link](https://example.com/x).\n\n- one\n- two\n"
SAMPLES = {
    "pdf": lines_pdf(["The first line.", "hxxp://evil[.]example/a"]),
    "docx": saved(docx_file("The first paragraph.", "hxxp://evil[.]example/a")),
    "eml": message("The body of it.\n\nhxxp://evil[.]example/a\n").as_bytes(),
    "html": HTML,
    "markdown": MARKDOWN,
    "text": b"Plain text of a report.\nhxxp://evil[.]example/a\n",
}


@pytest.mark.parametrize("name", DOCUMENTS.names())
def test_every_reader_keeps_the_contract(name: str) -> None:
    reader = DOCUMENTS.get(name)()
    assert isinstance(reader, DocumentReader)
    assert reader.name == name
    data = SAMPLES[name]
    best = best_of(DOCUMENTS, data[:65_536], "sample")
    assert best is not None
    assert best.name == name
    found = reader.read(blob_of(data), Limits())
    check(found)
    assert found.source.format == name
    assert found.text.strip()
    assert not found.damage
    assert reader.inside(blob_of(data), Limits(), 1) == ()
    assert reader.recognise(b"", "x") == 0
    empty = reader.read(blob_of(b""), Limits())
    assert empty.text == ""
    missing = Path("/nowhere/at/all")
    from cybersecqwen.inputs.interface import Blob

    with pytest.raises((InputError, OSError)):
        reader.read(Blob(path=str(missing), opener=lambda: missing.open("rb"), file=missing), Limits())


@pytest.mark.parametrize("name", DOCUMENTS.names())
def test_every_reader_keeps_the_bound_on_characters(name: str) -> None:
    found = DOCUMENTS.get(name)().read(blob_of(SAMPLES[name]), Limits(document_chars=8))
    check(found)
    assert len(found.text) <= 8
    assert found.damage


def test_a_folder_of_everything(tmp_path: Path) -> None:
    endings = {"text": "txt", "markdown": "md"}
    for name, data in SAMPLES.items():
        (tmp_path / f"a.{endings.get(name, name)}").write_bytes(data)
    inner = zipped({"x.docx": SAMPLES["docx"]})
    (tmp_path / "b.zip").write_bytes(zipped({"in.pdf": SAMPLES["pdf"], "deep.zip": inner}))
    (tmp_path / "c.html.gz").write_bytes(gzip.compress(HTML))
    (tmp_path / "d.txt.zst").write_bytes(zstandard.compress(SAMPLES["text"]))
    (tmp_path / "e.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    (tmp_path / "f.exe").write_bytes(b"MZ" + bytes(99))
    (tmp_path / "g").write_bytes(b"")
    book = {"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<b/>"}
    (tmp_path / "h.xlsx").write_bytes(zipped(book))
    (tmp_path / "i.pdf").write_bytes(b"%PDF-1.7\nnothing of it")
    (tmp_path / "j.evtx").write_bytes(b"ElfFile\x00" + bytes(500))
    items = list(open_documents([tmp_path], Limits()))
    read = {
        str(item.source).removeprefix(f"{tmp_path}/"): item.source.format
        for item in items
        if isinstance(item, Document)
    }
    assert read == {
        "a.docx": "docx", "a.eml": "eml", "a.html": "html", "a.md": "markdown", "a.pdf": "pdf",
        "a.txt": "text",
        "b.zip!in.pdf": "pdf", "b.zip!deep.zip!x.docx": "docx", "c.html.gz!c.html": "html",
        "d.txt.zst!d.txt": "text", "i.pdf": "pdf",
    }  # fmt: skip
    why = {Path(item.source.path).name: item.reason for item in items if isinstance(item, Damage)}
    assert "a PNG image" in why["e.png"]
    assert "a Windows program" in why["f.exe"]
    assert why["g"] == "It is empty."
    assert "Office file of another kind" in why["h.xlsx"]
    assert "csq logs" in why["j.evtx"]


def test_attachments_are_members_and_have_a_bound() -> None:
    inner = message("Inside.", [("deep.pdf", SAMPLES["pdf"])])
    picture_data = b"\x89PNG\r\n\x1a\n" + bytes(99)
    outer = message("See it.", [("a.zip", zipped({"r.docx": SAMPLES["docx"]})), ("pic.png", picture_data)])
    outer.add_attachment(inner)
    found = {str(item.source): item for item in opened(outer.as_bytes())}
    assert [name for name, item in found.items() if isinstance(item, Document)] == [
        "-", "-!a.zip!r.docx", "-!part3.eml", "-!part3.eml!deep.pdf",
    ]  # fmt: skip
    picture = found["-!pic.png"]
    assert isinstance(picture, Damage)
    assert "PNG image" in picture.reason
    items = opened(outer.as_bytes(), Limits(depth=1))
    assert any(isinstance(item, Damage) and "the bound is 1" in item.reason for item in items)
    items = opened(outer.as_bytes(), Limits(members=1))
    assert any(isinstance(item, Damage) and "more than 1 parts" in item.reason for item in items)


def test_archives_in_archives_have_a_bound() -> None:
    data = SAMPLES["text"]
    for _ in range(6):
        data = zipped({"a": data})
    [damage] = opened(data)
    assert isinstance(damage, Damage)
    assert "inside 4 others" in damage.reason


def test_a_docx_inside_an_archive_is_stored_and_read() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("word.docx", SAMPLES["docx"])
    [found] = opened(file.getvalue())
    assert isinstance(found, Document)
    assert str(found.source) == "-!word.docx"


def test_a_file_that_vanishes_does_not_stop_the_others(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text(f"text of {name}\n")
    items = open_documents([tmp_path / "a", tmp_path / "b", tmp_path / "c"], Limits())
    first = next(items)
    assert isinstance(first, Document)
    (tmp_path / "b").unlink()
    rest = list(items)
    assert [type(item) for item in rest] == [Damage, Document]


@pytest.mark.parametrize("path", ["/no/such/file", "/dev/zero", ""])
def test_a_wrong_name_stops_before_the_first_document(path: str, tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(SAMPLES["text"])
    with pytest.raises(InputError):
        next(open_documents([tmp_path / "good", path], Limits()))


def test_more_than_the_bound_on_standard_input_is_a_damage() -> None:
    [damage] = opened(PROSE.encode(), Limits(unpacked_bytes=10))
    assert isinstance(damage, Damage)
    assert "more than 10 bytes" in damage.reason
