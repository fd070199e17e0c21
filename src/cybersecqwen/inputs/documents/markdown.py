"""Markdown: the file letter for letter, with its blocks, links and front matter found in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from time import monotonic

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.lines import as_utf8
from cybersecqwen.inputs.text import TextReader
from cybersecqwen.records import Limits

from .building import MOST_LINKS, TARGET_CHARS
from .dates import iso_date
from .interface import Block, Document, DocumentReader, Link
from .plain import PlainReader

_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})[ \t]*$")
_ITEM = re.compile(r"[ \t]{0,20}(?:[-*+]|\d{1,9}[.)])[ \t]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}(?:[-*_][ \t]?){3,}$")
_ROW = re.compile(r"[ \t]{0,20}\|.{0,4000}\|[ \t]*$")
# No nesting, every part bounded: [words](target "title"), and <https://…>.
_LINK = re.compile(r"\[([^\[\]\n]{0,1000})\]\(<?([^\s()<>]{1,2048}(?:\([^\s()<>]{0,200}\))?[^\s()<>]{0,200})")
_AUTO = re.compile(r"<((?:https?|ftp)://[^\s<>]{1,2048}|mailto:[^\s<>]{1,300})>")
_REFERENCE = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:[ \t]{1,20}<?(\S{1,2048}?)>?(?:[ \t]|$)", re.M)
_REFERRED = re.compile(r"\[([^\[\]\n]{1,1000})\]\[([^\[\]\n]{0,200})\]")
_FACT = re.compile(r"([A-Za-z_-]{1,40})[ \t]*:[ \t]*(.{0,500})$")
_LATE = "late"
_SIGNS = (
    re.compile(r"^#{1,6} \S", re.M),
    re.compile(r"\[[^\[\]\n]{1,200}\]\((?:https?:|/|\.|#)"),
    re.compile(r"^(?:```|~~~)", re.M),
    re.compile(r"^[*+-] \S", re.M),
    re.compile(r"\*\*[^*\n]{1,200}\*\*"),
    re.compile(r"^\|(?: ?:?-{2,}:? ?\|){1,60}[ \t]*$", re.M),
)


class MarkdownReader(DocumentReader):
    """Text with the marks of CommonMark and GitHub's tables."""

    name = "markdown"

    def recognise(self, head: bytes, name: str) -> int:
        """See `DocumentReader.recognise`: by its ending, or by two kinds of marks that plain text lacks."""
        if not TextReader().recognise(head, name):
            return 0
        if name.lower().endswith((".md", ".markdown", ".mdown", ".mkd")):
            return 40
        text = as_utf8(head[:16_384]).decode("utf-8", "replace")
        strong = sum(1 for sign in _SIGNS[:3] if sign.search(text))
        weak = sum(1 for sign in _SIGNS[3:] if sign.search(text))
        return 14 if strong >= 2 or (strong and weak >= 2) else 0

    def read(self, blob: Blob, limits: Limits) -> Document:
        """See `DocumentReader.read`."""
        plain = PlainReader().read(blob, limits)
        text = plain.text
        facts, behind = _front_matter(text)
        damage = [blob.damage(one.reason, format=self.name) for one in plain.damage]
        found = list(_blocks(text, behind, monotonic() + limits.document_seconds))
        if found and found[-1].kind == _LATE:
            reason = f"Reading its marks was ended after {limits.document_seconds} s; the text is whole."
            damage.append(blob.damage(reason, format=self.name))
            found.pop()
        blocks = tuple(found)
        title = facts.get("title", "")
        if not title:
            first = next((block for block in blocks if block.kind in ("title", "heading")), None)
            title = text[first.start : first.end].strip().lstrip("#").rstrip("#").strip() if first else ""
        return Document(
            source=blob.source(format=self.name),
            text=text,
            blocks=blocks,
            links=tuple(_links(text)),
            title=title[:500],
            publisher=facts.get("author", "")[:200],
            published=iso_date(facts.get("date", "") or facts.get("published", "")),
            sha256=plain.sha256,
            damage=tuple(damage),
        )


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """(the plain values of the YAML at the top, where the text behind it begins)."""
    if not text.startswith(("---\n", "---\r\n")):
        return {}, 0
    end = text.find("\n---", 3, 20_000)
    if end < 0:
        return {}, 0
    found: dict[str, str] = {}
    for line in text[4:end].splitlines():
        if match := _FACT.match(line):
            found.setdefault(match[1].lower(), match[2].strip().strip("\"'"))
    if not found:
        return {}, 0
    behind = text.find("\n", end + 1)
    return found, len(text) if behind < 0 else behind + 1


def _lines(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Start and end of every line without its line end."""
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield at, end - 1 if end > at and text[end - 1] == "\r" else end
        at = end + 1


def _blocks(text: str, at: int, deadline: float) -> Iterator[Block]:
    fence, fence_at, first = "", 0, -1
    last = at
    kind = "paragraph"
    for number, (start, end) in enumerate(_lines(text, at)):
        if not number & 0xFFF and monotonic() > deadline:
            yield Block(start, start, _LATE)
            return
        line = text[start : min(end, start + 5_000)]
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                if last > fence_at:
                    yield Block(fence_at, last, "code")
                fence = ""
            last = end
            continue
        opened = _FENCE.match(line)
        bare = line.strip()
        if first >= 0 and kind == "paragraph" and bare and _UNDERLINE.match(line):
            yield Block(first, last, "heading")
            first = -1
            continue
        alone = _alone(line, bare)
        if first >= 0 and (not bare or opened or alone or (bare[0] == ">") != (kind == "quote")):
            yield Block(first, last, kind)
            first = -1
        if opened:
            fence, fence_at = opened[1], min(end + 1, len(text))
            last = fence_at
        elif alone == "item":
            first, kind, last = start, "item", end
        elif alone:
            if alone != "rule":
                yield Block(start, end, alone)
        elif bare:
            if first < 0:
                first, kind = start, "quote" if bare[0] == ">" else _plain_kind(line)
            last = end
    if fence and last > fence_at:
        yield Block(fence_at, last, "code")
    elif first >= 0:
        yield Block(first, last, kind)


def _alone(line: str, bare: str) -> str:
    """The kind of a line that is a block by itself or begins an item, or ""."""
    if _HEADING.match(line):
        return "heading"
    if _RULE.match(line[:200]):
        return "rule"
    if _ITEM.match(line):
        return "item"
    return (
        "row" if _ROW.match(line) or (bare.startswith("|") and bare.endswith("|") and len(bare) > 1) else ""
    )


def _plain_kind(line: str) -> str:
    return "code" if line.startswith(("    ", "\t")) else "paragraph"


def _links(text: str) -> Iterator[Link]:
    # Of each kind as many as may be kept of all, so that the first of all are among them.
    found = [Link(one.start(1), one.end(1), one[2]) for one in islice(_LINK.finditer(text), MOST_LINKS)]
    found += [Link(one.start(1), one.end(1), one[1]) for one in islice(_AUTO.finditer(text), MOST_LINKS)]
    targets = {match[1].lower(): match[2] for match in _REFERENCE.finditer(text)}
    if targets:
        for match in _REFERRED.finditer(text):
            target = targets.get((match[2] or match[1]).lower())
            if target:
                found.append(Link(match.start(1), match.end(1), target))
    found.sort()
    for start, end, target in found[:MOST_LINKS]:
        if start < end:
            yield Link(start, end, target[:TARGET_CHARS])
