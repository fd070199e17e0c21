"""What can be read only once is read as it comes, where its format allows."""

from __future__ import annotations

import gzip
import io

import pytest

from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.inputs.spool import Again
from cybersecqwen.records import Damage, Limits

LINES = b"".join(b"Nov 20 10:00:%02d web01 app[1]: value %d\n" % (n % 60, n) for n in range(5_000))


class Counted(io.BytesIO):
    """Says how much of it has been read."""

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(min(size, 1_000) if size and size > 0 else 1_000)


def test_lines_are_given_before_the_end_has_been_read() -> None:
    stream = Counted(LINES)
    (item,) = open_inputs(["-"], Limits(), stdin=stream)
    assert not isinstance(item, Damage)
    blob, reader = item
    records = reader.read(blob, Limits())
    first = next(r for r in records if not isinstance(r, Damage))
    assert first[:2] == (1, 0) and stream.tell() < len(LINES)
    rest = list(records)
    assert len(rest) == 4_999 and rest[-1][0] == 5_000  # type: ignore[index]


@pytest.mark.parametrize(
    "data", [gzip.compress(LINES), b'{"Records": [{"eventName": "A", "eventTime": "x"}]}']
)
def test_what_needs_its_whole_is_kept(data: bytes) -> None:
    (item,) = open_inputs(["-"], Limits(), stdin=io.BytesIO(data))
    assert not isinstance(item, Damage)


def test_nothing_is_a_damage() -> None:
    (item,) = open_inputs(["-"], Limits(), stdin=io.BytesIO(b""))
    assert isinstance(item, Damage)


def test_the_beginning_and_the_rest_are_one() -> None:
    assert Again(b"abc", io.BytesIO(b"def"), 6, "It").open().read() == b"abcdef"
    assert Again(b"", io.BytesIO(b""), 6, "It").open().read() == b""


def test_a_stream_without_an_end_is_bounded_as_a_file_is() -> None:
    limits = Limits(file_bytes=100_000)
    (item,) = open_inputs(["-"], limits, stdin=io.BytesIO(LINES))
    assert not isinstance(item, Damage)
    found = list(records(item[0], item[1], limits))
    assert isinstance(found[-1], Damage) and "more than 100,000 bytes" in found[-1].reason
    assert 0 < len(found) < 5_000
