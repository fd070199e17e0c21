"""Fit the four weights of the actor specialist and find the names that are ordinary words."""

from __future__ import annotations

import gzip
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cybersecqwen.knowledge.store import Store
from cybersecqwen.specialists.actor import ActorSpecialist, Support, Ties
from cybersecqwen.specialists.mentions import Mention, Names, folded, spellings

from . import manifests
from . import technique_corpus as corpora
from .measures import share

CVES = ("cve/cve_to2022.jsonl.gz", "cve/cve_2023_2024.jsonl.gz")
FILES = {
    "intel/attack_procedures_train.jsonl.gz": "ATT&CK terms of use",
    "intel/tram_reports.zip": "Apache-2.0",
    **dict.fromkeys(CVES, "NVD public domain, CVE terms of use, CC0, CC BY 4.0"),
}
"""Files that are read, with the licence of each."""
COMMON = 3
"""Descriptions of CVEs with a name in them that make it an ordinary word: they seldom name malware."""
ALWAYS = (
    "arp",
    "at",
    "aurora",
    "cmd",
    "cuba",
    "electrum",
    "flame",
    "ftp",
    "maze",
    "net",
    "netsh",
    "ping",
    "reg",
    "route",
    "systeminfo",
    "tasklist",
    "tor",
    "wiper",
)
"""Programs of everybody, a wallet, a country, plain words: met in texts that are about no malware."""
RIGHT = 0.9
"""Share of answers that should be right at the threshold."""
PARTS = 5
START = (2.0, 1.0, 4.0, 3.0)
KEYS = ("named", "software", "techniques", "unknown")


@dataclass(kw_only=True)
class Case:
    """What a text has for each group, and which one it is about ("" where nobody of the store is)."""

    kind: str
    text: str
    truth: str
    features: Any
    groups: list[str]
    of: int
    """Groups there are in all."""


def training_inputs(data: Path) -> Iterator[tuple[str, str]]:
    """Every text that is learned from, with its source."""
    corpus = corpora.read(data)
    for row in corpus.procedures:
        if row["source_type"] == "campaign":
            yield f"procedure of {row['source']}", row["text"]
    for report in corpus.reports:
        yield f"TRAM report {report.title}", report.text
    yield from _descriptions(data)


def _descriptions(data: Path) -> Iterator[tuple[str, str]]:
    for name in CVES:
        with gzip.open(data / name, "rt", encoding="utf-8") as stream:
            for line in stream:
                row = json.loads(line)
                yield row["id"], row["desc"]


def train(data: Path, out: Path, seed: int) -> None:
    """Write `actor.json` into `out`; half a minute."""
    store = Store.open()
    guarded = ordinary_names(store, data)
    specialist = ActorSpecialist(store=store)
    ties = specialist._ties
    cases = list(_cases(store, ties, Names(store, guarded), data, seed))
    weights, threshold, metrics = _fit(cases, seed)
    manifests.write(
        out,
        "actor",
        trainer=__name__,
        seed=seed,
        threshold=threshold,
        data=[manifests.source(data, one, licence) for one, licence in FILES.items()],
        metrics=metrics,
        settings={"weights": weights, "guarded": guarded, "knowledge": store.version},
    )


def ordinary_names(store: Store, data: Path) -> list[str]:
    """Names of one word that texts about something else have too."""
    names = {folded(alias) for _, _, _, alias in spellings(store) if " " not in alias}
    seen: Counter[str] = Counter()
    for _, text in _descriptions(data):
        seen.update(names.intersection(re.findall(r"\w+", folded(text))))
    return sorted({name for name in names if seen[name] >= COMMON} | names.intersection(ALWAYS))


def _cases(store: Store, ties: Ties, names: Names, data: Path, seed: int) -> Iterator[Case]:
    """Reports as they are, with the actor's names masked, and with an actor that the store lacks."""
    corpus = corpora.read(data)
    rng = random.Random(seed)
    texts = [(report.title, report.text, report.labels) for report in corpus.reports]
    owners = {store.get(id).name: group for id, group in ties.campaigns.items()}  # type: ignore[union-attr]
    told: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in corpus.procedures:
        if row["source"] in owners:
            told[row["source"]].append(row)
    for name, rows in sorted(told.items()):
        rng.shuffle(rows)
        texts.append(
            (f"campaign {name}", " ".join(row["text"] for row in rows), {row["tid"] for row in rows})
        )
    for title, text, labels in texts:
        mentions = names.find(text)
        of_group = Counter(
            one.id if one.type == "group" else ties.campaigns.get(one.id, "") for one in mentions
        )
        of_group.pop("", None)
        counted = [(group, count) for group, count in of_group.most_common(2) if group in ties.uses]
        if not counted:
            yield _case("nobody named", title, "", mentions, labels, ties, len(text))
            continue
        truth, count = counted[0]
        if count < 2 or (len(counted) > 1 and counted[1][1] * 2 > count):
            continue  # who it is about is not certain
        own = {truth, *(one for one, group in ties.campaigns.items() if group == truth)}
        masked = [one for one in mentions if one.id not in own]
        yield _case("named", title, truth, mentions, labels, ties, len(text))
        yield _case("masked", title, truth, masked, labels, ties, len(text))
        yield _case("masked, not in the store", title, "", masked, labels, ties, len(text), without=truth)


