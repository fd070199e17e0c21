"""How bad a message says it is itself: the level words that programs write."""

from __future__ import annotations

from cybersecqwen.records import Severity

_BAD = frozenset({"FATAL", "CRITICAL", "CRIT", "EMERG", "EMERGENCY", "ALERT", "PANIC", "SEVERE"})
_MIDDLE = frozenset({"ERROR", "ERR", "FAILURE", "WARNING", "WARN"})
_MILD = frozenset({"INFO", "INFORMATION", "DEBUG", "NOTICE", "TRACE", "VERBOSE"})
_AROUND = "[]<>():,|"


def by_level(message: str, severity: Severity) -> Severity:
    """The severity of something new in a message: one up for a fatal level, the least for a mild one.

    Only words that stand in capitals or in brackets are levels; the worst of them counts.
    """
    levels = {
        word.strip(_AROUND).upper()
        for word in message.split()[:12]
        if word.isupper() or word[:1] in "[<(" or word[-1:] in ":]>"
    }
    if levels & _BAD:
        return max(severity, Severity.MEDIUM)
    if levels & _MIDDLE or not levels & _MILD:
        return severity
    return Severity.INFORMATIONAL
