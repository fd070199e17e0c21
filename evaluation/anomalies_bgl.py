"""BGL: windows of lines judged against the first half, beside a plain baseline, for `evaluation.anomalies`.

The label in the first column is read here and shown to no detector.
"""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cybersecqwen.detect.anomalies.baseline import Baseline
from cybersecqwen.detect.anomalies.observed import Anomaly, Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.records import Severity

DAY = 86_400.0
SEED = 20_261_126
RESAMPLES = 2_000
PUBLISHED = "DeepLog .285, LogAnomaly .299, PLELog .71"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of BGL; `bad` is its label, which no detector is given."""

    bad: bool
    number: int
    time: float
    node: str
    text: str


def bgl(data: Path) -> Iterator[str]:
    """Windows of lines, judged against the first half."""
    lines = _bgl_lines(data)
    yield "## BGL\n"
    yield (
        f"{len(lines):,} lines, {sum(line.bad for line in lines)} of them anomalous, "
        f"{(lines[-1].time - lines[0].time) / DAY:.0f} days. F1 with 95 % bootstrap intervals over windows.\n"
    )
    yield "| window | learned from | method | windows | anomalous | precision | recall | F1 |"
    yield "|---:|---|---|---:|---:|---:|---:|---|"
    for size in (100, 50, 20):
        for clean in (False, True):
            train, test = _split(lines, size, clean=clean)
            truth = [any(line.bad for line in window) for window in test]
            learned = f"{len(train):,} lines{', normal windows only' if clean else ''}"
            alone = _each_alone(train, test)
            methods = {
                "each window alone": [bool(found) for found in alone],
                "the same, severity medium or worse": [
                    any(a.severity >= Severity.MEDIUM for a in f) for f in alone
                ],
                "one run over all windows": _one_run(train, test),
                "a new word": _new_words(train, test),
                "every window": [True] * len(test),
            }
            for method, said in methods.items():
                yield (
                    f"| {size} | {learned} | {method} | {len(test)} | {sum(truth)} | {_scores(truth, said)} |"
                )
    yield f"\nPublished for the full BGL (4.7 million lines, windows of 100): {PUBLISHED}. Not comparable."


def _bgl_lines(data: Path) -> list[Line]:
    with zipfile.ZipFile(data / "logs" / "loghub_2k.zip") as archive:
        content = archive.read("BGL/BGL_2k.log").decode()
    out = []
    for number, line in enumerate(content.splitlines(), 1):
        label, epoch, _, node, _, _, text = line.split(" ", 6)
        out.append(Line(label != "-", number, float(epoch), node, text))
    return out


def _windows(lines: Sequence[Line], size: int) -> list[list[Line]]:
    return [list(lines[i : i + size]) for i in range(0, len(lines), size)]


def _split(lines: Sequence[Line], size: int, *, clean: bool) -> tuple[list[Line], list[list[Line]]]:
    """The first half, without its anomalous windows where `clean`, and the windows of the second."""
    windows = _windows(lines, size)
    half = len(windows) // 2
    kept = (w for w in windows[:half] if not (clean and any(line.bad for line in w)))
    return [line for window in kept for line in window], windows[half:]


def _bgl_batch(lines: Sequence[Line], miner: TemplateMiner) -> Observed:
    texts = [line.text for line in lines]
    return Observed(
        kind="BGL",
        path="BGL_2k.log",
        numbers=[line.number for line in lines],
        times=[line.time for line in lines],
        hosts=[line.node for line in lines],
        texts=texts,
        templates=miner.add(texts),
    )


def _learn(train: Sequence[Line]) -> Baseline:
    miner = TemplateMiner()
    watcher = Watcher(templates=miner)
    watcher.observe(_bgl_batch(train, miner))
    learned = watcher.learned()
    learned.miner = miner.state()
    return learned


def _each_alone(train: Sequence[Line], test: Sequence[Sequence[Line]]) -> list[list[Anomaly]]:
    """What is found in each window when nothing but the first half is known."""
    learned = _learn(train)
    out = []
    for window in test:
        watcher, miner = _started(learned)
        watcher.observe(_bgl_batch(window, miner))
        out.append(watcher.findings())
    return out


def _one_run(train: Sequence[Line], test: Sequence[Sequence[Line]]) -> list[bool]:
    """One run over the second half: a window is anomalous where a line of an anomaly stands in it."""
    watcher, miner = _started(_learn(train))
    for window in test:
        watcher.observe(_bgl_batch(window, miner))
    told = {source.record for found in watcher.findings() for source, _ in found.lines}
    return [any(line.number in told for line in window) for window in test]


def _started(learned: Baseline) -> tuple[Watcher, TemplateMiner]:
    miner = TemplateMiner()
    assert learned.miner is not None
    miner.restore(learned.miner)
    return Watcher(templates=miner, baseline=learned), miner


def _new_words(train: Sequence[Line], test: Sequence[Sequence[Line]]) -> list[bool]:
    """The plain baseline: a word that training never had, numbers masked."""
    known = {word for line in train for word in _words(line.text)}
    return [any(word not in known for line in window for word in _words(line.text)) for window in test]


def _words(text: str) -> list[str]:
    return re.sub(r"0x[0-9a-f]+|\d+", "#", text).split()


def _scores(truth: Sequence[bool], said: Sequence[bool]) -> str:
    """Precision, recall and F1 as cells; the interval of F1 from resampled windows."""
    precision, recall, f1 = _prf(truth, said)
    draw = random.Random(SEED)
    pairs = list(zip(truth, said, strict=True))
    samples = []
    for _ in range(RESAMPLES):
        some = draw.choices(pairs, k=len(pairs))
        samples.append(_prf([t for t, _ in some], [s for _, s in some])[2])
    samples.sort()
    low, high = samples[int(0.025 * RESAMPLES)], samples[int(0.975 * RESAMPLES) - 1]
    return f"{precision:.2f} | {recall:.2f} | {f1:.3f} [{low:.3f}, {high:.3f}]"


def _prf(truth: Sequence[bool], said: Sequence[bool]) -> tuple[float, float, float]:
    right = sum(t and s for t, s in zip(truth, said, strict=True))
    precision, recall = right / max(sum(said), 1), right / max(sum(truth), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)
