from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import KnowledgeError, OutputError
from cybersecqwen.knowledge import Entity, Relation, SourceInfo, Store, builder, writer
from cybersecqwen.knowledge.builder import build, merge
from cybersecqwen.knowledge.sources.interface import Loaded
from cybersecqwen.knowledge.writer import write_bundle

from . import official

CREATED = "2026-06-07T00:00:00+00:00"


def test_the_manifest_says_what_the_bundle_is_made_of(full: Store) -> None:
    manifest = full.manifest
    assert (manifest.kind, manifest.created, manifest.schema) == ("full", CREATED, 1)
    assert [source.name for source in manifest.sources] == [
        *("attack-enterprise", "capec", "ctid-nist-800-53", "cwe", "d3fend", "kev", "nist-800-53-moderate")
    ]
    assert manifest.version == f"2026-05-06-full-{manifest.content_sha256[:8]}"
    assert sum(source.entities for source in manifest.sources) == sum(full.counts().values())
    assert all(source.sha256 and source.licence and source.url for source in manifest.sources)


def test_names_packing_and_time_do_not_change_the_content(folder: Path, full: Store, tmp_path: Path) -> None:
    other = tmp_path / "other" / "deeper"
    other.mkdir(parents=True)
    for i, path in enumerate(sorted(folder.iterdir(), reverse=True)):
        data = path.read_bytes()
        packed = gzip.compress(data) if data[:2] not in (b"PK", b"\x1f\x8b") else data
        (other / f"{i}.tmp").write_bytes(packed)
    manifest = build(tmp_path / "other", tmp_path / "b.sqlite", created="2031-01-01T00:00:00+00:00")
    assert manifest.content_sha256 == full.manifest.content_sha256
    assert manifest.version == full.version


def test_one_changed_fact_changes_the_content(folder: Path, full: Store, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "g.txt").write_text(official.D3FEND.replace('"Reading"', '"Writing"'))
    assert build(copy, tmp_path / "b.sqlite").content_sha256 != full.manifest.content_sha256


def test_a_starter_bundle_holds_no_text(folder: Path, full: Store, tmp_path: Path) -> None:
    build(folder, tmp_path / "s.sqlite", starter=True)
    with Store.open(tmp_path / "s.sqlite") as store:
        assert store.manifest.kind == "starter"
        assert store.counts() == full.counts()
        assert not any(store.get(id).text for type in store.counts() for id in store.names(type))  # type: ignore[union-attr]
        assert not store.search("somebody")
    assert [hit.entity.id for hit in full.search("somebody")] == ["T1001"]


def test_relations_to_revoked_identifiers_move_to_the_successor(full: Store) -> None:
    # The mapping says T1901, which became T1900, which became T1001.001.
    assert Relation(source="ZZ-2", kind="mitigates", target="T1001.001") in full.related("ZZ-2")
    assert Relation(source="CAPEC-11", kind="matches", target="T1001.001") in full.related("CAPEC-11")
    assert not full.related("T1901", direction="in")


def test_what_a_source_only_mentions_is_described_by_another(full: Store) -> None:
    described, mentioned = full.get("ZZ-2"), full.get("ZZ-44")
    assert described is not None and mentioned is not None
    assert (described.name, described.source) == ("Door Management", "nist-800-53-moderate")
    assert (mentioned.name, mentioned.source) == ("Curtains", "ctid-nist-800-53")


def test_unknown_files_and_dropped_relations_are_reported(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / "holiday.jpg").write_bytes(b"\xff\xd8\xff not a source")
    (copy / "other.json").write_text('{"type": "bundle", "objects": []}')
    lines: list[str] = []
    build(copy, tmp_path / "b.sqlite", progress=lines.append)
    assert any("holiday.jpg: not a known source" in line for line in lines)
    assert any("other.json: not a known source" in line for line in lines)
    assert any(line.startswith("1 relations left out") for line in lines)  # CWE-999999


