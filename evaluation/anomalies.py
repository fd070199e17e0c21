"""How good anomalies are: BGL beside a plain baseline, alarms on ordinary hosts, made-up cases, speed.

    python -m evaluation.anomalies DATA            everything
    python -m evaluation.anomalies DATA --only bgl

DATA is the folder of development data (logs/loghub_2k.zip, logs/evtx_ordinary_hosts.zip,
logs/otrf_windows_dev.zip). Prints Markdown; docs/anomalies.md shows what it printed and how to read it.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cybersecqwen.detect.anomalies import DETECTORS
from cybersecqwen.detect.anomalies.baseline import Baseline
from cybersecqwen.detect.anomalies.novelty import learning_end
from cybersecqwen.detect.anomalies.observed import Anomaly, Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.detect.rows import Kind, RowReader, rows
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.interface import RawRecord
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits, Severity

from .anomalies_made import CASES, Case, ordinary
from .rates import Rate

DAY = 86_400.0
SEED = 20_261_126
RESAMPLES = 2_000
BATCH = 8_192
PUBLISHED = "DeepLog .285, LogAnomaly .299, PLELog .71"


# --- BGL -------------------------------------------------------------------------------------------


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


# --- ordinary hosts --------------------------------------------------------------------------------


def hosts(data: Path) -> Iterator[str]:
    """Alarms a day on logs of ordinary machines, file by file; learning time does not count as days."""
    yield "## Ordinary hosts\n"
    yield "| file | records | days of file | no baseline: alarms | a day | after first half | a day |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    totals = {False: [0, 0.0], True: [0, 0.0]}
    rates: dict[bool, list[float]] = {False: [], True: []}
    kinds: dict[str, int] = {}
    for name, chunks in _evtx(data):
        whole = _watch(chunks)
        plain = whole.findings()
        days = max(0.0, whole.clock.end - learning_end(whole.clock, whole.thresholds))
        against, later_days = _against_first_half(chunks, whole)
        for known, (found, span) in {False: (plain, days), True: (against, later_days)}.items():
            totals[known][0] += len(found)
            totals[known][1] += span
            if span >= 1:
                rates[known].append(len(found) / span)
        for anomaly in plain:
            kinds[anomaly.kind] = kinds.get(anomaly.kind, 0) + 1
        extent = f"{whole.clock.records:,} | {whole.clock.days:.2f}"
        yield (
            f"| {name.replace('%4', '/')} | {extent} | {len(plain)} | {_a_day(len(plain), days)} "
            f"| {len(against)} | {_a_day(len(against), later_days)} |"
        )
    for known, words in ((False, "no baseline"), (True, "first half as baseline")):
        alarms, days = int(totals[known][0]), totals[known][1]
        low, high = _byar(alarms)
        mean = sum(rates[known]) / max(len(rates[known]), 1)
        yield (
            f"\n{words}: {alarms} alarms in {days:,.0f} days looked at, {alarms / days:.4f} a day and file "
            f"[{low / days:.4f}, {high / days:.4f}] (95 %, Byar); of the "
            f"{len(rates[known])} files with a day or more the mean is {mean:.3f} a day, "
            f"the worst {max(rates[known], default=0.0):.3f}."
        )
    yield f"\nBy kind, no baseline: {', '.join(f'{kind} {n}' for kind, n in sorted(kinds.items()))}."


def _a_day(alarms: int, days: float) -> str:
    return f"{alarms / days:.3f}" if days >= 1 else ("0" if not alarms else f"{alarms} in {days * 24:.1f} h")


def _byar(n: int) -> tuple[float, float]:
    """The 95 % interval of a Poisson count, Byar's approximation (Breslow and Day, IARC 1987, vol. II)."""
    low = n * (1 - 1 / (9 * n) - 1.96 / (3 * n**0.5)) ** 3 if n else 0.0
    return low, (n + 1) * (1 - 1 / (9 * (n + 1)) + 1.96 / (3 * (n + 1) ** 0.5)) ** 3


Chunk = dict[Kind, list[RawRecord]]


def _evtx(data: Path) -> Iterator[tuple[str, list[Chunk]]]:
    """Each file with its records by kind, a stretch after the other."""
    for item in open_inputs([str(data / "logs" / "evtx_ordinary_hosts.zip")], Limits()):
        if isinstance(item, Damage):
            continue
        blob, reader = item
        found = (r for r in records(blob, reader, Limits()) if not isinstance(r, Damage))
        yield blob.name, list(_chunks(found))


