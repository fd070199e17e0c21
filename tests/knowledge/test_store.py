from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge import Entity, Relation, SourceInfo, Store
from cybersecqwen.knowledge.writer import write_bundle


def test_get_and_exists(full: Store) -> None:
    found = full.get(" t1001/001 ")
    assert found is not None and (found.id, found.name) == ("T1001.001", "Whistling")
    assert full.exists("T1900") and full.exists("cwe-007") and full.exists("D3F:sound")
    assert full.get("T9999") is None and not full.exists("T9999")


@pytest.mark.parametrize(
    ("id", "state", "successor"),
    [
        ("T1001", "known", ""),
        ("t1900", "revoked", "T1001.001"),
        ("T1901", "revoked", "T1001.001"),
        ("T1902", "deprecated", ""),
        ("CWE-8", "deprecated", "CWE-7"),
        ("CAPEC-12", "deprecated", "CAPEC-11"),
        ("T9999", "unknown", ""),
        ("nonsense", "unknown", ""),
    ],
)
def test_resolve(full: Store, id: str, state: str, successor: str) -> None:
    resolution = full.resolve(id)
    assert (resolution.state, resolution.successor) == (state, successor)
    assert (resolution.entity is None) == (state == "unknown")


def test_resolve_says_whether_unknown_means_that_it_was_never_assigned(full: Store) -> None:
    assert full.resolve("CWE-12345").complete
    assert not full.resolve("CVE-2026-9999").complete  # the store holds exploited CVEs alone
    assert not full.resolve("T9999").complete  # mobile and ICS are not in this bundle
    assert not full.resolve("AC-99").complete  # a baseline holds a part of the controls


def test_a_circle_of_revocations_ends(tmp_path: Path) -> None:
    ids = [f"T10{n:02}" for n in range(40)]
    entities = [
        Entity(id=id, type="technique", name=id, source="s", status="revoked", successor=ids[(n + 1) % 40])
        for n, id in enumerate(ids)
    ]
    pair = [
        Entity(id=a, type="technique", name=a, source="s", status="revoked", successor=b)
        for a, b in (("T2001", "T2002"), ("T2002", "T2001"))
    ]
    info = SourceInfo(name="s", version="", date="", sha256="", licence="", url="")
    path = tmp_path / "b.sqlite"
    write_bundle(path, kind="full", created="now", sources=[info], entities=[*entities, *pair], relations=[])
    with Store.open(path) as store:
        assert store.resolve("T1000").successor == ""
        assert store.resolve("T2001").successor == ""


def test_related(full: Store) -> None:
    assert full.related("G0001") == (
        Relation(source="G0001", kind="uses", target="S0001"),
        Relation(source="G0001", kind="uses", target="T1001.001"),
    )
    assert full.related("G0001", limit=1) == full.related("G0001")[:1]
    assert full.related("G0001", limit=0) == full.related("G0001", limit=-5) == ()
    assert full.related("T1001", "mitigates", "in") == (
        Relation(source="M1001", kind="mitigates", target="T1001"),
        Relation(source="ZZ-44", kind="mitigates", target="T1001"),
    )
    assert full.related("T1001", "no-such-kind") == full.related("T9999") == ()
    assert [entity.id for entity in full.neighbours("G0001")] == ["S0001", "T1001.001"]


def test_hierarchy(full: Store) -> None:
    assert [e.id for e in full.parents("T1001.001")] == ["T1001"]
    assert [e.id for e in full.children("T1001")] == ["T1001.001"]
    assert [e.id for e in full.parents("CWE-7")] == ["CWE-6"]
    assert [e.id for e in full.children("ZZ-2")] == ["ZZ-2(1)"]


def test_by_name(full: Store) -> None:
    for name in ("Loud Bear", "LOUDBEAR", "loud-bear", "act 9"):
        assert [e.id for e in full.by_name(name)] == ["G0001"], name
    assert [e.id for e in full.by_name("making noise", "technique")] == ["T1001"]
    assert full.by_name("making noise", "group") == full.by_name("nobody") == full.by_name("") == ()


