"""Numbers, times and counts in the words that every format for people shares."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from cybersecqwen.records import Incident, Report, Severity, Verdict

MINUS = "−"

HEADLINES: dict[Verdict, str] = {
    Verdict.BENIGN: "Nothing here needs attention",
    Verdict.NEEDS_REVIEW: "Something here should be looked at",
    Verdict.SUSPICIOUS: "Activity here is suspicious",
    Verdict.MALICIOUS: "Activity here is malicious",
}
"""Titles for reports that bring none."""


def headline(report: Report, title: str = "") -> str:
    """One sentence for the top of the page: `title`, else the report's, else its first incident's."""
    if title or report.title:
        return title or report.title
    return report.incidents[0].title if report.incidents else HEADLINES[report.verdict]


def points(weight: float) -> str:
    """Log-odds with sign and one decimal: +3.2, −0.8, 0.0."""
    if not math.isfinite(weight):
        return "?"
    text = f"{abs(weight):.1f}"
    sign = "" if text == "0.0" else "+" if weight > 0 else MINUS
    return sign + text


def likely(verdict: Verdict, confidence: float) -> str:
    """What the confidence is about: "97 % likely ordinary" for benign, else "… malicious"."""
    return f"{percent(confidence)} likely {claim(verdict)}"


def claim(verdict: Verdict) -> str:
    """What a verdict's confidence is the probability of."""
    return "ordinary" if verdict is Verdict.BENIGN else "malicious"


