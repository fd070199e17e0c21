"""Reads a question: its words, its options where it is a multiple-choice one, and how it asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.errors import LimitError, NothingAnalysedError, UsageError

LONGEST = 8_000
"""Characters of a question at most, options in it included."""

MOST_OPTIONS = 26
"""Options at most: they are lettered."""

_OPTION = 2_000  # characters
_MARK = re.compile(r"^[ \t]{0,8}(?:\(?([A-Za-z])[).:]|([A-Za-z])\))[ \t]{1,8}(?=\S)", re.M)
_INLINE = re.compile(r"(?<![\w(])\(?([A-Z])\)[ \t]{1,4}(?=\S)")
_NEGATED = re.compile(
    r"\b(?:NOT|EXCEPT|LEAST|FALSE|INCORRECT)\b"
    r"|(?i:\b(?:is|are|does|do|was|were|would|can|has|have) (?:not|never)\b(?!\s+only))"
    r"|(?i:\b(?:isn't|aren't|doesn't|don't|cannot|except|least likely|incorrect|false about|not true)\b)"
)
_ALL = re.compile(
    r"(?i)^\W*(?:all|each|any) of (?:the|these)(?: (?:above|options|choices|listed|mentioned))?\W*$"
)
_NONE = re.compile(r"(?i)^\W*none of (?:the|these)(?: (?:above|options|choices|listed|mentioned))?\W*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What was asked."""

    text: str
    """The question itself, without its options."""
    options: tuple[str, ...] = ()
    """The options, in order, without their letters; () for an open question."""
    negated: bool = False
    """Whether the option is asked for that is *not* so."""

    @property
    def all_above(self) -> int:
        """Index of the option that says "all of the above"; -1 where there is none."""
        return next((n for n, option in enumerate(self.options) if _ALL.match(option)), -1)

    @property
    def none_above(self) -> int:
        """Index of the option that says "none of the above"; -1 where there is none."""
        return next((n for n, option in enumerate(self.options) if _NONE.match(option)), -1)


def read_question(text: str, options: Sequence[str] = ()) -> Question:
    """The question in a text; options that stand in it ("A) …" lines) are taken out of it.

    Raises:
        NothingAnalysedError: There is no word in it.
        LimitError: It, or an option, is too long.
        UsageError: One option alone, more than 26, or only empty ones.
    """
    if len(text) > LONGEST:
        raise LimitError(
            f"The question has {len(text):,} characters; at most {LONGEST:,} are read.",
            hint="Ask about one thing; `csq triage` reads whole files.",
        )
    text = _clean(text)
    found = [_clean(option) for option in options]
    if not found:
        text, found = _split(text)
    if not any(c.isalnum() for c in text):
        raise NothingAnalysedError(
            "There is no question.", hint='Ask one: csq ask "What mitigates T1059.001?"'
        )
    _check(found)
    return Question(text=" ".join(text.split()), options=tuple(found), negated=bool(_NEGATED.search(text)))


def _check(options: Sequence[str]) -> None:
    if not options:
        return
    if len(options) < 2 or len(options) > MOST_OPTIONS:
        raise UsageError(
            f"A question has 2 to {MOST_OPTIONS} options, not {len(options)}.",
            hint="Give each with --option, or write them as lines that begin with A), B) …",
        )
    if any(len(option) > _OPTION for option in options):
        raise LimitError(f"An option has more than {_OPTION:,} characters.")
    if not any(options):
        raise UsageError("All options are empty.", hint="Give options that differ.")


def _split(text: str) -> tuple[str, list[str]]:
    """The question and the options in it: consecutive letters from A, at line starts or in a row."""
    for pattern in (_MARK, _INLINE):
        marks = _row(list(pattern.finditer(text)))
        if len(marks) >= 2:
            ends = [mark.start() for mark in marks[1:]] + [len(text)]
            options = [
                _clean(text[mark.end() : end]).rstrip(",;") for mark, end in zip(marks, ends, strict=True)
            ]
            head = re.sub(r"(?i)\s*(?:options?|choices|answers?)\s{0,4}:?\s*$", "", text[: marks[0].start()])
            return head, [" ".join(option.split()) for option in options]
    return text, []


def _row(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """The marks that count A, B, C … without a gap, from the first A on."""
    row: list[re.Match[str]] = []
    for mark in marks:
        letter = next(filter(None, mark.groups())).upper()
        if letter == chr(ord("A") + len(row)):
            row.append(mark)
    return row


def _clean(text: str) -> str:
    kept = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
    return kept.encode("utf-8", "replace").decode("utf-8").strip()
