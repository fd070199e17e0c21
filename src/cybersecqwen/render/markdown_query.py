"""A query as Markdown: a section each for the query, how it was read, its checks, its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cybersecqwen.records import Report
from cybersecqwen.records.query import QueryResult

from .defang import safe_text
from .interface import Detail
from .markdown_text import fenced
from .query_layout import banner, parts

Say = Callable[[str], str]

_MARKS = {True: "✓ ", False: "**!** ", None: ""}


def query_lines(
    report: Report, query: QueryResult, title: str, detail: Detail, say: Say, quote: Say
) -> Iterator[str]:
    """The lines between the heading and "About this result"."""
    yield f"# {banner(query).capitalize()}: {say(title)}"
    for part in parts(query, detail):
        yield from ("", f"## {say(part.heading)}")
        if part.remark:
            yield from ("", say(part.remark))
        if part.code:
            yield from ("", *fenced(part.code.split("\n")))
        if part.lines:
            yield ""
        for line in part.lines:
            lead = f"**{say(line.lead)}** " if line.lead else ""
            body = quote(line.body) if line.code else say(line.body)
            note = f" ({say(line.note)})" if line.note else ""
            link = f" `{safe_text(line.link)}`" if line.link else ""
            yield f"- {_MARKS[line.good]}{lead}{body}{note}{link}"
