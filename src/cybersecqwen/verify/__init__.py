"""Checks on an answer: nothing that a model says reaches a person before it passed all of them.

`check_draft` keeps the sentences of a model that every check lets pass; `check_report` settles every
identifier of a finished report. docs/verification.md says what is checked, and what cannot be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cybersecqwen.registry import Registry

from .interface import Check, CheckedDraft, Facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cybersecqwen.records import Report

__all__ = ["CHECKS", "Check", "CheckedDraft", "Facts", "check_draft", "check_report"]

CHECKS: Registry[Check] = Registry(
    "check",
    {
        # Cheap ones first: the first reason found is the one that is told.
        "form": "cybersecqwen.verify.form:check",
        "claims": "cybersecqwen.verify.claims:check",
        "quotes": "cybersecqwen.verify.quotes:check",
        "identifiers": "cybersecqwen.verify.identifiers:check",
        "grounding": "cybersecqwen.verify.grounding:check",
    },
    group="cybersecqwen.checks",
)


def check_draft(
    sentences: Sequence[str], report: Report, facts: Facts, *, writer: str = "model"
) -> CheckedDraft:
    """Keep the sentences that every check lets pass; the others come back with the reason.

    Args:
        sentences: What the model wrote, one sentence each, in order.
        report: The assessment that it was asked to describe; its narrative counts against repetition.
        facts: The knowledge store.
        writer: Name of the model, for `Sentence.writer`.
    """
    from .draft import check_draft as run

    return run(sentences, report, facts, writer=writer)


def check_report(report: Report, facts: Facts) -> Report:
    """The report with every identifier settled: unknown ones struck out, revoked ones replaced.

    What was changed is added to `problems`. Evidence and events stay as they were recorded.
    """
    from .settled import check_report as run

    return run(report, facts)
