"""What a run leaves behind: a record with all its conditions, as JSON and as Markdown."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError
from cybersecqwen.writing import write_whole

from .conditions import hardware
from .harness import Plan, Result
from .interface import CtiTask
from .intervals import Figure
from .subjects.interface import Subject
from .tsv import DataFile

SCHEMA = "cybersecqwen-bench/1"
MAX_BYTES = 16 << 20
"""Of a report file that is read back."""

Record = dict[str, Any]


def record(
    task: CtiTask,
    subject: Subject,
    data: DataFile,
    plan: Plan,
    result: Result,
    facts: Mapping[str, Any],
    *,
    knowledge: str,
    load_s: float,
) -> Record:
    """Everything that a reader needs to judge a figure and to measure it again.

    `seconds` are those of answering one item; loading is apart in `load_s`.
    """
    return {
        "task": task.name,
        "title": task.title,
        "skill": task.skill,
        "subject": subject.name,
        "mode": subject.mode,
        "identity": dict(subject.identity()),
        "figures": [rounded(one) for one in result.figures],
        "unparsable": rounded(result.unparsable),
        "predictions": [] if result.figures else [list(map(task.named, one)) for one in result.predictions],
        "found": dict(sorted(result.found.items())),
        "items": result.items,
        "trials": result.trials,
        "per_trial": [round(one, 4) for one in result.per_trial],
        "cut": result.cut,
        "seconds": times(result.seconds) | {"load_s": round(load_s, 3)},
        "data": {"file": data.name, "sha256": data.sha256, "items": len(data.items)},
        "plan": _asked(task, subject, plan),
        "knowledge": knowledge,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "conditions": dict(facts),
        "command": _command(task, subject, plan),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values are not above (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def write(path: Path, records: Sequence[Record]) -> None:
    """Write a report whole or not at all: Markdown where the name ends in .md, else JSON.

    Raises:
        OutputError: It cannot be written.
    """
    whole = {"schema": SCHEMA, "reports": list(records)}
    text = markdown(records) if path.suffix.lower() == ".md" else json.dumps(whole, indent=1) + "\n"
    write_whole(path, text.encode())


def read(path: Path) -> list[Record]:
    """The records of a report file.

    Raises:
        InputError: It cannot be read or is no report of this schema.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name} is too large for a report.")
        whole = json.loads(path.read_text("utf-8"))
        if whole["schema"] != SCHEMA:
            raise ValueError("another schema")
        reports: list[Record] = list(whole["reports"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path.name} is no report of `csq bench`.") from error
    return reports


def markdown(records: Sequence[Record]) -> str:
    """The figures as a table, and under it the conditions of each."""
    lines = ["| task | subject | mode | measure | value | 95 % interval | n | unparsable | p50 | p95 |"]
    lines.append("|---|---|---|---|---|---|---|---|---|---|")
    for one in records:
        lines += [row(one, figure) for figure in one["figures"]]
    lines.append("")
    for one in records:
        facts = one["conditions"]
        lines.append(
            f"{one['task']}: `{one['command']}`, {one['date']}, commit {facts['commit'] or facts['version']},"
            f" {hardware(facts)}, data sha256 {one['data']['sha256'][:16]}.\n"
        )
    return "\n".join(lines)


def row(one: Record, figure: Mapping[str, Any]) -> str:
    """A figure as a row of a Markdown table."""
    low, high = number(figure["low"]), number(figure["high"])
    unparsable = one["unparsable"]["value"]
    cells = (
        *(one["task"], one["subject"], one["mode"], figure["title"], number(figure["value"])),
        *(f"{low} – {high}", str(figure["n"]), f"{unparsable:.1%}"),
        *(duration(one["seconds"]["p50_s"]), duration(one["seconds"]["p95_s"])),
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def number(value: float) -> str:
    """Three decimals, without the zero before the point, as benchmarks are quoted."""
    text = f"{value:.3f}"
    return text[1:] if text.startswith("0.") else text


def duration(seconds: float) -> str:
    """A time with two telling digits."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def rounded(figure: Figure) -> Record:
    """A figure as reports hold it."""
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(figure).items()}


def times(seconds: Sequence[float]) -> Record:
    """What reports say about the time of one item."""
    return {
        "p50_s": round(percentile(seconds, 0.5), 6),
        "p95_s": round(percentile(seconds, 0.95), 6),
        "total_s": round(sum(seconds), 3),
    }


def _asked(task: CtiTask, subject: Subject, plan: Plan) -> Record:
    asked: Record = {"limit": plan.limit, "seed": plan.seed}
    if subject.samples:
        asked |= {"temperature": plan.temperature, "max_tokens": plan.max_tokens or task.max_tokens}
    return asked


def _command(task: CtiTask, subject: Subject, plan: Plan) -> str:
    """What to type to measure it again; DATA stands for the folder, which is nobody's business."""
    words = ["csq bench cti --data DATA", f"--task {task.name}"]
    if subject.mode == "look-up":
        words.append("--look-up")
    elif subject.name != "specialist":
        words.append(f"--model {subject.name}" + (" --open-book" if subject.mode == "open-book" else ""))
    if plan.limit:
        words.append(f"--limit {plan.limit}")
    words.append(f"--seed {plan.seed}")
    if plan.trials > 1:
        words.append(f"--trials {plan.trials}")
    if subject.samples and plan.temperature:
        words.append(f"--temperature {plan.temperature:g}")
    if subject.samples and plan.max_tokens:
        words.append(f"--max-tokens {plan.max_tokens}")
    return " ".join(words)
