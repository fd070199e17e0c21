"""The language model chooses among the candidates of the technique specialist, sentence by sentence.

For each report the specialist's candidates from probability .15 on are grouped by their best sentence. Of
sentences with a candidate below .80 the 8 likeliest are read by the model, which answers with the letter of
one of four techniques (the candidates and what else fits the sentence best), or of none: some 220 tokens and
3 to 4 s a question on two cores. What it
answers is written down, so that ways of joining both opinions can be compared without asking again.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cybersecqwen.bootstrap import App
from cybersecqwen.detect.report.described import described
from cybersecqwen.detect.report.technique_names import canonical
from cybersecqwen.knowledge.store import Store
from cybersecqwen.models.interface import LanguageModel
from cybersecqwen.settings import load_settings

from .report_techniques import SEED, Case, told

LEAST = 0.15
SURE = 0.8
"""Probability from which the specialist is not doubted."""
OPTIONS = 4
QUESTIONS = 8
"""Of one report at most."""
SENTENCE = 420
TIMEOUT_S = 120.0
INSTRUCTIONS = "You map sentences of threat reports to the ATT&CK technique that somebody carried out."
QUESTION = "Which technique does the sentence say was carried out?"

Candidate = dict[str, Any]
"""label, p of the specialist; where it was asked about q of the model's letter, none ("none of these")
and top (the best letter of its question)."""


def ask(reports: list[Case], store: Store, name: str, limit: int, seconds: float, save: Path | None) -> None:
    """Ask about reports drawn by the seed until the time is over; write down the answers of whole reports."""
    drawn = random.Random(SEED).sample(reports, len(reports))[: limit or len(reports)]
    answers: dict[str, list[Candidate]] = {}
    began = time.perf_counter()
    asked = 0
    with App(load_settings()).models(name) as (model, *_):
        for one in drawn:
            if time.perf_counter() - began > seconds:
                break
            answers[one.title] = _read(one, store, model)
            asked += len({row["sentence"] for row in answers[one.title] if "q" in row})
            spent = time.perf_counter() - began
            print(f"{len(answers)} reports, {asked} questions, {spent:.0f} s", file=sys.stderr, flush=True)
            if save is not None:
                save.write_text(json.dumps({"model": name, "answers": answers}, indent=1), "utf-8")
    if save is not None:
        compare(reports, save)


def compare(reports: list[Case], save: Path) -> None:
    """Ways of joining the model's answers with the specialist, over the reports that it read whole."""
    answers: dict[str, list[Candidate]] = json.loads(save.read_text("utf-8"))["answers"]
    read = [one for one in reports if one.title in answers]
    said = {one.title: set(described(one.text, one.machine)) for one in read}
    asked = sum("q" in row for rows in answers.values() for row in rows)
    questions = sum(len({row["sentence"] for row in rows if "q" in row}) for rows in answers.values())
    print(f"{len(read)} reports, {questions} questions about {asked} candidates", file=sys.stderr)

    def rows(one: Case, least: float) -> list[Candidate]:
        return [row for row in answers[one.title] if row["p"] >= least]

    def struck(one: Case) -> set[str]:
        all = rows(one, LEAST)
        none = {row["label"] for row in all if "q" in row and row["none"] == row["top"]}
        return none - {row["label"] for row in all if row.get("q") == row.get("top")}

    told("specialist, sentences", read, lambda one: said[one.title])
    told("specialist, sub-techniques at once", read, lambda one: {row["label"] for row in rows(one, 0.3)})
    told(
        "the model chooses",
        read,
        lambda one: {
            row["label"]
            for row in rows(one, LEAST)
            if (row["p"] >= SURE or row["q"] == row["top"] if "q" in row else row["p"] >= 0.3)
        },
    )
    told("the model strikes from sentences", read, lambda one: said[one.title] - struck(one))
    told("both joined, left out in turn", read, joined(read, answers))


