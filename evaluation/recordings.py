"""How triage judges recorded attacks and the logs of ordinary hosts.

Run as: python -m evaluation.recordings DATA_DIR [--only TEXT] [--reasons]

DATA_DIR holds logs/otrf_windows_dev.zip (recorded attacks with a description that names the technique,
https://github.com/OTRF/Security-Datasets, MIT) and logs/evtx_ordinary_hosts.zip. Of the descriptions only
those whose recording is in the archive are used. Prints Markdown for docs/triage.md.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import CsqError
from cybersecqwen.records import Report, Verdict
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.interface import Request

ATTACKS = "logs/otrf_windows_dev.zip"
ORDINARY = "logs/evtx_ordinary_hosts.zip"
_Z = 1.96  # two-sided 95 %


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    """Path inside the archive, without the parts that all share."""
    named: tuple[str, ...]
    """Techniques that the description names; empty where there is no description."""
    verdict: str
    """The verdict, or "error: …"."""
    found: tuple[str, ...]
    """Techniques in the report."""
    events: int
    """Records read."""
    damaged: int
    """Records that could not be read."""
    seconds: float
    """Wall time of the whole triage."""

    @property
    def exact(self) -> bool:
        """Whether one of the named techniques was found as named."""
        return any(name in self.found for name in self.named)

    @property
    def related(self) -> bool:
        """Whether the technique or another of the same parent was found."""
        parents = {name.partition(".")[0] for name in self.found}
        return any(name.partition(".")[0] in parents for name in self.named)

    @property
    def alarming(self) -> bool:
        """Whether the verdict is suspicious or malicious."""
        return self.verdict in (Verdict.SUSPICIOUS, Verdict.MALICIOUS)


def main() -> None:
    arguments = _arguments()
    app = App(load_settings())
    with tempfile.TemporaryDirectory() as folder:
        for title, source in (("Recorded attacks", ATTACKS), ("Ordinary hosts", ORDINARY)):
            rows = list(_rows(app, arguments, source, Path(folder) / title))
            if rows:
                print(f"\n## {title} ({source})\n")
                print("\n".join(_table(rows)))
                print("\n".join(_totals(rows, attacks=source == ATTACKS)))


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a proportion (E. B. Wilson, JASA 22, 1927)."""
    if not of:
        return 0.0, 1.0
    p, n, z2 = hits / of, of, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def named_techniques(archive: zipfile.ZipFile) -> dict[str, tuple[str, ...]]:
    """Path of each recording in the archive to the techniques that its description names."""
    present = set(archive.namelist())
    named: dict[str, set[str]] = {}
    for entry in sorted(present):
        if not entry.startswith("_metadata/") or not entry.endswith(".yaml"):
            continue
        text = archive.read(entry).decode("utf-8", "replace")
        links = re.findall(r"^\s*(?:-\s+)?link:.*?/atomic/(\S+\.zip)\s*$", text, re.MULTILINE)
        for path in present.intersection(links):
            named.setdefault(path, set()).update(_mapped(text))
    return {path: tuple(sorted(techniques)) for path, techniques in named.items()}


def _mapped(text: str) -> Iterator[str]:
    """Ids of the attack mappings: `technique: T1003` and on the next line `sub-technique: "006"`."""
    pattern = r"^\s*(?:-\s+)?technique:\s*(T\d{4})\s*\n\s*sub-technique:\s*\"?'?(\d{3})?"
    for technique, sub in re.findall(pattern, text, re.MULTILINE):
        yield f"{technique}.{sub}" if sub else technique


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with logs/*.zip")
    parser.add_argument("--only", default="", help="only recordings whose path contains this text")
    parser.add_argument("--reasons", action="store_true", help="print how each verdict came about")
    return parser.parse_args()


def _rows(app: App, arguments: argparse.Namespace, source: str, folder: Path) -> Iterator[Row]:
    with zipfile.ZipFile(arguments.data / source) as archive:
        named = named_techniques(archive)
        for entry in sorted(archive.namelist()):
            if not entry.endswith((".zip", ".evtx")) or arguments.only not in entry:
                continue
            file = Path(archive.extract(entry, folder))
            row, report = _triage(app, file, entry, named.get(entry, ()))
            file.unlink()
            print(f"{row.verdict:12} {row.seconds:6.2f} s  {row.name}", file=sys.stderr, flush=True)
            if arguments.reasons and report is not None:
                _explain(row, report)
            yield row


def _triage(app: App, file: Path, entry: str, named: tuple[str, ...]) -> tuple[Row, Report | None]:
    start = time.perf_counter()
    report: Report | None = None
    try:
        report = next(app.run("triage", Request(paths=(str(file),))))
        verdict = report.verdict.value
    except CsqError as error:
        verdict = f"error: {error.message}"
    seconds = time.perf_counter() - start
    counts = report.counts if report else {}
    row = Row(
        name=re.sub(r"^windows/|host/|\.(zip|evtx)$", "", entry),
        named=named,
        verdict=verdict,
        found=tuple(t.id for t in report.techniques) if report else (),
        events=counts.get("events", 0),
        damaged=counts.get("damaged", 0),
        seconds=seconds,
    )
    return row, report


def _explain(row: Row, report: Report) -> None:
    print(f"\n### {row.name}: {row.verdict}, named {row.named}, found {row.found}", file=sys.stderr)
    for incident in report.incidents[:3]:
        print(f"  {incident.id} {incident.verdict} {incident.score:+.1f} {incident.title}", file=sys.stderr)
        for f in incident.findings[:25]:
            quote = f.evidence[0].value[:110] if f.evidence else ""
            print(f"    {f.weight:+.2f} {f.signal} ×{f.count} {quote!r}", file=sys.stderr)


def _table(rows: Iterable[Row]) -> Iterator[str]:
    yield "| recording | verdict | technique named | found | events | damaged | seconds |"
    yield "|---|---|---|---|---:|---:|---:|"
    for row in rows:
        found = "yes" if row.exact else "parent" if row.related else "no" if row.named else "–"
        named = ", ".join(row.named) or "–"
        yield (
            f"| {row.name} | {row.verdict} | {named} | {found} "
            f"| {row.events:,} | {row.damaged:,} | {row.seconds:.2f} |"
        )


def _totals(rows: list[Row], *, attacks: bool) -> Iterator[str]:
    yield ""
    described = [row for row in rows if row.named]
    yield _share("suspicious or malicious", sum(r.alarming for r in rows), len(rows))
    yield _share("malicious", sum(r.verdict == Verdict.MALICIOUS for r in rows), len(rows))
    yield _share("needs review or worse", sum(r.verdict != Verdict.BENIGN for r in rows), len(rows))
    if attacks:
        yield _share("named technique found", sum(r.exact for r in described), len(described))
        yield _share("it or its parent found", sum(r.related for r in described), len(described))
    events, seconds = sum(r.events for r in rows), sum(r.seconds for r in rows)
    yield f"- {events:,} events in {seconds:.1f} s, {events / max(seconds, 1e-9):,.0f} a second"


def _share(what: str, hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    interval = f"95 % interval {100 * low:.0f}–{100 * high:.0f} %"
    return f"- {what}: {hits} of {of} ({100 * hits / max(of, 1):.0f} %, {interval})"


if __name__ == "__main__":
    main()
