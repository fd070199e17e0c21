"""Messages taken apart by the standard library, which raises many things on hostile ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import unescape
from typing import TYPE_CHECKING, Any

from .charset import text_of, whole

if TYPE_CHECKING:
    _Base = policy.EmailPolicy[EmailMessage]
else:
    _Base = policy.EmailPolicy

_MOST_HEADERS = 200
_MOST_PARTS = 1_000
_HEADER_CHARS = 4_000
MOST_LINES = 2_000_000
"""Lines of a message that are read: the standard library keeps each of them as an object."""
MOST_BOUNDARIES = 20_000
"""Lines that begin with two hyphens, as those between parts do."""


MOST_HEADER_LINES = 200_000
"""Lines of header fields, of the message and all its parts."""
MOST_TAGS = 300_000
"""Tags of a page in a message that are read."""
MOST_OF_A_FIELD = 2_000
"""Characters of a field about a part: the standard library takes quadratic time to parse it."""
MOST_OF_LONG_FIELDS = 100_000
"""Characters of all such fields of a message that are longer than `SHORT`; the others are cut to that."""
SHORT = 250
_MOST_KNOWN = 4_096
_BOUNDARY = re.compile(rb"\n--[^\r\n]")
_BLANK = re.compile(rb"\n\r?\n")


def bounded(data: bytes) -> tuple[bytes, str]:
    """(what of a message may be parsed, why the rest may not)."""
    data, parts = _until(data, b"\n--", MOST_BOUNDARIES, "parts")
    data, headers = _with_few_headers(data)
    data, lines = _until(data, b"\n", MOST_LINES, "lines")
    return data, " ".join(reason for reason in (parts, headers, lines) if reason)


def _until(data: bytes, mark: bytes, most: int, what: str) -> tuple[bytes, str]:
    if data.count(mark) <= most:
        return data, ""
    at = 0
    for _ in range(most):
        at = data.find(mark, at) + 1
    return data[:at], f"It has more than {most:,} {what}; the rest was left."


def _with_few_headers(data: bytes) -> tuple[bytes, str]:
    """Without the header fields that are too many; what stands behind those of the message is kept."""
    lines, start = 0, 0
    reason = f"It has more than {MOST_HEADER_LINES:,} lines of header fields; the rest was left."
    while True:
        blank = _BLANK.search(data, start)
        end = blank.start() if blank else len(data)
        here = data.count(b"\n", start, end)
        if lines + here > MOST_HEADER_LINES:
            at = start
            for _ in range(MOST_HEADER_LINES - lines):
                at = data.find(b"\n", at) + 1
            return data[:at] + (b"" if start else data[end:]), reason
        lines += here
        boundary = _BOUNDARY.search(data, max(end, start + 1))
        if boundary is None:
            return data, ""
        start = boundary.end()


def page_of(text: str) -> tuple[str, str]:
    """(what of a page in a message is read, why the rest is not)."""
    if text.count("<") <= MOST_TAGS:
        return text, ""
    at = -1
    for _ in range(MOST_TAGS):
        at = text.find("<", at + 1)
    return text[:at], f"Its page has more than {MOST_TAGS:,} tags; the rest was left."


@dataclass(slots=True)
class _Fields:
    """The fields about parts of one message: what may still be parsed of them, and what was."""

    room: int = field(default_factory=lambda: MOST_OF_LONG_FIELDS)
    cut: int = 0
    known: dict[tuple[str, str], Any] = field(default_factory=dict)

    def bounded(self, value: str) -> str:
        """As much of a field as may be parsed, up to the end of a parameter."""
        most = MOST_OF_A_FIELD if self.room > 0 else SHORT
        if len(value) <= SHORT:
            return value
        self.room -= min(len(value), most)
        if len(value) <= most:
            return value
        self.cut += 1
        return value[:most].rpartition(";")[0].rstrip("; \t\r\n") or value[:most]


class _Policy(_Base):
    """Parses the fields about parts in bounded time, and each of them once."""

    fields: _Fields

    def __init__(self, fields: _Fields) -> None:
        super().__init__(message_factory=EmailMessage)
        object.__setattr__(self, "fields", fields)  # a policy takes no attributes that it does not know

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name and the value of a field as it comes."""
        name, value = super().header_source_parse(sourcelines)
        return (name, self.fields.bounded(value)) if name.lower().startswith("content-") else (name, value)

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """The value as an object that knows its parameters."""
        known = self.fields.known
        found = known.get((name, value))
        if found is None:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            found = known[name, value] = super().header_fetch_parse(name, value)
        return found


def parsed(data: bytes) -> tuple[EmailMessage | None, str]:
    """(the message or None where it cannot be taken apart, what of its parts' fields was left)."""
    fields = _Fields()
    try:
        message = BytesParser(policy=_Policy(fields)).parsebytes(data)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError):
        return None, ""  # the parser of the standard library raises all of these on hostile headers
    if not fields.cut:
        return message, ""
    most = MOST_OF_A_FIELD if fields.room > 0 else SHORT
    reason = f"Fields about its parts have more than {most:,} characters; the rest of them was left."
    return message, reason


def header(message: EmailMessage, name: str) -> str:
    """The first value of a header as text, or an empty text."""
    values = values_of(message, name)
    return values[0] if values else ""


def values_of(message: EmailMessage, name: str) -> list[str]:
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
        return whole(str(make_header(decode_header(text))))
    except (HeaderParseError, ValueError, LookupError, UnicodeError, AssertionError, TypeError):
        return text


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


def body_of(message: EmailMessage) -> EmailMessage | None:
    """The part to read: plain text that says something, else HTML."""
    plain, html = None, None
    for part in _walk(message):
        if _is_attached(part) and part is not message:
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and plain is None and payload(part).strip():
            plain = part
        elif kind == "text/html" and html is None:
            html = part
    if plain is not None and html is not None:
        size = len(payload(plain))
        if size < 300 and size * 20 < len(payload(html)):
            return html  # "Your program does not show HTML"
    return plain if plain is not None else html


def attachments(message: EmailMessage) -> Iterator[EmailMessage]:
    """Parts that are files of their own: not the body, nor pictures shown in it."""
    body = body_of(message)
    for part in _walk(message):
        if part is body or part.get_content_maintype() == "multipart":
            continue
        if (
            _is_attached(part)
            or part.get_content_type() == "message/rfc822"
            or part.get_content_maintype() not in ("text", "image", "multipart")
        ):
            yield part


def payload(part: EmailMessage) -> bytes:
    """The bytes of a part, transfer encoding undone; none where that cannot be."""
    try:
        if part.get_content_type() == "message/rfc822":
            inner: Any = part.get_payload()
            return inner[0].as_bytes(policy=policy.compat32) if isinstance(inner, list) and inner else b""
        data = part.get_payload(decode=True)
    except Exception:  # the standard library raises what it likes on damaged parts
        return b""
    return data if isinstance(data, bytes) else b""


def decoded(part: EmailMessage) -> str:
    """The text of a part."""
    try:
        declared = part.get_content_charset() or ""
    except Exception:
        declared = ""
    return text_of(payload(part), declared)


def label_of(part: EmailMessage, number: int) -> str:
    """Name of a part, fit to be a member of a path of members."""
    try:
        name = part.get_filename() or ""
    except Exception:
        name = ""
    if not name:
        name = f"part{number}.eml" if part.get_content_type() == "message/rfc822" else f"part{number}"
    return "".join(char if char.isprintable() and char not in "!" else "?" for char in unescape(name)[:255])
