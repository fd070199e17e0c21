"""A page of sections as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .defang import safe_text
from .markdown_text import fenced
from .sections import Sections

Say = Callable[[str], str]

_MARKS = {True: "✓ ", False: "**!** ", None: ""}


def section_lines(told: Sections, title: str, say: Say, quote: Say) -> Iterator[str]:
    """The lines between the heading and "About this result"."""
    yield f"# {told.banner.capitalize()}: {say(title)}"
    for part in told.parts:
        level = f"{part.level.capitalize()}: " if part.level else ""
        yield from ("", f"## {level}{say(part.heading)}")
        if part.remark:
            yield from ("", say(part.remark))
        if part.code:
            yield from ("", *fenced(part.code.split("\n")))
        if part.lines:
            yield ""
        for line in part.lines:
            lead = f"**{say(line.lead)}** " if line.lead else ""
            body = quote(line.body) if line.code else say(line.body)
            box = "[ ] " if line.box else ""
            note = f" ({say(line.note)})" if line.note else ""
            link = f" `{safe_text(line.link)}`" if line.link else ""
            inset = "  " * line.depth
            yield f"{inset}- {box}{_MARKS[line.good]}{lead}{body}{note}{link}"
            if line.block:  # two further in, so that it belongs to the item
                yield from (one and f"{inset}  {one}" for one in fenced(line.block.split("\n")))
