"""How triage separates the alerts of attack steps from the noise of three products over days.

Run as: python -m evaluation.ait DATA_DIR [--minutes 10] [--signals]

Reads logs/ait_alerts_dev.zip: two scenarios, columns time, name, ip, host, short, time_label,
event_label. The labels are used for counting alone. The unit is a window of some minutes on one
host: it is an attack window if it holds an alert with an event label, and counts as found if an
incident that triage calls so has an alert with evidence in it. Windows that only a time label covers
are left out of both counts: nobody can say what their alerts stem from.
"""

from __future__ import annotations

import argparse
import csv
import io
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cybersecqwen.detect.events.counting import resolve_counts
from cybersecqwen.detect.events.hits import Hit
from cybersecqwen.detect.events.rulebook import Rulebook, load_rulebook
from cybersecqwen.detect.events.stories import make_chains, make_stories
from cybersecqwen.detect.events.tree import ProcessTree
from cybersecqwen.inputs.alerts.listed import AlertList
from cybersecqwen.records import Event, Limits, Source, Verdict
from cybersecqwen.tasks.triage.findings import make_findings
from cybersecqwen.tasks.triage.verdict import judge

from .panther import LEVELS, hits_of
from .rates import Rate

Window = tuple[str, int]
"""Host and number of the window since 1970."""


@dataclass(kw_only=True, slots=True)
class Scenario:
    """One alert stream with what was done in it."""

    name: str
    events: list[Event] = field(default_factory=list)
    steps: dict[Window, set[str]] = field(default_factory=dict)
    """Attack windows with the steps in them."""
    unclear: set[Window] = field(default_factory=set)
    """Windows during an attack phase without a labelled alert."""
    windows: set[Window] = field(default_factory=set)
    """All windows with alerts."""


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    rules = load_rulebook()
    for scenario in read_scenarios(arguments.data, arguments.minutes * 60):
        start = time.perf_counter()
        found, incidents, signals = assess(scenario, rules, arguments.minutes * 60)
        seconds = time.perf_counter() - start
        print(f"\n{scenario.name}: {len(scenario.events)} alerts, {incidents} incidents, {seconds:.1f} s")
        ordinary = scenario.windows - scenario.steps.keys() - scenario.unclear
        for level in LEVELS:
            judged = {w for w, verdict in found.items() if verdict.rank >= level.rank}
            true = Rate(hits=len(judged & scenario.steps.keys()), of=len(scenario.steps))
            false = Rate(hits=len(judged & ordinary), of=len(ordinary))
            print(f"  {level.value + ' or above':24} true {true}   false {false}")
        _print_steps(scenario, found)
        if arguments.signals:
            for name, (attack, other) in sorted(signals.items(), key=lambda item: -item[1][0]):
                print(f"    {name:40} in attack windows {attack:6}   in ordinary ones {other:6}")


def read_scenarios(data: Path, seconds: int) -> Iterator[Scenario]:
    """The scenarios of the archive, read by the shape that `csq triage` uses."""
    shape, limits = AlertList(), Limits()
    with zipfile.ZipFile(data / "logs" / "ait_alerts_dev.zip") as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith("_alerts.txt")):
            scenario = Scenario(name=Path(name).stem)
            during: set[Window] = set()
            text = io.TextIOWrapper(archive.open(name), encoding="utf-8")
            for number, row in enumerate(csv.DictReader(text), 1):
                source = Source(path=name, record=number)
                event = shape.normalise(row, id=f"e{number}", source=source, limits=limits)
                scenario.events.append(event)
                window = window_of(event, seconds)
                scenario.windows.add(window)
                if row["event_label"] != "-":
                    scenario.steps.setdefault(window, set()).add(row["event_label"])
                elif row["time_label"] != "false_positive":
                    during.add(window)
            scenario.unclear = during - scenario.steps.keys()
            yield scenario


def window_of(event: Event, seconds: int) -> Window:
    """The window that an event falls into."""
    return event.host, int(event.time or 0) // seconds


def assess(
    scenario: Scenario, rules: Rulebook, seconds: int
) -> tuple[dict[Window, Verdict], int, dict[str, tuple[int, int]]]:
    """Worst verdict by window, number of incidents at or above review, hits of signals by kind of window."""
    tree = ProcessTree(scenario.events, rules.kinds)
    hits = resolve_counts(hit for event in scenario.events for hit in hits_of(event, rules, tree))
    found: dict[Window, Verdict] = {}
    incidents = 0
    for story in make_stories(make_chains(hits, tree)):
        own = [hit for chain in story.chains for hit in chain.hits]
        verdict = judge(story.chains, make_findings(own)).verdict
        incidents += verdict is not Verdict.BENIGN
        for hit in own:
            if speaks(hit):
                window = window_of(hit.event, seconds)
                found[window] = max(found.get(window, Verdict.BENIGN), verdict, key=lambda v: v.rank)
    return found, incidents, _by_signal(hits, scenario, seconds)


def speaks(hit: Hit) -> bool:
    """Whether a hit is more than the bare fact that a product raised an alert."""
    return hit.signal.weight > 0 and hit.signal.group != "claims"


def _by_signal(hits: list[Hit], scenario: Scenario, seconds: int) -> dict[str, tuple[int, int]]:
    counts: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for hit in hits:
        window = window_of(hit.event, seconds)
        if speaks(hit) and window not in scenario.unclear:
            counts[hit.signal.id][window in scenario.steps] += 1
    return {name: (count[True], count[False]) for name, count in counts.items()}


def _print_steps(scenario: Scenario, found: dict[Window, Verdict]) -> None:
    steps: defaultdict[str, list[Verdict]] = defaultdict(list)
    for window, names in scenario.steps.items():
        for name in names:
            steps[name].append(found.get(window, Verdict.BENIGN))
    for name, verdicts in sorted(steps.items()):
        tally = Counter(v.value for v in verdicts)
        print(f"    step {name:24} {', '.join(f'{n} × {v}' for v, n in tally.most_common())}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="folder of the development data")
    parser.add_argument("--minutes", type=int, default=10, help="length of a window")
    parser.add_argument("--signals", action="store_true", help="also how often each signal fired where")
    return parser.parse_args()


if __name__ == "__main__":
    main()
