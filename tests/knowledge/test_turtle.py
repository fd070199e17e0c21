from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.sources.turtle import Triple, triples

PREFIXES = "@prefix x: <http://x/> .\nPREFIX y: <http://y#>\n"


def read(text: str) -> list[tuple[str, str, str, bool]]:
    return [tuple(triple) for triple in triples((PREFIXES + text).encode(), "test")]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ('x:s x:p "a", \'b\' , """c "quoted" d""" .', ["a", "b", 'c "quoted" d']),
        ('x:s x:p "a\\tb\\u00e9\\"" .', ['a\tbé"']),
        ('x:s x:p "a"@en-GB, "1"^^x:int, 12, -1.5e3, true .', ["a", "1", "12", "-1.5e3", "true"]),
        ("x:s x:p x:o, <http://z/>, _:b, y:a.b .", ["http://x/o", "http://z/", "_:b", "http://y#a.b"]),
        ("x:s a x:C ; x:p x:o ; .", ["http://x/C", "http://x/o"]),
        ("# comment . ;\nx:s x:p x:o . # end", ["http://x/o"]),
        ("x:s x:p x:o.", ["http://x/o"]),
    ],
)
def test_forms(text: str, objects: list[str]) -> None:
    assert [triple[2] for triple in read(text)] == objects


def test_blank_nodes_and_collections() -> None:
    found = read("x:s x:p [ x:q x:o ; x:r [ ] ] ; x:l ( x:a x:b ) .")
    assert ("_:#1", "http://x/q", "http://x/o", False) in found
    assert ("http://x/s", "http://x/p", "_:#1", False) in found
    assert [t[2] for t in found if t[1] == "item"] == ["http://x/a", "http://x/b"]


@pytest.mark.parametrize(
    "text",
    [
        "x:s x:p",
        "x:s x:p .",
        "z:s x:p x:o .",
        'x:s x:p "open .',
        "x:s x:p ] .",
        "@base <http://b/> .",
        '"literal" x:p x:o .',
        "x:s x:p " + "[ x:p " * 5000 + "x:o" + " ]" * 5000 + " .",
        "x:s x:p " + "( " * 5000 + ") " * 5000 + ".",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError, match="test"):
        read(text)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
@settings(deadline=None)
def test_every_literal_comes_back(texts: list[str]) -> None:
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
    written = ", ".join('"' + "".join(escapes.get(c, c) for c in text) + '"' for text in texts)
    assert [triple[2] for triple in read(f"x:s x:p {written} .")] == texts


@given(st.text(alphabet=st.sampled_from("x:sp \"'.,;[]()a<>@^_\\#\n1-"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = list(triples((PREFIXES + text).encode(), "test"))
    except KnowledgeError:
        return
    assert all(isinstance(triple, Triple) for triple in found)


def test_same_triples_as_rdflib(tmp_path: object) -> None:
    rdflib = pytest.importorskip("rdflib", reason="rdflib is not installed: nothing to compare with")
    from .official import D3FEND

    def plain(node: object) -> str:
        return "_:" if isinstance(node, rdflib.BNode) else str(node)

    graph = rdflib.Graph()
    graph.parse(data=D3FEND, format="turtle")
    theirs = sorted((plain(s), str(p), plain(o)) for s, p, o in graph)
    ours = {(t.subject, t.predicate, t.object) for t in triples(D3FEND.encode(), "test")}
    shown = sorted((s[:2] if s[:2] == "_:" else s, p, o[:2] if o[:2] == "_:" else o) for s, p, o in ours)
    assert shown == theirs
