"""PDF: read by pypdf in processes of their own, under bounds of memory and time (`pdf_worker.py`).

pypdf is Python: what a hostile file does to it is an exception, a page that takes too long, or a process
that ends, and costs that page. Pages are gone through for pieces of text with their positions
(`pdf_content.py`), which become lines in reading order (`pdf_layout.py`), and these paragraphs
(`pdf_flow.py`).
"""

from __future__ import annotations

import contextlib
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.records import Damage, Limits

from .building import Builder
from .bytes_of import copied, digest_of
from .dates import iso_date
from .interface import Document, DocumentReader
from .pdf_child import Answers, read_pages
from .pdf_flow import Flow, Placed
from .pdf_repeats import repeated
from .pdf_segments import Line, Segment

_MOST_COVERED = 2_000_000
"""Pieces of text at the height of a link, over all links of a document."""


class PdfReader(DocumentReader):
    """Text in reading order, with page and line of every character."""

    name = "pdf"

    def recognise(self, head: bytes, name: str) -> int:
        """See `DocumentReader.recognise`: the header stands in the first 1,024 bytes, as viewers want it."""
        at = head.find(b"%PDF-", 0, 1_024)
        if at < 0:
            return 0
        return 100 if at == 0 or not head[:at].strip() else 70

    def read(self, blob: Blob, limits: Limits) -> Document:
        """See `DocumentReader.read`."""
        with _file_of(blob, limits) as (path, size, sha256):
            answers = read_pages(path, size, limits.document_seconds, limits.document_chars)
        if answers.count < 0:
            problem = answers.problem
            if not problem:
                problem = f"Opening it took more than {limits.document_seconds} s."
            return Document(
                source=blob.source(format=self.name),
                text="",
                sha256=sha256,
                damage=(blob.damage(problem, format=self.name),),
            )
        builder = Builder(limits)
        pages = {number: _lines(page["lines"]) for number, page in answers.pages.items()}
        pages = {number: lines for number, lines in pages.items() if lines}
        flow = Flow(builder, pages, repeated(pages)) if pages else None
        damage = []
        if flow is not None:
            flow.run()
            if not _links(builder, answers.pages, flow.placed):
                damage.append(blob.damage("Its links cover too much text; the rest was left.", format="pdf"))
        damage += _damage(blob, answers, limits, full=builder.full)
        title = answers.info.get("Title", "").strip()
        if (
            not title
            or title.lower().endswith((".doc", ".docx", ".indd", ".pptx"))
            or title.lower() == "untitled"
        ):
            first = next((block for block in builder.blocks if block.kind in ("title", "heading")), None)
            title = builder.text()[first.start : first.end] if first is not None else title
        return Document(
            source=blob.source(format=self.name),
            text=builder.text(),
            marks=tuple(builder.marks),
            blocks=tuple(builder.blocks),
            links=tuple(sorted(builder.links)),
            title=" ".join(title.split())[:500],
            publisher=answers.info.get("Author", "").strip()[:200],
            published=iso_date(answers.info.get("CreationDate", ""))
            or iso_date(answers.info.get("ModDate", "")),
            pages=answers.count,
            sha256=sha256,
            damage=tuple(damage),
        )


@contextlib.contextmanager
def _file_of(blob: Blob, limits: Limits) -> Iterator[tuple[Path, int, str]]:
    """(path, bytes, sha256) of a real file with these bytes."""
    if blob.file is not None:
        yield blob.file, max(blob.size, 0) or blob.file.stat().st_size, digest_of(blob)
        return
    with tempfile.NamedTemporaryFile(prefix="csq-", suffix=".pdf") as file:
        size, sha256 = copied(blob, file, limits)
        file.flush()
        yield Path(file.name), size, sha256


def _lines(raw: Sequence[Any]) -> list[Line]:
    found = []
    for y, size, left, right, region, table, segments in raw:
        parts = [
            Segment(x0, x1, y, size, text, mono, bold, anchors)
            for x0, x1, text, mono, bold, anchors in segments
        ]
        found.append(Line(parts, y, size or 1.0, left, right, region, table))
    return found


