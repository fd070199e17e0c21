"""Names of malware that `csq intel` finds, against the tags of CyNER's training part.

Run as: python -m evaluation.names [DATA] [--half even|odd] [--show] [--speed]

The tokens of the file are joined to one text, one paragraph a sentence, so that names are found as in a
report. A tag and a found name are the same where their characters overlap. Even sentences were looked at in
development (--show lists the mistakes there); the figures are of the odd ones. Known names are those of the
store; unknown ones those that the text introduces. Organisation tags are not scored for groups: they
are mostly vendors and companies; how many of them are groups of the store is printed. --speed times names
and techniques on 600,000 characters of reports (intel/tram_reports.zip) and judges nothing.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cybersecqwen.detect.report import names, subjects, techniques, vulnerabilities
from cybersecqwen.detect.report.interface import NameFound
from cybersecqwen.detect.report.scan import scan
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Place
from cybersecqwen.specialists.actor import ActorSpecialist
from cybersecqwen.specialists.technique import TechniqueSpecialist

from .rates import Rate
from .relations import reports

FILE = "intel/cyner_train.conll.gz"
Span = tuple[int, int]


@dataclass(kw_only=True)
class Tagged:
    """The text, with the spans of each tag and where each sentence begins."""

    text: str = ""
    sentences: list[int] = field(default_factory=list)
    tags: dict[str, list[Span]] = field(default_factory=dict)

    def is_even(self, at: int) -> bool:
        """Whether the sentence at a character is of the half that was looked at."""
        return (bisect_right(self.sentences, at) - 1) % 2 == 0


def read(path: Path) -> Tagged:
    """Sentences as paragraphs; punctuation is set as in running text, so that names stay as they are."""
    found = Tagged()
    parts: list[str] = []
    size = 0
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        blocks = [block for block in stream.read().split("\n\n") if block.strip()]
    for block in blocks:
        found.sentences.append(size)
        open_tag = ""
        for line in block.splitlines():
            word, _, tag = line.rpartition("\t")
            glue = "" if not parts or parts[-1].endswith("\n") or word in ".,;:!?)”’%" else " "
            glue = "" if parts and parts[-1] in ("(", "“", "‘", "$", "#") else glue
            parts.append(glue + word)
            start = size + len(glue)
            size += len(glue) + len(word)
            kind = tag[2:]
            if tag.startswith("I-") and kind == open_tag:
                first, _ = found.tags[kind].pop()
                found.tags[kind].append((first, size))
            elif kind:
                found.tags.setdefault(kind, []).append((start, size))
            open_tag = kind
        parts.append("\n\n")
        size += 2
    found.text = "".join(parts)
    return found


def overlaps(spans: list[Span], start: int, end: int) -> bool:
    """Whether any of these spans, in order and apart, shares a character."""
    at = bisect_left(spans, (end, 0))
    return any(last > start and first < end for first, last in spans[max(0, at - 2) : at + 1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", help="the folder of development data")
    parser.add_argument("--half", choices=("even", "odd"), default="odd")
    parser.add_argument("--show", action="store_true", help="list the mistakes of the even half")
    parser.add_argument("--speed", action="store_true", help="time names and techniques, judge nothing")
    chosen = parser.parse_args()
    root = (
        chosen.data or os.environ.get("CSQ_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    )
    if chosen.speed:
        speed(Path(root))
        return
    tagged = read(Path(root) / FILE)
    with Store.open() as store:
        found = [one for one in names.find(tagged.text, store) if one.type != "vulnerability"]
    even = chosen.half == "even" or chosen.show
    mine = [one for one in found if tagged.is_even(one.start) == even]
    report(tagged, mine, even)
    if chosen.show:
        show(tagged, mine)


def speed(data: Path) -> None:
    """Processor time and memory for 200 pages of reports, what is loaded once included."""
    text = "\n".join(reports(data))[:600_000]
    with Store.open() as store:
        found = scan(text)
        began = time.process_time()
        named = names.find(text, store, found)
        subjects.judge(text, named, _place, store, ActorSpecialist(store=store))
        vulnerabilities.judge(text, found, _place, store)
        then = time.process_time()
        techniques.find(text, found, _place, store, TechniqueSpecialist(store=store))
        ended = time.process_time()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(text):,} characters: names and judgements {then - began:.1f} s of processor time,")
    print(f"techniques {ended - then:.1f} s; {most:.0f} MiB in all")


def _place(start: int, end: int) -> Place:
    return Place(document="d1", start=start, end=end)


def report(tagged: Tagged, mine: list[NameFound], even: bool) -> None:
    """Precision of known and unknown names, recall of the tags."""
    malware = [span for span in tagged.tags["Malware"] if tagged.is_even(span[0]) == even]
    anything = sorted(span for spans in tagged.tags.values() for span in spans)
    every = sorted({(one.start, one.end) for one in mine})
    for kind, ours in (
        ("known software", {(o.start, o.end) for o in mine if o.id and o.type == "software"}),
        ("unknown names", {(o.start, o.end) for o in mine if not o.id}),
        ("all", {(o.start, o.end) for o in mine if o.type != "campaign"}),
    ):
        right = sum(overlaps(malware, *span) for span in ours)
        tag = sum(overlaps(anything, *span) for span in ours)
        print(f"{kind:16} tagged Malware {Rate(hits=right, of=len(ours))}, tagged at all {tag}")
    hit = sum(overlaps(every, *span) for span in malware)
    print(f"{'Malware tags':16} found {Rate(hits=hit, of=len(malware))}")
    store = sorted({(one.start, one.end) for one in mine if one.id})
    rest = [span for span in malware if not overlaps(store, *span)]
    hit = sum(overlaps(every, *span) for span in rest)
    print(f"{'not in store':16} found {Rate(hits=hit, of=len(rest))}")
    groups = sorted({(one.start, one.end) for one in mine if one.type == "group"})
    bodies = [span for span in tagged.tags["Organization"] if tagged.is_even(span[0]) == even]
    hit = sum(overlaps(groups, *span) for span in bodies)
    print(f"Organization tags: {len(bodies)}, of which found as a group {hit}; groups found {len(groups)}")


def show(tagged: Tagged, mine: list[NameFound]) -> None:
    malware = tagged.tags["Malware"]
    every = sorted({(one.start, one.end) for one in mine})
    wrong = Counter(
        (one.text, one.id, str(one.facts.get("kind", "")))
        for one in mine
        if not overlaps(malware, one.start, one.end)
    )
    print("not tagged Malware:", wrong.most_common(80))
    missed = Counter(
        tagged.text[start:end]
        for start, end in malware
        if tagged.is_even(start) and not overlaps(every, start, end)
    )
    print("not found:", missed.most_common(120))


if __name__ == "__main__":
    main()
