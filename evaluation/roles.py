"""Roles that contexts give to indicators, against roles that people labelled.

Run as: python -m evaluation.roles [LABELLED.jsonl] [--found] [--show], or with --speed DATA

Reads tests/data/intel/labelled.jsonl (guidelines beside it): paragraphs with labels, of which some say the
role that the paragraph states. Each paragraph is a passage of its own, without blocks and headings. Judged
with the labels as matches, so that the figure is that of the roles alone; `--found` counts what the scanner
finds instead, and a label that it does not find as wrong. "Set apart" asks only whether a role is one that
sets apart (victim, legitimate service, reference) or one of an attack. `--speed` times the steps on one of
the reports in DATA, the folder of development data (intel/tram_reports.zip).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.detect.report import cues
from cybersecqwen.detect.report.interface import Passage, RoleOf
from cybersecqwen.detect.report.observables import collect
from cybersecqwen.detect.report.roles import HARMLESS, assign
from cybersecqwen.detect.report.scan import scan
from cybersecqwen.detect.report.warning_lists import WarningLists
from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import Place, Role, Tier

from .rates import Rate
from .relations import reports

REPORT = "A lookback under the TA410 umbrella"
"""What the report that is timed begins with."""
_OF_EACH_GROUP = (
    *(("md5", "x"), ("certificate", "x"), ("domain", "x.example")),
    *(("ipv4", "45.77.10.9"), ("ipv6", "2606:4700::1")),
)
LABELLED = Path(__file__).resolve().parent.parent / "tests" / "data" / "intel" / "labelled.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One label with a role, and what was given."""

    paragraph: str
    """Its id."""
    type: str
    value: str
    truth: Role
    given: RoleOf | None
    """None where the scanner does not find it."""
    context: str

    @property
    def right(self) -> bool:
        """Whether the roles are the same."""
        return self.given is not None and self.given.role is self.truth


def cases(path: Path, *, found: bool = False) -> list[Case]:
    """Every label with a role in a file of labelled paragraphs."""
    some: list[Case] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        labels = [label for label in row["labels"] if label.get("role")]
        if labels:
            some += _judged(row, labels, found)
    return some


def _judged(row: dict[str, Any], labels: list[dict[str, Any]], found: bool) -> list[Case]:
    text = row["text"]
    seen = scan(text)
    notes = {(match.type, match.value): match.note for match in seen}
    matches = seen if found else _as_matches(row["labels"], notes)
    roles = assign(Passage(text=text), matches)
    return [
        Case(
            paragraph=str(row["id"]),
            type=label["type"],
            value=label["value"],
            truth=Role(label["role"]),
            given=roles.get((label["type"], label["value"])),
            context=text[max(0, label["start"] - 90) : label["end"] + 60],
        )
        for label in labels
    ]


def _as_matches(labels: list[dict[str, Any]], notes: dict[tuple[str, str], str]) -> tuple[Match, ...]:
    order = sorted(labels, key=lambda label: (label["start"], -label["end"]))
    return tuple(
        Match(
            type=one["type"],
            value=one["value"],
            start=one["start"],
            end=one["end"],
            note=notes.get((one["type"], one["value"]), ""),
        )
        for one in order
    )


def report(some: list[Case]) -> str:
    """The figures as text, with Wilson intervals of 95 %."""
    lines = [f"labels with a role {len(some)}, in {len({one.paragraph for one in some})} paragraphs"]
    lines.append(f"{'all':24}{_rate(some)}")
    apart = [one for one in some if one.given and (one.given.role in HARMLESS) is (one.truth in HARMLESS)]
    lines.append(f"{'set apart or not':24}{Rate(hits=len(apart), of=len(some))}")
    said = [one for one in some if one.given and one.given.role is not Role.UNKNOWN]
    lines.append(f"{'given any role':24}{Rate(hits=len(said), of=len(some))}")
    lines.append(f"{'right of those':24}{_rate(said)}")
    for tier in Tier:
        of_tier = [one for one in some if one.given and one.given.tier is tier]
        share = len(of_tier) / len(some) if some else 0.0
        lines.append(f"{'right at tier ' + tier.value:24}{_rate(of_tier)}   covers {share:.3f}")
    lines.append("by true role: recall, then precision")
    for role in Role:
        of_role = [one for one in some if one.truth is role]
        given = [one for one in some if one.given and one.given.role is role]
        if of_role or given:
            lines.append(f"  {role.value:22}{_rate(of_role)}  {_rate(given)}")
    wrong = Counter(
        (one.truth.value, one.given.role.value if one.given else "not found") for one in some if not one.right
    )
    lines += [f"  {count:3} {truth} → {given}" for (truth, given), count in wrong.most_common(20)]
    return "\n".join(lines)


def speed(data: Path) -> str:
    """Processor time of the steps, the median of 7 where they can be repeated."""
    text = next(one for one in reports(data) if REPORT in one[:200])
    passage, found, lists = Passage(text=text), scan(text), WarningLists.load()
    asked = [(one.type, one.value) for one in found]

    def ask() -> None:
        for type, value in asked:
            lists.reason(type, value)

    rows = [
        ("lists, all groups", _spent(lambda: [lists.reason(*one) for one in _OF_EACH_GROUP], 1)),
        (f"look-ups of {len(asked)} indicators", _spent(ask)),
        ("cues, once", _spent(cues.automaton, 1)),
        (
            f"collect, {len(text):,} characters with {len(found)} matches",
            _spent(lambda: collect(passage, found, "d1", _place, lists)),
        ),
    ]
    return "\n".join(f"{name:55}{seconds * 1000:8.2f} ms" for name, seconds in rows)


def _place(start: int, end: int) -> Place:
    return Place(document="d1", start=start, end=end)


def _spent(step: Callable[[], object], times: int = 7) -> float:
    spent = []
    for _ in range(times):
        at = time.process_time()
        step()
        spent.append(time.process_time() - at)
    return sorted(spent)[times // 2]


def _rate(some: list[Case]) -> Rate:
    return Rate(hits=sum(one.right for one in some), of=len(some))


def main() -> None:
    """Print the figures, and with --show what was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", nargs="?", type=Path, default=LABELLED)
    parser.add_argument("--found", action="store_true", help="judge what the scanner finds")
    parser.add_argument("--show", action="store_true", help="list the labels that were given another role")
    parser.add_argument(
        "--speed", type=Path, metavar="DATA", help="time the steps on a report, judge nothing"
    )
    options = parser.parse_args()
    if options.speed:
        print(speed(options.speed))
        return
    some = cases(options.path, found=options.found)
    print(report(some))
    if options.show:
        for one in some:
            if not one.right:
                print(one.paragraph, one.type, one.value, one.truth.value, "→", one.given, repr(one.context))


if __name__ == "__main__":
    main()
