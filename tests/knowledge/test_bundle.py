"""Bundles that come from elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cybersecqwen.errors import KnowledgeError, UsageError
from cybersecqwen.knowledge import Store, bundle
from cybersecqwen.knowledge.bundle import export, import_bundle, status, verify
from cybersecqwen.knowledge.store import STARTER

OLD = b"the old bundle"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The place of the user's bundle, with an old one in it."""
    path = tmp_path / "data" / "knowledge.sqlite"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


@pytest.fixture
def changed(full_bundle: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a copy of the bundle and runs statements on it."""

    def change(*statements: str) -> Path:
        path = Path(shutil.copy(full_bundle, tmp_path / "changed.sqlite"))
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.executescript(statement)
        connection.commit()
        connection.close()
        return path

    return change


@pytest.mark.parametrize("name", ["kb.csq", "kb.csq.gz"])
def test_a_bundle_travels(full_bundle: Path, target: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    digest = export(full_bundle, file)
    assert digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert verify(file) == verify(full_bundle)
    manifest = import_bundle(file, target, expect_sha256=digest.upper())
    with Store.open(full_bundle) as before, Store.open(target) as after:
        assert before.manifest == after.manifest == manifest
        assert before.related("T1001.001") == after.related("T1001.001")
        assert before.search("noise") == after.search("noise")
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_equal_bundles_give_equal_files(
    full_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = export(full_bundle, tmp_path / "one.gz")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_400)
    assert export(full_bundle, tmp_path / "two.gz") == today


def refused(file: Path, target: Path, match: str = ".", **options: str) -> None:
    with pytest.raises(KnowledgeError, match=match) as raised:
        import_bundle(file, target, **options)
    assert raised.value.exit_code == 2
    assert target.read_bytes() == OLD
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_wrong_hash_replaces_nothing(full_bundle: Path, target: Path) -> None:
    refused(full_bundle, target, "nothing was replaced", expect_sha256="0" * 64)


def test_a_hash_that_is_none(full_bundle: Path, target: Path) -> None:
    with pytest.raises(UsageError):
        import_bundle(full_bundle, target, expect_sha256="abc")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entity SET name = 'Nothing' WHERE id = 'T1001'",
        "UPDATE entity SET successor = 'T1001' WHERE id = 'T1900'",
        "DELETE FROM relation WHERE source = (SELECT num FROM entity WHERE id = 'G0001')",
        "INSERT INTO relation SELECT num, 0, num FROM entity WHERE id = 'T1001'",
        "INSERT INTO relation VALUES(0, 0, 99999)",
        "UPDATE meta SET value = replace(value, '4.99', '5.00')",
        "UPDATE meta SET value = replace(value, 'CC0-1.0', 'mine')",
        "INSERT INTO name VALUES('apt29', 0)",
        "DELETE FROM name",
        "UPDATE term SET text = 'uses' WHERE text = 'mitigates'",
        "UPDATE entity SET attributes = '{' WHERE id = 'T1001'",
        "UPDATE entity SET attributes = '[1]' WHERE id = 'T1001'",
        "UPDATE entity SET attributes = '{\"aliases\": 7}' WHERE id = 'T1001'",
        "UPDATE entity SET type = 999 WHERE id = 'T1001'",
        "UPDATE entity SET name = x'ff00' WHERE id = 'T1001'",
        "UPDATE entity SET name = cast(x'ff' AS TEXT) WHERE id = 'T1001'",
        "UPDATE entity SET attributes = '" + "[" * 100_000 + "' WHERE id = 'T1001'",
    ],
)
def test_changed_content_is_refused(changed: Callable[..., Path], target: Path, statement: str) -> None:
    refused(changed(statement), target)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM entity; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE more(x)",
        "CREATE VIRTUAL TABLE more USING fts5(x)",
        "CREATE INDEX more ON entity(name)",
        "DROP INDEX entity_type",
        "ALTER TABLE entity ADD COLUMN more TEXT",
        "DROP TABLE name; CREATE VIEW name AS SELECT 'x' AS key, 1 AS entity",
    ],
)
def test_another_schema_is_refused(changed: Callable[..., Path], target: Path, statement: str) -> None:
    refused(changed(statement), target, "something other than knowledge")


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("DELETE FROM meta", "no manifest"),
        ("UPDATE meta SET value = 'x'", "manifest"),
        ("UPDATE meta SET value = '{}'", "manifest"),
        ("UPDATE meta SET value = replace(value, '\"schema\":1', '\"schema\":2')", "layout 2"),
        ('UPDATE meta SET value = replace(value, \'"kind":"full"\', \'"kind":"best"\')', "manifest"),
        ('UPDATE meta SET value = replace(value, \'"version":"4.99"\', \'"version":7\')', "manifest"),
        ("PRAGMA application_id = 1", "not a knowledge bundle"),
    ],
)
def test_a_wrong_manifest_is_refused(
    changed: Callable[..., Path], target: Path, statement: str, match: str
) -> None:
    refused(changed(statement), target, match)


def test_content_that_was_hashed_anew_is_still_checked(
    changed: Callable[..., Path], full_bundle: Path, target: Path
) -> None:
    """Who changes a record can compute the hash; that must not bring in what a report would obey."""
    from cybersecqwen.knowledge import database

    bare = ("DELETE FROM passage", "DELETE FROM passage_word")
    path = changed("UPDATE entity SET name = 'a' || char(27) || '[2Jb' WHERE id = 'T1001'", *bare)
    with pytest.raises(KnowledgeError) as raised:
        verify(path)
    connection = database.open_readonly(path)
    entities, relations = bundle._records(connection, path)
    manifest = database.read_manifest(connection, path)
    connection.close()
    digest = database.content_hash(manifest.kind, manifest.sources, entities, relations)
    assert digest[:16] in raised.value.message
    path = changed(
        "UPDATE entity SET name = 'a' || char(27) || '[2Jb' WHERE id = 'T1001'",
        f"UPDATE meta SET value = replace(value, '{manifest.content_sha256}', '{digest}')",
        "UPDATE name SET key = 'a' || char(27) || '[2jb' WHERE key = 'makingnoise'",
        *bare,
    )
    refused(path, target, "nothing was replaced")


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("UPDATE passage SET text = text || '!' WHERE num = 0", "changed since"),
        ("DELETE FROM passage WHERE num = 0", "changed since"),
        ("UPDATE passage SET section = 999999 WHERE num = 0", "passages"),
        ("UPDATE passage SET text = x'00ff' WHERE num = 1", "damaged"),
        ("DELETE FROM passage_word WHERE word = (SELECT min(word) FROM passage_word)", "words"),
        ("UPDATE passage_word SET postings = x'ffffffff0000'", "words"),
        ("DROP TABLE passage_word", "something other than knowledge"),
    ],
)
def test_changed_passages_are_refused(
    changed: Callable[..., Path], target: Path, statement: str, match: str
) -> None:
    refused(changed(statement), target, match)


def test_full_text_of_elsewhere_is_never_used(changed: Callable[..., Path], target: Path) -> None:
    path = changed("INSERT INTO entity_text(entity_text) VALUES('delete-all')")
    import_bundle(path, target)
    with Store.open(path) as theirs, Store.open(target) as ours:
        assert not theirs.search("noise")
        assert ours.search("noise")


def test_every_kind_of_damage_is_one_clear_error(full_bundle: Path, target: Path, tmp_path: Path) -> None:
    """Bytes changed anywhere: refused, or harmless because the content is the same to the last byte."""
    data = full_bundle.read_bytes()
    chance = random.Random(7)
    file = tmp_path / "damaged"
    good = verify(full_bundle)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 4, 64))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        file.write_bytes(broken)
        try:
            assert verify(file).content_sha256 == good.content_sha256
        except KnowledgeError:
            refused(file, target)


@pytest.mark.parametrize("keep", [0, 10, 100, 5000, -1])
def test_a_cut_file(full_bundle: Path, target: Path, tmp_path: Path, keep: int) -> None:
    for name, data in (
        ("cut", full_bundle.read_bytes()),
        ("cut.gz", gzip.compress(full_bundle.read_bytes())),
    ):
        file = tmp_path / name
        file.write_bytes(data[:keep])
        refused(file, target)


def test_a_packed_bomb(target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_BYTES", 1 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(3 << 20)))
    refused(tmp_path / "bomb.gz", target, "larger than 1 MiB")
    (tmp_path / "big").write_bytes(bytes(3 << 20))
    refused(tmp_path / "big", target, "larger than 1 MiB")


def test_a_missing_file_and_a_folder(target: Path, tmp_path: Path) -> None:
    refused(tmp_path / "none", target, "no bundle")
    refused(tmp_path, target, "no bundle")


def test_a_bundle_is_not_exported_onto_itself(full_bundle: Path) -> None:
    with pytest.raises(UsageError):
        export(full_bundle, full_bundle)


def test_damage_is_not_exported(changed: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        export(changed("UPDATE entity SET name = 'x'"), tmp_path / "out.gz")
    assert not (tmp_path / "out.gz").exists()


def test_status(full_bundle: Path, tmp_path: Path) -> None:
    own = status(user_bundle=full_bundle)
    assert (own.path, own.starter, own.size_bytes) == (full_bundle, False, full_bundle.stat().st_size)
    assert own.counts["group"] == 1
    shipped = status(user_bundle=tmp_path / "none")
    assert shipped.starter and shipped.path == STARTER


def test_the_starter_bundle_is_whole() -> None:
    manifest = verify(STARTER)
    assert manifest.kind == "starter"
    assert json.dumps([source.licence for source in manifest.sources]).count('""') == 0
