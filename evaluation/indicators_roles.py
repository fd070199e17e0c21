"""How often the role of an indicator is the one that its paragraph states.

    python -m evaluation.indicators_roles

The labels of tests/data/intel/labelled.jsonl with a role are taken as found, so that only the role is
judged. Detection rules are left out: their role follows from the type. One count per paragraph and value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cybersecqwen.bench.intervals import bootstrap
from cybersecqwen.detect.report.interface import Passage
from cybersecqwen.detect.report.roles import assign
from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import Role, Tier

from .indicators import LABELLED
from .indicators_labels import Paragraph, read_labels
from .rates import Rate

SEED = 20_261_126
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


def main() -> None:
    """Measure and print."""
    paragraphs = read_labels(LABELLED)
    rows = list(judged(paragraphs))
    per: dict[str, list[bool]] = {}
    for name, stated, given, _ in rows:
        per.setdefault(name, []).append(stated == given)
    right = sum(stated == given for _, stated, given, _ in rows)
    low, high = bootstrap([sum(one) for one in per.values()], [len(one) for one in per.values()], seed=SEED)
    print(
        f"Right {right} of {len(rows)}: {right / len(rows):.3f} [{low:.3f}, {high:.3f}] (over paragraphs)\n"
    )
    print("| | share that is right, Wilson interval |\n|---|---|")
    for tier in Tier:
        some = [stated == given for _, stated, given, sure in rows if sure is tier]
        print(f"| {tier.value} | {str(Rate(hits=sum(some), of=len(some))).strip()} |")
    for role in Role:
        some = [given is role for _, stated, given, _ in rows if stated is role]
        if some:
            print(f"| stated: {role.value} | {str(Rate(hits=sum(some), of=len(some))).strip()} |")
    print("\n| stated | given | n |\n|---|---|---:|")
    pairs = Counter((stated, given) for _, stated, given, _ in rows if stated != given)
    for (stated, given), count in pairs.most_common():
        print(f"| {stated.value} | {given.value} | {count} |")


if __name__ == "__main__":
    main()
