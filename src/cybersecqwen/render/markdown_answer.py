"""An answer as Markdown: lines between the heading and "About this result"."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cybersecqwen.records import Report

from .answer import answer_view
from .wording import percent

Say = Callable[[str], str]


def answer_lines(report: Report, title: str, say: Say) -> Iterator[str]:
    """The question, the answer, the passages as quotations and the sources."""
    view = answer_view(report)
    yield f"# {'Answer' if view.answered else 'No answer'}: {say(title or report.title)}"
    if view.options:
        yield from ("", "| | Option | Likely |", "|---|---|---|")
        for option in view.options:
            mark = "**" if option.chosen else ""
            yield (
                f"| {mark}{say(option.letter)}{mark} | {mark}{say(option.text)}{mark}"
                f" | {percent(option.share)} |"
            )
    for sentence in report.narrative:
        by = "" if sentence.writer == "csq" else f" *(written by {say(sentence.writer)})*"
        yield from ("", f"{say(sentence.text)}{by}")
    if view.answered and not view.options:
        yield from ("", f"{percent(view.support)} likely to answer the question")
    if view.passages:
        yield from ("", "## Passages")
        for number, one in enumerate(view.passages, 1):
            yield from (
                "",
                f"{number}. **{say(one.about)}**, {say(one.section)}",
                "",
                f"   > {say(one.text)}",
            )
    if report.citations:
        yield from ("", "## Sources", "")
        for cited in report.citations[:20]:
            where = f", {say(cited.url)}" if cited.url else ""
            yield f"- **{say(cited.id)}** {say(cited.name)} ({say(cited.source)}{where})"
