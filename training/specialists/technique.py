"""Train the technique specialist: sentence machines, the function over a text's evidence, its measures."""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cybersecqwen.specialists.sentences import clauses, sentences
from cybersecqwen.specialists.technique import DOMAINS
from cybersecqwen.specialists.technique_evidence import evidence, grouped, probability

from . import manifests
from . import technique_corpus as corpora
from .measures import f1_interval, share
from .technique_corpus import Corpus

if TYPE_CHECKING:
    from .technique_fit import Space

FOLDS = 4
USED = 2
"""Folds whose texts the function over the evidence is fitted on; each costs a training of its own."""
FLAT_PRIOR = 3.0
"""Stands for how often a label is met where no sentence of its own matrix may be counted."""
PRECISION = {"plain": 0.7, "rolled": 0.8}
"""What the threshold "precise" is chosen for, on reports; annotators differ most about sub-techniques."""


@dataclass(kw_only=True)
class Case:
    """One text that the sentence model had not seen, with what it says about each label."""

    kind: str
    """joined, merged, report, sentence."""
    group: str
    """Software or report: what cross-fitting keeps together."""
    truth: set[str]
    sentence: Any
    clause: Any


def training_inputs(data: Path) -> Iterator[tuple[str, str]]:
    """Every text that is learned from, with its source."""
    corpus = corpora.read(data)
    ids = {name: id for name, (id, _) in corpus.software.items()}
    for row in corpus.procedures:
        yield f"procedure of {ids.get(row['source'], row['source'])}", row["text"]
    for name, (id, text) in corpus.software.items():
        if any(row["source"] == name for row in corpus.procedures):
            yield f"description of {id}", text
    for row in corpus.tram:
        yield f"TRAM sentence of {row['doc_title']}", row["text"]
    for report in corpus.reports:
        yield f"TRAM report {report.title}", report.text
    for label, text in corpus.texts.items():
        yield f"description of {label}", text
    for label, texts in corpora.cues().items():
        for text in texts:
            yield f"cue for {label}", text


def train(data: Path, out: Path, seed: int) -> None:
    """Write `technique.npz` and `technique.json` into `out`; about ten minutes on one core."""
    from .technique_fit import RECIPE

    rng = random.Random(seed)
    corpus = corpora.read(data)
    labels = corpus.labels
    ours = [label for label in labels if corpus.domain[label] == 0]
    prior = _prior(corpus, labels)
    cases = _held_out_cases(corpus, ours, rng, seed)
    metrics: dict[str, Any] = {"sentences": _sentence_measure(corpus, cases, ours)}
    calibration, thresholds = {}, {}
    for kind in ("plain", "rolled"):
        fitted, chosen, measured = _calibrate(cases, ours, prior[: len(ours)], kind == "rolled", seed)
        calibration[kind], thresholds[kind], metrics[kind] = fitted, chosen, measured
    shift, metrics["mobile_cues"] = _mobile_shift(corpus, labels, calibration["rolled"], rng, seed)
    cases.clear()
    arrays = _final(corpus, labels, rng, seed)
    arrays["prior"] = prior
    np.savez_compressed(out / "technique.npz", **arrays)
    manifests.write(
        out,
        "technique",
        trainer=__name__,
        seed=seed,
        threshold=thresholds["plain"]["balanced"],
        data=[manifests.source(data, name, licence) for name, licence in corpora.FILES.items()],
        metrics=metrics,
        settings={
            "words": RECIPE.words,
            "chars": list(RECIPE.chars),
            "limit": RECIPE.limit,
            "labels": labels,
            "domain_of_label": [corpus.domain[label] for label in labels],
            "calibration": calibration,
            "thresholds": thresholds,
            "shifts": {"enterprise": 0.0, "mobile": shift, "ics": shift},
        },
    )


def _prior(corpus: Corpus, labels: list[str]) -> Any:
    counts: dict[str, int] = defaultdict(int)
    for row in corpus.procedures:
        counts[row["tid"]] += 1
    values = [np.log1p(counts[one]) if corpus.domain[one] == 0 else FLAT_PRIOR for one in labels]
    return np.array(values, np.float32)


