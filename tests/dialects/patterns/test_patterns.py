"""Trees of regular expressions say what RE2 says of their sources, in every spelling."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Expression, Not, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.detect.sigma.plain import pattern
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.patterns import (
    IN_JAVA,
    IN_LUCENE,
    IN_RE2,
    IN_SLASHES,
    JAVA,
    LUCENE,
    RE2,
    from_wildcards,
    has_all,
    is_closed,
    meets_empty,
    parse,
    searched,
    simplest,
    source_of,
    spell,
    whole,
    wildcards_in,
)
from cybersecqwen.dialects.patterns.fold import fold
from cybersecqwen.errors import UnsayableError
from tests.published import rules as published
from tests.strategies import UNHURRIED

_ATOMS = (
    "a",
    "B",
    "k",
    "5",
    "/",
    " ",
    "é",
    "\\.",
    "\\\\",
    "[a-c]",
    "[^b]",
    "\\d",
    "\\W",
    "\\s",
    ".",
    '"',
    "@",
    "#",
)
_atoms = st.sampled_from(_ATOMS)
_sources = st.recursive(
    _atoms,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(?:" + "|".join(parts) + ")")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{2,}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        )
    ),
    max_leaves=6,
)
_framed = st.tuples(
    st.sampled_from(["", "", "(?i)", "(?s)", "(?is)"]),
    st.sampled_from(["", "", "^", "(?:^|x)"]),
    _sources,
    st.sampled_from(["", "", "$", "(?:$|x)"]),
).map("".join)
_texts = st.lists(
    st.sampled_from(["a", "A", "b", "B", "k", "5", "55", ".", "\\", "/", " ", "\n", "é", "É", "x", '"', "@"]),
    max_size=6,
).map("".join)


@UNHURRIED
@given(_framed, st.lists(_texts, min_size=1, max_size=5))
@example("(?i)^K?$", ["k", "K", "", "kk"])
@example("a|^b", ["xa", "xb", "b"])
def test_a_tree_finds_what_its_source_finds(source: str, texts: list[str]) -> None:
    tree = parse(source)
    anywhere, entire = source_of(searched(whole(tree))), spell(whole(tree))
    again = parse(spell(tree), flags="s")
    for text in texts:
        wanted = pattern(source).search(text) is not None
        assert (pattern(anywhere).search(text) is not None) is wanted, anywhere
        assert (pattern("(?s)" + entire).fullmatch(text) is not None) is wanted, entire
        assert (pattern("(?s)" + spell(again)).search(text) is not None) is wanted


@UNHURRIED
@given(_framed)
def test_every_spelling_reads_back_as_the_same_tree(source: str) -> None:
    tree = parse(source)
    entire = whole(tree)
    assert parse(spell(entire, IN_LUCENE), LUCENE) == entire
    for spelling in (IN_RE2, IN_SLASHES):
        assert parse(spell(tree, spelling, dot_all=has_all(tree)), flags="s" if has_all(tree) else "") == tree
    assert parse(spell(tree, IN_JAVA), JAVA, "s") == tree


@UNHURRIED
@given(_framed)
def test_one_spelling_is_its_own(source: str) -> None:
    once = source_of(searched(whole(parse(source))))
    assert source_of(searched(whole(parse(once)))) == once


@UNHURRIED
@given(st.text(alphabet="aB5é\\./*" + ANY + ONE, max_size=8), st.booleans())
def test_wildcards_come_back(text: str, cased: bool) -> None:
    tree = from_wildcards(text, cased=cased)
    assert wildcards_in(tree, cased=cased) == (text if cased else text.lower())


@UNHURRIED
@given(st.text(max_size=30), st.sampled_from([LUCENE, JAVA]))
@example("[[:", JAVA)
@example("(?P<", JAVA)
@example("\\x{", JAVA)
@example("a{", LUCENE)
def test_any_text_gives_a_tree_or_a_refusal(text: str, flavour: object) -> None:
    for one in (lambda: parse(text), lambda: parse(text, flavour)):  # type: ignore[arg-type]
        try:
            one()
        except UnsayableError as error:
            assert error.what == "regular expressions"


@pytest.mark.parametrize("source", [r"\bfoo\b", "a^b", "(?m)^a", "(a$)+", r"\pL", "(?<=a)b", "(" * 200])
def test_what_is_no_common_ground_is_refused(source: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        whole(parse(source))
    assert caught.value.what == "regular expressions"


@pytest.mark.parametrize("source", [r"[^\pL\pN]a", r"\PN", r"\p{Lu}+"])
def test_classes_of_unicode_are_refused_by_name(source: str) -> None:
    with pytest.raises(UnsayableError, match=r"a class of Unicode's characters \(\\[pP]\)"):
        parse(source)


@pytest.mark.parametrize(
    "source", ["(" * 5_000 + "a" + ")" * 5_000, "a" + "*" * 10_000, "(a|" * 60, "[" * 9_000]
)
def test_hostile_expressions_are_refused(source: str) -> None:
    for flavour in (RE2, LUCENE, JAVA):
        with pytest.raises(UnsayableError):
            parse(source, flavour)


def test_case_is_known_to_matter_or_not() -> None:
    assert is_closed(parse("(?i)net\\s+use[0-9]"))
    assert is_closed(parse("[A-Fa-f0-9]{8}"))
    assert not is_closed(parse("[a-f0-9]{8}"))
    assert fold(parse("foo")) == parse("(?i)foo")


@UNHURRIED
@given(_framed)
def test_what_is_found_in_empty_text_is_known(source: str) -> None:
    assert meets_empty(parse(source)) is (pattern(source).search("") is not None)


def test_plain_text_is_no_expression() -> None:
    assert simplest(Asked("a", Op.REGEX, ("(?i)foo",), True)) == Asked("a", Op.CONTAINS, ("foo",))
    assert simplest(Asked("a", Op.REGEX, ("^foo",), True)) == Asked("a", Op.STARTS, ("foo",), True)
    assert simplest(Asked("a", Op.REGEX, ("fo+[Xx]",), True)) == Asked("a", Op.REGEX, ("fo+[Xx]",), True)


def _sources_in(expression: Expression) -> list[str]:
    if isinstance(expression, Asked):
        return list(expression.values) if expression.op is Op.REGEX else []
    parts = (expression.inner,) if isinstance(expression, Not) else expression.parts
    return [source for part in parts for source in _sources_in(part)]


@pytest.mark.data
def test_expressions_of_rules(data_dir: Path) -> None:
    sources = {source for rule in published(data_dir) for source in _sources_in(rule.expression)}
    refused = []
    for source in sources:
        try:
            tree = whole(parse(source))
        except UnsayableError:
            refused.append(source)
            continue
        assert parse(spell(tree, IN_LUCENE), LUCENE) == tree
        for text in ("net use", "a" * 200, source, "C:\\__1123456789.123", "cmd /c x", "8"):
            found = pattern(source_of(searched(tree))).search(text)
            assert (found is not None) is (pattern(source).search(text) is not None)
    assert len(sources) > 100
    assert all("\\b" in source for source in refused)