def _links(
    builder: Builder, pages: Mapping[int, Mapping[str, Any]], placed: Mapping[int, Sequence[Placed]]
) -> bool:
    """Each link behind the characters that its rectangle covers; whether all of them were looked at."""
    looked = 0
    for number, page in pages.items():
        if not page["links"]:
            continue
        pieces = sorted(placed.get(number, ()), key=_middle)
        middles = [_middle(piece) for piece in pieces]
        for x0, y0, x1, y1, target in page["links"]:
            left, right, low, high = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
            beside = pieces[bisect_left(middles, low) : bisect_right(middles, high)]
            looked += len(beside)
            if looked > _MOST_COVERED:
                return False
            for piece in beside:
                first, last = _covered(piece.anchors, left, right)
                builder.link(piece.start + first, min(piece.start + last, piece.end), target)
    return True


def _middle(piece: Placed) -> float:
    return piece.y + 0.3 * piece.size


def _covered(anchors: Sequence[Sequence[float]], left: float, right: float) -> tuple[int, int]:
    """First and last character that a rectangle from `left` to `right` covers."""
    first = last = -1
    for (start, x0), (end, x1) in zip(anchors[::2], anchors[1::2], strict=False):
        width = x1 - x0
        if width <= 0 or x1 <= left + 1 or x0 >= right - 1:
            continue
        if first < 0:
            first = int(start + round((max(left, x0) - x0) / width * (end - start)))
        last = int(start + round((min(right, x1) - x0) / width * (end - start)))
    return first, last


def _damage(blob: Blob, answers: Answers, limits: Limits, *, full: bool) -> Iterator[Damage]:
    told: dict[int, str] = {}
    for number, page in answers.pages.items():
        if not page["lines"] and page["images"]:
            told[number] = "{pages} no text, only {image}; recognise the text first (OCR)."
        elif page["said"]:
            told[number] = "{page}: " + "; ".join(page["said"]) + "."
    for number, why in answers.failed.items():
        told[number] = "{page} could not be read: " + why + "."
    missing = "{page} not read: the " + f"{limits.document_seconds} s for one document were over."
    if answers.late:
        for number in range(1, answers.count + 1):
            if number not in answers.pages and number not in answers.failed:
                told[number] = missing
    elif answers.count > len(answers.pages) + len(answers.failed):
        for number in range(1, answers.count + 1):
            if number not in answers.pages:
                told.setdefault(number, "{page} could not be read: too many pages before it could not.")
    for first, last, reason in _ranges(told):
        many = last > first
        words = {
            "page": f"Pages {first} to {last}" if many else f"Page {first}",
            "pages": f"Pages {first} to {last} hold" if many else f"Page {first} holds",
            "image": "images" if many else "an image",
        }
        if reason is missing:
            words["page"] += " were" if many else " was"
        text = reason
        for key, value in words.items():
            text = text.replace("{" + key + "}", value)
        yield blob.damage(text, record=first, format="pdf", records=last - first + 1)
    if full:
        reason = f"It has more than {limits.document_chars:,} characters; the rest was left."
        yield blob.damage(reason, format="pdf")
    if not answers.count:
        yield blob.damage("It has no pages.", format="pdf")
    elif not told and not any(page["lines"] for page in answers.pages.values()):
        yield blob.damage("It holds no text.", format="pdf")


def _ranges(told: Mapping[int, str]) -> Iterator[tuple[int, int, str]]:
    """(first page, last page, reason) of pages that follow each other with one reason."""
    first = last = 0
    reason = ""
    for number in sorted(told):
        if number == last + 1 and told[number] == reason:
            last = number
            continue
        if first:
            yield first, last, reason
        first = last = number
        reason = told[number]
    if first:
        yield first, last, reason