def _final(corpus: Corpus, labels: list[str], rng: random.Random, seed: int) -> dict[str, Any]:
    """The weights that ship: every matrix trained on everything, in one space of features."""
    from .technique_fit import Space, one_against_rest, packed, pruned

    parts = [corpora.enterprise_rows(corpus, corpus.procedures, corpus.reports, rng)]
    parts += [corpora.transferred_rows(corpus, index, rng, with_cues=True) for index in (1, 2)]
    space = Space([text for part in parts for text in part.texts])
    weights, biases = [], []
    for index, part in enumerate(parts):
        of_domain = [label for label in labels if corpus.domain[label] == index]
        found, bias = one_against_rest(space, part, of_domain, seed, f"final, {DOMAINS[index]}")
        weights.append(found)
        biases.append(bias)
    coefficients = pruned(space, np.hstack(weights))
    return packed(space, coefficients, np.concatenate(biases))


def _held_out_cases(corpus: Corpus, labels: list[str], rng: random.Random, seed: int) -> list[Case]:
    """Texts of software and reports that a model did not see, scored by it."""
    from .technique_fit import Space, one_against_rest, pruned

    sources = sorted({row["source"] for row in corpus.procedures})
    titles = sorted(report.title for report in corpus.reports)
    rng.shuffle(sources)
    rng.shuffle(titles)
    fold = {name: at % FOLDS for at, name in enumerate(sources)}
    fold |= {title: at % FOLDS for at, title in enumerate(titles)}
    cases: list[Case] = []
    for k in range(USED):
        procedures = [row for row in corpus.procedures if fold[row["source"]] != k]
        reports = [report for report in corpus.reports if fold[report.title] != k]
        rows = corpora.enterprise_rows(corpus, procedures, reports, rng)
        space = Space(rows.texts)
        coefficients, bias = one_against_rest(space, rows, labels, seed, f"held out {k + 1} of {USED}")
        coefficients = pruned(space, coefficients)
        for kind, group, text, truth in _texts(corpus, fold, k, rng):
            cases.append(_case(space, coefficients, bias, kind, group, text, truth))
    return cases


def _texts(
    corpus: Corpus, fold: dict[str, int], k: int, rng: random.Random
) -> Iterator[tuple[str, str, str, set[str]]]:
    by_source: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in corpus.procedures:
        by_source[row["source"]].append(row)
    for name, rows in sorted(by_source.items()):
        if fold[name] != k:
            continue
        if len(rows) >= 4 and name in corpus.software:
            yield "joined", name, *corpora.document(corpus, name, rows, rng, merge=False)
            yield "merged", name, *corpora.document(corpus, name, rows, rng, merge=True)
        one = rng.choice(rows)
        yield "procedure", name, one["text"], {one["tid"]}
    for report in corpus.reports:
        if fold[report.title] == k:
            yield "report", report.title, report.text, report.labels
            for text, labels, anything in corpora.labelled_sentences(report):
                if labels or (not anything and rng.random() < 0.35):
                    yield "sentence", report.title, text, labels


def _case(
    space: Space, coefficients: Any, bias: Any, kind: str, group: str, text: str, truth: set[str]
) -> Case:
    spans = sentences(text) or [(0, len(text))]
    parts = [part for span in spans for part in clauses(text, span)]
    scores = np.asarray(space.rows([text[a:b] for a, b in [*spans, *parts]]) @ coefficients) + bias
    return Case(
        kind=kind,
        group=group,
        truth=truth,
        sentence=scores[: len(spans)].astype(np.float16),
        clause=scores[len(spans) :].astype(np.float16),
    )


def groups_of(labels: list[str], rolled: bool) -> tuple[Any, list[str]]:
    """First columns and names of the groups of labels, as the specialist in use makes them."""
    if not rolled:
        return np.arange(len(labels)), labels
    tops = [label.partition(".")[0] for label in labels]
    firsts = [at for at, top in enumerate(tops) if at == 0 or tops[at - 1] != top]
    return np.array(firsts), [tops[at] for at in firsts]


