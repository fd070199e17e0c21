"""What a search names, what it would do, what it compares, and what it costs."""

from __future__ import annotations

import pytest
from hypothesis import given

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Atom, Running
from cybersecqwen.dialects.spl import Spl
from cybersecqwen.dialects.spl.tree import Pipeline
from cybersecqwen.errors import EffectError, QueryError
from tests.amounts import draws

from .drawn import pipelines

SPL = Spl()


def fields(text: str) -> list[str]:
    return [name.text for name in SPL.names(SPL.parse(text)).fields]


def test_it_is_registered() -> None:
    assert DIALECTS.get("spl") is Spl


@draws(50)
@given(pipelines())
def test_any_tree_has_names_effects_atoms_and_a_cost(tree: Pipeline) -> None:
    assert SPL.cost(tree, Context()) > 0
    SPL.names(tree), SPL.effects(tree), SPL.atoms(tree)
    for rule in SPL.rules:
        made = rule.apply(tree, Context())
        assert made is None or (made != tree and SPL.parse(SPL.render(made)) == made), rule.name
    try:
        SPL.read(tree)
        SPL.run(tree, {"": [{"a": "1", "b.c": "x"}, {}]}, Running(most_rows=1_000))
    except QueryError as error:
        assert error.message.endswith((".", "here."))


def test_names_say_where_they_stand() -> None:
    names = SPL.names(SPL.parse("index=main foo=1\n| stats count by bar"))
    assert [(one.text, one.line, one.column) for one in names.tables] == [("main", 1, 1)]
    assert [(one.text, one.line, one.column, one.table) for one in names.fields] == [
        ("foo", 1, 12, "main"),
        ("bar", 2, 18, "main"),
    ]


def test_names_of_a_data_model_lose_their_data_set() -> None:
    names = SPL.names(
        SPL.parse(
            "| tstats count max(_time) as last from datamodel=Endpoint.Processes where Processes.user=x"
            " by Processes.dest | `drop_dm_object_name(Processes)` | where count > 5 AND last > 1 AND dest=z"
        )
    )
    assert [one.text for one in names.tables] == ["Endpoint.Processes"]
    assert [(one.text, one.table) for one in names.fields] == [
        ("user", "Endpoint.Processes"),
        ("dest", "Endpoint.Processes"),
        ("z", "Endpoint.Processes"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1 | eval b=lower(c), d=b | search b=1 d=2", ["a", "c"]),
        ("a=1 | rename c as b | search b=1 | stats count as n by b | where n>1", ["a", "c"]),
        ('a=1 | rex field=c "(?<d>x)(?P<e>y)" | table d e', ["a", "c"]),
        ("a=1 | lookup t k as c OUTPUT v as d | search d=1", ["a", "c"]),
        ("a=1 | lookup t k as c | search d=1", ["a", "c"]),
        ("a=1 | spath input=c | search d=1", ["a", "c"]),
        ("a=1 | iplocation c | search Country=x", ["a", "c"]),
        ("a=1 | `some_macro` | search d=1", ["a"]),
        ("a=1 | `x_filter` | search d=1", ["a", "d"]),
        ("a=1 [search b=2 | fields c]", ["a", "b", "c"]),
        ("a=1 | stats values(b) as b values(c.*) by _time, host", ["a", "b"]),
        ("a=1 | eval b='x y'.\"z\" | sort -b", ["a", "x y"]),
        ("earliest=-1h index=x | head 5", []),
        ("a=1 | eval b=if(c>1, null, 1), d=1, e=b.d", ["a", "c"]),
    ],
)
def test_fields_that_the_search_makes_are_not_asked_of_the_schema(text: str, expected: list[str]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("a=1 | delete", ["delete"]),
        ("a=1 | stats count by b | outputlookup x.csv", ["outputlookup"]),
        ("a=1 | append [search b=1 | collect index=x]", ["collect"]),
        ("a=1 [search b=1 | outputcsv x]", ["outputcsv"]),
        ('| map search="search a=$b$ | delete"', ["map", "delete"]),
        ('a=1 | `m("search b | sendemail to=x")`', ["sendemail"]),
        ("| rest /services/server/info", ["rest"]),
        ("a=1 | script python x", ["script"]),
        ("a=1 | sendalert notable", ["sendalert"]),
        ("| makeresults | mcollect index=x", ["mcollect"]),
        ("a=1 | foreach * [eval x=1] | tscollect", ["tscollect"]),
        ("a=1 | DELETE", ["delete"]),
        ('a=delete "| delete" | stats count by collect | sitop x', []),
        ("| inputlookup x | lookup y z OUTPUT q", []),
    ],
)
def test_effects(text: str, commands: list[str]) -> None:
    tree = SPL.parse(text)
    assert [effect.command for effect in SPL.effects(tree)] == commands
    if commands:
        with pytest.raises(EffectError):
            SPL.run(tree, {}, Running())


def test_an_effect_says_where_and_what() -> None:
    (effect,) = SPL.effects(SPL.parse("a=1\n  | delete"))
    assert (effect.line, effect.column, effect.what) == (2, 5, "deletes events")


def test_atoms() -> None:
    text = (
        '| tstats count from datamodel=Endpoint.Processes where Processes.process="*x*" NOT Processes.user=y'
        ' by Processes.dest | where count > 5 AND match(dest, "z$")'
    )
    assert SPL.atoms(SPL.parse(text)) == (
        Atom("process", Op.CONTAINS, ("x",), "Endpoint.Processes"),
        Atom("user", Op.EQUALS, ("y",), "Endpoint.Processes"),
        Atom("count", Op.GREATER, ("5",)),
        Atom("dest", Op.REGEX, ("z$",)),
    )
    assert SPL.atoms(SPL.parse('a=1 [search b=2] | eval c=if(like(d, "e%"), 1, 0)')) == (
        Atom("a", Op.EQUALS, ("1",)),
        Atom("b", Op.EQUALS, ("2",)),
        Atom("d", Op.STARTS, ("e",)),
    )


@pytest.mark.parametrize(
    ("cheaper", "dearer"),
    [
        ("index=x a=1", "a=1"),
        ("index=x earliest=-1h a=1", "index=x a=1"),
        ("index=x a=1 b=2", "index=x a=1 | search b=2"),
        ("index=x a=foo", "index=x a=*foo"),
        ("index=x a=1 | where b>1 | sort 0 c", "index=x a=1 | sort 0 c | where b>1"),
        ("index=x a=1 | sort 10 c", "index=x a=1 | sort 0 c | head 10"),
        ("| tstats count where index=x by host", "index=x | stats count by host"),
        ("index=x a=1 | stats count by b", "index=x a=1 | transaction b"),
        ("index=x a=1 | stats count by b", "index=x a=1 | stats count by b | where isnotnull(b)"),
        ("index=x a=1", "index=x a=1 a=1 a=*"),
        ("index=x a=1 OR b=1 | stats values(c) by d", "index=x a=1 | join d [search index=x b=1]"),
        ("index=x a=1 | fields b c | dedup b", "index=x a=1 | dedup b"),
        ('index=x a=1 b=*foobar* | regex b="foobar$"', 'index=x a=1 | regex b="foobar$"'),
    ],
)
def test_costs_are_in_the_order_that_is_known(cheaper: str, dearer: str) -> None:
    assert SPL.cost(SPL.parse(cheaper), Context()) < SPL.cost(SPL.parse(dearer), Context())
