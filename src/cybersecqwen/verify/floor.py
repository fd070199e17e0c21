"""The floor under a verdict and a severity: a model may raise them, never lower them."""

from __future__ import annotations

from typing import overload

from cybersecqwen.records import Severity, Verdict


@overload
def floor(computed: Verdict, proposed: Verdict | None) -> Verdict: ...


@overload
def floor(computed: Severity, proposed: Severity | None) -> Severity: ...


def floor(computed: Verdict | Severity, proposed: Verdict | Severity | None) -> Verdict | Severity:
    """The graver of what the evidence gave and what was proposed; the computed one where nothing was.

    Raises:
        TypeError: The two are not of one kind; comparing a severity with a verdict means nothing.
    """
    if proposed is None:
        return computed
    if isinstance(computed, Verdict) and isinstance(proposed, Verdict):
        return max(computed, proposed, key=lambda verdict: verdict.rank)
    if isinstance(computed, Severity) and isinstance(proposed, Severity):
        return max(computed, proposed)
    raise TypeError(f"cannot compare {type(computed).__name__} with {type(proposed).__name__}")