def _rows_of(case: Case, groups: Any, prior: Any) -> Any:
    sentence = grouped(case.sentence.astype(np.float32), groups)
    clause = grouped(case.clause.astype(np.float32), groups)
    return evidence(sentence, clause, prior)


def _calibrate(
    cases: list[Case], labels: list[str], prior: Any, rolled: bool, seed: int
) -> tuple[dict[str, Any], dict[str, float], dict[str, Any]]:
    """The function over the evidence, its thresholds, and what cross-fitting says of both."""
    groups, names = groups_of(labels, rolled)
    column = {name: at for at, name in enumerate(names)}
    prior = np.maximum.reduceat(prior, groups)
    rows = [_rows_of(case, groups, prior) for case in cases]
    truths = [{one.partition(".")[0] if rolled else one for one in case.truth} for case in cases]
    answers = []
    for truth in truths:
        answer = np.zeros(len(names), np.int8)
        answer[[column[one] for one in truth if one in column]] = 1
        answers.append(answer)
    rng = np.random.default_rng(seed)
    part = {group: int(rng.integers(4)) for group in sorted({case.group for case in cases})}
    chances: list[Any] = [None] * len(cases)
    for k in range(4):
        inside = [at for at, case in enumerate(cases) if part[case.group] != k]
        fitted = _fit([rows[at] for at in inside], [answers[at] for at in inside], rng)
        for at, case in enumerate(cases):
            if part[case.group] == k:
                chances[at] = probability(rows[at], fitted)
    thresholds = _thresholds(cases, chances, answers, PRECISION["rolled" if rolled else "plain"])
    measured = _measured(cases, chances, answers, thresholds, seed)
    print(f"  {'rolled' if rolled else 'plain'}: {json.dumps(measured)}", file=sys.stderr, flush=True)
    return _fit(rows, answers, rng), thresholds, measured


def _fit(rows: list[Any], answers: list[Any], rng: Any) -> dict[str, Any]:
    """A logistic regression; most of the many hopeless labels are stood for by a tenth of them."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    texts, truth = np.vstack(rows), np.concatenate(answers)
    hopeless = (truth == 0) & (texts[:, 7] < -0.8)
    kept = ~hopeless | (rng.random(len(truth)) < 0.1)
    weight = np.where(hopeless, 10.0, 1.0)[kept]
    scaler = StandardScaler().fit(texts[kept])
    model = LogisticRegression(C=1.0, max_iter=300).fit(scaler.transform(texts[kept]), truth[kept], weight)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    return {"weights": [round(float(one), 6) for one in weights], "bias": round(bias, 6)}


def _counts(chances: list[Any], answers: list[Any], threshold: float) -> Any:
    """Per text: right labels, labels given, labels due."""
    given = [chance >= threshold for chance in chances]
    return np.array([((g & (a > 0)).sum(), g.sum(), a.sum()) for g, a in zip(given, answers, strict=True)])


def _f1(counts: Any) -> tuple[float, float, float]:
    right, given, due = (float(one) for one in counts.sum(0))
    return 2 * right / max(given + due, 1), right / max(given, 1), right / max(due, 1)


def _thresholds(
    cases: list[Case], chances: list[Any], answers: list[Any], precision: float
) -> dict[str, float]:
    """The one with the best F1 over reports and documents, and the lowest that is precise enough."""

    def of(*kinds: str) -> tuple[list[Any], list[Any]]:
        at = [index for index, case in enumerate(cases) if case.kind in kinds]
        return [chances[one] for one in at], [answers[one] for one in at]

    reports, documents = of("report"), of("joined", "merged")
    grid = [round(0.2 + 0.02 * step, 2) for step in range(36)]
    balanced = max(grid, key=lambda one: _f1(_counts(*reports, one))[0] + _f1(_counts(*documents, one))[0])
    precise = next((one for one in grid if _f1(_counts(*reports, one))[1] >= precision), grid[-1])
    return {"precise": max(precise, balanced), "balanced": balanced}


def _measured(
    cases: list[Case], chances: list[Any], answers: list[Any], thresholds: dict[str, float], seed: int
) -> dict[str, Any]:
    """F1, precision and recall over held-out texts of each kind, with bootstrapped intervals."""
    out: dict[str, Any] = {}
    for kind in ("report", "joined", "merged"):
        at = [index for index, case in enumerate(cases) if case.kind == kind]
        for name, threshold in thresholds.items():
            counts = _counts([chances[one] for one in at], [answers[one] for one in at], threshold)
            out[f"{kind}_{name}"] = {"threshold": threshold, **f1_interval(counts, seed)}
    every = np.concatenate(list(chances))
    truth = np.concatenate(answers)
    bins = np.clip((every * 10).astype(int), 0, 9)
    table = [
        (int((bins == b).sum()), float(every[bins == b].mean()), float(truth[bins == b].mean()))
        for b in range(10)
        if (bins == b).any()
    ]
    told = sum(n for n, p, _ in table if p >= 0.1)
    gap = sum(n * abs(p - t) for n, p, t in table if p >= 0.1) / max(told, 1)
    out["calibration_error"] = {"of_labels_at_least": 0.1, "n": told, "value": round(gap, 4)}
    out["reliability"] = [{"n": n, "said": round(p, 3), "right": round(t, 3)} for n, p, t in table]
    return out


def _sentence_measure(corpus: Corpus, cases: list[Case], labels: list[str]) -> dict[str, Any]:
    """TRAM's 50 labels, sentences of unseen reports that have one of them, one answer for each."""
    fifty = sorted({row["label"] for row in corpus.tram})

    def of_fifty(label: str) -> str:
        top = label.partition(".")[0]
        return label if label in fifty else top if top in fifty else ""

    columns = [(at, of_fifty(label)) for at, label in enumerate(labels) if of_fifty(label)]
    right = total = 0
    for case in cases:
        truth = {of_fifty(one) for one in case.truth} - {""}
        if case.kind != "sentence" or not truth:
            continue
        scores = case.sentence.max(0)
        best = max(columns, key=lambda one: scores[one[0]])
        total += 1
        right += best[1] in truth
    return {"on": "TRAM, 50 labels, unseen reports, one answer a sentence", **share(right, total)}


