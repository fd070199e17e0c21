"""The rules for Python together: how many there are, and what they tell apart across rules."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.calls import Facts
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.shapes import Shape
from cybersecqwen.detect.code.tree import Tree
from cybersecqwen.inputs.source.files import SourceFile

RULES = CodeRules.shipped().of("python")


def found(text: str) -> list[str]:
    look = Look(SourceFile(path="a.py", language="python", text=text))
    return [one.rule.removeprefix("python-") for one in look.findings(RULES)]


def test_there_are_enough() -> None:
    assert len(RULES) >= 45


@pytest.mark.parametrize(
    "body",
    [
        's = "SELECT a FROM b WHERE c = "\n    s += v\n    db.execute(s)',
        's = "SELECT a FROM b"\n    s += " WHERE c = \'%s\'" % v\n    db.execute(s)',
        's = "SELECT a FROM b WHERE c = {}"\n    db.execute(s.format(v))',
        's = "SELECT a FROM b WHERE c = %s"\n    db.execute(s % v)',
    ],
)
def test_a_statement_that_grows_is_built(body: str) -> None:
    assert found(f"def f(db, v):\n    {body}\n") == ["sql-built"]


@pytest.mark.parametrize(
    "body",
    [
        's = "SELECT a FROM b"\n    s += " WHERE c = 1"\n    db.execute(s)',
        "n = 0\n    n += v\n    db.execute(n)",
        's = "SELECT a FROM b WHERE c = ?"\n    db.execute(s, (v,))',
    ],
)
def test_one_that_grows_by_constants_alone_is_not(body: str) -> None:
    assert found(f"def f(db, v):\n    {body}\n") == []


def test_a_statement_is_reported_where_it_is_run_and_not_where_it_is_written_too() -> None:
    text = "def f(db, v):\n    s = f\"SELECT a FROM b WHERE c = '{v}'\"\n    db.execute(s)\n"
    assert found(text) == ["sql-built"]
    assert found(text.replace("db.execute", "queue")) == ["sql-text"]


@pytest.mark.parametrize(
    "value", ["", "changeme", "password", "your-key", "<key>", "${KEY}", "api_key", "a b c d"]
)
def test_what_stands_for_a_secret_is_none(value: str) -> None:
    assert found(f'api_key = "{value}"\n') == []


@pytest.mark.parametrize("value", ["9f8a7c6b5d4e3f2a1b0c", "hunter2-9911", "Tr0ub4dor&3"])
def test_what_looks_like_a_secret_is_one(value: str) -> None:
    assert found(f'api_key = "{value}"\n') == ["password-in-code"]


@pytest.mark.timeout(60)
def test_many_additions_take_linear_time() -> None:
    lines = "".join(
        f"    s{number} = s{number - 1} + 'a'\n    s{number} += v\n" for number in range(1, 1_500)
    )
    assert found(f"def f(db, v):\n    s0 = 'SELECT'\n{lines}    db.execute(s1499)\n") in (["sql-built"], [])


def test_a_list_that_begins_empty_is_not_constant() -> None:
    body = "    words = []\n    words.append(v)\n    run(words)\n"
    facts = Facts(Tree(f"def f(v):\n{body}", "python"))
    argument = facts.calls["run"][0].argument("0", frozenset())
    assert facts.shapes.of(argument) is Shape.OTHER
    facts = Facts(Tree("words = ['-l', '-a']\nrun(words)\n", "python"))
    argument = facts.calls["run"][0].argument("0", frozenset())
    assert facts.shapes.of(argument) is Shape.CONSTANT


@pytest.mark.parametrize("first", ["[]", "['ls']"])
def test_a_list_that_is_filled_later_is_not_constant(first: str) -> None:
    body = f"    words = {first}\n    words.append(v)\n    os.system(' '.join(words))\n"
    assert found(f"import os\ndef f(v):\n{body}") == ["shell-command"]


def test_a_list_that_nothing_is_put_into_is_constant() -> None:
    assert found("import os\nwords = ['ls', '-a']\nos.system(' '.join(words))\n") == []
