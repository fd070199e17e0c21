"""How often relations, targets and dates that are read from reports are stated there, judged by reading.

Run as: python -m evaluation.relations DATA [--draw KIND HALF] [--speed]

DATA is the folder of development data (intel/tram_reports.zip, intel/attack_procedures_train.jsonl.gz).
Reports are parted by the last digit of the SHA-256 of their text: even ones were looked at while the
patterns were written ("seen"), odd ones were not before the judging ("held out"). `--draw` prints what
is drawn of a kind with its sentences, for judging; the judgements are facts in
judged/relations.json: the text's SHA-256, offsets, what was said, right or wrong. Without options
the figures of docs/relations.md are computed from them, and how many of the judged statements the present
code still makes. A draw leaves out what is judged already, so that a second pass, after what the first
found was mended, is about other statements.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cybersecqwen.detect.report import dates, gazetteer, markings, names, relations, targets
from cybersecqwen.detect.report.interface import NameFound, Passage
from cybersecqwen.detect.text import matches
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Place

from .rates import Rate

JUDGED = Path(__file__).parent / "judged" / "relations.json"
SEED = 5
DRAWN = {"relation": 60, "procedure": 40, "target": 60, "origin": 20, "bare": 30, "date": 40}
"""How many are drawn of a kind in one half; fewer where there are fewer."""
HALVES = ("seen", "held out")

Find = Callable[[str], list[NameFound]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One statement of the code about a text."""

    kind: str
    """relation, procedure (a relation in a procedure of ATT&CK), target (high), origin, bare (low), date."""
    text: str
    """SHA-256 of the text."""
    start: int
    end: int
    said: str
    """What it states: "source|verb|target|tier", "kind|name" or "kind|date"."""
    shown: str
    """The sentence, for judging; not kept."""


