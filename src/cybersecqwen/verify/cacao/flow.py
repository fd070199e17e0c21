"""The workflow as a graph: steps, the branches of conditions and parallel steps, and what leads where.

A branch is a node of its own between its condition and its first step, so that "only after this answer"
is a question about dominators. CACAO ends every branch in an end step and goes on with the condition's
own on_completion; many playbooks let branches meet again instead. Both are the same edges here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .finding import Path

NEXT = ("on_completion", "on_success", "on_failure")
BRANCHES = {"if-condition": ("on_true", "on_false"), "while-condition": ("on_true",)}
CONDITIONS = ("if-condition", "while-condition", "switch-condition")


@dataclass(frozen=True, slots=True)
class Link:
    """One place in which a step names another."""

    path: Path
    """Of the name, from the step."""
    target: str
    branch: bool
    """Whether it is one of the ways of a condition or of a parallel step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    id: str
    type: str
    """As it says; where it does not, as its id says."""
    raw: Mapping[str, Any]
    links: tuple[Link, ...]

    @property
    def path(self) -> Path:
        """Where it stands."""
        return ("workflow", self.id)

    @property
    def said(self) -> str:
        """How it is called in a message: its name and its id."""
        name = self.raw.get("name")
        shown = self.id if len(self.id) <= 80 else f"{self.id[:79]}…"
        return f"{shown} ({name[:60]})" if isinstance(name, str) and name else shown


class Flow:
    """The graph of a playbook."""

    def __init__(self, playbook: Mapping[str, Any]) -> None:
        workflow = playbook.get("workflow")
        held = workflow if isinstance(workflow, dict) else {}
        self.steps = [_step(key, raw) for key, raw in held.items() if isinstance(raw, dict)]
        self.number = {step.id: at for at, step in enumerate(self.steps)}
        self.start = _text(playbook.get("workflow_start"))
        self.exception = _text(playbook.get("workflow_exception"))
        self.graph: list[list[int]] = [[] for _ in self.steps]
        """Successors of every step, then of every branch, last of the root."""
        self.owner: dict[int, int] = {}
        """The condition or parallel step of a branch."""
        for at, step in enumerate(self.steps):
            for link in step.links:
                self._link(at, link)
        self.root = len(self.graph)
        entries = [self.number[name] for name in (self.start, self.exception) if name in self.number]
        self.graph.append(list(dict.fromkeys(entries)))

    def _link(self, at: int, link: Link) -> None:
        target = self.number.get(link.target)
        if target is None:
            return
        if not link.branch:
            self.graph[at].append(target)
            return
        branch = len(self.graph)
        self.graph.append([target])
        self.graph[at].append(branch)
        self.owner[branch] = at


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _step(key: str, raw: Mapping[str, Any]) -> Step:
    kind = _text(raw.get("type")) or key.partition("--")[0]
    return Step(key, kind, raw, tuple(_links(kind, raw)))


def _links(kind: str, raw: Mapping[str, Any]) -> Iterator[Link]:
    if kind != "end":
        for name in NEXT:
            if isinstance(raw.get(name), str):
                yield Link((name,), raw[name], branch=False)
    for name in BRANCHES.get(kind, ()):
        if isinstance(raw.get(name), str):
            yield Link((name,), raw[name], branch=True)
    cases, following = raw.get("cases"), raw.get("next_steps")
    if kind == "switch-condition" and isinstance(cases, dict):
        for case, target in cases.items():
            if isinstance(target, str):
                yield Link(("cases", case), target, branch=True)
    if kind == "parallel" and isinstance(following, list):
        for at, target in enumerate(following):
            if isinstance(target, str):
                yield Link(("next_steps", at), target, branch=True)