def _chunks(found: Iterator[RawRecord]) -> Iterator[Chunk]:
    kinds = RowReader()
    while some := list(islice(found, BATCH)):
        out: Chunk = {}
        for record in some:
            out.setdefault(kinds.kind_of(record[2]), []).append(record)
        yield out


def _observed(kind: Kind, some: Sequence[RawRecord], miner: TemplateMiner, watcher: Watcher) -> Observed:
    """The records as a batch, with the fields that the watcher wants."""
    batch = rows(kind, [raw for _, _, raw in some])
    sample = rows(kind, batch.raws[:64])
    texts = batch.form.messages(batch)
    return Observed(
        kind=kind.label,
        product=kind.product,
        path="log",
        numbers=[number for number, _, _ in some],
        times=batch.form.times(batch),
        hosts=batch.form.hosts(batch),
        users=batch.form.users(batch),
        texts=texts,
        templates=miner.add(texts) if texts is not None else None,
        columns={name: batch.column(name) for name in watcher.fields_of(kind.label, sample.column)},
    )


def _watch(
    chunks: Sequence[Chunk],
    keep: Callable[[float | None], bool] = lambda _: True,
    known: Baseline | None = None,
) -> Watcher:
    """A watcher that has seen the records whose time is to be kept."""
    miner = TemplateMiner()
    watcher = Watcher(templates=miner, baseline=known)
    for chunk in chunks:
        for kind, some in chunk.items():
            batch = rows(kind, [raw for _, _, raw in some])
            kept = [r for r, at in zip(some, batch.form.times(batch), strict=True) if keep(at)]
            if kept:
                watcher.observe(_observed(kind, kept, miner, watcher))
    return watcher


def _against_first_half(chunks: Sequence[Chunk], whole: Watcher) -> tuple[list[Anomaly], float]:
    """What is found in the later half of the time against the first half, and how many days that is."""
    if whole.clock.first is None or whole.clock.last is None:
        return [], 0.0
    middle = (whole.clock.first + whole.clock.last) / 2
    known = _watch(chunks, lambda at: at is None or at < middle).learned()
    later = _watch(chunks, lambda at: at is not None and at >= middle, known)
    return later.findings(), (whole.clock.last - middle) / DAY


# --- made-up anomalies -----------------------------------------------------------------------------


def injected(data: Path, trials: int = 20) -> Iterator[str]:
    """Recall on anomalies put into made ordinary days: it tests the machinery, not the world."""
    del data
    yield "## Made-up anomalies\n"
    alarms: dict[str, int] = {}
    hits: dict[str, int] = {}
    days = 0.0
    for trial in range(trials):
        base = ordinary(random.Random(SEED + trial))
        watcher = _made(base)
        days += watcher.clock.days
        for anomaly in watcher.findings():
            alarms[anomaly.kind] = alarms.get(anomaly.kind, 0) + 1
        for case in CASES:
            rows, when = case.put(base, random.Random(SEED + 1_000 + trial))
            found = _made(rows).findings()
            hits[case.name] = hits.get(case.name, 0) + any(_is(anomaly, case, when) for anomaly in found)
    yield f"{trials} made months of {len(base):,} records or so; each case is put once into each, at a random"
    yield "time of the later half, without a baseline.\n"
    yield "| put in | expected as | found | 95 % |"
    yield "|---|---|---:|---|"
    for case in CASES:
        rate = Rate(hits=hits[case.name], of=trials)
        low, high = rate.interval
        yield f"| {case.name} | {case.kind} | {rate.hits}/{rate.of} | {low:.2f}–{high:.2f} |"
    told = ", ".join(f"{kind} {n}" for kind, n in sorted(alarms.items())) or "none"
    yield f"\nFalse alarms in the {days:,.0f} days without anything put in: {told}."


def _made(made: Sequence[tuple[str, dict[str, object]]]) -> Watcher:
    """A watcher that has seen made records, in batches of one kind."""
    miner = TemplateMiner()
    watcher = Watcher(templates=miner)
    for start in range(0, len(made), BATCH):
        kinds: dict[str, list[tuple[int, dict[str, object]]]] = {}
        for number, (kind, row) in enumerate(made[start : start + BATCH], start + 1):
            kinds.setdefault(kind, []).append((number, row))
        for kind, some in kinds.items():
            watcher.observe(_made_batch(kind, some, miner))
    return watcher


