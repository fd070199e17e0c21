"""What is no question about events, and orders that a question must not carry out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cybersecqwen.errors import LimitError

from .asked import NotAQuestion

LONGEST = 4_000
"""Characters of a question that is read."""

_ORDERS = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (
            r"\b(?:please )?(?:ignore|disregard|forget|"
            r"override)\b[^.;\n]{0,40}\b(?:instructions?|prompts?|rules|above|previous|"
            r"prior)\b[^.;\n]{0,80}",
            "an order to the reader is no part of a question",
        ),
        (
            r"\|\s*(?:delete|outputlookup|outputcsv|collect|mcollect|sendemail|sendalert|"
            r"script|map|tscollect|summaryindex)\b[^|.;\n]{0,80}",
            "a query only reads",
        ),
        (
            r"\b(?:drop|truncate|alter|create)\s+(?:table|database|index|"
            r"view)\b[^.;\n]{0,60}|\bdelete\s+from\b[^.;\n]{0,60}|"
            r"\binsert\s+into\b[^.;\n]{0,60}|\bupdate\s+\w+\s+set\b[^.;\n]{0,60}|"
            r"(?<!\w)\.(?:drop|purge|set-or-append|ingest|delete|alter|"
            r"create)\b[^;\n]{0,60}",
            "a query only reads",
        ),
        (
            r"(?:^|[.;]\s*|\b(?:then|please)\s+)(?:delete|remove|erase|purge|wipe|destroy|"
            r"clear|drop|overwrite|disable|block|isolate|kill)\s+"
            r"(?:all |every |the |these |those |them\b|it\b|any |everything\b|anything\b|logs\b|"
            r"data\b|records\b)[^.;\n]{0,80}|"
            r"^(?:please )?(?:block|isolate|quarantine|ban) (?:the |this |all |host|user|account|machine|"
            r"computer|endpoint|device|ip\b|domain|\d+\.)[^;\n]{0,80}|"
            r"\band (?:delete|remove|erase|purge|wipe|destroy|drop) (?:them|it|those|"
            r"these)\b",
            "a query only reads",
        ),
        (
            r"(?:^|[.;]\s*)(?:you are (?:now )?an?|system prompt|new instructions?|act as|"
            r"pretend)\b[^.;\n]{0,120}",
            "an order to the reader is no part of a question",
        ),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """A question without what it must not do."""

    text: str
    """Of the same length as the question: what was taken out is blank."""
    notes: tuple[str, ...] = ()
    """One sentence for each part that was taken out."""


def cleaned(text: str) -> str:
    """The question with plain quotes and blanks and without what cannot be printed.

    Raises LimitError where it is too long, NotAQuestion where it is empty.
    """
    if len(text) > LONGEST:
        raise LimitError(
            f"A question has at most {LONGEST:,} characters, this one {len(text):,}.",
            hint="Ask for one thing at a time.",
        )
    plain = text.translate(_PLAIN)
    kept = "".join(c if c.isprintable() or c == "\n" else " " for c in plain)
    kept = re.sub(r"[ \t]+", " ", kept.encode("utf-8", "replace").decode("utf-8")).strip()
    if not re.search(r"\w", kept):
        raise NotAQuestion("The question is empty.")
    return kept


_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "–": "-", "—": "-"})


def without_orders(text: str) -> Cleared:
    """The question with orders blanked out. Raises NotAQuestion where nothing else is in it."""
    notes: list[str] = []
    for pattern, why in _ORDERS:
        for match in list(pattern.finditer(text)):
            said = " ".join(match[0].strip(" .,;|").split())[:80]
            if said and _is_order(match, text):
                notes.append(f'"{said}" asks for nothing that is produced: {why}.')
                text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    if notes and not re.search(r"\w{3}", text):
        raise NotAQuestion(notes[0])
    return Cleared(text=text, notes=tuple(notes))


_QUOTED = re.compile(r"[\"'`]")


def _is_order(match: re.Match[str], text: str) -> bool:
    """What stands in quotes is a value that is looked for."""
    return len(_QUOTED.findall(text[: match.start()])) % 2 == 0
