"""The process that reads the pages of a PDF: file on standard input, one JSON line for each thing it says.

Run by `pdf.py` as a script in isolated mode, with bounds on memory and processor time, because pypdf is fed
hostile bytes. It goes through the pages from the first on, or from the last backwards; the parent stops
it where the other one has been.

    {"open": pages, "info": {…}}    or  {"failed": "reason"}
    {"begin": n}                    page n is being read: should that end the process, the parent knows which
    {"page": n, "lines": […], "links": […], "images": …, "said": […]}
    {"end": true}
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

MEMORY = 1 << 30
"""Bytes of address space."""
PAGE_SECONDS = 15
"""Of one page."""
_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s{1,4}(\d{1,5})\s{1,4}obj\b")
_PAGE = re.compile(rb"/Type\s{0,4}/Page(?![A-Za-z])")
_MOST_LINES = 20_000
_MOST_LINKS = 2_000
_REPAIRED_BYTES = 100_000_000
_STREAM_BYTES = 50_000_000


def main(argv: list[str]) -> None:
    """argv: first page, step (1 or -1), seconds of processor time, characters of a page."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    first, step, seconds, most = (int(word) for word in argv[1:5])
    _bounds(seconds)
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(2_000)
    for said in answers(first, step, most):
        sys.stdout.write(json.dumps(said, ensure_ascii=True, separators=(",", ":")))
        sys.stdout.write("\n")
        sys.stdout.flush()