def joined(read: list[Case], answers: dict[str, list[Candidate]]) -> Callable[[Case], set[str]]:
    """Log-odds of the specialist plus a share of the model's; both numbers fitted on the other reports."""
    grid = [(share, cut) for share in (0.0, 0.1, 0.2, 0.3, 0.5, 1.0) for cut in np.arange(-1.8, 1.2, 0.2)]

    def kept(title: str, share: float, cut: float) -> set[str]:
        return {row["label"] for row in answers[title] if _odds(row, share) >= cut}

    lists = {key: {one.title: kept(one.title, *key) for one in read} for key in grid}
    counts = {
        key: {
            one.title: np.array([len(all[one.title] & one.truth), len(all[one.title]) + len(one.truth)])
            for one in read
        }
        for key, all in lists.items()
    }
    chosen: dict[str, set[str]] = {}
    for out in read:
        best = max(grid, key=lambda key: _f1([c for title, c in counts[key].items() if title != out.title]))
        chosen[out.title] = lists[best][out.title]
    return lambda one: chosen[one.title]


def _f1(counts: list[Any]) -> float:
    right, both = np.sum(counts, axis=0)
    return float(2 * right / max(both, 1))


def _odds(row: Candidate, share: float) -> float:
    p = min(max(row["p"], 1e-4), 1 - 1e-4)
    model = math.log(max(row["q"], 1e-4) / max(row["none"], 1e-4)) if "q" in row else 0.0
    return math.log(p / (1 - p)) + share * model


def _read(one: Case, store: Store, model: LanguageModel) -> list[Candidate]:
    by_sentence: dict[tuple[int, int], list[tuple[float, str]]] = defaultdict(list)
    for ranked in one.machine.report(one.text, threshold=LEAST).ranked:
        if ranked.spans:
            best = max(ranked.spans, key=lambda span: _score(one, span, ranked.label))
            by_sentence[best].append((ranked.probability, ranked.label))
    rows: list[Candidate] = []
    doubted = [span for span, all in by_sentence.items() if min(all)[0] < SURE]
    doubted.sort(key=lambda span: max((p for p, _ in by_sentence[span] if p < SURE)), reverse=True)
    for span in by_sentence:
        chosen = sorted(by_sentence[span], reverse=True)
        shares: tuple[float, ...] = ()
        top = 0.0
        if span in doubted[:QUESTIONS]:
            offered = _offered(one, span, [label for _, label in chosen])
            chosen = chosen[:OPTIONS]
            answered = _choice(one.text[span[0] : span[1]], offered, store, model)
            shares = (*(answered[offered.index(label)] for _, label in chosen), answered[-1])
            top = max(answered)
        for at, (p, label) in enumerate(chosen):
            row: Candidate = {"label": canonical(label, store) or label, "p": p, "sentence": span[0]}
            if shares:
                row |= {"q": shares[at], "none": shares[-1], "top": top}
            rows.append(row)
    return rows


def _offered(one: Case, span: tuple[int, int], candidates: list[str]) -> list[str]:
    """The candidates and the labels that fit the sentence next best, four together, in a drawn order."""
    judged = one.machine.report(one.text[span[0] : span[1]], domain="enterprise", threshold=0.0, most=8)
    others = [ranked.label for ranked in judged.ranked if ranked.label not in candidates]
    offered = [*candidates, *others][:OPTIONS]
    random.Random(SEED + span[0]).shuffle(offered)
    return offered


def _score(one: Case, span: tuple[int, int], label: str) -> float:
    judged = one.machine.report(one.text[span[0] : span[1]], domain="enterprise", threshold=0.0, most=8)
    return next((ranked.probability for ranked in judged.ranked if ranked.label == label), 0.0)


def _choice(sentence: str, labels: list[str], store: Store, model: LanguageModel) -> tuple[float, ...]:
    letters = [chr(ord("A") + at) for at in range(len(labels) + 1)]
    names = [_name(label, store) for label in labels] + ["none of these"]
    lines = "\n".join(f"{letter}. {name}" for letter, name in zip(letters, names, strict=True))
    material = [("sentence", sentence[:SENTENCE])]
    return model.choose_about(INSTRUCTIONS, material, f"{QUESTION}\n{lines}", letters, timeout_s=TIMEOUT_S)


def _name(label: str, store: Store) -> str:
    entity = store.get(label)
    name = entity.name if entity is not None else label
    top = store.get(label.partition(".")[0]) if "." in label else None
    return f"{top.name}: {name}" if top is not None else name
