"""Messages (RFC 5322, MIME): the headers that matter, the text, and the attachments as files of their own.

A page that a browser saved as one file (MHTML) is such a message too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import unescape
from typing import Any, BinaryIO

from cybersecqwen.inputs.interface import Blob, Budget
from cybersecqwen.inputs.lines import BLOCK
from cybersecqwen.records import Damage, Limits

from .building import Builder
from .bytes_of import Bytes, bytes_of
from .charset import text_of
from .dates import iso_date
from .html import host_of, read_page
from .interface import Document, DocumentReader

_SHOWN = ("From", "Reply-To", "Return-Path", "To", "Cc", "Received", "Subject", "Date")
_HEADER = re.compile(rb"(?:^|\n)([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]?", re.M)
_KNOWN = frozenset(
    b"from to subject date received return-path message-id mime-version content-type delivered-to reply-to "
    b"cc sender x-originating-ip received-spf dkim-signature authentication-results x-mailer "
    b"content-transfer-encoding arc-seal snapshot-content-location".split()
)
_MOST_HEADERS = 200
_MOST_PARTS = 1_000
_HEADER_CHARS = 4_000


class EmlReader(DocumentReader):
    """The headers From to Date as blocks of kind "header", then the body: plain text where it has one."""

    name = "eml"

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
        found = bytes_of(blob, limits, format=self.name)
        damage = list(found.damage)
        builder = Builder(limits)
        message = _parsed(found)
        if message is None:
            damage.append(blob.damage("Its parts nest too deep to be read.", format=self.name))
            return Document(
                source=blob.source(format=self.name), text="", sha256=found.sha256, damage=tuple(damage)
            )
        lines = _Lines(found.data)
        _headers(builder, message, lines)
        title, publisher, published = _header(message, "Subject"), "", iso_date(_header(message, "Date"))
        part = _body(message)
        if part is not None:
            text = _decoded(part)
            at = lines.of(part)
            if part.get_content_type() == "text/html":
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
        elif not any(True for _ in _attachments(message)):
            damage.append(blob.damage("The message has no text.", format=self.name))
        publisher = host_of(_header(message, "Snapshot-Content-Location")) or publisher or _address(message)
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

    def inside(self, blob: Blob, limits: Limits, depth: int) -> tuple[Blob | Damage, ...]:
        """See `DocumentReader.inside`: attachments and messages attached, except pictures of the text."""
        del depth
        found = bytes_of(blob, limits, format=self.name)
        message = _parsed(found)
        if message is None:
            return ()
        budget = blob.budget or Budget(limits)
        items: list[Blob | Damage] = []
        for number, part in enumerate(_attachments(message), 1):
            label = _label(part, number)
            inner = f"{blob.member}!{label}" if blob.member else label
            empty = Blob(path=blob.path, member=inner, opener=io.BytesIO)
            budget.members -= 1
            if budget.members < 0:
                reason = f"The message has more than {limits.members:,} parts; the rest was left."
                items.append(blob.damage(reason, format=self.name))
                break
            data = _payload(part)
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


def _parsed(found: Bytes) -> EmailMessage | None:
    try:
        return BytesParser(policy=policy.default).parsebytes(found.data)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError):
        return None  # the parser of the standard library raises all of these on hostile headers


def _header(message: EmailMessage, name: str) -> str:
    values = _values(message, name)
    return values[0] if values else ""


def _values(message: EmailMessage, name: str) -> list[str]:
    """All values of a header as text, unfolded; the raw text where the standard library cannot parse it."""
    found = []
    try:
        raw = [value for key, value in message.raw_items() if key.lower() == name.lower()]
    except Exception:
        return []
    for value in raw[:_MOST_HEADERS]:
        text = str(value)[:_HEADER_CHARS]
        if "=?" in text:
            text = _words(text)
        found.append(" ".join(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split()))
    return found


def _words(text: str) -> str:
    """Encoded words of RFC 2047 resolved; as it stands where they are damaged."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, ValueError, LookupError, UnicodeError, AssertionError, TypeError):
        return text


def _address(message: EmailMessage) -> str:
    from email.utils import parseaddr

    try:
        return parseaddr(_header(message, "From"))[1][:200]
    except (ValueError, IndexError, TypeError, RecursionError):
        return ""


class _Lines:
    """On which line of the file something stands, as far as it can be found there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._from = 0

    def of_header(self, name: str) -> int:
        """Line of the next header of that name."""
        match = re.compile(rb"(?:^|\n)" + re.escape(name.encode()) + rb":", re.I).search(
            self._data, self._from, 1 << 20
        )
        return self._data.count(b"\n", 0, match.start() + 1) + 1 if match else 1

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
        for value in _values(message, name):
            start = builder.begin("header")
            builder.add(f"{name}: {value}", 0, lines.of_header(name))
            builder.end(start)


def _walk(message: EmailMessage) -> Iterator[EmailMessage]:
    """Parts of the message, not those of messages attached to it."""
    stack, count = [message], 0
    while stack and count < _MOST_PARTS:
        part = stack.pop()
        count += 1
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            below: Any = part.get_payload()
            stack += [one for one in reversed(below) if isinstance(one, EmailMessage)]


def _is_attached(part: EmailMessage) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except Exception:
        return False


def _body(message: EmailMessage) -> EmailMessage | None:
    """The part to read: plain text that says something, else HTML."""
    plain, html = None, None
    for part in _walk(message):
        if _is_attached(part) and part is not message:
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and plain is None and _payload(part).strip():
            plain = part
        elif kind == "text/html" and html is None:
            html = part
    if (
        plain is not None
        and html is not None
        and len(_payload(plain)) * 20 < len(_payload(html))
        and len(_payload(plain)) < 300
    ):
        return html  # "Your program does not show HTML"
    return plain if plain is not None else html


def _attachments(message: EmailMessage) -> Iterator[EmailMessage]:
    body = _body(message)
    for part in _walk(message):
        if part is body or part.get_content_maintype() == "multipart":
            continue
        if (
            _is_attached(part)
            or part.get_content_type() == "message/rfc822"
            or part.get_content_maintype() not in ("text", "image", "multipart")
        ):
            yield part


def _payload(part: EmailMessage) -> bytes:
    try:
        if part.get_content_type() == "message/rfc822":
            inner: Any = part.get_payload()
            return inner[0].as_bytes(policy=policy.compat32) if isinstance(inner, list) and inner else b""
        data = part.get_payload(decode=True)
    except Exception:  # the standard library raises what it likes on damaged parts
        return b""
    return data if isinstance(data, bytes) else b""


def _decoded(part: EmailMessage) -> str:
    try:
        declared = part.get_content_charset() or ""
    except Exception:
        declared = ""
    return text_of(_payload(part), declared)


def _label(part: EmailMessage, number: int) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:
        name = ""
    if not name:
        name = f"part{number}.eml" if part.get_content_type() == "message/rfc822" else f"part{number}"
    return "".join(char if char.isprintable() and char not in "!" else "?" for char in unescape(name)[:255])


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
