"""Documents: reports as people write them, read into text with the way back to page and line."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Block, Document, DocumentReader, Link, Mark

__all__ = ["DOCUMENTS", "Block", "Document", "DocumentReader", "Link", "Mark"]

_HERE = __name__

# Order as in `inputs.READERS`: magic numbers first, plain text last. A DOCX is a zip and an OOXML
# package; readers are asked before unpackers.
DOCUMENTS: Registry[type[DocumentReader]] = Registry(
    "document format",
    {
        "pdf": f"{_HERE}.pdf:PdfReader",
        "docx": f"{_HERE}.docx:DocxReader",
        "eml": f"{_HERE}.eml:EmlReader",
        "html": f"{_HERE}.html:HtmlReader",
        "markdown": f"{_HERE}.markdown:MarkdownReader",
        "text": f"{_HERE}.plain:PlainReader",
    },
    group="cybersecqwen.documents",
)
