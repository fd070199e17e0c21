"""Records as the batches that a watcher is given, for `evaluation.anomalies`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from cybersecqwen.detect.anomalies.observed import Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.detect.rows import Kind, RowReader, rows
from cybersecqwen.inputs.interface import RawRecord

BATCH = 8_192
Chunk = dict[Kind, list[RawRecord]]


def chunks(found: Iterator[RawRecord]) -> Iterator[Chunk]:
    kinds = RowReader()
    while some := list(islice(found, BATCH)):
        out: Chunk = {}
        for record in some:
            out.setdefault(kinds.kind_of(record[2]), []).append(record)
        yield out


def observed(kind: Kind, some: Sequence[RawRecord], miner: TemplateMiner, watcher: Watcher) -> Observed:
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
