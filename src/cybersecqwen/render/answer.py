"""What an answer (`csq ask`) shows in every format, read from the report with nothing taken for granted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cybersecqwen.records import Report

_ITEMS = 30  # options, passages


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One option of a multiple-choice question."""

    letter: str
    text: str
    share: float
    """Its probability, 0 to 1."""
    chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoted:
    """One passage."""

    about: str
    """Identifier and name, and those of the second entity."""
    section: str
    text: str
    source: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerView:
    """An answer, ready to be laid out."""

    answered: bool
    """False for "not in my sources"."""
    support: float
    """The chance that the answer is right, 0 to 1."""
    options: tuple[Option, ...]
    passages: tuple[Quoted, ...]

    @property
    def chosen(self) -> Option | None:
        """The option that was chosen; None for an open question."""
        return next((option for option in self.options if option.chosen), None)


def is_answer(report: Report) -> bool:
    """Whether the report answers a question: it has no verdict to show."""
    return report.task == "ask"


def answer_view(report: Report) -> AnswerView:
    """The answer in a report."""
    extra = report.extra
    return AnswerView(
        answered=bool(extra.get("answered")),
        support=_share(extra.get("support", report.confidence)),
        options=tuple(
            Option(
                letter=_text(one, "letter"),
                text=_text(one, "text"),
                share=_share(one.get("probability")),
                chosen=bool(one.get("chosen")),
            )
            for one in _mappings(extra.get("options"))
        ),
        passages=tuple(_quoted(one) for one in _mappings(extra.get("passages"))),
    )


def _quoted(one: Mapping[str, Any]) -> Quoted:
    first = _named(_text(one, "id"), _text(one, "name"))
    other = _named(_text(one, "other"), _text(one, "other_name"))
    return Quoted(
        about=f"{first} · {other}" if other else first,
        section=_text(one, "section"),
        text=_text(one, "text"),
        source=_text(one, "source"),
        url=_text(one, "url"),
    )


def _named(id: str, name: str) -> str:
    return f"{id} {name}" if name and name != id else id


def _text(one: Mapping[str, Any], key: str) -> str:
    value = one.get(key, "")
    return value if isinstance(value, str) else str(value)


def _share(value: object) -> float:
    if isinstance(value, int | float) and math.isfinite(value):
        return min(1.0, max(0.0, float(value)))
    return 0.0


def _mappings(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [one for one in value[:_ITEMS] if isinstance(one, Mapping)]
