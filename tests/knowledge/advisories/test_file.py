"""The file of advisories: written whole or not at all, added to, looked up, damaged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.advisories import Advisories, Advisory
from cybersecqwen.knowledge.advisories.writer import Document, Imported, write

from .records import record


def documents(*found: Any) -> Iterator[Document]:
    for number, document in enumerate(found):
        yield f"{number}.json", json.dumps(document).encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "advisories.sqlite"


def made(file: Path, *found: Any, **how: Any) -> Imported:
    return write(file, documents(*found), **how)


def looked_up(file: Path, ecosystem: str = "PyPI", name: str = "acme") -> tuple[Advisory, ...]:
    with Advisories.open(file) as advisories:
        return advisories.for_package(ecosystem, name)


def test_look_up_by_any_spelling_of_the_name(file: Path) -> None:
    made(file, record("A-1", ("introduced", "0"), name="Ac.Me"))
    assert [found.id for found in looked_up(file, name="AC_me")] == ["A-1"]
    assert looked_up(file, name="other") == () == looked_up(file, ecosystem="npm")


def test_names_of_npm_and_go_are_compared_as_they_stand(file: Path) -> None:
    made(file, record("A-1", ("introduced", "0"), ecosystem="Go", name="example.org/Acme"))
    assert looked_up(file, "Go", "example.org/acme") == ()
    assert len(looked_up(file, "Go", "example.org/Acme")) == 1


def test_withdrawn_records_are_left_out(file: Path) -> None:
    got = made(
        file,
        record("A-1", ("introduced", "0")),
        record("A-2", ("introduced", "0"), withdrawn="2025-01-02T00:00:00Z"),
    )
    assert (got.withdrawn, got.records) == (1, 1)
    assert [found.id for found in looked_up(file)] == ["A-1"]


def test_a_record_that_is_withdrawn_later_goes(file: Path) -> None:
    made(file, record("A-1", ("introduced", "0")), record("A-2", ("introduced", "0")))
    made(file, record("A-1", ("introduced", "0"), withdrawn="x", modified="2025-06-01T00:00:00Z"))
    assert [found.id for found in looked_up(file)] == ["A-2"]


def test_the_newer_state_of_a_record_counts(file: Path) -> None:
    old = record("A-1", ("introduced", "0"), summary="old", modified="2024-01-01T00:00:00Z")
    new = record("A-1", ("introduced", "0"), summary="new", modified="2025-01-01T00:00:00Z")
    assert made(file, new, old).older == 1
    assert looked_up(file)[0].title == "new"
    made(file, old)
    assert looked_up(file)[0].title == "new"


def test_one_problem_under_many_names_is_reported_once(file: Path) -> None:
    made(
        file,
        record("PYSEC-1-1", ("introduced", "0"), ("fixed", "1"), aliases=["CVE-2025-1"], summary="python"),
        record("GHSA-a-b-c", ("introduced", "0"), ("fixed", "2"), aliases=["CVE-2025-1"], summary="github"),
        # Joined to the others only through what an alias says.
        record("OSV-9-9", ("introduced", "3"), aliases=["GHSA-a-b-c", "CVE-2025-2"]),
        record("GHSA-x-y-z", ("introduced", "0")),
    )
    one, other = looked_up(file)
    assert (one.id, one.title) == ("GHSA-a-b-c", "github")
    assert one.aliases == ("CVE-2025-1", "CVE-2025-2", "OSV-9-9", "PYSEC-1-1")
    assert one.cves == ("CVE-2025-1", "CVE-2025-2")
    assert [extent.record for extent in one.extents] == ["GHSA-a-b-c", "PYSEC-1-1", "OSV-9-9"]
    assert other.id == "GHSA-x-y-z"


def test_databases_of_an_ecosystem_give_the_name(file: Path) -> None:
    for id, other, expected in (
        ("GO-2025-1", "GHSA-a-b-c", "GO-2025-1"),
        ("RUSTSEC-2025-1", "GHSA-d-e-f", "RUSTSEC-2025-1"),
        ("CVE-2025-1", "MAL-2025-1", "MAL-2025-1"),
    ):
        name = id.lower()
        made(
            file,
            record(id, ("introduced", "0"), name=name, aliases=[other]),
            record(other, ("introduced", "0"), name=name),
        )
        (found,) = looked_up(file, name=name)
        assert found.id == expected
        assert found.malicious == expected.startswith("MAL-")


@pytest.mark.timeout(60)
def test_long_chains_of_aliases_are_joined_in_time(file: Path) -> None:
    chain = [record(f"A-{n}", ("introduced", "0"), aliases=[f"A-{n + 1}"]) for n in range(5_000)]
    made(file, chain)
    (found,) = looked_up(file)
    assert len(found.aliases) == 5_000


def test_the_version_is_of_what_it_says_not_of_how_it_came(file: Path, tmp_path: Path) -> None:
    one, two = record("A-1", ("introduced", "0")), record("A-2", ("introduced", "0"), name="other")
    other = tmp_path / "other.sqlite"
    first = made(file, one, two).version
    made(other, two)
    assert made(other, one).version == first
    assert first.startswith("2025-01-01-")
    assert made(other, record("A-2", ("introduced", "1"), name="other")).version != first


def test_adding_keeps_what_is_there_and_renewing_an_ecosystem_forgets_it(file: Path) -> None:
    made(file, record("A-1", ("introduced", "0")), record("N-1", ("introduced", "0"), ecosystem="npm"))
    made(file, record("A-2", ("introduced", "0"), name="new"))
    assert looked_up(file) and looked_up(file, "npm")
    made(file, record("A-3", ("introduced", "0"), name="new"), anew=("PyPI",))
    assert looked_up(file) == () and looked_up(file, "npm")
    assert [found.id for found in looked_up(file, name="new")] == ["A-3"]
    made(file, record("A-4", ("introduced", "0")), anew=())
    with Advisories.open(file) as advisories:
        assert dict(advisories.ecosystems) == {"PyPI": 1} and advisories.about("A-4") == (("PyPI", "acme"),)


def test_what_cannot_be_used_is_counted_and_the_rest_is_kept(file: Path) -> None:
    found = [("a.json", b"{"), ("b.json", json.dumps(record("A-1", ("introduced", "0"))).encode())]
    got = write(file, [*found, ("c.json", json.dumps({**record("A-2"), "affected": []}).encode())])
    assert got.records == 1
    assert dict(got.refused) == {"a.json is no JSON that can be read.": 1, "It names no package.": 1}


def test_nothing_is_replaced_where_nothing_was_found(file: Path) -> None:
    made(file, record("A-1", ("introduced", "0")))
    before = file.read_bytes()
    with pytest.raises(KnowledgeError, match="No advisory was found"):
        write(file, [("a.json", b"{}")])

    def failing() -> Iterable[Document]:
        yield from documents(record("A-2", ("introduced", "0")))
        raise KnowledgeError("The archive ends.")

    with pytest.raises(KnowledgeError, match="The archive ends"):
        write(file, failing())
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_missing_file_says_how_to_get_one(file: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        Advisories.open(file)
    assert "csq kb import" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"x" * 200, b"SQLite format 3\x00" + b"\0" * 84])
def test_another_file_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(KnowledgeError, match="no file of advisories"):
        Advisories.open(file)


def test_damage_anywhere_is_one_error_or_none(file: Path) -> None:
    made(file, *[record(f"A-{n}", ("introduced", "0"), name=f"acme{n % 7}") for n in range(200)])
    whole = file.read_bytes()
    for at in range(100, len(whole), 997):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) * 16 + whole[at + 16 :])
        try:
            with Advisories.open(file) as advisories:
                for n in range(7):
                    advisories.for_package("PyPI", f"acme{n}")
        except KnowledgeError:
            pass


@pytest.mark.parametrize("body", ["{}", "[]", "7", '{"aliases": 7}', "not json"])
def test_a_record_of_another_shape_is_damage(file: Path, body: str) -> None:
    made(file, record("A-1", ("introduced", "0")))
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE record SET body = ?", (body,))
    connection.close()
    with pytest.raises(KnowledgeError, match="damaged"):
        looked_up(file)
