"""How good anomalies are: BGL beside a plain baseline, alarms on ordinary hosts, made-up cases, speed.

    python -m evaluation.anomalies DATA            everything
    python -m evaluation.anomalies DATA --only bgl

DATA is the folder of development data (logs/loghub_2k.zip, logs/evtx_ordinary_hosts.zip,
logs/otrf_windows_dev.zip). Prints Markdown; docs/anomalies.md shows what it printed and how to read it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cybersecqwen.detect.anomalies import DETECTORS
from cybersecqwen.detect.anomalies.baseline import Baseline
from cybersecqwen.detect.anomalies.novelty import learning_end
from cybersecqwen.detect.anomalies.observed import Anomaly, Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.detect.rows import rows
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits

from .anomalies_bgl import bgl
from .anomalies_made import CASES, Case, ordinary
from .anomalies_records import BATCH, Chunk, chunks, observed
from .anomalies_speed import speed
from .rates import Rate

DAY = 86_400.0
SEED = 20_261_126


# --- ordinary hosts --------------------------------------------------------------------------------


def hosts(data: Path) -> Iterator[str]:
    """Alarms a day on logs of ordinary machines, file by file; learning time does not count as days."""
    yield "## Ordinary hosts\n"
    yield "| file | records | days of file | no baseline: alarms | a day | after first half | a day |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    totals = {False: [0, 0.0], True: [0, 0.0]}
    rates: dict[bool, list[float]] = {False: [], True: []}
    kinds: dict[str, int] = {}
    for name, parts in _evtx(data):
        whole = _watch(parts)
        plain = whole.findings()
        days = max(0.0, whole.clock.end - learning_end(whole.clock, whole.thresholds))
        against, later_days = _against_first_half(parts, whole)
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


def _evtx(data: Path) -> Iterator[tuple[str, list[Chunk]]]:
    """Each file with its records by kind, a stretch after the other."""
    for item in open_inputs([str(data / "logs" / "evtx_ordinary_hosts.zip")], Limits()):
        if isinstance(item, Damage):
            continue
        blob, reader = item
        found = (r for r in records(blob, reader, Limits()) if not isinstance(r, Damage))
        yield blob.name, list(chunks(found))


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
                watcher.observe(observed(kind, kept, miner, watcher))
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