def main() -> None:
    """Draw, or compute the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--draw", nargs=2, metavar=("KIND", "HALF"), help="print what is drawn, for judging")
    parser.add_argument("--speed", action="store_true", help="time it on 70 KB of the reports")
    chosen = parser.parse_args()
    with Store.open() as store:
        find = _finder(store)
        if chosen.speed:
            _speed(chosen.data, find)
        elif chosen.draw:
            for index, one in enumerate(drawn(chosen.data, find, *chosen.draw)):
                print(f"{index}. {one.said} | {one.shown}")
        else:
            _figures(chosen.data, find)


def drawn(data: Path, find: Find, kind: str, half: str) -> list[Said]:
    """What is to be judged of a kind in one half, in the order of the draw."""
    known = {(row["kind"], row["text"], row["start"], row["said"]) for row in _judged()}
    every = [
        one for one in _every(data, find, kind, half) if (kind, one.text, one.start, one.said) not in known
    ]
    every.sort(key=lambda one: (one.text, one.start, one.said))
    most = DRAWN[kind]
    return random.Random(SEED).sample(every, most) if len(every) > most else every


def _figures(data: Path, find: Find) -> None:
    judged = _judged()
    print("| what | half | pass | right of judged, Wilson 95 % | still said | of it right |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind in DRAWN:
        for half in HALVES:
            now = {(one.text, one.start, one.said) for one in _every(data, find, kind, half)}
            for number in (1, 2, 3):
                some = [r for r in judged if (r["kind"], r["half"], r["pass"]) == (kind, half, number)]
                if some:
                    still = [row for row in some if (row["text"], row["start"], row["said"]) in now]
                    rate = Rate(hits=sum(row["right"] for row in some), of=len(some))
                    right = sum(row["right"] for row in still)
                    print(f"| {kind} | {half} | {number} | {rate} | {len(still)} | {right} |")


def _judged() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(JUDGED.read_text("utf-8"))["judged"]
    return rows


def _every(data: Path, find: Find, kind: str, half: str) -> Iterator[Said]:
    texts = _procedures(data) if kind == "procedure" else reports(data)
    for text in texts:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if HALVES[int(sha256[-1], 16) % 2] == half:
            yield from _said(text, sha256, kind, find)


def _said(text: str, sha256: str, kind: str, find: Find) -> Iterator[Said]:
    passage = Passage(text=text)
    if kind in ("relation", "procedure"):
        found = relations.find(passage, find(text), matches(text), targets.find(passage, _place), _place, {})
        for one in found:
            said = f"{one.source.value}|{one.verb}|{one.target.value}|{one.tier.value}"
            yield Said(
                kind=kind,
                text=sha256,
                start=one.place.start,
                end=one.place.end,
                said=said,
                shown=one.sentence,
            )
    elif kind == "date":
        for dated in dates.find(passage, "", _place):
            start, end = dated.place.start, dated.place.end
            yield Said(
                kind=kind,
                text=sha256,
                start=start,
                end=end,
                said=f"{dated.kind}|{dated.date}",
                shown=_around(text, start, end),
            )
    else:
        for each in targets.mentions(passage):
            its = "origin" if each.origin else "target" if each.tier.value == "high" else "bare"
            if its == kind and each.tier.value != ("low" if its == "origin" else ""):
                start, end, entry = each.hit
                said = f"{entry.kind}|{entry.name}"
                yield Said(
                    kind=kind, text=sha256, start=start, end=end, said=said, shown=_around(text, start, end)
                )


def _around(text: str, start: int, end: int) -> str:
    words = f"{text[max(0, start - 200) : start]}[[{text[start:end]}]]{text[end : end + 100]}"
    return " ".join(words.split())


def _place(start: int, end: int) -> Place:
    return Place(document="d1", start=start, end=end)


def _finder(store: Store) -> Find:
    """Names with what the store says of software."""

    def find(text: str) -> list[NameFound]:
        found = []
        for one in names.find(text, store, matches(text)):
            entity = store.get(one.id) if one.id else None
            kind = str(entity.attributes.get("kind", "")) if entity is not None else one.facts.get("kind", "")
            found.append(replace(one, facts={**one.facts, "kind": kind}))
        return found

    return find


def reports(data: Path) -> Iterator[str]:
    """The texts of the reports of TRAM, by the names of their files."""
    with zipfile.ZipFile(data / "intel" / "tram_reports.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".mjson") and "__MACOSX" not in name:
                yield str(json.loads(archive.read(name))["signal"])


def _procedures(data: Path) -> Iterator[str]:
    with gzip.open(data / "intel" / "attack_procedures_train.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = str(json.loads(line)["text"])
            if hashlib.sha256(text.encode()).hexdigest()[0] in "0123":  # a quarter is enough
                yield text


def _speed(data: Path, find: Find) -> None:
    text = "\n".join(reports(data))[:70_000]
    passage, named, some = Passage(text=text), find(text), matches(text)
    steps: list[dict[str, float]] = []
    where = targets.find(passage, _place)
    runs: tuple[tuple[str, Callable[[], object]], ...] = (
        ("targets", lambda: (targets.find(passage, _place), targets.origins(passage, _place))),
        ("relations", lambda: relations.find(passage, named, some, where, _place, {})),
        ("dates", lambda: dates.find(passage, "2023-01-01", _place)),
        ("markings", lambda: markings.all(text)),
    )
    for _ in range(7):
        gazetteer.sentences_of.cache_clear()
        targets._mentions.cache_clear()
        seconds: dict[str, float] = {}
        for name, run in runs:
            at = time.process_time()
            run()
            seconds[name] = time.process_time() - at
        steps.append(seconds | {"all": sum(seconds.values())})
    for name in steps[0]:
        middle = sorted(one[name] for one in steps)[len(steps) // 2]
        print(
            f"{name}: {middle * 1000:.1f} ms of processor time for {len(text):,} characters, median "
            f"of {len(steps)}"
        )


if __name__ == "__main__":
    main()