def test_tactics(full: Store) -> None:
    assert full.tactic_order() == ("go-on", "begin")
    assert full.tactics("t1001") == ("go-on", "begin")
    assert full.tactics("T9999") == full.tactics("G0001") == full.tactic_order("ics") == ()


def test_names_and_counts(full: Store) -> None:
    assert dict(full.names("group")) == {"G0001": "Loud Bear"}
    assert list(full.names("technique")) == ["T1001", "T1001.001", "T1900", "T1901", "T1902"]
    assert full.names("planet") == {}
    assert full.counts()["technique"] == 5
    with pytest.raises(TypeError):
        full.names("group")["G0002"] = "x"  # type: ignore[index]


def test_search(full: Store) -> None:
    assert {hit.entity.id for hit in full.search("whistle", limit=2)} == {"S0001", "d3f:Whistle"}
    assert {hit.entity.id for hit in full.search("whistling", type="technique")} == {"T1001.001"}
    assert "T1900" in {hit.entity.id for hit in full.search("whistling", inactive=True)}
    assert full.search("T1001.001")[0].entity.id == "T1001.001"
    assert full.search("noisemakers") == () and full.search("noi")[0].entity.name.startswith(
        ("Making", "Annoying")
    )
    scores = [hit.score for hit in full.search("noise door whistle")]
    assert scores == sorted(scores, reverse=True) and len(scores) > 3
    assert len(full.search("noise door whistle", limit=2)) == 2


@given(st.text(max_size=80) | st.text(st.sampled_from('"*^():-+{}NEARANDOT \x00é_.'), max_size=40))
@settings(deadline=None)
def test_no_text_breaks_a_look_up(full: Store, text: str) -> None:
    full.search(text)
    full.by_name(text)
    full.related(text, text)
    assert full.resolve(text).state in ("known", "unknown", "revoked", "deprecated")


@pytest.mark.parametrize(
    "text", ["\ud800", 'T1001" OR "', "T1001' --", "x" * 100_000, "a OR b NOT c", "名前"]
)
def test_odd_text_is_data(full: Store, text: str) -> None:
    assert full.get(text) is None
    assert full.by_name(text) == ()
    full.search(text)


def test_citation(full: Store) -> None:
    cited = full.citation("cwe-7")
    assert cited is not None
    assert (cited.id, cited.name, cited.source) == ("CWE-7", "Open door", "cwe 4.99")
    assert full.citation("CWE-12345") is None


def test_which_bundle_is_opened(full_bundle: Path, tmp_path: Path) -> None:
    missing = tmp_path / "none.sqlite"
    with Store.open(full_bundle, user_bundle=missing) as chosen:
        assert chosen.path == full_bundle
    with Store.open(user_bundle=full_bundle) as own:
        assert own.path == full_bundle
    with Store.open(user_bundle=missing) as starter:
        assert starter.manifest.kind == "starter"
    with pytest.raises(KnowledgeError, match=r"none\.sqlite"):
        Store.open(missing)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a bundle",
        b"SQLite format 3\x00" + bytes(84),
        b"SQLite format 3\x00" + bytes(52) + b"CSQK" + bytes(400),
    ],
)
def test_a_file_that_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(KnowledgeError):
        Store.open(tmp_path / "b")


def test_the_file_is_never_written(full_bundle: Path) -> None:
    with Store.open(full_bundle) as store, pytest.raises(KnowledgeError, match="readonly"):
        store._rows("DELETE FROM entity")


def test_many_threads_use_one_store(full_bundle: Path) -> None:
    wrong: list[object] = []

    def work(store: Store) -> None:
        for n in range(60):
            try:
                store.search("noise whistle")
                if store.resolve("T1901").successor != "T1001.001" or store.exists(f"T{n}9999"):
                    wrong.append(n)
            except Exception as error:  # a thread cannot fail a test by raising
                wrong.append(error)

    with Store.open(full_bundle) as store:
        threads = [threading.Thread(target=work, args=(store,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_a_closed_store_says_so(full_bundle: Path) -> None:
    store = Store.open(full_bundle)
    store.close()
    store.close()
    with pytest.raises(KnowledgeError, match="closed"):
        store.get("T1001")