def _made_batch(kind: str, some: Sequence[tuple[int, dict[str, object]]], miner: TemplateMiner) -> Observed:
    names = dict.fromkeys(n for _, row in some for n in row if n not in ("time", "host", "user", "text"))
    texts = [str(row["text"]) for _, row in some] if "text" in some[0][1] else None
    return Observed(
        kind=kind,
        path="made",
        numbers=[number for number, _ in some],
        times=[float(str(row["time"])) for _, row in some],
        hosts=[str(row["host"]) for _, row in some],
        users=[str(row.get("user", "")) for _, row in some],
        texts=texts,
        templates=miner.add(texts) if texts is not None else None,
        columns={name: [row.get(name) for _, row in some] for name in names},
    )


def _is(anomaly: Anomaly, case: Case, when: float) -> bool:
    """Whether an anomaly is the one that was put in: of its kind, and at its time within two hours."""
    if anomaly.kind != case.kind or anomaly.first is None or anomaly.last is None:
        return False
    return anomaly.first - 7_200 <= when <= anomaly.last + 7_200


# --- speed -----------------------------------------------------------------------------------------


def speed(data: Path, least: int = 150_000) -> Iterator[str]:
    """Processor time for each record: of the watcher alone, columns and templates being there already."""
    yield "## Speed\n"
    yield "| records | how many | µs each at the start | µs each later |"
    yield "|---|---:|---:|---:|"
    batches, miner = _recordings(data, least)
    yield _timed(
        "Windows recordings (OTRF), then the same a year later", batches, _a_year_later(batches), miner
    )
    with zipfile.ZipFile(data / "logs" / "loghub_2k.zip") as archive:
        for name in ("BGL", "OpenSSH", "HDFS", "Linux", "Apache", "Thunderbird"):
            lines = archive.read(f"{name}/{name}_2k.log").decode(errors="replace").splitlines()
            miner = TemplateMiner()
            parts = list(_lines(name, lines, miner))
            yield _timed(f"lines of {name}, repeated", parts[:4], parts[4:], miner)


def _a_year_later(batches: Sequence[Observed]) -> list[Observed]:
    year = 365 * DAY
    return [replace(b, times=[None if t is None else t + year for t in b.times]) for b in batches]


def _lines(name: str, lines: list[str], miner: TemplateMiner) -> Iterator[Observed]:
    for part in range(12):
        texts = lines * 4
        first = part * len(texts)
        yield Observed(
            kind=name,
            path=name,
            numbers=range(first + 1, first + len(texts) + 1),
            times=[1.6e9 + (first + i) * 2.0 for i in range(len(texts))],
            hosts=["host"] * len(texts),
            texts=texts,
            templates=miner.add(texts),
        )


def _recordings(data: Path, least: int) -> tuple[list[Observed], TemplateMiner]:
    miner, wanted, out, total = TemplateMiner(), Watcher(), [], 0
    for item in open_inputs([str(data / "logs" / "otrf_windows_dev.zip")], Limits()):
        if isinstance(item, Damage):
            continue
        blob, reader = item
        found = (r for r in records(blob, reader, Limits()) if not isinstance(r, Damage))
        for chunk in _chunks(found):
            for kind, some in chunk.items():
                out.append(replace(_observed(kind, some, miner, wanted), path=blob.path, member=blob.member))
                total += len(some)
        if total >= least:
            break
    return out, miner


def _timed(what: str, start: Sequence[Observed], later: Sequence[Observed], miner: TemplateMiner) -> str:
    watcher = Watcher(templates=miner)
    cells = []
    gc.collect()
    gc.freeze()  # the batches held here would not be there in a run, and cost every collection
    for batches in (start, later):
        begun = time.process_time()
        for batch in batches:
            watcher.observe(batch)
        watcher.settle()
        cells.append(f"{(time.process_time() - begun) / sum(map(len, batches)) * 1e6:.2f}")
    gc.unfreeze()
    return f"| {what} | {sum(map(len, (*start, *later))):,} | {' | '.join(cells)} |"


PARTS: dict[str, Callable[[Path], Iterator[str]]] = {
    "bgl": bgl,
    "hosts": hosts,
    "injected": injected,
    "speed": speed,
}


def main() -> None:
    """Print the chosen parts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of development data")
    parser.add_argument("--only", choices=tuple(PARTS), action="append", help="parts to run; all by default")
    arguments = parser.parse_args()
    print(f"Kinds of anomalies: {', '.join(DETECTORS.names())}.\n")
    for name in arguments.only or PARTS:
        for line in PARTS[name](arguments.data):
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