def _case(
    kind: str,
    title: str,
    truth: str,
    mentions: list[Mention],
    labels: set[str],
    ties: Ties,
    size: int,
    *,
    without: str = "",
) -> Case:
    supports: dict[str, Support] = ties.weigh(mentions, dict.fromkeys(labels, 1.0), size)
    supports.pop(without, None)
    groups = sorted(supports)
    features = np.array([supports[group].features for group in groups]).reshape(-1, 3)
    of = len(ties.uses) - bool(without)
    return Case(kind=kind, text=title, truth=truth, features=features, groups=groups, of=of)


def _chances(case: Case, weights: Any) -> tuple[Any, float]:
    scores = case.features @ weights[:3]
    top = max(weights[3], 0.0, *scores) if len(scores) else max(weights[3], 0.0)
    powers = np.exp(scores - top)
    nobody = math.exp(weights[3] - top) + (case.of - len(scores)) * math.exp(-top)
    total = powers.sum() + nobody
    return powers / total, nobody / total


def _loss(weights: Any, cases: list[Case]) -> float:
    total = 0.0
    for case in cases:
        chances, nobody = _chances(case, weights)
        right = float(chances[case.groups.index(case.truth)]) if case.truth in case.groups else nobody
        total -= math.log(max(right, 1e-9))
    return total / len(cases) + 0.002 * float((weights**2).sum())


def _solved(cases: list[Case]) -> Any:
    from scipy.optimize import minimize

    bounds = [(0, 8), (0, 8), (0, 30), (-2, 15)]
    return minimize(_loss, np.array(START), args=(cases,), method="L-BFGS-B", bounds=bounds).x


def _fit(cases: list[Case], seed: int) -> tuple[dict[str, float], float, dict[str, Any]]:
    """Weights on all cases; threshold and measures on texts that the weights were not fitted on."""
    titles = sorted({case.text for case in cases})
    random.Random(seed).shuffle(titles)
    part = {title: at % PARTS for at, title in enumerate(titles)}
    answers: list[tuple[Case, str, float, int]] = []
    for k in range(PARTS):
        weights = _solved([case for case in cases if part[case.text] != k])
        for case in cases:
            if part[case.text] == k:
                chances, _ = _chances(case, weights)
                order = np.argsort(-chances)
                ranked = [case.groups[at] for at in order]
                first = float(chances[order[0]]) if len(order) else 0.0
                rank = ranked.index(case.truth) + 1 if case.truth in ranked else 0
                answers.append((case, ranked[0] if ranked else "", first, rank))
    threshold = _threshold(answers)
    metrics = _measured(answers, threshold)
    print(f"  {json.dumps(metrics)}", file=sys.stderr, flush=True)
    solved = _solved(cases)
    return {key: round(float(one), 4) for key, one in zip(KEYS, solved, strict=True)}, threshold, metrics


def _threshold(answers: list[tuple[Case, str, float, int]]) -> float:
    """The lowest probability from .3 from which on answers are right often enough.

    Reports that name nobody do not count here: a group given for one may be right or not.
    """
    answers = [one for one in answers if one[0].kind != "nobody named"]
    for step in range(30, 96, 2):
        given = [case.truth == first for case, first, chance, _ in answers if chance >= step / 100]
        if given and sum(given) / len(given) >= RIGHT:
            return step / 100
    return 0.96


def _measured(answers: list[tuple[Case, str, float, int]], threshold: float) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for kind in sorted({case.kind for case, *_ in answers}):
        ours = [one for one in answers if one[0].kind == kind]
        given = [(case, first) for case, first, chance, _ in ours if chance >= threshold]
        entry: dict[str, Any] = {"answered": share(len(given), len(ours))}
        entry["answers_right"] = share(sum(case.truth == first for case, first in given), len(given))
        if any(case.truth for case, *_ in ours):
            entry["first_right"] = share(sum(rank == 1 for *_, rank in ours), len(ours))
            entry["among_first_five"] = share(sum(0 < rank <= 5 for *_, rank in ours), len(ours))
        out[kind] = entry
    return out
