"""Texts that no person writes: every language refuses them, or reads them in time that grows as they do.

There are no clocks: what takes more than linear time runs into the limit of each test.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import LONGEST, Data, Dialect, Running
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError

SIGMA = "title: x\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n"
FRAMES = {
    "spl": ("search index=x {}", 'a="{}"', " OR ", " AND ", "NOT ", " | where a>1"),
    "kql": ("T | where {}", 'a == "{}"', " or ", " and ", "not", " | where a > 1"),
    "eql": ("process where {}", 'a == "{}"', " or ", " and ", "not ", " | head 1"),
    "esql": ("FROM x | WHERE {}", 'a == "{}"', " OR ", " AND ", "NOT ", " | WHERE a > 1"),
    "lucene": ("{}", 'a:"{}"', " OR ", " AND ", "NOT ", " AND a:1"),
    "logscale": ("{}", 'a="{}"', " or ", " and ", "not ", " | a > 1"),
    "secops": ("{}", 'a.b="{}"', " or ", " and ", "not ", " and a.b > 1"),
    "sqlite": ("SELECT * FROM t WHERE {}", "a = '{}'", " OR ", " AND ", "NOT ", " AND a > 1"),
    "duckdb": ("SELECT * FROM t WHERE {}", "a = '{}'", " OR ", " AND ", "NOT ", " AND a > 1"),
    "sigma": (SIGMA + "  s:\n    a: 1\n  condition: {}", "s", " or ", " and ", "not ", " and s"),
}
"""Of each language: where a condition stands, a comparison, "or", "and", "not", and what may follow."""

_TERMS = 3_000
"""Comparisons of a large condition: what takes time that grows with their square takes minutes."""
_LEVELS = 20_000

_Frame = tuple[str, str, str, str, str, str]
BIG: dict[str, Callable[[_Frame], str]] = {
    "or": lambda f: f[0].format(f[2].join(f[1].format(f"v{n}") for n in range(_TERMS))),
    "and": lambda f: f[0].format(f[3].join(f[1].format(f"v{n}") for n in range(_TERMS))),
    "mixed": lambda f: f[0].format("".join(f[1].format("v") + f[2 + n % 2] for n in range(_TERMS)) + f[1]),
    "filters": lambda f: f[0].format(f[3].join(f"{f[4]}({f[1].format(n)})" for n in range(_TERMS // 2))),
    "brackets": lambda f: f[0].format("(" * _LEVELS + f[1].format("v") + ")" * _LEVELS),
    "open brackets": lambda f: f[0].format("(" * _LEVELS),
    "some brackets": lambda f: f[0].format("(" * 150 + f[1].format("v") + ")" * 150),
    "negations": lambda f: f[0].format(f[4] * _LEVELS + f[1].format("v")),
    "some negations": lambda f: f[0].format((f[4] + "(") * 90 + f[1].format("v") + ")" * 90),
    "a long value": lambda f: f[0].format(f[1].format("x" * 200_000)),
    "backslashes": lambda f: f[0].format(f[1].format("\\\\" * 50_000)),
    "stars": lambda f: f[0].format(f[1].format("*" * 100_000)),
    "stars between": lambda f: f[0].format(f[1].format("a*" * 2_000)),
    "expression": lambda f: f[0].format(f[1].format("(a+)+" * 500 + "a{1,1000}" * 500)),
    "a long name": lambda f: f[0].format("a" * 200_000 + f[1].format("v")),
    "a long path": lambda f: f[0].format("a." * 50_000 + f[1].format("v")),
    "steps": lambda f: f[0].format(f[1].format("v")) + f[5] * 1_500,
    "lines": lambda f: f[0].format(f[1].format("v")) + "\n" * 200_000 + f[5],
    "comments": lambda f: f[0].format(f[1].format("v")) + " /* " * 30_000,
    "quotes": lambda f: f[0].format(f[1].format("v")) + " ' \" ` " * 20_000,
    "words": lambda f: f[0].format("word " * 5_000),
    "signs": lambda f: f[0].format("- " * 30_000),
    "zero bytes": lambda f: f[0].format("\x00" * 30_000),
}
SMALL: tuple[str, ...] = (
    *"()[]{}|,.:;=*+-/\\!~^&?%$#@'\"`<>\n\t",
    *(
        "\x00",
        "\ud800",
        "é",
        "´",
        "\u202e",
        "\ufeff",
        "\u2028",
        "==",
        "!=",
        ">=",
        "=~",
        "/*",
        "*/",
        "//",
        "--",
    ),
    *("and", "or", "not", "in", "like", "where", "search", "by", "a", "b.c", "1", "1e999", "-0", "9" * 40),
    *('"v"', "'v'", "/a+/", "***", "a*b?", "count", "count()", "true", "null", "now()", "-1d", "5m"),
)
WORDS: dict[str, tuple[str, ...]] = {
    "spl": (
        "index=x",
        "| stats count by a",
        "| eval b=",
        "if(",
        "| rex",
        "`m`",
        "[search",
        "| where",
        "| head",
    ),
    "kql": (
        "T",
        "| where",
        "let x =",
        "| summarize",
        "has_any",
        "dynamic(",
        "| join",
        "ago(",
        "between",
        "..",
    ),
    "eql": (
        "process where",
        "any where",
        "sequence by a",
        "[",
        "until",
        "with maxspan=1m",
        ":",
        "in~",
        "| head",
    ),
    "esql": ("FROM x", "| WHERE", "| EVAL b =", "| STATS", "BY", "RLIKE", "GROK", "CASE(", "::ip", "| KEEP"),
    "lucene": ("a:", "a:(", "[1 TO", "{*", "]", "_exists_:a", "NOT", "TO", "a:/x/", "~2", "^3"),
    "logscale": ("a=", "| groupBy(", "case {", "}", ":=", "in(a, values=[", "match {", "regex(", "| head()"),
    "secops": (
        "rule r {",
        "meta:",
        "events:",
        "condition:",
        "$e",
        "$e.a",
        "match:",
        "over",
        "}",
        "nocase",
        "#e",
    ),
    "sqlite": ("SELECT", "*", "FROM t", "WHERE", "CASE WHEN", "END", "GROUP BY", "(SELECT", "LIKE", "UNION"),
    "sigma": (
        SIGMA,
        "  s:",
        "    a: 1",
        "  condition:",
        "1 of",
        "them",
        "all of s*",
        "- ",
        "|contains:",
        "&a",
        "*a",
    ),
}
WORDS["duckdb"] = WORDS["sqlite"]
STARTS = {name: frame[0].format(frame[1].format("v")) for name, frame in FRAMES.items()}
_BY_SQLGLOT = ("sqlite", "duckdb")
"""Languages whose nonsense is not always written as it was read; the optimiser gives out no such text."""
DATA: Data = {
    name: ({"a": "v", "b": {"c": 1}, "message": "v"}, {"a": None, "b": 2}) for name in ("", "T", "t", "x")
}


def _tried(dialect: Dialect[Any], text: str, *, run: bool = True) -> Any:
    """Everything that is done with a text; what is raised beside the errors of queries goes through."""
    try:
        tree = dialect.parse(text)
    except (QuerySyntaxError, LimitError) as error:
        assert len(error.message) < 2_000
        return None
    rendered = dialect.render(tree)
    if dialect.name in _BY_SQLGLOT:
        with suppress(QueryError):
            dialect.parse(rendered)
    elif len(rendered) <= LONGEST:
        assert dialect.parse(rendered) == tree
    dialect.names(tree)
    effects, _ = dialect.effects(tree), dialect.atoms(tree)
    for does in (
        lambda: dialect.write(dialect.read(tree)),
        lambda: dialect.cost(tree, Context()),
        lambda: dialect.run(tree, DATA, Running(most_rows=1_000)) if run and not effects else None,
    ):
        with suppress(QueryError, LimitError, NotImplementedError):
            does()
    return tree


def test_every_language_has_its_texts() -> None:
    assert set(DIALECTS.names()) == set(FRAMES) == set(WORDS)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", BIG)
@pytest.mark.parametrize("name", FRAMES)
def test_a_big_text_is_read_or_refused(name: str, kind: str) -> None:
    _tried(DIALECTS.get(name)(), BIG[kind](FRAMES[name]), run=False)


@pytest.mark.parametrize("name", FRAMES)
def test_the_frames_are_queries(name: str) -> None:
    """So that what is refused above is refused for its size."""
    frame = FRAMES[name]
    assert _tried(DIALECTS.get(name)(), STARTS[name] + frame[5]) is not None
    assert _tried(DIALECTS.get(name)(), frame[0].format(f"{frame[4]}({frame[1].format('v')})")) is not None


@pytest.mark.parametrize("name", FRAMES)
def test_what_is_longer_than_the_bound_is_refused(name: str) -> None:
    with pytest.raises(LimitError):
        DIALECTS.get(name)().parse(STARTS[name] + " " * LONGEST)


@pytest.mark.parametrize("name", FRAMES)
def test_soups_of_words_raise_only_errors_of_queries(name: str) -> None:
    dialect = DIALECTS.get(name)()
    frame = FRAMES[name]
    tokens = st.sampled_from((*SMALL, *WORDS[name], *(frame[1].format("v"), frame[2], frame[4], frame[5])))

    @given(
        st.sampled_from(("", STARTS[name], frame[0].format(""))), st.lists(tokens, max_size=12), st.booleans()
    )
    @settings(max_examples=60, deadline=None)
    def fuzz(start: str, parts: list[str], spaced: bool) -> None:
        _tried(dialect, (" " if spaced else "").join([start, *parts]))

    fuzz()
