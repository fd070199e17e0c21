"""Messages (RFC 5322, MIME): the headers that matter, the text, and the attachments as files of their own.

A page that a browser saved as one file (MHTML) is such a message too.
"""

from __future__ import annotations

import io
import re
from email.message import EmailMessage
from typing import Any, BinaryIO

from cybersecqwen.inputs.interface import Blob, Budget
from cybersecqwen.inputs.lines import BLOCK
from cybersecqwen.records import Damage, Limits

from .building import Builder
from .bytes_of import Bytes, bytes_of
from .dates import iso_date
from .eml_parts import (
    attachments,
    body_of,
    bounded,
    decoded,
    header,
    label_of,
    page_of,
    parsed,
    payload,
    values_of,
)
from .html import host_of, read_page
from .interface import Document, DocumentReader

_SHOWN = ("From", "Reply-To", "Return-Path", "To", "Cc", "Received", "Subject", "Date")
_HEADER = re.compile(rb"(?:^|\n)([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]?", re.M)
_KNOWN = frozenset(
    b"from to subject date received return-path message-id mime-version content-type delivered-to reply-to "
    b"cc sender x-originating-ip received-spf dkim-signature authentication-results x-mailer "
    b"content-transfer-encoding arc-seal snapshot-content-location".split()
)


class EmlReader(DocumentReader):
    """The headers From to Date as blocks of kind "header", then the body: plain text where it has one."""

    name = "eml"

    def __init__(self) -> None:
        self._last: tuple[Blob, tuple[Bytes, EmailMessage | None, list[Damage]]] | None = None

    def recognise(self, head: bytes, name: str) -> int:
        """See `DocumentReader.recognise`: known header fields in the first lines."""
        text = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
        if not re.match(rb"(?:From [^\n]{1,300}\n|>?[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n])", text):
            return 0
        top = re.split(rb"\r?\n\r?\n", text[:16_384], maxsplit=1)[0]
        known = {match[1].lower() for match in _HEADER.finditer(top)} & _KNOWN
        sure = len(known & {b"from", b"subject", b"date", b"received", b"message-id", b"mime-version"})
        if sure >= 2 and len(known) >= 3:
            return 85
        return 50 if sure >= 2 and name.lower().endswith((".eml", ".mht", ".mhtml", ".msg.txt")) else 0

    def read(self, blob: Blob, limits: Limits) -> Document:
        """See `DocumentReader.read`."""
        found, message, noticed = self._taken_apart(blob, limits)
        damage = list(noticed)
        builder = Builder(limits)
        if message is None:
            damage.append(blob.damage("Its parts nest too deep to be read.", format=self.name))
            return Document(
                source=blob.source(format=self.name), text="", sha256=found.sha256, damage=tuple(damage)
            )
        lines = _Lines(found.data)
        _headers(builder, message, lines)
        title, publisher, published = header(message, "Subject"), "", iso_date(header(message, "Date"))
        part = body_of(message)
        if part is not None:
            text = decoded(part)
            at = lines.of(part)
            if part.get_content_type() == "text/html":
                text, reason = page_of(text)
                if reason:
                    damage.append(blob.damage(reason, format=self.name))
                page = read_page(text, limits)
                _append(builder, page.builder, at)
                publisher = page.publisher
                published = published or page.published
                damage += [
                    blob.damage(reason, record=at + line, format=self.name, records=count)
                    for reason, line, count in page.damage
                ]
            else:
                _plain(builder, text, at)
        elif not any(True for _ in attachments(message)):
            damage.append(blob.damage("The message has no text.", format=self.name))
        publisher = host_of(header(message, "Snapshot-Content-Location")) or publisher or _address(message)
        if builder.full:
            reason = f"It has more than {limits.document_chars:,} characters; the rest was left."
            damage.append(blob.damage(reason, format=self.name))
        return Document(
            source=blob.source(format=self.name),
            text=builder.text(),
            marks=tuple(builder.marks),
            blocks=tuple(builder.blocks),
            links=tuple(builder.links),
            title=title[:500],
            publisher=publisher[:200],
            published=published,
            sha256=found.sha256,
            damage=tuple(damage),
        )

    def _taken_apart(self, blob: Blob, limits: Limits) -> tuple[Bytes, EmailMessage | None, list[Damage]]:
        """The bytes, the message, the damage of both; the last one is remembered, because it costs most."""
        if self._last is not None and self._last[0] is blob:
            return self._last[1]
        found = bytes_of(blob, limits, format=self.name)
        damage = list(found.damage)
        data, reason = bounded(found.data)
        if reason:
            damage.append(blob.damage(reason, format=self.name))
        message, reason = parsed(data)
        if reason:
            damage.append(blob.damage(reason, format=self.name))
        taken = found, message, damage
        self._last = blob, taken
        return taken

    def inside(self, blob: Blob, limits: Limits, depth: int) -> tuple[Blob | Damage, ...]:
        """See `DocumentReader.inside`: attachments and messages attached, except pictures of the text."""
        del depth
        _, message, _ = self._taken_apart(blob, limits)
        if message is None:
            return ()
        budget = blob.budget or Budget(limits)
        items: list[Blob | Damage] = []
        for number, part in enumerate(attachments(message), 1):
            label = label_of(part, number)
            inner = f"{blob.member}!{label}" if blob.member else label
            empty = Blob(path=blob.path, member=inner, opener=io.BytesIO)
            budget.members -= 1
            if budget.members < 0:
                reason = f"The message has more than {limits.members:,} parts; the rest was left."
                items.append(blob.damage(reason, format=self.name))
                break
            data = payload(part)
            budget.bytes -= len(data)
            if budget.bytes < 0:
                reason = f"The attachments hold more than {limits.unpacked_bytes:,} bytes."
                items.append(empty.damage(reason, format=self.name))
                break
            items.append(
                Blob(path=blob.path, member=inner, size=len(data), opener=_opener(data), budget=budget)
            )
        return tuple(items)


