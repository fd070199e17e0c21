"""Any bytes into any reader: records and damages come out, nothing is raised, and it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError
from cybersecqwen.inputs import READERS, UNPACKERS
from cybersecqwen.inputs.events import read_events
from cybersecqwen.inputs.interface import HEAD_BYTES, Blob
from cybersecqwen.inputs.open import format_of
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.inputs.text import MESSAGE, TIME
from cybersecqwen.records import Damage, Event, Limits

from .blobs import SMALL, blob_of
from .fuzzing import FRAMES, PARTS, SAMPLES, ZEEK, check, mutated, shape_on, shapes_on
from .test_ecs_generic import PROCESS
from .test_times_fields import json_values
from .test_windows import FORMS

QUICK = [name for name in READERS.names() if name != "evtx"]  # each EVTX file costs a process


def test_every_reader_and_unpacker_has_a_sample() -> None:
    assert set(SAMPLES) == {*READERS.names(), *UNPACKERS.names()}
    for name in READERS.names():
        found = format_of(SAMPLES[name][:HEAD_BYTES], "")
        assert found is not None
        assert found.name == name


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
    | st.lists(st.sampled_from(PARTS) | st.binary(max_size=5), max_size=20).map(b"".join)
)
@settings(deadline=None, max_examples=50)
def test_any_bytes_into_any_reader(name: str, data: bytes) -> None:
    check(READERS.get(name)().read(blob_of(data), SMALL))


@pytest.mark.parametrize("name", QUICK)
@given(seed=st.integers(0, 10**9), sample=st.sampled_from(sorted(SAMPLES)))
@settings(deadline=None, max_examples=50)
def test_damaged_samples_into_any_reader(name: str, seed: int, sample: str) -> None:
    check(READERS.get(name)().read(blob_of(mutated(SAMPLES[sample], seed)), SMALL))


@pytest.mark.parametrize("name", QUICK)
@given(seed=st.integers(0, 10**9))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_samples_of_a_reader_into_every_shape(name: str, seed: int) -> None:
    for raw in check(READERS.get(name)().read(blob_of(mutated(SAMPLES[name], seed)), SMALL)):
        shapes_on(raw)


@given(seed=st.integers(0, 10**9))
@settings(deadline=None, max_examples=100)
def test_damaged_frames(seed: int) -> None:
    check(READERS.get("syslog")().read(blob_of(mutated(FRAMES, seed)), SMALL))


@pytest.mark.parametrize("name", [name for name, kind in READERS if kind.splittable])
@given(seed=st.integers(0, 10**9), data=st.data())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_two_parts_give_what_the_whole_gives(name: str, seed: int, data: Any) -> None:
    """Offsets and mappings do not depend on where a file of lines is cut."""
    whole = (
        mutated(SAMPLES[name], seed).replace(b"\xff\xfe", b"").replace(b"\xfe\xff", b"").replace(b"\0", b"")
    )
    cuts = [0, *(at + 1 for at, byte in enumerate(whole) if byte == 10)]
    cut = data.draw(st.sampled_from(cuts))
    reader = READERS.get(name)()

    def given_by(part: bytes, base: int) -> list[Any]:
        found = reader.read(blob_of(part), SMALL)
        return [(item[1] + base, fixed(item[2])) for item in found if not isinstance(item, Damage)]

    def fixed(raw: dict[str, Any]) -> dict[str, Any]:
        # In plain text the form of a time that was met last is tried first.
        return {key: raw[key] for key in raw if name != "text" or key not in (TIME, MESSAGE)}

    assert given_by(whole[:cut], 0) + given_by(whole[cut:], cut) == given_by(whole, 0)


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


LINES = [raw for name in QUICK for raw in check(READERS.get(name)().read(blob_of(SAMPLES[name]), Limits()))]


@pytest.mark.parametrize("number", range(len(LINES)))
@given(data=st.data())
@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.too_slow])
def test_wrong_types_in_what_readers_give(number: int, data: Any) -> None:
    raw = dict(LINES[number])
    raw[data.draw(st.sampled_from(sorted(raw)))] = data.draw(json_values)
    shapes_on(raw)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("filling", [b"x", b"A1", b' a="', b"\\", b"|=", b"\x00"])
def test_fields_of_a_megabyte(name: str, filling: bytes) -> None:
    sample = SAMPLES[name]
    for at in (len(sample) // 3, len(sample) * 3 // 4):
        data = sample[:at] + filling * (1_000_000 // len(filling)) + sample[at:]
        found = check(READERS.get(name)().read(blob_of(data), Limits()))
        for raw in found:
            shape_on(ShapeFinder().shape_of(raw), raw, Limits())


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
    ("text", lambda n: b"2024-01-02 03:04 " * n),
    ("syslog", lambda n: b"Jan  2 03:04:05 " + b"a" * n),
    ("syslog", lambda n: b"Jan  2 03:04:05 h " + b"a " * n),
    ("syslog", lambda n: b"<1>1 - a b c d " + b'[a b="' * n),
    ("syslog", lambda n: b"<1>1 - a b c d [a" + b' b="\\"' * n),
    ("syslog", lambda n: b"9 <1>" * n),
    ("syslog", lambda n: b"Jan  2 03:04:05 h sudo: a : " + b"TTY=a ; " * n),
    ("cef", lambda n: b"CEF:0|" + b"\\" * n + b"|" * n),
    ("cef", lambda n: b"CEF:0|||||||" + b"a" * n + b" a=" * n),
    ("cef", lambda n: b"CEF:0|||||||" + b" cs1Label=a cs1=b" * n),
    ("leef", lambda n: b"LEEF:2.0|||||^|" + b"a=b^" * n),
    ("auditd", lambda n: b"type=A msg=audit(1.234:5): " + b"a" * n + b"=" + b'a="' * n),
    ("auditd", lambda n: b"type=EXECVE msg=audit(1.234:5): " + b"".join(b"a0[%d]=41 " % i for i in range(n))),
    ("auditd", lambda n: b"type=SYSCALL msg=audit(1.234:5): a=b\n" * n),
    ("auditd", lambda n: b"a " * n + b"type="),
    ("zeek", lambda n: ZEEK + b"\\x41" * n + b"\t" * n),
    ("zeek", lambda n: b"#fields\t" + b"a\t" * n + b"\n" + b"b\t" * n),
    ("w3c", lambda n: b"#Fields: " + b"a " * n + b"\n" + b'"' * n),
    ("access", lambda n: b'a b c [10/Oct/2000:13:55:36 -0700] "' + b'\\"' * n),
    ("access", lambda n: b"a " * n + b"[10/Oct/2000:13:55:36 -0700]"),
    ("access", lambda n: b"a" * n + b" b c ["),
    ("weberror", lambda n: b"[Sun Dec 04 04:47:44 2005] [notice] " + b"a" * n),
    ("weberror", lambda n: b"2023/01/02 03:04:05 [error] 1#4: x, client: " + b', host: "' * n),
    ("journal", lambda n: b"__CURSOR=1\n" + b"A\n" * n),
    ("journal", lambda n: b"__CURSOR=1\n" + b"A=1\n" * n),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("name", "make"), NEEDLES)
def test_what_would_take_quadratic_time(name: str, make: Callable[[int], bytes]) -> None:
    """60,000 repetitions end within the time-out only where the work grows with the length alone."""
    data = make(60_000)
    READERS.get(name)().recognise(data[:HEAD_BYTES], "x")
    check(READERS.get(name)().read(blob_of(data), Limits()))
