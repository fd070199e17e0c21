"""Word documents (DOCX, WordprocessingML): ECMA-376 part 1, chapter 17.

A paragraph's number in the document, from 1, stands for the line: pages are only known when it is laid out.
"""

from __future__ import annotations

import tempfile
import zipfile
from time import monotonic
from typing import Any

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.records import Limits

from .building import Builder
from .bytes_of import copied
from .dates import iso_date
from .docx_package import Package, depth_first
from .interface import Document, DocumentReader

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "creator": "{http://purl.org/dc/elements/1.1/}creator",
    "created": "{http://purl.org/dc/terms/}created",
    "modified": "{http://purl.org/dc/terms/}modified",
}
_PACKAGE = ("[Content_Types].xml", "_rels/", "word/", "docProps/", "customXml/")
_DROPPED = frozenset(
    f"{_W}{name}"
    for name in ("del", "moveFrom", "instrText", "delText", "rPr", "sectPr", "tblPr", "trPr", "tcPr")
)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


class DocxReader(DocumentReader):
    """Paragraphs, lists, tables and footnotes; what a tracked change deleted is left out."""

    name = "docx"

    def recognise(self, head: bytes, name: str) -> int:
        """See `DocumentReader.recognise`: a ZIP whose first members are of a package with a `word` folder."""
        if not head.startswith(b"PK\x03\x04"):
            return 0
        first = head[30:330]
        if not any(first.startswith(part.encode()) for part in _PACKAGE):
            return 0
        return 100 if b"word/" in head or name.lower().endswith((".docx", ".docm", ".dotx")) else 0

    def read(self, blob: Blob, limits: Limits) -> Document:
        """See `DocumentReader.read`."""
        with tempfile.SpooledTemporaryFile(max_size=16 << 20) as file:
            _, sha256 = copied(blob, file, limits)
            body = _Body(limits)
            problems: dict[str, None] = {}
            try:
                package = Package(file, limits)
                problems = package.problems
                self._read(package, body)
            # NotImplementedError: zipfile raises it for a version of the format that it does not know.
            except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
                problems[f"It is no sound DOCX file ({str(error)[:100]})."] = None
        problems.update(body.problems)
        if body.builder.full:
            problems[f"It has more than {limits.document_chars:,} characters; the rest was left."] = None
        if not body.builder.size and not problems:
            problems["It holds no text."] = None
        return Document(
            source=blob.source(format=self.name),
            text=body.builder.text(),
            marks=tuple(body.builder.marks),
            blocks=tuple(body.builder.blocks),
            links=tuple(body.builder.links),
            title=body.title,
            publisher=body.facts.get("creator", "")[:200],
            published=iso_date(body.facts.get("created", "")) or iso_date(body.facts.get("modified", "")),
            sha256=sha256,
            damage=tuple(blob.damage(reason, format=self.name) for reason in problems),
        )

    def _read(self, package: Package, body: _Body) -> None:
        top = dict(package.relations("").values())
        main = top.get("officeDocument", "word/document.xml")
        core = package.tree(top.get("core-properties", "docProps/core.xml"))
        if core is not None:
            body.facts = {key: (core.findtext(tag) or "").strip() for key, tag in _CORE.items()}
            body.title = body.facts.get("title", "")[:500]
        relations = package.relations(main)
        parts = dict(relations.values())
        styles = package.tree(parts.get("styles", "word/styles.xml"))
        body.styles = _styles(styles) if styles is not None else {}
        root = package.tree(main)
        if root is None:
            package.problems.setdefault("It has no part with the text of the document.", None)
            return
        body.read(root, relations)
        for kind in ("footnotes", "endnotes"):
            part = parts.get(kind)
            notes = package.tree(part) if part else None
            if part and notes is not None:
                body.read(notes, package.relations(part))


def _styles(root: Any) -> dict[str, str]:
    """Style id → its name in lower case."""
    found = {}
    for style in root.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None:
            found[style.get(f"{_W}styleId", "")] = name.get(f"{_W}val", "").lower()[:100]
    return found


