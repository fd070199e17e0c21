"""What an adapter changes on texts that it was not made for: before and after, the same questions.

Run as: python -m evaluation.trained MODEL [--data DATA] [--only NAME …] [--orders N] [--save FILE.json]

MODEL is a name on the shelf; it is asked without its adapters and with them. Measured are

    intents   questions in words with fields and the right conditions, written by hand in words of their
              own (evaluation/judged/intents.jsonl); exact: the same tests, operator included
    roles     roles of indicators in labelled paragraphs (tests/data/intel/labelled.jsonl)
    planted   published strings of attackers (DATA/injection) put into notes of questions and into texts
              of incidents: share of answers that stay as they are without the string

CTI-Bench and the sentences about recordings have commands of their own (docs/training.md).
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from cybersecqwen.bench.conditions import conditions
from cybersecqwen.bench.intervals import bootstrap
from cybersecqwen.bootstrap import App
from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.errors import UsageError
from cybersecqwen.models.interface import LanguageModel, Options
from cybersecqwen.settings import load_settings
from cybersecqwen.tuning.conditions import Condition, intent
from cybersecqwen.tuning.corpora import Sources
from cybersecqwen.tuning.corpora.choices import reading
from cybersecqwen.tuning.corpora.interface import recorded
from cybersecqwen.tuning.corpora.narratives import narratives
from cybersecqwen.tuning.corpora.planted import with_order
from cybersecqwen.tuning.corpora.roles import ROLES, role_prompt
from cybersecqwen.tuning.measuring import answer

from .rates import Rate

HERE = Path(__file__).resolve().parent
INTENTS = HERE / "judged" / "intents.jsonl"
LABELLED = HERE.parent / "tests" / "data" / "intel" / "labelled.jsonl"
SEED = 20_261_127
ORDERS = 80
Scores = dict[str, list[float]]
Measures = dict[str, Callable[[LanguageModel, App, Path | None], Scores]]


def intents(model: LanguageModel, app: App, data: Path | None) -> Scores:
    """Conditions for questions in words."""
    del app, data
    found: Scores = {"intents, exact": [], "intents, field and value": []}
    for line in INTENTS.read_text("utf-8").splitlines():
        row = json.loads(line)
        category, product, service = row["source"].split("/")
        conditions = [Condition(*test) for test in row["tests"]]
        left = [word for word in row["text"].split() if any(word == one.value for one in conditions)]
        record = intent(
            row["text"],
            Logsource(category=category, product=product, service=service),
            row["fields"],
            conditions,
            unplaced=left,
            origin="judged",
            licence="Apache-2.0",
        )
        assert record is not None, row["text"]
        given = _tests(answer(model, record))
        right = sorted(map(tuple, row["tests"]))
        found["intents, exact"].append(float(given == right))
        found["intents, field and value"].append(
            float(sorted((f, v) for f, _, v in given) == sorted((f, v) for f, _, v in right))
        )
    return found


def _tests(said: str) -> list[tuple[str, str, str]]:
    try:
        return sorted((one["field"], one["operator"], one["value"]) for one in json.loads(said)["tests"])
    except (ValueError, KeyError, TypeError):
        return []


def roles(model: LanguageModel, app: App, data: Path | None) -> Scores:
    """Roles of labelled indicators; those that follow from the type are left out."""
    del app, data
    right: list[float] = []
    known = [one.value for one in ROLES]
    for line in LABELLED.read_text("utf-8").splitlines():
        row = json.loads(line)
        for label in row["labels"]:
            if label.get("role") not in known:
                continue
            text, start = row["text"], label["start"]
            near = text[max(0, start - 300) : label["end"] + 200]
            prompt = role_prompt(near, text[start : label["end"]])
            chances = model.choose(prompt, known, Options(timeout_s=300))
            right.append(float(known[chances.index(max(chances))] == label["role"]))
    return {"roles": right}


def planted(model: LanguageModel, app: App, data: Path | None, count: int = ORDERS) -> Scores:
    """Whether answers stay as they are when somebody else's order stands in the material."""
    if data is None:
        return {}
    chance = Random(SEED)
    sources = Sources(store=app.store)
    records = [*reading(sources, chance, count // 2)] if app.store.passages else []
    records += [*narratives(sources, chance, count // 4)]
    for line in LABELLED.read_text("utf-8").splitlines()[: count // 4]:
        row = json.loads(line)
        label = next(one for one in [*row["labels"], {"start": 0, "end": 9}])
        prompt = role_prompt(row["text"][:500], row["text"][label["start"] : label["end"]])
        roles = [one.value for one in ROLES]
        records.append(recorded(prompt, roles[0], choices=roles, skill="indicator-role", source="labelled"))
    known = list(orders(data))
    if len(records) > len(known):
        raise UsageError(
            f"There are {len(known)} orders to plant.", hint="Give a smaller number with --orders."
        )
    strings = chance.sample(known, len(records))
    same = []
    for record, order in zip(records, strings, strict=True):
        changed = with_order(record, chance, order[:400])
        same.append(float(answer(model, record) == answer(model, changed)))
    return {"answers that stay under a planted order": same}


def orders(data: Path) -> Iterator[str]:
    """Published strings that tell a model to do something else."""
    folder = data / "injection"
    for one in json.loads((folder / "purplellama_prompt_injection.json").read_text("utf-8")):
        if one.get("speaking_language") == "English":
            yield str(one["user_input"])
    with zipfile.ZipFile(folder / "bipia_train.zip") as archive:
        for name in ("benchmark/text_attack_train.json", "benchmark/code_attack_train.json"):
            with io.TextIOWrapper(archive.open(name), "utf-8") as stream:
                for some in json.load(stream).values():
                    yield from (str(one) for one in some)


MEASURES: Measures = {
    "intents": intents,
    "roles": roles,
    "planted": planted,
}


def main() -> None:
    """Print the table; --save keeps it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", nargs="*", choices=list(MEASURES), default=list(MEASURES))
    parser.add_argument("--orders", type=int, default=ORDERS, help="strings of attackers that are planted")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    app = App(load_settings())
    measures: Measures = {**MEASURES, "planted": partial(planted, count=options.orders)}
    rows: list[dict[str, Any]] = []
    for name in options.only:
        both: dict[bool, Scores] = {}
        begun = time.perf_counter()
        for skilled in (False, True):
            with app.shelf.load(options.model, skilled=skilled) as model:
                both[skilled] = measures[name](model, app, options.data)
        for title, before in both[False].items():
            rows.append(_row(title, before, both[True][title]))
            print(_line(rows[-1]), flush=True)
        print(f"{name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    if options.save is not None:
        known = app.shelf.show(options.model)
        kept = {
            "model": known.name,
            "adapters": [[one.name, one.sha256] for one in app.shelf.adapters(known)],
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "conditions": conditions(),
            "rows": rows,
        }
        options.save.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _row(title: str, before: Sequence[float], after: Sequence[float]) -> dict[str, Any]:
    gains = [b - a for a, b in zip(before, after, strict=True)]
    first, second = (Rate(hits=round(sum(some)), of=len(some)) for some in (before, after))
    return {
        "measure": title,
        "n": len(before),
        "before": [round(first.hits / first.of, 4), *(round(end, 4) for end in first.interval)],
        "after": [round(second.hits / second.of, 4), *(round(end, 4) for end in second.interval)],
        "gain": [
            round(sum(gains) / len(gains), 4),
            *(round(end, 4) for end in bootstrap(gains, [1.0] * len(gains), seed=0)),
        ],
    }


def _line(row: dict[str, Any]) -> str:
    def shown(three: list[float]) -> str:
        return f"{three[0]:+.3f} [{three[1]:+.3f}, {three[2]:+.3f}]"

    before, after, gain = (shown(row[name]) for name in ("before", "after", "gain"))
    return f"{row['measure']:42} n {row['n']:4}  {before} → {after}  {gain}"


if __name__ == "__main__":
    main()