def _bounds(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent still bounds the time
        return
    for kind, soft, hard in (
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        # A bound that stands already and is lower cannot be raised, and need not be.
        before = resource.getrlimit(kind)[1]
        if before != resource.RLIM_INFINITY:
            soft, hard = min(soft, before), min(hard, before)
        resource.setrlimit(kind, (soft, hard))


def answers(first: int, step: int, most: int) -> Iterator[dict[str, Any]]:
    """What is said, in order; a first page below 0 is counted from the end."""
    try:
        reader, info = _opened()
        count = len(reader.pages)
    except MemoryError:
        yield {"failed": "It needs more memory than a document may take."}
        return
    except Exception as error:
        yield {"failed": _failure(error)}
        return
    yield {"open": count, "info": info}
    fonts: dict[Any, Any] = {}
    number = first if first >= 0 else count + first
    while 0 <= number < count:
        yield {"begin": number + 1}
        try:
            yield {"page": number + 1, **_page(reader, number, fonts, most)}
        except MemoryError:
            fonts.clear()
            yield {"page": number + 1, "failed": "it needs more memory than a document may take"}
        except Exception as error:
            yield {"page": number + 1, "failed": _words(error)}
        number += step
    yield {"end": True}


class Encrypted(Exception):
    """The file needs a password, or a method that is not there."""


def _opened() -> tuple[Any, dict[str, str]]:
    from pypdf.errors import DependencyError

    try:
        reader = _reader(os.fdopen(os.dup(0), "rb"))
        encrypted = reader.is_encrypted
        if encrypted and not reader.decrypt(""):
            raise Encrypted("It is encrypted; remove its password first.")
    except DependencyError as error:
        raise Encrypted("It is encrypted with AES; remove the encryption first.") from error
    info: dict[str, str] = {}
    try:
        found: Any = reader.metadata or {}
        for key in ("/Title", "/Author", "/CreationDate", "/ModDate"):
            info[key[1:]] = str(found.get(key, ""))[:500]
    except Exception:
        info = {}
    return reader, info


def _reader(stream: Any) -> Any:
    """Pypdf's reader; where the end of the file is missing, of the file with an end that says nothing.

    pypdf then looks for the objects by their headers, as it does where their table is damaged.
    """
    from io import BytesIO

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    stream.seek(0)
    try:
        reader = PdfReader(stream, strict=False)
        if reader.is_encrypted or len(reader.pages):
            return reader
    except PyPdfError:
        stream.seek(0, os.SEEK_END)
        if stream.tell() > _REPAIRED_BYTES:
            raise
    stream.seek(0)
    data = stream.read(_REPAIRED_BYTES)
    end = b"\nstartxref\n0\n%%EOF\n"
    try:
        return _with_pages(PdfReader(BytesIO(data + end), strict=False))
    except PyPdfError:
        catalogue = _catalogue(data)
        if not catalogue:
            raise
        return _with_pages(PdfReader(BytesIO(data + catalogue + end), strict=False))


def _with_pages(reader: Any) -> Any:
    """The reader, once it has found the pages; pypdf raises where it cannot."""
    if not reader.is_encrypted:
        len(reader.pages)
    return reader


def _catalogue(data: bytes) -> bytes:
    """A catalogue of the pages that a file which was cut off still holds, b"" where it holds none."""
    kids = []
    for match in _OBJECT.finditer(data):
        body = data[match.end() : match.end() + 4_000]
        if _PAGE.search(body.partition(b"endobj")[0]):
            kids.append(match[1] + b" " + match[2] + b" R")
            if len(kids) >= 20_000:
                break
    if not kids:
        return b""
    return (
        b"\nendobj\n9999998 0 obj\n<</Type/Pages/MediaBox[0 0 2000 2000]/Count %d/Kids[%b]>>\nendobj\n"
        b"9999999 0 obj\n<</Type/Catalog/Pages 9999998 0 R>>\nendobj\ntrailer\n<</Root 9999999 0 R>>\n"
    ) % (len(kids), b" ".join(kids))


def _page(reader: Any, number: int, fonts: dict[Any, Any], most: int) -> dict[str, Any]:
    from cybersecqwen.inputs.documents.pdf_content import Content, visible
    from cybersecqwen.inputs.documents.pdf_layout import lines_of

    page = reader.pages[number]
    box = tuple(float(value) for value in page.cropbox)
    box = (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
    content = Content(fonts, monotonic() + PAGE_SECONDS)
    said: list[str] = []
    stream = page.get_contents()
    if stream is not None:
        data = stream.get_data()
        if len(data) > _STREAM_BYTES:
            said.append(f"it draws with more than {_STREAM_BYTES:,} bytes")
        resources = page.get("/Resources")
        resources = resources.get_object() if resources is not None else {}
        content.read(data[:_STREAM_BYTES], resources if isinstance(resources, dict) else {})
    if content.cut:
        said.append(content.cut)
    if content.unended:
        said.append("a string in it never ends, and what stands behind it was left")
    runs = list(visible(content.runs, box))
    hidden = sum(len(run.text) for run in content.runs) - sum(len(run.text) for run in runs)
    if content.invisible:
        if content.images:  # a layer that OCR put over a picture
            runs += visible(content.invisible, box)
        else:
            hidden += sum(len(run.text) for run in content.invisible)
    if hidden > 80:
        said.append(f"{hidden:,} characters that a viewer does not show were left out")
    content.rules.ready()
    lines = lines_of(runs, content.rules)
    size, kept = 0, []
    for line in lines[:_MOST_LINES]:
        size += sum(len(segment.text) for segment in line.segments)
        if size > most:
            said.append("it has more text than a document may have")
            break
        kept.append(line)
    shown = sum(len(run.text) for run in runs)
    if content.unknown > 20 and content.unknown * 4 > shown:
        said.append("a font does not say which characters its glyphs are")
    links = _links(page)
    linked = bool(links)
    return {
        "lines": [
            [
                round(line.y, 1), round(line.size, 1), round(line.left, 1), round(line.right, 1),
                line.region, line.table,
                [_segment(s, linked) for s in line.segments],
            ]
            for line in kept
        ],
        "links": links,
        "images": content.images,
        "said": said,
    }  # fmt: skip


def _segment(segment: Any, linked: bool) -> list[Any]:
    anchors = [(at, round(x, 1)) for at, x in segment.anchors] if linked else []
    return [round(segment.x0, 1), round(segment.x1, 1), segment.text, segment.mono, segment.bold, anchors]


def _links(page: Any) -> list[list[Any]]:
    """Rectangle and address of every link to the outside."""
    found: list[list[Any]] = []
    try:
        annotations = page.get("/Annots")
        annotations = annotations.get_object() if annotations is not None else []
        for one in annotations[:_MOST_LINKS]:
            one = one.get_object()
            if not isinstance(one, dict) or one.get("/Subtype") != "/Link":
                continue
            action = one.get("/A")
            action = action.get_object() if action is not None else {}
            target = action.get("/URI") if isinstance(action, dict) else None
            target = target.get_object() if target is not None else None
            rectangle = one.get("/Rect")
            rectangle = rectangle.get_object() if rectangle is not None else None
            if target is None or rectangle is None or len(rectangle) != 4:
                continue
            if isinstance(target, bytes):
                target = target.decode("latin-1")
            found.append([*(round(float(value), 1) for value in rectangle), str(target)[:2_048]])
    except Exception:
        return found
    return found


def _failure(error: Exception) -> str:
    if isinstance(error, Encrypted):
        return str(error)
    return f"It is no sound PDF file ({_words(error)})."


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


if __name__ == "__main__":
    main(sys.argv)
