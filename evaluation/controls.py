"""Which controls would help against what a text describes: candidates for the skill `control-mapping`.

Run as: python -m evaluation.controls [--save REPORT.json]

Items are the enterprise techniques of ATT&CK of the families that the trainer holds out; right is what CTID's
mapping names. Candidates: the same five controls for every text, those whose names or statements share most
words with it, the specialist (as it is trained on the other families), and the look-up by the technique's
identifier, which is right by definition. Data: CSQ_DATA, or ../shared/data beside the project.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.specialists.control import held_out_model
from training.specialists.control_corpus import ATTACK, MAPPING, Item, read

from cybersecqwen.bench.conditions import conditions
from cybersecqwen.bench.intervals import Figure, bootstrap, no_figure, wilson
from cybersecqwen.bench.report import Record, duration, rounded, times, write
from cybersecqwen.knowledge.store import Store
from cybersecqwen.specialists.control import SHOWN

STATEMENTS = "knowledge/nist_800_53_r5_moderate.oscal.json.gz"
SEED = 20261127
Named = Callable[[Item], Sequence[str]]
"""An item to controls, best first."""
_WORD = re.compile(r"[a-z]{3,}")


def main() -> None:
    """Measure all candidates and print or save the reports."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--save", type=Path, help="report file for the portfolio")
    save: Path | None = parser.parse_args().save
    data = Path(os.environ.get("CSQ_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
    records = measure(data)
    for one in records:
        said = "; ".join(
            f"{each['title']} {each['value']:.3f} [{each['low']:.3f}, {each['high']:.3f}] n {each['n']}"
            for each in one["figures"]
        )
        print(f"{one['subject']}: {said}; p95 {duration(one['seconds']['p95_s'])}")
    if save is not None:
        write(save, records)


def measure(data: Path) -> list[Record]:
    """One record for each candidate."""
    with Store.open() as store:
        items = read(data, store)
        version = store.version
        names = dict(store.names("control"))
    rest = [one for one in items if not one.held_out]
    held = [one for one in items if one.held_out]
    labels = sorted({control for one in items for control in one.controls})
    common = [id for id, _ in Counter(control for one in rest for control in one.controls).most_common()]
    model = held_out_model(items)

    def by_specialist(item: Item) -> list[str]:
        scores = model.score(item.text).scores
        return [model.labels[at] for at in (-scores).argsort(kind="stable")]

    mapped = {one.id: one.controls for one in items}
    statements = _statements(data)
    candidates: list[tuple[str, str, Named]] = [
        ("the same five", "closed-book", lambda item: common),
        ("names", "closed-book", Likeness({id: names[id] for id in labels})),
        ("statements", "open-book", Likeness({id: statements.get(id, names[id]) for id in labels})),
        ("specialist", "closed-book", by_specialist),
        ("look-up", "look-up", lambda item: mapped[item.id]),
    ]
    digest = hashlib.sha256(b"".join((data / name).read_bytes() for name in (ATTACK, MAPPING))).hexdigest()
    return [_record(name, mode, named, held, digest, version) for name, mode, named in candidates]


class Likeness:
    """Controls by the cosine of TF-IDF vectors of their texts and an item's."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        counted = {id: Counter(_WORD.findall(text.lower())) for id, text in texts.items()}
        frequency = Counter(word for one in counted.values() for word in one)
        self._idf = {word: math.log((len(texts) + 1) / (count + 1)) + 1 for word, count in frequency.items()}
        self._vectors = {id: self._vector(one) for id, one in counted.items()}

    def __call__(self, item: Item) -> list[str]:
        """Controls, best first."""
        own = self._vector(Counter(_WORD.findall(item.text.lower())))
        near = {
            id: sum(value * own.get(word, 0.0) for word, value in vector.items())
            for id, vector in self._vectors.items()
        }
        return sorted(near, key=lambda id: (-near[id], id))

    def _vector(self, counted: Mapping[str, int]) -> dict[str, float]:
        made = {
            word: (1 + math.log(count)) * self._idf[word]
            for word, count in counted.items()
            if word in self._idf
        }
        length = math.sqrt(sum(value * value for value in made.values())) or 1.0
        return {word: value / length for word, value in made.items()}


def _statements(data: Path) -> dict[str, str]:
    """Control to title, statement and guidance, of the OSCAL catalogue."""
    catalogue = json.loads(gzip.decompress((data / STATEMENTS).read_bytes()))["catalog"]
    found: dict[str, str] = {}

    def prose(part: Mapping[str, Any]) -> str:
        return " ".join([part.get("prose", ""), *map(prose, part.get("parts", ()))])

    def walk(control: Mapping[str, Any]) -> None:
        family, _, number = control["id"].partition("-")
        base, _, enhancement = number.partition(".")
        id = f"{family.upper()}-{base}" + (f"({enhancement})" if enhancement else "")
        parts = [one for one in control.get("parts", ()) if one["name"] in ("statement", "guidance")]
        found[id] = " ".join([control["title"], *map(prose, parts)])
        for one in control.get("controls", ()):
            walk(one)

    for group in catalogue["groups"]:
        for control in group["controls"]:
            walk(control)
    return found


def _record(subject: str, mode: str, named: Named, held: Sequence[Item], digest: str, version: str) -> Record:
    hits: defaultdict[str, float] = defaultdict(float)
    shown: defaultdict[str, float] = defaultdict(float)
    first, seconds = 0, []
    for item in held:
        start = time.perf_counter()
        answer = list(named(item))[:SHOWN]
        seconds.append(time.perf_counter() - start)
        first += bool(answer) and answer[0] in item.controls
        hits[item.family] += sum(control in item.controls for control in answer)
        shown[item.family] += len(answer)
    families = sorted(shown)
    low, high = bootstrap([hits[one] for one in families], [shown[one] for one in families], seed=SEED)
    five = Figure(
        name="precision",
        title="right among the first five",
        value=sum(hits.values()) / sum(shown.values()),
        low=low,
        high=high,
        n=len(held),
        interval="bootstrap",
        better="higher",
    )
    under, over = wilson(first, len(held))
    one = Figure(
        name="first",
        title="first one right",
        value=first / len(held),
        low=under,
        high=over,
        n=len(held),
        interval="wilson",
        better="higher",
    )
    return {
        "task": "controls",
        "title": "a technique's text to the controls that mitigate it",
        "skill": "control-mapping",
        "subject": subject,
        "mode": mode,
        "identity": {"specialist": "control"} if subject == "specialist" else {},
        "figures": [rounded(five), rounded(one)],
        "unparsable": rounded(no_figure(len(held))),
        "predictions": [],
        "found": {},
        "items": len(held),
        "trials": 1,
        "per_trial": [],
        "cut": 0,
        "seconds": times(seconds),
        "data": {
            "file": f"enterprise techniques of {len(families)} held-out families, CTID",
            "sha256": digest,
            "items": len(held),
        },
        "plan": {"limit": 0, "seed": SEED},
        "knowledge": version,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "conditions": conditions(),
        "command": "python -m evaluation.controls",
    }


if __name__ == "__main__":
    main()
