"""A model's draft, sentence by sentence through every check."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.records import Report, Sentence

from . import CHECKS
from .allowed import Allowed, allow
from .form import is_repetition, is_told
from .grounding import events_of
from .interface import CheckedDraft, Facts

TOLD = "says nothing that the report does not say already"
"""The reason for a sentence that passed every check but is not needed."""

_MAX_SENTENCES = 50


def check_draft(
    sentences: Sequence[str], report: Report, facts: Facts, *, writer: str = "model"
) -> CheckedDraft:
    """See `verify.check_draft`."""
    allowed = allow(report, facts)
    kept: list[Sentence] = []
    rejected: list[tuple[str, str]] = []
    for number, raw in enumerate(sentences):
        text = " ".join(raw.split())
        reason = "is one too many" if number >= _MAX_SENTENCES else _first_reason(text, allowed)
        if not reason and is_repetition(text, (sentence.text for sentence in kept)):
            reason = "repeats another sentence"
        if not reason and is_told(text, (sentence.text for sentence in report.narrative)):
            reason = TOLD
        if reason:
            rejected.append((text, reason))
        else:
            kept.append(Sentence(text=text, writer=writer, events=events_of(text, allowed)))
    return CheckedDraft(kept=tuple(kept), rejected=tuple(rejected))


def _first_reason(text: str, allowed: Allowed) -> str:
    if text.endswith(".") and text.rstrip(".") in allowed.own:
        return ""  # our own words to the letter: nobody but a rule's author could put anything in them
    for name, check in CHECKS:
        try:
            reason = check(text, allowed)
        except Exception as error:  # a check that breaks has let nothing pass: fail closed
            return f"the check {name!r} broke ({type(error).__name__})"
        if reason:
            return reason
    return ""