def percent(share: float) -> str:
    """A share of one as "97 %"; never 100 % and never 0 % unless it is exactly that."""
    if not math.isfinite(share):
        return "? %"
    if 0 < share < 1:
        return f"{min(99, max(1, round(share * 100)))} %"
    return f"{max(0, min(100, round(share * 100)))} %"


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number with its noun: "1 event", "1,204 events", "2 stories"."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def moment(time: float | None) -> datetime | None:
    """Seconds since 1970 as UTC date and time; None where that is no date between years 1 and 9999."""
    if time is None or not math.isfinite(time):
        return None
    try:
        return datetime.fromtimestamp(time, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def clock(time: float | None) -> str:
    """Time of day with milliseconds, "" where unknown: 09:14:07.250."""
    at = moment(time)
    return "" if at is None else at.strftime("%H:%M:%S.") + f"{at.microsecond // 1000:03d}"


def day(time: float | None) -> str:
    """The date, "" where unknown: 2026-03-02."""
    at = moment(time)
    return "" if at is None else at.strftime("%Y-%m-%d").rjust(10, "0")


def span(start: float | None, end: float | None) -> str:
    """From when to when in UTC with the length, "" where unknown."""
    first, last = moment(start), moment(end)
    if first is None and last is None:
        return ""
    if first is None or last is None or first == last:
        one = start if first is not None else end
        return f"{day(one)} {clock(one)[:8]} UTC"
    until = clock(end)[:8] if day(start) == day(end) else f"{day(end)} {clock(end)[:8]}"
    return f"{day(start)} {clock(start)[:8]} – {until} UTC ({lasting((last - first).total_seconds())})"


def lasting(seconds: float) -> str:
    """A length of time in its two largest units: 250 ms, 24 s, 3 min 20 s, 2 h 5 min, 4 d 1 h."""
    seconds = abs(seconds)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    whole = round(seconds)
    for size, name, below, small in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // below
            return f"{whole // size} {name}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def milliseconds(value: float) -> str:
    """A timing: 0.4 ms, 41 ms, 2.1 s."""
    if not math.isfinite(value):
        return "?"
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def clipped(text: str, limit: int) -> str:
    """At most about `limit` characters, and how many were left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… (+{len(text) - limit:,} characters)"


_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{73,}+")


def abridged(text: str) -> str:
    """`text` with long unbroken runs, as base64 makes them, cut to their ends."""
    return _BLOB.sub(lambda run: f"{run[0][:36]}…({len(run[0]) - 44} more)…{run[0][-8:]}", text)


def severity_word(severity: Severity) -> str:
    """A severity in at most eight letters, for columns."""
    return "info" if severity is Severity.INFORMATIONAL else severity.label


_SIZES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def data_size(number: float) -> str:
    """Bytes in powers of 1,000: 812 B, 4.2 kB, 1.3 GB."""
    at = 0
    while number >= 999.5 and at < len(_SIZES) - 1:
        number /= 1000
        at += 1
    return f"{number:.1f} {_SIZES[at]}" if at and number < 99.95 else f"{number:,.0f} {_SIZES[at]}"


def rounded(number: float) -> str:
    """A number as precise as a person needs it: 0.031, 4.2, 52,136."""
    if not math.isfinite(number):
        return "?"
    if abs(number) >= 1e15:
        return f"{number:.2e}"
    if abs(number) >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.2f}" if abs(number) >= 1 else f"{number:.2g}"


def duration(seconds: float) -> str:
    """How long a run took: 40 ms, 23.1 s, 3 min 20 s."""
    return f"{seconds:.1f} s" if 1 <= seconds < 120 else lasting(seconds)


def period(first: float | None, last: float | None, *, dates: str = "") -> str:
    """From when to when in few letters, "" where unknown.

    `dates` is how strftime writes a date before a time ("%m-%d ", "" for none where all is of one day);
    a stretch of several days has its dates alone.
    """
    begin, end = moment(first), moment(last)
    if begin is None or end is None:
        begin, end = begin or end, None
    if begin is None:
        return ""
    if end is None or end.replace(microsecond=0) == begin.replace(microsecond=0):
        return begin.strftime(f"{dates}%H:%M" if dates else "%H:%M:%S")
    if begin.date() != end.date():
        form = dates.strip() or "%m-%d"
        return f"{begin.strftime(form)}–{end.strftime(form)}"
    same = begin.strftime("%H:%M") == end.strftime("%H:%M")
    form = "%H:%M:%S" if same and not dates else "%H:%M"
    until = "" if same and dates else f"–{end.strftime(form)}"
    return f"{begin.strftime(dates + form)}{until}"


def bare_host(host: str) -> str:
    """A host without its domain, for tables; addresses stay whole."""
    return host if host[:1].isdigit() or ":" in host else host.partition(".")[0] or host


def told_apart(hosts: Sequence[str]) -> list[str]:
    """Hosts without their domains, as long as that leaves them different."""
    bare = [bare_host(host) for host in hosts]
    whole = {name for name in bare if len({h for h, b in zip(hosts, bare, strict=True) if b == name}) > 1}
    return [host if name in whole else name for host, name in zip(hosts, bare, strict=True)]


def short_place(place: str) -> str:
    """Where a record stands, without folders and archives around its file: "app.log:17"."""
    return re.split(r"[/\\!]", place)[-1] or place


def some_names(names: Sequence[str], limit: int = 1) -> str:
    """The first names and how many follow: "WS-042 +2"."""
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" +{more:,}" if more > 0 else "")


def counts_line(report: Report) -> str:
    """What was read, in the order in which it was counted, without zeros: "1,204 events, 3 alerts"."""
    parts = []
    for name, number in report.counts.items():
        if number:
            noun = name[:-1] if number == 1 and name.endswith("s") else name
            parts.append(f"{number:,} {noun.replace('_', ' ')}")
    return ", ".join(parts)


def writers(report: Report) -> list[str]:
    """Who wrote the narrative, in order of appearance."""
    return list(dict.fromkeys(sentence.writer for sentence in report.narrative))


def short_host(incident: Incident) -> str:
    """The first host without its domain, for tables; how many others there are."""
    if not incident.hosts:
        return ""
    return some_names([bare_host(host) for host in incident.hosts])


def side_heading(good: bool, verdict: Verdict | None) -> str:
    """The heading over what speaks for the ordinary, and over what does not."""
    if good:
        return "What speaks for the ordinary"
    return "What speaks against it" if verdict is Verdict.BENIGN else "Why"
