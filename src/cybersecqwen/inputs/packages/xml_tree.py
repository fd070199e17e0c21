"""XML manifests: a small tree with the line of every element, read with defusedxml.

Entities and document types are refused, so that nothing expands and nothing is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.records import Limits

ELEMENTS = 500_000
"""Elements of one file: an SBOM of 50,000 components with ten elements each."""
_TEXT_CHARS = 4_096


@dataclass(slots=True)
class Element:
    """One element, names without their namespace."""

    tag: str
    line: int
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""
    """Its own text, without space around it; bounded."""
    _first: dict[str, Element] | None = None
    """First child by name, made when one is asked for: some are asked by every dependency of a file."""

    def child(self, tag: str) -> Element | None:
        """The first child of that name; ask only when the tree is whole."""
        if self._first is None:
            self._first = {}
            for one in self.children:
                self._first.setdefault(one.tag, one)
        return self._first.get(tag)

    def all(self, tag: str) -> list[Element]:
        """All children of that name."""
        return [one for one in self.children if one.tag == tag]

    def text_of(self, tag: str) -> str:
        """The text of the first child of that name, or ""."""
        one = self.child(tag)
        return one.text if one is not None else ""


def xml_of(text: str, what: str, limits: Limits) -> Element:
    """The outermost element.

    Raises:
        InputError: It is not well formed, or has entities or a document type.
        LimitError: It nests too deep or has too many elements.
    """
    from xml.sax import SAXException
    from xml.sax.handler import ContentHandler

    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import make_parser

    parser = make_parser()
    builder = _Builder(what, limits, parser)

    class Handler(ContentHandler):
        """Hands on to the builder; here, because its base is imported on first use."""

        def startElement(self, name: str, attrs: Any) -> None:
            """See `ContentHandler.startElement`."""
            builder.start(name, dict(attrs.items()))

        def endElement(self, name: str) -> None:
            """See `ContentHandler.endElement`."""
            del name
            builder.end()

        def characters(self, content: str) -> None:
            """See `ContentHandler.characters`."""
            builder.characters(content)

    body = _undeclared(text, what)
    builder.shift = text.count("\n", 0, len(text) - len(body))
    parser.setContentHandler(Handler())
    parser.forbid_dtd = True
    try:
        # In one piece: a token that goes over many pieces is scanned anew for each of them.
        parser.feed(body.encode("utf-8", "replace"))
        parser.close()
    except DefusedXmlException as error:
        raise InputError(f"The {what} has a document type or entities, which are not read.") from error
    except (SAXException, ValueError) as error:
        raise InputError(f"The {what} is not well-formed XML or is cut off.") from error
    if builder.root is None:
        raise InputError(f"The {what} holds no element.")
    return builder.root


def _undeclared(text: str, what: str) -> str:
    """What stands behind the declaration: the text is UTF-8 by now, whatever encoding it names."""
    body = text.lstrip()
    if body.startswith("<?xml"):
        end = body.find("?>", 0, _TEXT_CHARS)
        body = body[end + 2 :].lstrip() if end >= 0 else body
        if body.startswith("<?xml"):
            raise InputError(
                f"The {what} is not well-formed XML: its declaration does not end or is not alone."
            )
    return body


class _Builder:
    def __init__(self, what: str, limits: Limits, parser: Any) -> None:
        self.root: Element | None = None
        self.shift = 0
        self._what = what
        self._parser = parser
        self._depth = limits.json_depth
        self._left = ELEMENTS
        self._open: list[Element] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._left -= 1
        if len(self._open) >= self._depth:
            raise LimitError(f"The {self._what} nests deeper than {self._depth} levels.")
        if self._left < 0:
            raise LimitError(f"The {self._what} has over {ELEMENTS:,} elements.")
        line = int(self._parser.getLineNumber() or 1) + self.shift
        element = Element(name.rpartition(":")[2], line, attributes)
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def end(self) -> None:
        element = self._open.pop()
        element.text = element.text.strip()

    def characters(self, content: str) -> None:
        if self._open and len(self._open[-1].text) < _TEXT_CHARS:
            self._open[-1].text += content[:_TEXT_CHARS]
