"""Documents made for tests."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from typing import Any

from cybersecqwen.inputs.documents import Document
from cybersecqwen.inputs.documents.open import open_documents
from cybersecqwen.records import Damage, Limits

WIDE = (
    "The operators moved from one host to the next with tools that every administrator has at hand, "
    "and left few"
)
PROSE = (
    "The operators moved from one host to the next with tools that administrators use every day, and they "
    "left few traces on the disks of the servers. Most of what is known comes from memory images and from "
    "the logs of the proxy. "
)


def pdf_file() -> Any:
    """An empty PDF with one page and a font."""
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    return pdf


def lines_pdf(lines: Iterable[str], *, size: float = 10) -> bytes:
    """A PDF whose lines stand below each other as they are given, the first one full width."""
    pdf = pdf_file()
    pdf.set_font("Helvetica", size=size)
    for line in lines:
        pdf.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def docx_file(*paragraphs: str) -> Any:
    """A DOCX document with these paragraphs."""
    from docx import Document as New

    made = New()
    for text in paragraphs:
        made.add_paragraph(text)
    return made


def saved(made: Any) -> bytes:
    """The bytes of a DOCX."""
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def message(text: str, attached: Sequence[tuple[str, bytes]] = (), html: str = "") -> EmailMessage:
    """A message with attachments."""
    made = EmailMessage()
    made["From"] = "Analyst <analyst@example.org>"
    made["To"] = "team@example.com"
    made["Subject"] = "Report on a loader"
    made["Date"] = "Wed, 04 Mar 2026 09:00:00 +0000"
    made["Reply-To"] = "other@example.net"
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    for name, data in attached:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made


def opened(data: bytes, limits: Limits | None = None) -> list[Document | Damage]:
    """Everything that comes of bytes on standard input."""
    return list(open_documents(["-"], limits or Limits(), stdin=io.BytesIO(data)))


def read(data: bytes, limits: Limits | None = None) -> Document:
    """The first document of bytes."""
    first = opened(data, limits)[0]
    assert isinstance(first, Document), first
    return first


def check(document: Document) -> None:
    """What holds for every document."""
    size = len(document.text)
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end <= size
        at = block.end
    for link in document.links:
        assert 0 <= link.start < link.end <= size
        assert 0 < len(link.target) <= 2_048
    starts = [mark.start for mark in document.marks]
    assert starts == sorted(set(starts))
    assert not starts or (starts[0] == 0 and starts[-1] <= size)
    for offset in (0, size // 2, max(size - 1, 0)):
        page, line = document.place(offset)
        assert 0 <= page <= document.pages
        assert line >= 1 or not document.text
    assert all(damage.reason.endswith(".") and damage.records >= 1 for damage in document.damage)
    assert len(document.sha256) == 64
