"""Going through the source of a page once, tag by tag, in time linear in its length.

The source is cut at every "<" (which is done in C), and what a tag means is remembered by its words, because
pages repeat few tags often. An end of a tag that a quote hides is looked for in a few pieces only, so that no
quote left open costs more than these.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from .html_tags import DROPPED, RAW, Tag, tag_of

_STEP = 1 << 20
_PIECES = 8  # that the value of an attribute may be spread over by "<" in it
_REMEMBERED = 20_000
_UNKNOWN = Tag("", False, "", False, False, True, {})

TakesTag = Callable[[Tag, int], None]
TakesText = Callable[[str, int], None]


def walk_html(source: str, on_tag: TakesTag, on_text: TakesText, on_raw: TakesText, deadline: float) -> int:
    """Give every tag and every stretch of text between them, each with its line from 1, in order.

    Text of `title` goes to `on_raw`; that of scripts, styles and their like, and comments, goes nowhere.
    Gives the number of characters that were read: fewer than there are where the deadline (of
    `time.monotonic`) passed.
    """
    state = _Walk(on_tag, on_text, on_raw)
    at, size = 0, len(source)
    while at < size:
        if monotonic() > deadline:
            return at
        end = min(at + _STEP, size)
        if end < size:
            cut = source.rfind("<", at + 1, end)
            end = cut if cut > at else end
        state.feed(source[at:end])
        at = end
    state.finish()
    return size


class _Walk:
    """What is remembered from one piece of the source to the next."""

    def __init__(self, on_tag: TakesTag, on_text: TakesText, on_raw: TakesText) -> None:
        self._tag, self._text, self._raw_text = on_tag, on_text, on_raw
        self._known: dict[str, Tag] = {}
        self._line = 1
        self._raw = ""  # name of the element, or "--" of the comment, that is being passed over
        self._open = ""  # the beginning of a tag whose end a quote hides
        self._pieces = 0
        self._began = 1  # line of it

    def feed(self, source: str) -> None:
        """Go on with the next piece; it begins with "<" or in the middle of text."""
        parts = source.split("<")
        line, known, on_tag, on_text = self._line, self._known, self._tag, self._text
        if parts[0]:
            self._plain(parts[0], line)
            line += parts[0].count("\n")
        for part in parts[1:]:
            if self._raw or self._open or part[:1] in ("!", "?"):
                self._special(part, line)
                line += part.count("\n")
                continue
            head, closed, data = part.partition(">")
            tag = known.get(head)
            if tag is None:
                tag = self._understand(head, closed, part, line)
            if tag is not _UNKNOWN:
                on_tag(tag, line)
                if tag.name in RAW and not tag.closes:
                    self._raw = tag.name
                if data:
                    if "\n" in head:
                        line += head.count("\n")
                    if self._raw:
                        self._plain(data, line)
                    else:
                        on_text(data, line)
                    line += data.count("\n")
                else:
                    line += head.count("\n")
            else:
                line += part.count("\n")
        self._line = line

    def finish(self) -> None:
        """The source is through; a quote that was never closed hides nothing."""
        while self._open and (end := self._open.find(">")) >= 0:
            self._give(end)
        self._open = ""

    def _plain(self, data: str, line: int) -> None:
        if self._raw == "title":
            self._raw_text(data, line)
        elif not self._raw:
            self._text(data, line)

    def _understand(self, head: str, closed: str, part: str, line: int) -> Tag:
        """The tag of this head; _UNKNOWN where it is text or goes on, which is then done here."""
        tag = tag_of(head)
        if tag is None:
            self._text(f"<{part}", line)  # "a < b"
            return _UNKNOWN
        if not closed or _quote_open(head):
            self._open, self._pieces, self._began = part, 1, line
            return _UNKNOWN
        if len(self._known) < _REMEMBERED and len(head) < 300:
            self._known[head] = tag
        return tag

    def _try_open(self) -> bool:
        """Whether the tag that was left open ends in what is there; if so it and what follows are given."""
        end = _end_of(self._open)
        if end < 0:
            return False
        self._give(end)
        return True

    def _give(self, end: int) -> None:
        whole, self._open = self._open, ""
        tag = tag_of(whole[:end])
        line = self._began
        if tag is not None:
            self._tag(tag, line)
            if tag.name in RAW and not tag.closes:
                self._raw = tag.name
        if rest := whole[end + 1 :]:
            self._line = line + whole.count("\n", 0, end)
            self.feed(rest)  # shorter by a tag each time; `feed` around this one keeps its own count of lines

    def _special(self, part: str, line: int) -> None:
        if self._open:
            self._pieces += 1
            self._open += f"<{part}"
            if not self._try_open() and (self._pieces >= _PIECES or len(self._open) > 65_536):
                end = self._open.find(">")  # the quote was never closed: the first ">" it is
                if end >= 0:
                    self._give(end)
                else:
                    self._open = ""
            return
        if self._raw == "--":
            end = part.find("-->")
            if end >= 0:
                self._raw = ""
                self._plain(part[end + 3 :], line + part.count("\n", 0, end))
            return
        if self._raw:
            name = self._raw
            if part[:1] == "/" and part[1 : 1 + len(name)].lower() == name:
                head, _, data = part.partition(">")
                self._raw = ""
                self._tag(Tag(name, True, "", False, False, False, {}), line)
                self._plain(data, line + head.count("\n"))
            elif name == "title":
                self._raw_text(f"<{part}", line)
            return
        if part.startswith("!--"):
            end = part.find("-->", 2)
            if end < 0 and not part.startswith(("!-->", "!--->")):
                self._raw = "--"
                return
            end = part.find(">", max(end, 0))
        else:
            end = part.find(">")  # <!doctype>, <?xml?>, <![CDATA[
        if end >= 0:
            self._plain(part[end + 1 :], line + part.count("\n", 0, end))


def _quote_open(head: str) -> bool:
    """Whether the head of a tag ends inside a quoted value."""
    odd = head.count('"') % 2 or head.count("'") % 2
    return bool(odd) and _end_of(f"{head}>") < 0


def _end_of(text: str) -> int:
    """Where the tag that `text` begins with ends, quotes minded, or -1."""
    at, size = 0, len(text)
    while at < size:
        end = text.find(">", at)
        if end < 0:
            return -1
        double, single = text.find('="', at, end), text.find("='", at, end)
        if double < 0 and single < 0:
            return end
        first = min(place for place in (double, single) if place >= 0)
        close = text.find(text[first + 1], first + 2)
        if close < 0:
            return -1
        at = close + 1
    return -1


def is_dropped(tag: Tag) -> bool:
    """Whether nothing inside is text of the page."""
    return tag.name in DROPPED
