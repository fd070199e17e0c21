"""Plain text, letter for letter."""

from __future__ import annotations

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.text import TextReader
from cybersecqwen.records import Limits

from .bytes_of import bytes_of
from .charset import text_of
from .interface import Document, DocumentReader


class PlainReader(DocumentReader):
    """The file itself, decoded: nothing is joined, dropped or made the same."""

    name = "text"

    def recognise(self, head: bytes, name: str) -> int:
        """See `DocumentReader.recognise`: any text will do, so it is never sure."""
        return TextReader().recognise(head, name)

    def read(self, blob: Blob, limits: Limits) -> Document:
        """See `DocumentReader.read`."""
        found = bytes_of(blob, limits, format=self.name)
        text = text_of(found.data)
        damage = list(found.damage)
        if len(text) > limits.document_chars:
            text = text[: limits.document_chars]
            reason = f"It has more than {limits.document_chars:,} characters; the rest was left."
            damage.append(blob.damage(reason, format=self.name))
        return Document(
            source=blob.source(format=self.name), text=text, sha256=found.sha256, damage=tuple(damage)
        )
