"""Documents in, records out, whoever wrote them."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.advisories import osv
from cybersecqwen.knowledge.advisories.osv import Entry
from cybersecqwen.knowledge.advisories.writer import entries
from tests.amounts import draws

from .records import record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    *("id", "modified", "aliases", "withdrawn", "severity", "affected", "package", "ecosystem", "name"),
    *("ranges", "type", "events", "introduced", "fixed", "last_affected", "limit", "versions"),
    *("database_specific", "cwe_ids", "summary", "details", "score"),
]


def read(document: Any) -> list[Entry]:
    return [entry for entry in entries("a.json", json.dumps(document).encode()) if isinstance(entry, Entry)]


def test_what_is_kept_of_a_record() -> None:
    document = record(
        "GHSA-aaaa-bbbb-cccc",
        ("introduced", "0"),
        ("fixed", "1.2"),
        name="Ac_Me",
        aliases=["CVE-2025-1"],
        severity=[
            {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
            {"type": "X"},
        ],
        database_specific={"severity": "CRITICAL", "cwe_ids": ["CWE-79", "nonsense", 7]},
        published="2025-02-03T04:05:06Z",
    )
    (entry,) = read(document)
    assert (entry.id, entry.aliases, entry.rated, entry.cwe) == (
        "GHSA-aaaa-bbbb-cccc",
        ("CVE-2025-1",),
        "CRITICAL",
        ("CWE-79",),
    )
    assert entry.published == "2025-02-03" and len(entry.scores) == 1
    ((ecosystem, name, extent),) = entry.packages
    assert (ecosystem, name) == ("PyPI", "ac-me")
    assert extent.ranges[0].events == (("introduced", "0"), ("fixed", "1.2"))


def test_many_records_in_one_file() -> None:
    one, two = record("A-1", ("introduced", "0")), record("A-2", ("introduced", "0"))
    assert [entry.id for entry in read([one, two])] == ["A-1", "A-2"]
    assert [entry.id for entry in read({"vulns": [one, two]})] == ["A-1", "A-2"]


def test_entries_of_one_package_are_put_together() -> None:
    document = record("A-1", ("introduced", "1"), ("fixed", "2"))
    document["affected"].append(
        record("A-1", ("introduced", "3"), ("fixed", "4"), name="ACME")["affected"][0]
    )
    ((_, _, extent),) = read(document)[0].packages
    assert len(extent.ranges) == 2


def test_without_a_summary_the_first_sentence_is_the_title() -> None:
    document = record(
        "A-1", ("introduced", "0"), details="A flaw in 1.2.3 of acme\nlets people in. More follows."
    )
    del document["summary"]
    assert read(document)[0].title == "A flaw in 1.2.3 of acme lets people in"


def test_yaml_is_read_without_making_anything_but_text() -> None:
    text = (
        b"id: PYSEC-1-1\nmodified: 2025-01-01T00:00:00Z\nsummary: !!python/object:os.system x\n"
        b"affected:\n- package: {name: acme, ecosystem: PyPI}\n  versions: [1.10, '2']\n"
    )
    (entry,) = entries("a.yaml", text)
    assert isinstance(entry, Entry)
    assert entry.packages[0][2].versions == ("1.10", "2")


@pytest.mark.timeout(60)
@pytest.mark.timeout(60)
@pytest.mark.parametrize("data", [b"[" * 1_000_000, b"- " * 400_000, b"{a: " * 200_000, b"? " * 300_000])
def test_yaml_that_nests_without_end_is_refused(data: bytes) -> None:
    with pytest.raises(KnowledgeError, match="no YAML"):
        list(entries("a.yaml", data))


def test_merging_in_yaml_does_not_grow_without_end() -> None:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 20)}]}}" for n in range(1, 30)]
    lines += ["id: A-1", "modified: x", "affected: [{package: {name: n, ecosystem: PyPI}}]"]
    assert [
        entry.id for entry in entries("a.yml", "\n".join(lines).encode()) if isinstance(entry, Entry)
    ] == ["A-1"]


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"{}", b"[1]", b'{"id": [], "modified": ""}', b"\xff\xfe", b"[" * 5_000, b'"x"'],
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_what_is_no_advisory_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(KnowledgeError):
        list(entries(name, data))


def test_lists_larger_than_any_real_one_are_refused() -> None:
    document = record("A-1", ("introduced", "0"), versions=tuple(map(str, range(50_001))))
    (answer,) = entries("a.json", json.dumps(document).encode())
    assert isinstance(answer, KnowledgeError) and "50,001" in answer.message


def test_a_version_too_long_to_be_compared_stays_unreadable() -> None:
    document = record("A-1", ("introduced", "0"), ("fixed", "1" * 9_999))
    assert len(read(document)[0].packages[0][2].ranges[0].events[1][1]) == 257


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), JSON, max_size=12), st.data())
@draws(60)
def test_any_document_is_read_or_refused(document: dict[str, Any], data: st.DataObject) -> None:
    document |= {"id": data.draw(st.just("A-1") | JSON), "modified": data.draw(JSON)}
    document["affected"] = [
        {
            "package": {"ecosystem": data.draw(st.just("PyPI") | JSON), "name": data.draw(JSON)},
            "ranges": data.draw(
                st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4), max_size=3) | JSON
            ),
            "versions": data.draw(JSON),
        }
    ]
    if osv.is_record(document):
        with contextlib.suppress(KnowledgeError):
            osv.read(document)


RETIRE = {
    "retire-example": {"vulnerabilities": [{"below": "1"}]},
    "acme": {
        "npmname": "acme-js",
        "extractors": {},
        "vulnerabilities": [
            {
                "below": "1.9.0b1",
                "severity": "medium",
                "cwe": ["CWE-79"],
                "identifiers": {"CVE": ["CVE-2011-1"]},
            },
            {
                "atOrAbove": "2.0.0",
                "below": "2.1.0",
                "severity": "medium",
                "identifiers": {"CVE": ["CVE-2011-1"]},
            },
            {"below": "3", "excludes": ["2.5.0"], "identifiers": {"githubID": "GHSA-a-b-c"}},
            {"atOrAbove": "4.0.0", "identifiers": {"summary": "Never mended", "retid": "7"}},
            "nonsense",
        ],
    },
    "only-in-pages": {"vulnerabilities": [{"below": "1", "identifiers": {"CVE": ["CVE-2011-2"]}}]},
}


def test_a_repository_of_retire_js_becomes_records() -> None:
    found = list(entries("jsrepository.json", json.dumps(RETIRE).encode()))
    read = {entry.id: entry for entry in found if isinstance(entry, Entry)}
    assert len(found) - len(read) == 2
    one = read["CVE-2011-1"]
    assert one.rated == "MEDIUM" and one.cwe == ("CWE-79",)
    ((ecosystem, name, extent),) = one.packages
    assert (ecosystem, name) == ("npm", "acme-js")
    assert [found.events for found in extent.ranges] == [
        (("introduced", "0"), ("fixed", "1.9.0-b1")),
        (("introduced", "2.0.0"), ("fixed", "2.1.0")),
    ]
    other = next(entry for id, entry in read.items() if id.startswith("RETIREJS-"))
    assert other.packages[0][2].ranges[0].events == (("introduced", "4.0.0"),)