def _opener(data: bytes) -> Any:
    def open_part() -> BinaryIO:
        return io.BufferedReader(io.BytesIO(data), BLOCK)

    return open_part


def _address(message: EmailMessage) -> str:
    from email.utils import parseaddr

    try:
        return parseaddr(header(message, "From"))[1][:200]
    except (ValueError, IndexError, TypeError, RecursionError):
        return ""


class _Lines:
    """On which line of the file something stands, as far as it can be found there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next: dict[str, tuple[int, int]] = {}  # name → (where to look for its next header, line there)

    def of_header(self, name: str) -> int:
        """Line of the next header of that name."""
        start, line = self._next.get(name, (0, 1))
        match = re.compile(rb"(?:^|\n)" + re.escape(name.encode()) + rb":", re.I).search(
            self._data, start, 1 << 20
        )
        if match is None:
            return line
        line += self._data.count(b"\n", start, match.end())
        self._next[name] = match.end(), line
        return line

    def of(self, part: EmailMessage) -> int:
        """How many lines stand in front of the body of a part."""
        try:
            payload = part.get_payload()
        except Exception:
            return 0
        if not isinstance(payload, str):
            return 0
        first = next((line for line in payload.splitlines() if line.strip()), "")
        needle = first.encode("utf-8", "surrogateescape")[:200]
        at = self._data.find(needle) if needle else -1
        if at < 0:
            return 0
        skipped = payload[: payload.find(first)].count("\n")
        return max(self._data.count(b"\n", 0, at) - skipped, 0)


def _headers(builder: Builder, message: EmailMessage, lines: _Lines) -> None:
    for name in _SHOWN:
        for value in values_of(message, name):
            start = builder.begin("header")
            builder.add(f"{name}: {value}", 0, lines.of_header(name))
            builder.end(start)


def _plain(builder: Builder, text: str, at: int) -> None:
    """The text letter for letter, paragraphs as blocks."""
    lines = text.replace("\r\n", "\n").split("\n")
    start, first = -1, True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            if start >= 0:
                builder.end(start)
            start = -1
            continue
        if start < 0:
            start = builder.begin("quote" if line.startswith(">") else "paragraph")
        else:
            builder.add("\n", 0, at + number - 1)
        builder.add(line.rstrip("\r"), 0, at + number)
        first = False
    if start >= 0 and not first:
        builder.end(start)


def _append(builder: Builder, page: Builder, at: int) -> None:
    """The blocks of a page behind what is there."""
    text, marks = page.text(), page.marks
    group, place, link = 0, 0, 0
    for block in page.blocks:
        if block.kind not in ("row", "item") or (
            block.start >= 2 and text[block.start - 2 : block.start] == "\n\n"
        ):
            group += 1
        start = builder.begin(block.kind, group=group)
        cut = block.start
        while place < len(marks) and marks[place].start <= block.start:
            place += 1
        line = marks[place - 1].line if place else 1
        while cut < block.end:
            until = marks[place].start if place < len(marks) and marks[place].start < block.end else block.end
            builder.add(text[cut:until], 0, at + line)
            cut = until
            if until < block.end:
                line = marks[place].line
                place += 1
        builder.end(start)
        while link < len(page.links) and page.links[link].start < block.end:
            one = page.links[link]
            builder.link(start + one.start - block.start, start + one.end - block.start, one.target)
            link += 1