def test_of_two_editions_the_newer_one_counts(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    old = json.loads(json.dumps(official.KEV).replace("2026-03-04", "2020-03-04").replace("Gate", "Fence"))
    (copy / "aaa").write_text(json.dumps(old))
    lines: list[str] = []
    build(copy, tmp_path / "b.sqlite", progress=lines.append)
    with Store.open(tmp_path / "b.sqlite") as store:
        found = store.get("CVE-2026-0001")
        assert found is not None and found.attributes["product"] == "Gate"
    assert any("kev was found twice" in line for line in lines)


@pytest.mark.parametrize("content", [None, b"", b"hello"])
def test_a_folder_with_nothing_usable(tmp_path: Path, content: bytes | None) -> None:
    source = tmp_path / "in"
    source.mkdir()
    if content is not None:
        (source / "file").write_bytes(content)
    with pytest.raises(KnowledgeError, match="no file that can be used") as raised:
        build(source, tmp_path / "b.sqlite")
    assert raised.value.hint
    assert list(tmp_path.iterdir()) == [source]


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no folder"):
        build(tmp_path / "none", tmp_path / "b.sqlite")


def test_links_out_of_the_folder_and_hidden_files_are_not_read(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "link").symlink_to(folder / "a.json")
    shutil.copy(folder / "a.json", source / ".hidden")
    with pytest.raises(KnowledgeError, match="no file that can be used"):
        build(source, tmp_path / "b.sqlite")


def test_a_build_that_dies_leaves_the_old_bundle(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "b.sqlite"
    target.write_bytes(b"the old bundle")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "_fill", killed)
    with pytest.raises(KeyboardInterrupt):
        build(folder, target)
    assert target.read_bytes() == b"the old bundle"
    assert list(tmp_path.iterdir()) == [target]


def test_leftovers_of_killed_builds_are_removed(folder: Path, tmp_path: Path) -> None:
    old, fresh = tmp_path / ".b.sqlite.1.part", tmp_path / ".b.sqlite.2.part"
    for path in (old, fresh):
        path.touch()
    os.utime(old, (0, 0))
    build(folder, tmp_path / "b.sqlite")
    assert sorted(path.name for path in tmp_path.iterdir()) == [fresh.name, "b.sqlite"]


def test_a_target_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        build(folder, tmp_path / "file" / "b.sqlite")
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    with pytest.raises(OutputError):
        build(folder, tmp_path / "folder")


INFO = SourceInfo(name="s", version="1", date="2026-01-01", sha256="0" * 64, licence="x", url="https://x/")


def entity(id: str, **fields: object) -> Entity:
    return replace(Entity(id=id, type="technique", name=id, source="s"), **fields)  # type: ignore[arg-type]


def write(path: Path, *entities: Entity, relations: tuple[Relation, ...] = ()) -> None:
    write_bundle(path, kind="full", created=CREATED, sources=[INFO], entities=entities, relations=relations)


@pytest.mark.parametrize(
    "bad",
    [
        entity(""),
        entity("x" * 200),
        entity("T1\x1b[2J"),
        entity("T1", type="planet"),
        entity("T1", status="gone"),
        entity("T1", source="elsewhere"),
        entity("T1", successor="T2"),
        entity("T1", attributes={"aliases": "none"}),
        entity("T1", attributes={"a": {"b": {"c": {"d": {"e": {}}}}}}),
    ],
)
def test_invalid_records_are_refused(tmp_path: Path, bad: Entity) -> None:
    with pytest.raises(KnowledgeError):
        write(tmp_path / "b.sqlite", bad)
    assert not list(tmp_path.iterdir())


def test_relations_must_have_ends_and_identifiers_must_differ(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="T2"):
        lost = (Relation(source="T1", kind="uses", target="T2"),)
        write(tmp_path / "b.sqlite", entity("T1"), relations=lost)
    with pytest.raises(KnowledgeError, match="twice"):
        write(tmp_path / "b.sqlite", entity("T1"), entity("t1"))


def test_what_a_terminal_or_a_page_would_obey_is_taken_out(tmp_path: Path) -> None:
    write(
        tmp_path / "b.sqlite",
        entity(
            "T1",
            name="a\x1b[31mb",
            text="c\x07d\nnext",
            url="javascript:alert(1)",
            attributes={"x": ["\x9b!"]},
        ),
    )
    with Store.open(tmp_path / "b.sqlite") as store:
        found = store.get("T1")
    assert found is not None
    assert (found.name, found.text, found.url, found.attributes) == ("a[31mb", "cd\nnext", "", {"x": ["!"]})


def test_the_more_usable_description_of_an_identifier_wins() -> None:
    live = entity("T1", attributes={"domains": ["a"], "k": 1}, text="one")
    more = entity("T1", attributes={"domains": ["b"], "k": 2})
    dead = entity("T1", status="deprecated", name="dead")
    for parts in ([live, more, dead], [dead, live, more]):
        entities, _ = merge([Loaded(info=INFO, entities=(part,)) for part in parts])
        assert entities == [replace(live, attributes={"domains": ["a", "b"], "k": 1})]


@given(
    links=st.dictionaries(st.integers(0, 7), st.integers(0, 7)),
    relations=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12),
)
@settings(deadline=None)
def test_no_chain_of_revocations_breaks_a_relation(
    links: dict[int, int], relations: list[tuple[int, int]]
) -> None:
    entities = tuple(
        entity(
            f"T{n}",
            status="revoked" if n in links else "active",
            successor=f"T{links[n]}" if n in links else "",
        )
        for n in range(8)
    )
    stated = tuple(Relation(source=f"T{a}", kind="uses", target=f"T{b}") for a, b in relations)
    kept, moved = merge([Loaded(info=INFO, entities=entities, relations=stated)])
    active = {found.id for found in kept if found.status == "active"}
    assert all(relation.source in active and relation.target in active for relation in moved)
    straight = {r for r in stated if r.source in active and r.target in active and r.source != r.target}
    assert straight <= set(moved)


def test_the_layout_is_documented(full_bundle: Path) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text()
    connection = sqlite3.connect(full_bundle)
    tables = [
        name for (name,) in connection.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'table'")
    ]
    connection.close()
    for table in tables:
        if not table.startswith("entity_text_"):
            assert f"`{table}`" in docs, table


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "_FILES", 2)
    for i in range(3):
        (tmp_path / str(i)).touch()
    with pytest.raises(KnowledgeError, match="at most 2"):
        build(tmp_path, tmp_path / "b.sqlite")
