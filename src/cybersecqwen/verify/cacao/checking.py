"""A CACAO 2.0 playbook checked as a whole.

CACAO Security Playbooks Version 2.0, Committee Specification 01, 27 November 2023,
https://docs.oasis-open.org/cacao/security-playbooks/v2.0/security-playbooks-v2.0.html.
"""

from __future__ import annotations

from typing import Any

from cybersecqwen.records.cacao import Checked

from .approving import check_approvals
from .dominators import Tree, immediate_dominators
from .finding import Problems
from .flow import Flow
from .graph import check_flow
from .reading import read
from .references import check_references
from .validating import validate


def check(text: bytes) -> Checked:
    """Every problem of a playbook in JSON.

    Raises:
        NothingAnalysedError: nothing is in it, or it is JSON but no playbook.
        LimitError: it is larger than the bounds of `reading`.
        InputError: it is no JSON, has a key twice, or is of another version of CACAO.

    """
    return checked(read(text))


def checked(playbook: dict[str, Any]) -> Checked:
    """Every problem of a playbook that was read."""
    problems = Problems()
    validate(playbook, problems)
    flow = Flow(playbook)
    tree = Tree(immediate_dominators(flow.graph, flow.root), flow.root)
    check_flow(playbook, flow, tree, problems)
    check_references(playbook, flow, problems)
    destructive = check_approvals(playbook, flow, tree, problems)
    workflow = playbook.get("workflow")
    return Checked(
        name=_text(playbook.get("name")),
        id=_text(playbook.get("id")),
        steps=len(workflow) if isinstance(workflow, dict) else 0,
        destructive=destructive,
        problems=problems.sorted(),
        counts=dict(problems.counts),
    )


def _text(value: object) -> str:
    return value[:1_000] if isinstance(value, str) else ""
