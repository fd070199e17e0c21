"""From tags and text to blocks of a page, each with what it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import unescape

from .html_tags import ASIDES, BLOCKS, CONTAINERS, DROPPED, ENDS_FOREIGN, FOREIGN, VOID, Tag

_DEEPEST = 512
"""Elements on the stack; what nests deeper is read as if it stood in the last of them."""
_INVISIBLE = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None}
"""Soft hyphen, zero-width space, word joiner, byte order mark: not seen, and they cut indicators."""
_CLOSED_BY_NEXT = frozenset(["p", "li", "dt", "dd", "tr", "td", "th", "option"])


@dataclass(slots=True)
class Found:
    """A block of a page."""

    kind: str
    region: str
    """Kind of boilerplate that it stands in, or ""."""
    main: bool
    """It stands in the element of the article."""
    group: int
    """Number of the list or table that it is a part of."""
    text: str = ""
    lines: list[tuple[int, int]] = field(default_factory=list)
    """(offset in the text, line of the source)"""
    links: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def linked(self) -> int:
        """Characters of its text that are links."""
        return sum(end - start for start, end, _ in self.links)


@dataclass(slots=True)
class _Frame:
    name: str
    region: str
    hidden: bool
    dropped: bool
    main: bool
    around: _Block | None = None
    """The block that goes on behind the element, whose own text is no part of it."""


@dataclass(slots=True)
class _Block:
    """A block that is not through."""

    kind: str = "paragraph"
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    space: bool = False
    line: int = 0
    lines: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[int, int, str]] = field(default_factory=list)
    link: tuple[int, str] | None = None
    pre: int = 0
    row: bool = False
    groups: list[int] = field(default_factory=lambda: [0])


class Collector:
    """Takes what `walk_html` gives."""

    def __init__(self) -> None:
        self.blocks: list[Found] = []
        self.title = ""
        self.metas: list[tuple[Tag, int]] = []
        """`meta`, `link`, `base` and `time` tags, at most 1,000."""
        self.hidden_chars = 0
        self.hidden_line = 0
        """Where the first hidden text stands."""
        self.hidden_count = 0
        self._stack: list[_Frame] = [_Frame("", "", False, False, False)]
        self._top = self._stack[0]
        self._open: dict[str, int] = {}  # how often a name stands on the stack
        self._foreign = 0  # drawings and formulas on the stack
        self._lists = 0
        self._go_on(_Block())

    def _go_on(self, block: _Block) -> None:
        self._kind, self._pieces, self._size = block.kind, block.pieces, block.size
        self._space, self._line, self._lines = block.space, block.line, block.lines
        self._links, self._link = block.links, block.link
        self._pre, self._row, self._groups = block.pre, block.row, block.groups

    def _put_aside(self) -> _Block:
        """The block that is being put together; another one is begun, for text that is no part of it."""
        block = _Block(
            kind=self._kind,
            pieces=self._pieces,
            size=self._size,
            space=self._space,
            line=self._line,
            lines=self._lines,
            links=self._links,
            link=self._link,
            pre=self._pre,
            row=self._row,
            groups=self._groups,
        )
        link = (0, self._link[1]) if self._link is not None else None
        self._go_on(_Block(link=link, groups=[self._groups[-1]]))
        return block

    def on_raw(self, data: str, line: int) -> None:
        """Text of the page's title."""
        if len(self.title) < 1_000:
            self.title += data[:1_000]

    def title_text(self) -> str:
        """The page's title, entities resolved."""
        return unescape(self.title)

    def on_text(self, data: str, line: int) -> None:
        """Text between two tags."""
        top = self._top
        if top.dropped:
            return
        if not self._pre and data.isspace():
            self._space = True
            return
        if "&" in data:
            data = unescape(data)
        if top.hidden:
            if data.strip():
                self.hidden_line = self.hidden_line or line
                self.hidden_chars += len(data.strip())
            return
        if not data.isascii():
            data = data.translate(_INVISIBLE)
        if self._pre:
            self._verbatim(data, line)
        elif "\n" in data:
            for number, piece in enumerate(data.split("\n")):
                if number:
                    self._space = True
                if piece:
                    self._words(piece, line + number)
        elif data:
            self._words(data, line)

    def _words(self, data: str, line: int) -> None:
        words = data.split()
        if not words:
            self._space = True
            return
        text = " ".join(words)
        if self._size and (self._space or data[0].isspace()) and self._pieces[-1] != "\t":
            text = f" {text}"
        self._space = data[-1].isspace()
        if line != self._line:
            self._line = line
            self._lines.append((self._size + (text[0] == " "), line))
        self._pieces.append(text)
        self._size += len(text)

    def _verbatim(self, data: str, line: int) -> None:
        if not self._size and data.startswith(("\n", "\r\n")):
            data, line = data.partition("\n")[2], line + 1  # HTML drops the first line end of `pre`
        for number, piece in enumerate(data.replace("\r\n", "\n").split("\n")):
            if number:
                self._pieces.append("\n")
                self._size += 1
            if piece:
                self._lines.append((self._size, line + number))
                self._line = line + number
                self._pieces.append(piece)
                self._size += len(piece)

    def on_tag(self, tag: Tag, line: int) -> None:
        """One tag."""
        name = tag.name
        if self._foreign and name in ENDS_FOREIGN and not tag.closes:
            while self._foreign:
                self._drop()
        if tag.quiet and not self._open.get(name):
            if self._foreign and name != "tspan":
                self._space = True  # texts of a drawing stand where they are put
            return
        if tag.closes:
            self._close(name)
            return
        if name in ("meta", "link", "base", "time") and len(self.metas) < 1_000:
            self.metas.append((tag, line))
        if name in VOID:
            if name == "br":
                self._break()
            elif name == "hr":
                self.flush()
            return
        if name in _CLOSED_BY_NEXT and self._top.name == name:
            self._pop()
        if name in BLOCKS or name in ("td", "th"):
            self._block(name)
        elif name == "a" and not self._top.dropped and not self._top.hidden:
            self._end_link()
            if target := tag.attributes.get("href"):
                self._link = (self._size, target)
        if name in CONTAINERS or tag.region or tag.hidden or tag.main or name in DROPPED:
            self._push(tag)

    def _push(self, tag: Tag) -> None:
        if len(self._stack) >= _DEEPEST:
            return
        above = self._top
        region = above.region or tag.region
        if tag.name == "header" and (above.main or region != "header"):
            region = above.region  # the header of an article holds its title
        hidden = tag.hidden and not above.hidden and not above.dropped
        self.hidden_count += hidden
        self._top = _Frame(
            tag.name,
            "" if tag.main and region in ("aside", "header") else region,
            above.hidden or tag.hidden,
            above.dropped or tag.name in DROPPED,
            above.main or tag.main,
            self._put_aside() if tag.name in ASIDES and not above.dropped else None,
        )
        self._foreign += tag.name in FOREIGN
        self._stack.append(self._top)
        self._open[tag.name] = self._open.get(tag.name, 0) + 1

    def _pop(self) -> None:
        self.flush()
        self._drop()

    def _drop(self) -> None:
        around = self._top.around
        if around is not None:
            self.flush()
        name = self._stack.pop().name
        self._open[name] -= 1
        self._foreign -= name in FOREIGN
        self._top = self._stack[-1]
        if around is not None:
            self._go_on(around)

    def end(self) -> None:
        """The page is through: end all that is open."""
        while len(self._stack) > 1:
            self._pop()
        self.flush()

    def _close(self, name: str) -> None:
        if name == "a":
            self._end_link()
        if name in BLOCKS:
            self._block_end(name)
        if not self._open.get(name):
            return
        stack = self._stack
        for back in range(1, min(len(stack), 32)):
            if stack[-back].name == name:
                if name not in BLOCKS and not (
                    stack[-back].hidden or stack[-back].dropped or stack[-back].region
                ):
                    return
                for _ in range(back):
                    if name in BLOCKS:
                        self._pop()
                    else:
                        self._drop()
                return

    def _block(self, name: str) -> None:
        if self._top.dropped:
            return
        if name in ("td", "th"):
            if self._row and self._size:
                self._end_link()
                self._pieces.append("\t")
                self._size += 1
                self._space = False
            return
        if self._in_cell() and name in ("p", "div", "section", "ul", "li", "pre"):
            self._space = True  # a cell of several paragraphs stays in its row
            return
        self.flush()
        self._kind = BLOCKS[name]
        if name in ("ul", "ol", "table"):
            self._lists += 1
            if len(self._groups) < _DEEPEST:
                self._groups.append(self._lists)
        self._row = name == "tr" or (self._row and name in ("tbody", "thead", "tfoot"))
        if name == "pre":
            self._pre += 1
        if name == "h1":
            self._kind = "heading"

    def _in_cell(self) -> bool:
        """Whether a row goes on; a long first cell is the layout of a page, not a table."""
        return self._row and self._size > 0 and ("\t" in self._pieces or self._size < 200)

    def _block_end(self, name: str) -> None:
        if self._top.dropped and name not in ("pre", "table", "ul", "ol"):
            return
        if self._row and name in ("p", "div", "section", "ul", "li", "pre"):
            self._space = True
            if name == "pre":
                self._pre = max(self._pre - 1, 0)
            return
        self.flush()
        if name == "pre":
            self._pre = max(self._pre - 1, 0)
        elif name in ("ul", "ol", "table") and len(self._groups) > 1:
            self._groups.pop()
        if name in ("tr", "table"):
            self._row = False
        self._kind = "paragraph"

    def _break(self) -> None:
        if self._top.dropped or self._top.hidden or not self._size:
            return
        if self._row:
            self._space = True
            return
        self._pieces.append("\n")
        self._size += 1
        self._space = False

    def _end_link(self) -> None:
        if self._link is not None:
            start, target = self._link
            self._link = None
            if self._size > start:
                self._links.append((start, self._size, target))

    def flush(self) -> None:
        """End the block that is being put together."""
        if not self._size:  # spaces at most; an open link goes on
            self._space, self._line = False, 0
            if self._link is not None:
                self._link = (0, self._link[1])
            return
        target = self._link[1] if self._link is not None else ""
        self._end_link()
        self._finish()
        if target:
            self._link = (0, target)
        self._pieces, self._size, self._lines, self._links = [], 0, [], []
        self._space, self._line = False, 0

    def _finish(self) -> None:
        text = "".join(self._pieces)
        kind = self._kind
        if kind == "code":
            text = text.rstrip()
        else:
            if kind == "row" and "\t" not in text:
                kind = "paragraph"
            text = text.rstrip(" \n")
        if not text.strip():
            return
        top = self._top
        group = self._groups[-1]
        found = Found(kind, top.region, top.main, group, text, self._lines)
        for start, end, where in self._links:
            while start < end and text[start : start + 1].isspace():
                start += 1
            if start < min(end, len(text)):
                found.links.append((start, min(end, len(text)), where))
        self.blocks.append(found)
