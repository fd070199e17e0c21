"""Any bytes into any reader: records and damages come out, nothing is raised, and it ends."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError
from cybersecqwen.inputs import READERS, SHAPES, UNPACKERS
from cybersecqwen.inputs.events import read_events
from cybersecqwen.inputs.interface import HEAD_BYTES, Blob
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Category, Damage, Event, Limits, Source

from .blobs import SMALL, blob_of
from .evtx_maker import chunk, evtx
from .test_archives import zipped
from .test_ecs_generic import PROCESS
from .test_text_csv_xml import XML
from .test_times_fields import json_values
from .test_windows import FORMS

QUICK = [name for name in READERS.names() if name != "evtx"]  # each EVTX file costs a process
JSONL = "\n".join(json.dumps(raw) for raw in FORMS.values()).encode()
SAMPLES = {
    "jsonl": JSONL,
    "json": json.dumps([PROCESS, {"hits": {"hits": []}}], indent=1).encode(),
    "csv": b'a,b,c\n1,"x\ny",3\n4,5,6\n',
    "winxml": f"<Events>{XML}{XML}</Events>".encode(),
    "text": b'2024-01-02T03:04:05Z h app: {"a":1,"b":[2]}\nJan  2 03:04:05 h x: y\n',
    "zip": zipped({"a.jsonl": JSONL, "b": zipped({"c": JSONL})}),
    "gz": gzip.compress(JSONL) + gzip.compress(b"[]"),
    "evtx": evtx(chunk(1, 4), chunk(5, 4)),
}


def check(items: Any) -> None:
    for item in items:
        if isinstance(item, Damage):
            assert item.reason
            assert item.records >= 1
            assert item.source.path
        else:
            number, offset, raw = item
            assert number >= 1
            assert offset >= -1
            assert isinstance(raw, dict)


def mutated(data: bytes, seed: int) -> bytes:
    """The bytes with a few cut out, doubled, flipped or replaced."""
    chance = random.Random(seed)
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1)
        size = chance.choice((1, 2, 7, 60))
        deed = chance.randrange(4)
        if deed == 0:
            del found[at : at + size]
        elif deed == 1:
            found[at:at] = found[at : at + size]
        elif deed == 2:
            found[at : at + size] = chance.randbytes(size)
        elif at < len(found):
            found[at] ^= 1 << chance.randrange(8)
    return bytes(found)


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=60)
def test_recognition_never_raises(data: bytes) -> None:
    for family in (READERS, UNPACKERS):
        for _, kind in family:
            assert 0 <= kind().recognise(data[:HEAD_BYTES], "x.json") <= 100


@pytest.mark.parametrize("name", QUICK)
@given(
    data=st.binary(max_size=300)
    | st.text(alphabet='{}[]",:\\\n1a<Event>/;|\x00 ', max_size=200).map(str.encode)
)
@settings(deadline=None, max_examples=50)
def test_any_bytes_into_any_reader(name: str, data: bytes) -> None:
    check(READERS.get(name)().read(blob_of(data), SMALL))


@pytest.mark.parametrize("name", QUICK)
@given(seed=st.integers(0, 10**9), sample=st.sampled_from(sorted(SAMPLES)))
@settings(deadline=None, max_examples=50)
def test_damaged_samples_into_any_reader(name: str, seed: int, sample: str) -> None:
    check(READERS.get(name)().read(blob_of(mutated(SAMPLES[sample], seed)), SMALL))


def drain(unpacker: Any, blob: Blob, depth: int) -> None:
    for item in unpacker.unpack(blob, SMALL, depth):
        if not isinstance(item, Damage):
            with item.open() as stream:
                assert len(stream.read()) <= SMALL.unpacked_bytes + 65_536


@pytest.mark.parametrize("name", UNPACKERS.names())
@given(seed=st.integers(0, 10**9))
@settings(deadline=None, max_examples=120)
def test_damaged_archives(name: str, seed: int) -> None:
    drain(UNPACKERS.get(name)(), blob_of(mutated(SAMPLES[name], seed)), 1)
    drain(UNPACKERS.get(name)(), blob_of(mutated(SAMPLES["text"], seed)), 1)


@pytest.mark.parametrize("seed", range(12))
def test_damaged_evtx(seed: int) -> None:
    check(READERS.get("evtx")().read(blob_of(mutated(SAMPLES["evtx"], seed)), SMALL))


@given(seed=st.integers(0, 10**9), sample=st.sampled_from(sorted(set(SAMPLES) - {"evtx"})))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_from_file_to_events(seed: int, sample: str, tmp_path: Path) -> None:
    path = tmp_path / "sample"
    path.write_bytes(mutated(SAMPLES[sample], seed))
    try:
        for item in read_events([path], SMALL):
            assert isinstance(item, Event | Damage)
    except CsqError as error:
        assert error.message


def shapes_on(raw: dict[str, Any]) -> None:
    for _, kind in SHAPES:
        shape = kind()
        if not shape.recognise(raw):
            continue
        provider, code = shape.head(raw)
        assert isinstance(provider, str)
        assert isinstance(code, str)
        for event in shape.events(raw, id="e1", source=Source(path="x"), limits=SMALL):
            assert isinstance(event.category, Category)
            assert all(isinstance(value, str) for value in event.fields.values())
            assert all(len(value) <= SMALL.value_chars for value in event.fields.values())


@given(st.dictionaries(st.text(max_size=6), json_values, max_size=6))
@settings(deadline=None, max_examples=60)
def test_any_mapping_into_any_shape(raw: dict[str, Any]) -> None:
    shapes_on(raw)


KEYS = sorted({key for raw in (*FORMS.values(), PROCESS) for key in raw})


def paths(value: Any, here: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [here]
    return [here] * bool(here) + [path for key, item in value.items() for path in paths(item, (*here, key))]


@pytest.mark.parametrize("form", [*FORMS, "ecs"])
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_wrong_types_anywhere_in_a_known_shape(form: str, data: Any) -> None:
    raw = json.loads(json.dumps(FORMS.get(form, PROCESS)))
    path = data.draw(st.sampled_from(paths(raw)))
    at = raw
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = data.draw(json_values)
    shapes_on(raw)
    ShapeFinder().shape_of(raw)


NEEDLES: list[tuple[str, Callable[[int], bytes]]] = [
    ("json", lambda n: b"[" * n),
    ("json", lambda n: b'{"a":' * n),
    ("json", lambda n: b'[{"a":"' + b"\\" * n),
    ("json", lambda n: b'"{' * n),
    ("jsonl", lambda n: b'{"a":1}' * n),
    ("jsonl", lambda n: b'{"a":' * n),
    ("winxml", lambda n: b"<Event>" * n),
    ("winxml", lambda n: b"<Event " * n),
    ("csv", lambda n: b"a,b\n" + b'"\n' * n),
    ("csv", lambda n: b"a,b\n" + b'"' * n),
    ("text", lambda n: b'{"' * n + b"}"),
    ("text", lambda n: b"2" * n),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("name", "make"), NEEDLES)
def test_what_would_take_quadratic_time(name: str, make: Callable[[int], bytes]) -> None:
    """60,000 repetitions end within the time-out only where the work grows with the length alone."""
    data = make(60_000)
    READERS.get(name)().recognise(data[:HEAD_BYTES], "x")
    check(READERS.get(name)().read(blob_of(data), Limits()))
