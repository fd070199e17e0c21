"""Large JSON-lines recordings are screened in several processes, each taking a range of lines."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import BinaryIO

from cybersecqwen.detect.workers import begin, context
from cybersecqwen.errors import InputError
from cybersecqwen.inputs.interface import Blob, RawRecord
from cybersecqwen.inputs.jsonl import read_range, split_ranges
from cybersecqwen.records import Damage, Limits

from .hits import Hit
from .rulebook import Rulebook, load_rulebook
from .screen import Screen, Screened, renumber
from .signal import Signal

WORTH_BYTES = 24 << 20
"""Below this a second process costs more than it saves (measured: start 0.2 s, 60 MB a second each)."""
_PART_BYTES = 24 << 20

_screen: Screen | None = None  # of a worker process, built once by `_start`


def worth_it(blob: Blob, format: str, workers: int) -> bool:
    """Whether this input is read faster by several processes."""
    return workers > 1 and format == "jsonl" and blob.file is not None and blob.size >= WORTH_BYTES


def screen_in_parts(
    blob: Blob, rules: Rulebook, limits: Limits, workers: int, *, first_id: int, done: Callable[[int], None]
) -> Iterator[Screened]:
    """Screen a file in ranges; results come in order, ids and record numbers as if read in one go."""
    assert blob.file is not None
    ranges = split_ranges(blob.file, max(workers, -(-blob.size // _PART_BYTES)))
    signals = {signal.id: signal for signal in rules.signals}
    shift = first_id - 1
    with ProcessPoolExecutor(
        workers,
        mp_context=context(),
        initializer=_start,
        initargs=(rules.folders, rules.cache, rules.known_tasks, limits),
    ) as pool:
        try:
            for (_, end), (part, found, lines) in zip(
                ranges, pool.map(partial(_part, str(blob.file), blob.path), ranges), strict=True
            ):
                part = renumber(_restored(part, found, signals), shift)
                yield part
                shift += lines
                done(end)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _start(folders: tuple[Path, ...], cache: Path | None, tasks: tuple[str, ...], limits: Limits) -> None:
    global _screen
    begin()
    _screen = Screen(load_rulebook(folders, cache=cache, known_tasks=tasks), limits)


Found = list[tuple[str, str, int]]
"""Hits as they travel between processes: event id, signal id, which alternative held."""


def _part(file: str, name: str, span: tuple[int, int]) -> tuple[Screened, Found, int]:
    """What is left of one range, its hits, and how many lines it has."""
    assert _screen is not None
    blob = Blob(path=name, size=span[1] - span[0], opener=partial(_open, file), file=Path(file))
    out = Screened()
    lines = _Counted(read_range(file, *span, _screen.limits, name=name))
    try:
        _screen.screen(blob, "jsonl", lines, out)
    except OSError as error:
        raise InputError(f"{name} cannot be read further: {error.strerror or error}.") from error
    found = [(h.event.id, h.signal.id, h.signal.alternatives.index(h.alternative)) for h in out.hits]
    out.hits = []  # compiled signals stay where they are
    return out, found, lines.count


def _restored(part: Screened, found: Found, signals: Mapping[str, Signal]) -> Screened:
    """The part with its hits, on this process's own signals."""
    events = {event.id: event for event in part.events}
    part.hits = [Hit(signals[s], events[e], signals[s].alternatives[number]) for e, s, number in found]
    return part


def _open(file: str) -> BinaryIO:
    return Path(file).open("rb")


class _Counted:
    """Passes records on and keeps the number of lines that the generator returns at its end."""

    def __init__(self, records: Generator[RawRecord | Damage, None, int]) -> None:
        self._records = records
        self.count = 0

    def __iter__(self) -> Iterator[RawRecord | Damage]:
        self.count = yield from self._records
