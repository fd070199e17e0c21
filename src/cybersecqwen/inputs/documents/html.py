"""HTML pages: the article of the page, without what stands around it."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable
from time import monotonic
from urllib.parse import urlsplit

from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.lines import as_utf8
from cybersecqwen.records import Damage, Limits

from .building import Builder
from .bytes_of import bytes_of
from .charset import text_of
from .dates import iso_date
from .html_article import article
from .html_blocks import Collector, Found
from .html_tags import Tag
from .html_walk import walk_html
from .interface import Document, DocumentReader

_SENTENCE = 80
"""Characters of hidden text from which on it is told."""
_BEGIN = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?(?:<!doctype\s{1,9}html|<html[\s>]|<head[\s>]|<body[\s>])",
    re.I | re.S,
)
_TAGS = re.compile(rb"</(?:p|div|span|a|li|h[1-6]|table|td|b|strong|em|article|section|ul|script)>", re.I)
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.I)
_PUBLISHED = re.compile(r"\"datePublished\"\s{0,9}:\s{0,9}\"([^\"]{4,40})\"")
_DATE_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "pubdate",
    "publishdate",
    "publish-date",
    "sailthru.date",
    "parsely-pub-date",
)


class HtmlReader(DocumentReader):
    """What a person sees of the article of a page."""

    name = "html"

    def recognise(self, head: bytes, name: str) -> int:
        """See `DocumentReader.recognise`."""
        text = as_utf8(head)
        if _BEGIN.match(text[:8_192]):
            return 90
        if text.lstrip()[:1] != b"<" and not name.lower().endswith((".html", ".htm", ".xhtml")):
            return 0
        if len(_TAGS.findall(text)) >= 2:
            return 60
        return 30 if name.lower().endswith((".html", ".htm", ".xhtml")) and b"\x00" not in text else 0

    def read(self, blob: Blob, limits: Limits) -> Document:
        """See `DocumentReader.read`."""
        found = bytes_of(blob, limits, format=self.name)
        declared = _CHARSET.search(found.data, 0, 8_192)
        source = text_of(found.data, declared[1].decode("latin-1") if declared else "")
        page = read_page(source, limits)
        damage = [
            *found.damage,
            *(
                blob.damage(one, record=line, format=self.name, records=count)
                for one, line, count in page.damage
            ),
        ]
        return page.document(blob, found.sha256, damage, self.name)


class Page:
    """A page that was read."""

    def __init__(self, limits: Limits) -> None:
        self.builder = Builder(limits)
        self.title = ""
        self.publisher = ""
        self.published = ""
        self.damage: list[tuple[str, int, int]] = []
        """(reason, line, how many)"""

    def document(self, blob: Blob, sha256: str, damage: Iterable[Damage], format: str) -> Document:
        """The document of it."""
        builder = self.builder
        return Document(
            source=blob.source(format=format),
            text=builder.text(),
            marks=tuple(builder.marks),
            blocks=tuple(builder.blocks),
            links=tuple(builder.links),
            title=self.title,
            publisher=self.publisher,
            published=self.published,
            sha256=sha256,
            damage=tuple(damage),
        )


def read_page(source: str, limits: Limits) -> Page:
    """The article of a page from its source; never raises."""
    # Millions of small objects without cycles: looking for cycles among them is 40 % of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _read_page(source, limits)
    finally:
        if collecting:
            gc.enable()


def _read_page(source: str, limits: Limits) -> Page:
    page, collector = Page(limits), Collector()
    began = monotonic()
    # Half of the time for the source, the rest for what was found in it.
    half = began + limits.document_seconds / 2
    size = walk_html(source, collector.on_tag, collector.on_text, collector.on_raw, half)
    collector.end()
    if size < len(source):
        left = len(source) - size
        reason = f"Reading was ended after {limits.document_seconds / 2:g} s; {left:,} characters were left."
        page.damage.append((reason, source.count("\n", 0, size) + 1, 1))
    if collector.hidden_chars > _SENTENCE:
        reason = f"{collector.hidden_chars:,} characters that a browser does not show were left out."
        page.damage.append((reason, collector.hidden_line, max(collector.hidden_count, 1)))
    _facts(page, collector.metas, source)
    blocks, _ = article(collector.blocks)
    heading = next((block for block in blocks if block.kind == "heading"), None)
    page.title = page.title or " ".join(collector.title_text().split())[:500]
    if not page.title and heading is not None:
        page.title = heading.text[:500]
    for number, block in enumerate(blocks):
        if not number & 0xFFF and monotonic() > began + max(limits.document_seconds, 1):
            left = len(blocks) - number
            reason = f"Reading was ended after {limits.document_seconds} s; {left:,} blocks were left."
            page.damage.append((reason, block.lines[0][1] if block.lines else 0, 1))
            break
        if page.builder.full:
            reason = f"It has more than {limits.document_chars:,} characters of text; the rest was left."
            page.damage.append((reason, block.lines[0][1] if block.lines else 0, 1))
            break
        _add(page.builder, block, "title" if block is heading else block.kind)
    return page


def _add(builder: Builder, block: Found, kind: str) -> None:
    start = builder.begin(kind, group=block.group)
    places = block.lines or [(0, 1)]
    ends = [at for at, _ in places[1:]] + [len(block.text)]
    first = 0
    for (_, line), end in zip(places, ends, strict=True):
        if end > first:
            builder.add(block.text[first:end], 0, line)
            first = end
    builder.end(start)
    for begin, end, target in block.links:
        if not target.lower().startswith(("javascript:", "data:")) and target != "#":
            builder.link(start + begin, start + end, target)


def _facts(page: Page, tags: list[tuple[Tag, int]], source: str) -> None:
    said: dict[str, str] = {}
    times: list[str] = []
    for tag, _ in tags:
        found = tag.attributes
        if tag.name == "meta":
            key = (found.get("property") or found.get("name") or found.get("itemprop") or "").lower()
            said.setdefault(key, found.get("content", "").strip())
        elif tag.name == "link" and "canonical" in found.get("rel", "").lower().split():
            said.setdefault("canonical", found.get("href", ""))
        elif tag.name == "base":
            said.setdefault("base", found.get("href", ""))
        elif tag.name == "time" and found.get("datetime"):
            times.append(found["datetime"])
    page.title = " ".join((said.get("og:title") or said.get("twitter:title") or "").split())[:500]
    for key in ("canonical", "og:url", "base"):
        if host := host_of(said.get(key, "")):
            page.publisher = host
            break
    else:
        page.publisher = (said.get("author") or said.get("og:site_name") or "")[:200]
    candidates = [said[name] for name in _DATE_NAMES if said.get(name)]
    if match := _PUBLISHED.search(source, 0, 2_000_000):
        candidates.append(match[1])
    page.published = next((day for day in map(iso_date, candidates + times[:1]) if day), "")


def host_of(address: str) -> str:
    """Host of an absolute address in lower case, or ""."""
    try:
        parts = urlsplit(address.strip())
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
