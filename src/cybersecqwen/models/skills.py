"""Who does what how well, as far as it has been measured, and who is picked within a time budget.

evaluation/results/*.json ──scripts/make_docs.py──▶ measured.toml ┐
what others published, with its source ───────────▶ published.toml ┴──▶ candidates() ──▶ pick()
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from cybersecqwen.errors import UsageError

TABLES = ("measured.toml", "published.toml")
"""Files beside this one: what we measured, what others published."""

ASKED = {
    "narrative": "csq triage",
    "answer": "csq ask",
    "multiple-choice": "csq ask",
    "intent": "csq query",
    "own-intent": "csq query",
    "log-source": "csq query",
    "judging": "csq review",
    "patching": "csq review",
    "situation": "csq playbook",
    "criteria": "csq playbook",
    "rewording": "csq playbook",
    "cwe": "csq bench",
    "cvss": "csq bench",
    "technique-report": "csq bench",
    "actor": "csq bench",
}
"""Skills that a command puts to a language model, and the first command that does.

An adapter may answer others, such as closing notes ("triage-note"): to programs that ask it themselves.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One way to do a skill, and how well it was seen to do it."""

    skill: str
    """"cwe", "cvss", "technique-report", "multiple-choice" …"""
    candidate: str
    """What users call it: "specialist", "instant", "standard", "reference", "look-up" …"""
    needs: tuple[str, ...]
    """What must be installed: "specialist:cwe", "model:NAME", "ask"."""
    mode: str
    """"closed-book", "open-book" or "look-up"."""
    measure: str
    """Name of the figure; the same for all candidates of a skill."""
    title: str
    """The figure for people."""
    better: str
    """"higher" or "lower"."""
    value: float
    """The figure."""
    n: int
    """Items that it is over."""
    on: str
    """What it was measured on."""
    source: str
    """Report file of ours, or where it was published."""
    low: float | None = None
    """Lower end of the 95 % interval; None where none was published."""
    high: float | None = None
    """Upper end of it."""
    p50_ms: float | None = None
    """Milliseconds for one item, median; None where nobody measured it on hardware that we can name."""
    p95_ms: float | None = None
    """The same for the slowest 5 %."""
    date: str = ""
    """When it was measured, ISO 8601."""
    hardware: str = ""
    """On what."""

    @property
    def ours(self) -> bool:
        """Whether this project measured it."""
        return self.source.startswith("evaluation/results/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What was decided about a candidate."""

    candidate: Candidate
    """Who."""
    chosen: bool
    """Whether it is the one."""
    why: str
    """One clause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Who is picked for a skill."""

    candidate: Candidate | None
    """The best that fits; None where none does."""
    verdicts: tuple[Verdict, ...]
    """Every candidate with the reason, the chosen one first, then the best."""


@lru_cache(maxsize=1)
def candidates() -> tuple[Candidate, ...]:
    """The whole table, in the order of its files."""
    rows: list[dict[str, Any]] = []
    for name in TABLES:
        rows += tomllib.loads(Path(__file__).with_name(name).read_text("utf-8")).get("row", [])
    return tuple(_candidate(row) for row in rows)


def pick(
    skill: str, budget_ms: float, installed: Collection[str], table: Sequence[Candidate] | None = None
) -> Choice:
    """The best measured candidate for a skill among those installed that answer within the budget.

    A candidate is within the budget where 95 % of its answers were. Of equal ones the faster is taken. A
    look-up is never picked: it is no judgement. Nor is one whose time was not measured.

    Args:
        skill: Which skill.
        budget_ms: Milliseconds for one answer.
        installed: What this machine has, in the words of `Candidate.needs`.
        table: Stands in for `candidates()`.
    """
    some = [one for one in (candidates() if table is None else table) if one.skill == skill]
    refused = {id(one): _refusal(one, budget_ms, installed) for one in some}
    fitting = [one for one in some if not refused[id(one)]]
    best = min(fitting, key=_rank, default=None)
    verdicts = []
    for one in sorted(some, key=lambda one: (one is not best, *_rank(one))):
        if one is best:
            why = (
                f"the best within {span(budget_ms)}" if len(fitting) > 1 else f"fits within {span(budget_ms)}"
            )
            verdicts.append(Verdict(candidate=one, chosen=True, why=why))
        else:
            verdicts.append(Verdict(candidate=one, chosen=False, why=refused[id(one)] or _behind(one, best)))
    return Choice(candidate=best, verdicts=tuple(verdicts))


def skills(table: Sequence[Candidate] | None = None) -> tuple[str, ...]:
    """Every skill of the table, in order."""
    return tuple(dict.fromkeys(one.skill for one in (candidates() if table is None else table)))


def budget_ms(text: str) -> float:
    """Milliseconds of "500ms", "1s", "2m"; raises UsageError."""
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m)\s*", text)
    if not found:
        raise UsageError(f"{text[:40]!r} is no time.", hint="Write 500ms, 1s or 2m.")
    return float(found.group(1)) * {"ms": 1, "s": 1_000, "m": 60_000}[found.group(2)]


def span(milliseconds: float) -> str:
    """A time for people."""
    if milliseconds < 10:
        return f"{milliseconds:.2g} ms"
    if milliseconds < 1_000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1_000:.3g} s" if milliseconds < 120_000 else f"{milliseconds / 60_000:.3g} min"


def _refusal(one: Candidate, budget: float, installed: Collection[str]) -> str:
    missing = [need for need in one.needs if need not in installed]
    if one.mode == "look-up":
        return "a look-up is no judgement"
    if "ask" in missing:
        return "needs a full knowledge bundle: csq kb build"
    if missing:
        return f"not installed: {', '.join(need.partition(':')[2] or need for need in missing)}"
    if one.p95_ms is None:
        return "its time was not measured here"
    if one.p95_ms > budget:
        return f"too slow: p95 {span(one.p95_ms)}"
    return ""


def _behind(one: Candidate, best: Candidate | None) -> str:
    """Why a candidate that fits was not taken."""
    if best is None or one.value == best.value:
        return "as good, and slower"
    apart = one.low is None or one.high is None or best.low is None or best.high is None
    touching = not apart and one.low <= best.high and best.low <= one.high  # type: ignore[operator]
    return "behind, within the intervals" if touching else "behind"


def _rank(one: Candidate) -> tuple[float, float]:
    slow = one.p95_ms if one.p95_ms is not None else float("inf")
    return (-one.value if one.better == "higher" else one.value), slow


def _candidate(row: dict[str, Any]) -> Candidate:
    known = {one.name for one in fields(Candidate)}
    return Candidate(**{key: _frozen(value) for key, value in row.items() if key in known})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
