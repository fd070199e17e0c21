"""Texts of sources as passages: without markup and citations, short enough to be read and quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .interface import Entity, Passage

LONGEST = 1_200
"""Characters of a passage at most."""

_AIM = 600  # characters of a passage that is cut from a longer paragraph
_TEXT = 40_000
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(https?://[^()\s]{1,300}(?:\([^()\s]{0,80}\)[^()\s]{0,200})?\)")
_CITATION = re.compile(r"\(Citation: [^()]{1,200}(?:\([^()]{0,100}\)[^()]{0,100})?\)")
_PARAMETER = re.compile(r"\{\{ ?insert: ?param, ?[^{}]{1,80}\}\}")  # of OSCAL: what an organisation fills in
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:]{0,20}(?:\s[^<>]{0,200})?/?>")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(\[])")


def plain(markup: str) -> str:
    """Text without links, citations and tags, with single spaces."""
    text = _CITATION.sub("", _LINK.sub(r"\1", markup[:_TEXT]))
    text = _PARAMETER.sub("[as defined]", text)
    return " ".join(_TAG.sub(" ", text).replace("**", "").split())


def sentences(text: str) -> list[str]:
    """A plain text cut after its sentences."""
    return [part.strip() for part in _END.split(text) if part.strip()]


def pieces(markup: str) -> Iterator[str]:
    """Paragraphs of a text; those that are too long in parts of whole sentences."""
    for paragraph in markup[:_TEXT].splitlines():
        text = plain(paragraph).strip(" *•-")
        if len(text) <= _AIM:
            if len(text) > 2:
                yield text
            continue
        part = ""
        for sentence in sentences(text):
            if part and len(part) + len(sentence) > _AIM:
                yield part
                part = ""
            part = f"{part} {sentence}".strip()
            while len(part) > LONGEST:
                yield part[:LONGEST]
                part = part[LONGEST:]
        if part:
            yield part


def passages_of(entity: str, section: str, texts: Iterable[str], other: str = "") -> Iterator[Passage]:
    """One passage per piece of the texts."""
    for text in texts:
        for piece in pieces(text):
            yield Passage(entity=entity, section=section, other=other, text=piece)


def descriptions(entities: Iterable[Entity]) -> Iterator[Passage]:
    """The descriptions of entities as passages."""
    for entity in entities:
        if entity.text and entity.status != "revoked" and entity.type != "analytic":  # told by its strategy
            yield from passages_of(entity.id, "description", [entity.text])
