"""From paths to one analysis for each document."""

from __future__ import annotations

from dataclasses import dataclass, field

from cybersecqwen.errors import NothingAnalysedError
from cybersecqwen.inputs.documents import Document
from cybersecqwen.records import Damage, Problem
from cybersecqwen.tasks.interface import Request, Tools

from .analysis import Analysis, analyse, has_words
from .instruments import Instruments
from .options import IntelOptions
from .planted import gives_orders

MOST_DOCUMENTS = 2_000
"""Documents of one run; more are named as not read."""
_SENTENCE_CHARS = 400
_ORDER_CHARS = 200_000
"""Of a text, how much is searched for orders to its reader: nothing follows them, wherever they stand."""


@dataclass(slots=True)
class Reading:
    """What was read."""

    analyses: list[Analysis] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(request: Request, tools: Tools, options: IntelOptions) -> Reading:
    """Every document of the request.

    Raises:
        InputError: A path is missing or may not be read.
        NothingAnalysedError: No document holds any text.
    """
    from cybersecqwen.inputs.documents.open import open_documents

    reading = Reading()
    instruments = Instruments(tools.store, options.domain)
    seen: dict[str, str] = {}
    for one in open_documents(request.paths, tools.limits, stdin=request.stdin):
        if isinstance(one, Damage):
            reading.damage.append(one)
            continue
        reading.damage.extend(one.damage)
        if not has_words(one.text):
            if not one.damage:
                reading.damage.append(Damage(source=one.source, reason="It holds no text."))
            continue
        if one.sha256 and one.sha256 in seen:
            message = f"It is the same document as {seen[one.sha256]} and was read once."
            reading.problems.append(Problem(stage="read", message=message, subject=str(one.source)))
            continue
        if len(reading.analyses) >= MOST_DOCUMENTS:
            reason = f"It is one document too many; the bound is {MOST_DOCUMENTS:,}."
            reading.damage.append(Damage(source=one.source, reason=reason))
            continue
        seen[one.sha256] = str(one.source)
        tools.progress(f"Reading {one.source}", len(reading.analyses), 0)
        analysis = analyse(one, f"d{len(reading.analyses) + 1}", instruments)
        reading.analyses.append(analysis)
        reading.problems += analysis.problems
        reading.problems += _orders(one)
    if not reading.analyses:
        raise NothingAnalysedError(_nothing(reading.damage), hint=_hint(reading.damage))
    return reading


def _nothing(damage: list[Damage]) -> str:
    if not damage:
        return "There is nothing to analyse."
    first = damage[0]
    more = f" ({len(damage) - 1:,} more could not be read either)" if len(damage) > 1 else ""
    return f"There is nothing to analyse: {first.source}: {first.reason}{more}"


def _hint(damage: list[Damage]) -> str:
    reasons = " ".join(one.reason for one in damage[:5]).lower()
    if "image" in reasons and "text" in reasons:
        return "Run it through text recognition first, for example ocrmypdf."
    if "encrypted" in reasons:
        return "Save a copy without a password first, for example with qpdf --decrypt."
    return "Reports may be text, Markdown, HTML, PDF, DOCX or EML."


def _orders(document: Document) -> list[Problem]:
    """Text that tells its reader what to judge; it changes nothing, and the reader should know."""
    from cybersecqwen.specialists.sentences import sentences

    count, first = 0, -1
    for start, end in sentences(document.text[:_ORDER_CHARS]):
        if gives_orders(document.text[start : min(end, start + _SENTENCE_CHARS)]):
            count += 1
            first = start if first < 0 else first
    if not count:
        return []
    page, line = document.place(first)
    where = f"page {page}, line {line}" if page else f"line {line}"
    message = f"It holds text that gives orders to whoever reads it ({where}); nothing was done about them."
    return [Problem(stage="read", message=message, subject=str(document.source), count=count)]
