"""The deterministic account: what was read, what fired, what is new, where to begin; and what to ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cybersecqwen.records import Finding, Report, Sentence, Verdict
from cybersecqwen.tasks.interface import Ask

WRITER = "csq"
INSTRUCTIONS = "Copy the three most important sentences of the text, word for word. Write nothing else."
QUESTION = "Copy the three most important sentences about the findings, word for word."
_MOST_FACTS = 6


def write(report: Report) -> tuple[Sentence, ...]:
    """Up to six sentences."""
    return tuple(
        Sentence(text=text, writer=WRITER, events=events) for text, events in _sentences(report) if text
    )


def _sentences(report: Report) -> Iterator[tuple[str, tuple[str, ...]]]:
    logs = report.extra["logs"]
    events, first, last = report.counts["events"], logs["first"], logs["last"]
    span = ""
    if first is not None and last is not None:
        begin, end = _time(first), _time(last)
        span = f" from {begin}" if begin == end else f" between {begin} and {end}"
    yield f"{events:,} events were read{span}.", ()
    rules = [f for f in report.findings if not f.signal.startswith("anomaly:")]
    odd = [f for f in report.findings if f.signal.startswith("anomaly:")]
    if rules:
        hits = sum(f.count for f in rules)
        yield f"{_number(len(rules), 'rule')} fired {'once' if hits == 1 else f'{hits:,} times'}.", ()
        worst = rules[0]
        times = "" if worst.count == 1 else f", {worst.count:,} times"
        yield f"The most severe is {worst.severity.label}: {worst.title}{times}.", worst.events[:50]
    else:
        yield f"None of the {logs['rules']['applicable']:,} rules that apply to them fired.", ()
    if odd:
        yield f"{_number(len(odd), 'anomaly', 'anomalies')} stood out, the most unusual: {odd[0].title}", ()
    if report.incidents and report.incidents[0].verdict is not Verdict.BENIGN:
        top = report.incidents[0]
        where = f"{top.hosts[0]}" if top.hosts else "the events below"
        at = f" at {_time(top.start)}" if top.start is not None else ""
        yield f"Begin with {where}{at}.", tuple(event.id for event in top.events[:50])


def ask(report: Report) -> Ask | None:
    """What to ask a model: to choose among true sentences about the top findings; None without any."""
    facts = list(_facts(_asked_about(report)))
    if not facts or report.verdict is Verdict.BENIGN:
        return None
    text = " ".join(dict.fromkeys(facts))
    return Ask(instructions=INSTRUCTIONS, material=(("text", text),), question=QUESTION, max_tokens=110)


def _asked_about(report: Report) -> list[Finding]:
    """The top findings. A line is never shown to a model: whoever wrote it could write orders there."""
    return [finding for finding in report.findings if finding.weight >= 1.0 and finding.count][:_MOST_FACTS]


def lines_behind(report: Report) -> int:
    """Lines that the findings stand on which a model is asked about."""
    return sum(finding.count for finding in _asked_about(report))


def _facts(findings: Sequence[Finding]) -> Iterator[str]:
    for place, finding in enumerate(findings):
        said = finding.title if place == 0 or not finding.why else finding.why
        yield said if said.endswith((".", "!", "?")) else f"{said}."


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _time(moment: float | None) -> str:
    if moment is None:
        return "an unknown time"
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        return "an unreadable time"
