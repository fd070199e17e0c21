"""What to do next: steps from a table beside this file, chosen by findings and techniques."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cybersecqwen.detect.events.view import user_kind
from cybersecqwen.records import Event, Finding, Technique, Verdict

from . import naming
from .verdict import Judged

_MOST = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table."""

    text: str
    """With {host}, {user} and {account} where they are known."""
    urgency: int
    """1 now, 2 next, 3 then."""
    techniques: tuple[str, ...]
    """Any of these, sub-techniques included."""
    groups: tuple[str, ...]
    """Or a finding of one of these groups."""
    verdicts: tuple[str, ...]
    """Only for these verdicts; empty for all but benign."""


@lru_cache(maxsize=1)
def table() -> tuple[Step, ...]:
    """All steps, in the order of the file."""
    raw = tomllib.loads(Path(__file__).with_name("steps.toml").read_text(encoding="utf-8"))
    return tuple(
        Step(
            text=row["text"],
            urgency=int(row["urgency"]),
            techniques=tuple(row.get("techniques", ())),
            groups=tuple(row.get("groups", ())),
            verdicts=tuple(row.get("verdicts", ())),
        )
        for row in raw["step"]
    )


def next_steps(judged: Judged, techniques: Sequence[Technique], events: Sequence[Event]) -> tuple[str, ...]:
    """Steps for an incident, most urgent first, at most eight."""
    ids = {t.id for t in techniques} | {t.id.partition(".")[0] for t in techniques}
    groups = {f.group for f in judged.findings if f.weight > 0}
    values = _values(events, judged.findings)
    chosen = [step for step in table() if _applies(step, judged.verdict, ids, groups)]
    chosen.sort(key=lambda step: step.urgency)
    texts = (_fill(step.text, values) for step in chosen)
    return tuple(dict.fromkeys(text for text in texts if text))[:_MOST]


def _applies(step: Step, verdict: Verdict, techniques: set[str], groups: set[str]) -> bool:
    if verdict.value not in (step.verdicts or ("needs review", "suspicious", "malicious")):
        return False
    if not step.techniques and not step.groups:
        return True
    return bool(techniques & set(step.techniques)) or bool(groups & set(step.groups))


def _values(events: Sequence[Event], findings: Iterable[Finding]) -> dict[str, str]:
    strong = {e for f in findings if f.weight >= 1.0 for e in f.events}
    chosen = [e for e in events if e.id in strong] or list(events)
    host = next((e.host for e in chosen if e.host), "")
    user = next((e.user for e in chosen if user_kind(e.user) in ("person", "admin")), "")
    account = next((e.get("TargetUserName") for e in chosen if e.get("TargetUserName") not in ("", "-")), "")
    return {
        "host": naming.host(host) if host else "",
        "user": naming.user(user) if user else "",
        "account": naming.user(account) if account else "",
    }


def _fill(text: str, values: dict[str, str]) -> str:
    """The step with what is known in it; a step about something unknown is left out."""
    for name, value in values.items():
        if "{" + name + "}" in text:
            if not value:
                return ""
            text = text.replace("{" + name + "}", value[:100])
    return text
