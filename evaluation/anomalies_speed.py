"""What watching costs in processor time, for `evaluation.anomalies`."""

from __future__ import annotations

import gc
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cybersecqwen.detect.anomalies.observed import Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits

from .anomalies_records import chunks, observed

DAY = 86_400.0


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
        for chunk in chunks(found):
            for kind, some in chunk.items():
                out.append(replace(observed(kind, some, miner, wanted), path=blob.path, member=blob.member))
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