class _Body:
    """The text of the document's parts, paragraph by paragraph."""

    def __init__(self, limits: Limits) -> None:
        self.builder = Builder(limits)
        self.styles: dict[str, str] = {}
        self.facts: dict[str, str] = {}
        self.title = ""
        self.problems: dict[str, None] = {}
        self._deadline = monotonic() + limits.document_seconds
        self._seconds = limits.document_seconds
        self._number = 0
        self._tables = 0

    def read(self, root: Any, relations: dict[str, tuple[str, str]]) -> None:
        """One part."""
        skip = table = 0
        row: list[list[tuple[str, int, list[tuple[int, int, str]]]]] = []
        kind, text = "paragraph", [""]
        links: list[tuple[int, int, str]] = []
        link: tuple[int, str] | None = None
        size = 0
        in_paragraph = 0
        saved: list[Any] = []
        for element, step in depth_first(root, self.problems):
            tag = element.tag
            if skip or tag in _DROPPED or tag == _FALLBACK:
                skip += step
                continue
            if tag == f"{_W}t":
                if step > 0 and element.text:
                    text.append(element.text)
                    size += len(element.text)
            elif tag in _BREAKS:
                if step > 0 and in_paragraph:
                    text.append(_BREAKS[tag])
                    size += 1
            elif tag == f"{_W}p":
                if step > 0:
                    if in_paragraph:  # a text box inside a paragraph
                        saved.append((kind, text, links, size, link))
                    in_paragraph += 1
                    kind, text, links, size, link = self._kind(element), [], [], 0, None
                    self._number += 1
                    if self.builder.full or monotonic() > self._deadline:
                        if not self.builder.full:
                            self.problems[
                                f"Reading was ended after {self._seconds} s; the rest was left."
                            ] = None
                        return
                else:
                    in_paragraph -= 1
                    joined = "".join(text)
                    if table and row:
                        row[-1].append((joined, self._number, links))
                    elif joined.strip():
                        self._paragraph(kind, joined, links)
                    if saved:
                        kind, text, links, size, link = saved.pop()
            elif tag == f"{_W}hyperlink":
                if step > 0:
                    target = relations.get(element.get(f"{_R}id", ""), ("", ""))[1]
                    link = (size, target)
                elif link is not None:
                    if link[1] and size > link[0]:
                        links.append((link[0], size, link[1]))
                    link = None
            elif tag == f"{_W}tbl":
                table += step
                self._tables += step > 0 and table == 1
            elif tag == f"{_W}tr" and table == 1:
                if step > 0:
                    row = []
                else:
                    self._row(row)
                    row = []
            elif tag == f"{_W}tc" and table == 1 and step > 0:
                row.append([])

    def _kind(self, paragraph: Any) -> str:
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return "paragraph"
        style = properties.find(f"{_W}pStyle")
        ident = style.get(f"{_W}val", "") if style is not None else ""
        name = self.styles.get(ident, ident.lower())
        if name == "title":
            return "title"
        if name.startswith("heading") or properties.find(f"{_W}outlineLvl") is not None:
            return "heading"
        if properties.find(f"{_W}numPr") is not None or name.startswith("list"):
            return "item"
        if "quote" in name:
            return "quote"
        if name == "caption":
            return "caption"
        return "code" if "code" in name or "preformatted" in name or name == "macro text" else "paragraph"

    def _paragraph(self, kind: str, text: str, links: list[tuple[int, int, str]]) -> None:
        start = self.builder.begin(kind)
        lead = len(text) - len(text.lstrip()) if kind != "code" else 0
        self.builder.add(text[lead:].rstrip(), 0, self._number)
        self.builder.end(start)
        for begin, end, target in links:
            self.builder.link(start + max(begin - lead, 0), start + end - lead, target)
        if not self.title and kind in ("title", "heading"):
            self.title = text.strip()[:500]

    def _row(self, cells: list[list[tuple[str, int, list[tuple[int, int, str]]]]]) -> None:
        if not any(text.strip() for cell in cells for text, _, _ in cell):
            return
        start = self.builder.begin("row" if len(cells) > 1 else "paragraph", group=self._tables)
        for number, cell in enumerate(cells):
            if number:
                self.builder.add("\t", 0, cell[0][1] if cell else self._number)
            some = False
            for text, line, links in cell:
                text = text.replace("\n", " ").replace("\t", " ")
                if not text.strip():
                    continue
                if some:
                    self.builder.add(" ", 0, line)
                at, some = self.builder.size, True
                lead = len(text) - len(text.lstrip())
                self.builder.add(text.strip(), 0, line)
                for begin, end, target in links:
                    self.builder.link(at + max(begin - lead, 0), at + end - lead, target)
        self.builder.end(start)
