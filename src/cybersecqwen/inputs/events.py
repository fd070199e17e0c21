"""All events of what the user named: the whole room in one call."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from cybersecqwen.errors import CsqError, InputError, NothingAnalysedError
from cybersecqwen.records import Damage, Event, Limits, Source

from .interface import Blob, RawRecord, Reader
from .open import open_inputs
from .shapes import ShapeFinder

_READABLE = (
    "Readable are EVTX, JSON, CSV, event XML, syslog, many other logs, and text, also in zip, gz and zst."
)


GOES_ON_UP = (CsqError, MemoryError)
"""What no single record is to blame for; any other exception that it causes is a damage of that record."""


def read_events(
    paths: Sequence[str | os.PathLike[str]], limits: Limits, *, stdin: BinaryIO | None = None
) -> Iterator[Event | Damage]:
    """Every event ("e1", "e2", … in order of reading) and every damage of the inputs.

    Raises InputError before anything is read where a path is missing or unreadable, and
    NothingAnalysedError after the last damage where there was no event in any of them.
    """
    count, first = 0, None
    for item in open_inputs(paths, limits, stdin=stdin):
        for found in (item,) if isinstance(item, Damage) else _events(item[0], item[1], limits, count):
            if isinstance(found, Damage):
                first = first or found
            elif "." not in found.id:
                count += 1
            yield found
    if count == 0:
        raise nothing(first, [os.fspath(path) for path in paths])


def records(blob: Blob, reader: Reader, limits: Limits) -> Iterator[RawRecord | Damage]:
    """`reader.read`, with a file that fails while it is read as a damage behind what it gave.

    So is one on which the reader itself fails: one bad file must not end the reading of all others.
    """
    try:
        yield from reader.read(blob, limits)
    except InputError as error:
        yield blob.damage(error.message, format=reader.name)
    except OSError as error:
        yield blob.damage(f"It cannot be read further: {error.strerror or error}.", format=reader.name)
    except GOES_ON_UP:
        raise
    except Exception as error:
        yield failure(blob, error, format=reader.name)


def failure(blob: Blob, error: Exception, *, record: int = 0, offset: int = -1, format: str = "") -> Damage:
    """The damage for a record, or a file where `record` is 0, on which this program failed."""
    reason = f"It cannot be read: {type(error).__name__}, an error of this program."
    return blob.damage(reason, record=record, offset=offset, format=format)


def nothing(first: Damage | None, names: Sequence[str]) -> NothingAnalysedError:
    """The error for inputs without any event; `first` is the first damage that was met."""
    if first is None:
        return NothingAnalysedError(f"There is nothing to analyse in {', '.join(names) or 'no input'}.")
    return NothingAnalysedError(f"Nothing was analysed. {first.source}: {first.reason}", hint=_READABLE)


def _events(blob: Blob, reader: Reader, limits: Limits, count: int) -> Iterator[Event | Damage]:
    finder, kind = ShapeFinder(), reader.name
    path, member = blob.path, blob.member
    for found in records(blob, reader, limits):
        if isinstance(found, Damage):
            yield found
            continue
        number, offset, raw = found
        count += 1
        source = Source(path=path, member=member, record=number, offset=offset, format=kind)
        try:
            events = finder.shape_of(raw).events(raw, id=f"e{count}", source=source, limits=limits)
        except GOES_ON_UP:
            raise
        except Exception as error:
            yield failure(blob, error, record=number, offset=offset, format=kind)
        else:
            yield from events
