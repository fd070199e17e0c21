"""zip and gz: nested, damaged, encrypted, and bombs."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs.gz import GzipUnpacker
from cybersecqwen.inputs.interface import Blob
from cybersecqwen.inputs.zip_archive import ZipUnpacker
from cybersecqwen.records import Damage, Limits

from .blobs import blob_of

ROWS = random.Random(1).randbytes(150_000).hex().encode()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def unpacked(data: bytes, limits: Limits | None = None) -> tuple[dict[str, bytes], list[Damage]]:
    """(member to bytes, damages), reading each member when it comes."""
    unpacker = ZipUnpacker() if data[:2] == b"PK" or b"PK\x05\x06" in data else GzipUnpacker()
    found: dict[str, bytes] = {}
    damages: list[Damage] = []
    items: Iterator[Blob | Damage] = unpacker.unpack(blob_of(data, "a.gz"), limits or Limits(), 1)
    for item in items:
        if isinstance(item, Damage):
            damages.append(item)
        else:
            with item.open() as stream:
                found[item.member] = stream.read()
    return found, damages


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_members(method: int) -> None:
    members = {"a/b.json": b'{"a":1}', "empty": b"", "big": ROWS}
    assert unpacked(zipped(members, method)) == (members, [])


def test_names_are_labels() -> None:
    found, damages = unpacked(zipped({"../../etc/passwd": b"x", "/abs": b"y", "a\x1bb": b"z"}))
    assert list(found) == ["../../etc/passwd", "/abs", "a?b"]
    assert damages == []


def test_zip_with_bytes_in_front() -> None:
    assert unpacked(b"#!/bin/sh\n" + zipped({"a": ROWS})) == ({"a": ROWS}, [])


def test_a_flipped_bit_gives_what_can_be_read_and_is_reported() -> None:
    data = bytearray(zipped({"a": ROWS, "b": b"sound"}, zipfile.ZIP_STORED))
    data[5_000] ^= 1
    found, damages = unpacked(bytes(data))
    assert len(found["a"]) == len(ROWS)
    assert found["b"] == b"sound"
    assert [(d.source.member, "checksum" in d.reason) for d in damages] == [("a", True)]


def test_zip_without_its_end_is_carved() -> None:
    data = zipped({"a": ROWS, "b": ROWS})
    found, damages = unpacked(data[: len(data) * 3 // 4])
    assert found["a"] == ROWS
    assert ROWS.startswith(found["b"])
    assert len(found["b"]) > 50_000
    assert "one by one" in damages[0].reason
    assert (damages[1].source.member, "cut off" in damages[1].reason) == ("b", True)


def test_encrypted_and_unknown_methods_are_named() -> None:
    data = bytearray(zipped({"secret": b"x" * 100, "plain": b"y"}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    found, damages = unpacked(bytes(data))
    assert found == {"plain": b"y"}
    assert [(d.source.member, "encrypted" in d.reason) for d in damages] == [("secret", True)]
    found, damages = unpacked(zipped({"a": b"x" * 100}, zipfile.ZIP_BZIP2))
    assert found == {}
    assert "method 12" in damages[0].reason


def test_a_bomb_is_stopped_by_its_ratio() -> None:
    found, damages = unpacked(zipped({"a": bytes(40 << 20), "b": b"next"}))
    assert len(found["a"]) <= 17 << 20
    assert found["b"] == b"next"
    assert "400 times" in damages[0].reason


def test_the_bounds_of_an_archive_are_for_all_members_together() -> None:
    limits = Limits(unpacked_bytes=700_000, members=3)
    found, damages = unpacked(zipped({"a": ROWS, "b": ROWS, "c": ROWS}), limits)
    assert found["a"] == ROWS
    assert sum(map(len, found.values())) <= 700_000
    assert "more than 700,000 bytes" in damages[0].reason
    found, damages = unpacked(zipped({str(n): b"x" for n in range(9)}), limits)
    assert len(found) == 3
    assert "more than 3 members" in damages[0].reason


def test_gzip_of_several_members_with_zeros_behind() -> None:
    found, damages = unpacked(gzip.compress(b"one ") + gzip.compress(b"two") + bytes(20))
    assert (found, damages) == ({"a": b"one two"}, [])


def test_gzip_that_is_cut_off_or_damaged() -> None:
    data = gzip.compress(ROWS)
    found, damages = unpacked(data[: len(data) // 2])
    assert ROWS.startswith(found["a"])
    assert len(found["a"]) > 100_000
    assert "cut off" in damages[0].reason
    broken = bytearray(data)
    broken[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    found, damages = unpacked(bytes(broken))
    assert len(found["a"]) > 100_000
    assert "damaged" in damages[0].reason


def test_gzip_with_something_else_behind() -> None:
    found, damages = unpacked(gzip.compress(b"one") + b"no gzip")
    assert found == {"a": b"one"}
    assert "not gzip" in damages[0].reason


def _with_end(data: bytes, **values: int) -> bytes:
    """The archive with other values in its end record."""
    changed = bytearray(data)
    at = data.rindex(b"PK\x05\x06")
    for name, value in values.items():
        place, form = {"count": (10, "<H"), "length": (12, "<I"), "start": (16, "<I")}[name]
        struct.pack_into(form, changed, at + place, value)
    return bytes(changed)


MEMBERS = {"a.log": b"one\n" * 50, "b.log": ROWS, "c.log": b"three"}
UNFIT = "The directory of the archive does not fit its end; members that it lacks were looked for."


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    "values",
    [
        {"count": 0},
        {"count": 1},
        {"count": 2},
        {"count": 4},
        {"count": 0, "length": 0},
        {"count": 0, "start": 0},
    ],
)
def test_an_end_that_hides_members(values: dict[str, int], method: int) -> None:
    found, damages = unpacked(_with_end(zipped(MEMBERS, method), **values))
    assert found == MEMBERS
    assert [damage.reason for damage in damages if not damage.source.member] == [UNFIT]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_entry_of_the_directory_that_is_damaged(number: int) -> None:
    data = bytearray(zipped(MEMBERS))
    at = -1
    for _ in range(number + 1):
        at = data.index(b"PK\x01\x02", at + 1)
    data[at] = 0
    found, damages = unpacked(bytes(data))
    assert found == MEMBERS
    assert len(damages) == 1 and "looked for" in damages[0].reason


def test_what_is_looked_for_is_not_taken_out_of_other_members() -> None:
    inner = zipped({"x": b"x"}, zipfile.ZIP_STORED)
    members = {"in.zip": inner, "b.log": b"two", "c.log": b"three"}
    found, _ = unpacked(_with_end(zipped(members, zipfile.ZIP_STORED), count=1))
    assert found == members


def test_folders_are_passed_over_and_files_with_their_names_read() -> None:
    found, damages = unpacked(zipped({"folder/": b"", "evil/": b"hidden", "a": b"x"}))
    assert (found, damages) == ({"evil/": b"hidden", "a": b"x"}, [])


def test_empty_archives_are_sound() -> None:
    empty = zipped({})
    for data in (empty, b"#!/bin/sh\n" + empty, empty + b""):
        assert unpacked(data) == ({}, [])


@given(
    st.lists(st.sampled_from(["a", "b/", "c.zip", "d/e"]), unique=True),
    st.integers(0, 5),
    st.binary(max_size=9),
)
@settings(deadline=None, max_examples=40)
def test_no_member_is_hidden_by_a_count(names: list[str], count: int, front: bytes) -> None:
    members = {name: name.encode() for name in names}
    found, damages = unpacked(front + _with_end(zipped(members), count=count) if members else zipped({}))
    assert found == members
    assert bool(damages) == (bool(members) and count != len(members))
