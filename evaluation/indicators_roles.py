"""How often the role of an indicator is the one that its paragraph states.

    python -m evaluation.indicators_roles

The labels of tests/data/intel/labelled.jsonl with a role are taken as found, so that only the role is
judged. Detection rules are left out: their role follows from the type. One count per paragraph and value.
The second pass gave half as many roles as the first, and the differences were decided one by one; those
that both passes gave alike are counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cybersecqwen.bench.intervals import bootstrap
from cybersecqwen.detect.report.interface import Passage
from cybersecqwen.detect.report.roles import assign
from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import Role, Tier

from .indicators import LABELLED
from .indicators_labels import Paragraph, read_labels
from .rates import Rate

SEED = 20_261_126
SECOND = LABELLED.with_name("second_pass.jsonl")
Judged = tuple[str, Role, Role, Tier]
"""Id of the paragraph, the role that is stated, the one that was given, how sure that is."""


def judged(paragraphs: Sequence[Paragraph]) -> Iterator[Judged]:
    """Every labelled value with a role, beside the role that ours gives it."""
    for one in paragraphs:
        found = tuple(
            Match(type=label.type, value=label.value, start=label.start, end=label.end)
            for label in one.labels
        )
        roles = assign(Passage(text=one.text), found)
        stated = {(label.type, label.value): Role(label.role) for label in one.labels if label.role}
        for key, role in stated.items():
            if role is not Role.DETECTION:
                yield one.id, role, roles[key].role, roles[key].tier


def agreed(first: Sequence[Paragraph], second: Sequence[Paragraph]) -> list[Paragraph]:
    """The labels with those roles alone that the second pass gave too."""
    other = {
        (one.id, label.start, label.end, label.type, label.role) for one in second for label in one.labels
    }
    return [
        replace(
            one,
            labels=tuple(
                label
                if (one.id, label.start, label.end, label.type, label.role) in other
                else replace(label, role="")
                for label in one.labels
            ),
        )
        for one in first
    ]


def main() -> None:
    """Measure and print."""
    first = read_labels(LABELLED)
    both = list(judged(agreed(first, read_labels(SECOND))))
    every = list(judged(first))
    for name, rows in {"alike in both passes": both, "as decided": every}.items():
        print(f"{name}: {_share(rows)} (over paragraphs)")
    print("\n| | alike in both passes | as decided |\n|---|---|---|")
    for tier in Tier:
        cells = [_rate([one[1] == one[2] for one in rows if one[3] is tier]) for rows in (both, every)]
        print(f"| {tier.value} | {' | '.join(cells)} |")
    for role in Role:
        if any(one[1] is role for one in every):
            cells = [_rate([one[2] is role for one in rows if one[1] is role]) for rows in (both, every)]
            print(f"| stated: {role.value} | {' | '.join(cells)} |")
    print("\n| stated | given | n |\n|---|---|---:|")
    pairs = Counter((stated, given) for _, stated, given, _ in both if stated != given)
    for (stated, given), count in pairs.most_common():
        print(f"| {stated.value} | {given.value} | {count} |")


def _share(rows: Sequence[Judged]) -> str:
    per: dict[str, list[bool]] = {}
    for name, stated, given, _ in rows:
        per.setdefault(name, []).append(stated == given)
    right = sum(map(sum, per.values()))
    low, high = bootstrap([sum(one) for one in per.values()], [len(one) for one in per.values()], seed=SEED)
    return f"{right}/{len(rows)} {right / len(rows):.3f} [{low:.3f}, {high:.3f}]"


def _rate(right: Sequence[bool]) -> str:
    return " ".join(str(Rate(hits=sum(right), of=len(right))).split())


if __name__ == "__main__":
    main()