def _mobile_shift(
    corpus: Corpus, labels: list[str], fitted: dict[str, Any], rng: random.Random, seed: int
) -> tuple[float, dict[str, Any]]:
    """How far scores of labels without sentences of their own are raised; chosen on the cues alone."""
    from .technique_fit import Space, one_against_rest

    mobile = [label for label in labels if corpus.domain[label] == 1]
    rows = corpora.transferred_rows(corpus, 1, rng, with_cues=False)
    space = Space(rows.texts)
    coefficients, bias = one_against_rest(space, rows, mobile, seed, "mobile without cues")
    groups, names = groups_of(mobile, True)
    written = [(label, text) for label, texts in corpora.cues().items() for text in texts if label in mobile]
    rng.shuffle(written)
    sizes = (5, 8, 11)
    cases: list[Case] = []
    while len(written) >= 5:
        chosen = [written.pop() for _ in range(min(sizes[len(cases) % 3], len(written)))]
        truth = {label.partition(".")[0] for label, _ in chosen}
        text = " ".join(text for _, text in chosen)
        cases.append(_case(space, coefficients, bias, "cues", "", text, truth))
    answers = [np.array([name in case.truth for name in names], np.int8) for case in cases]
    prior = np.full(len(names), FLAT_PRIOR, np.float32)
    best: tuple[float, float, Any] = (-1.0, 0.0, None)
    for step in range(-2, 13):
        shift = round(step * 0.1, 1)
        chances = []
        for case in cases:
            sentence = grouped(case.sentence.astype(np.float32), groups) + shift
            clause = grouped(case.clause.astype(np.float32), groups) + shift
            chances.append(probability(evidence(sentence, clause, prior), fitted))
        counts = _counts(chances, answers, 0.4)
        best = max(best, (_f1(counts)[0], shift, counts), key=lambda one: one[0])
    told = {"on": "documents of this project's own sentences, trained without them", "threshold": 0.4}
    return best[1], {**told, "shift": best[1], **f1_interval(best[2], seed)}
