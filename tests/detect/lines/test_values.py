"""Types, names and places of the values of parameters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.lines import WILD, TemplateMiner
from cybersecqwen.detect.lines.values import parameters, split, type_of


@pytest.mark.parametrize(
    ("value", "type"),
    [
        ("15", "number"),
        ("-3.5", "number"),
        ("99%", "number"),
        ("0x1f", "hex"),
        ("9f4ef63", "hex"),
        ("d41d8cd98f00b204e9800998ecf8427e", "hash"),
        ("faf974ea-cba5-4e1b-93f4-3a3bc606006f", "uuid"),
        ("00:0b:db:e6:03:40", "mac"),
        ("10.0.0.1", "ip"),
        ("/10.0.0.1:45307", "ip"),
        ("fe80::1", "ip"),
        ("2005-07-27 10:59:53", "time"),
        ("00:17", "time"),
        ("Wed Jul 27 10:59:53 2005", "time"),
        ("5ms", "duration"),
        ("6.0 KB", "size"),
        ("https://a.example/b", "url"),
        ("/var/log/auth.log", "path"),
        ("C:\\Windows\\x.dll", "path"),
        ("someone@a.example", "email"),
        ("proxy.cse.cuhk.edu.hk:5070", "host"),
        ("root", "word"),
        ("blk_17-x", "id"),
        ("two words", "text"),
        ("", "empty"),
        ("9" * 5000, "text"),
    ],
)
def test_types(value: str, type: str) -> None:
    assert type_of(value) == type


def test_what_stands_around_a_value_tells_its_type() -> None:
    assert type_of("10", after=" ms to go") == "duration"
    assert type_of("10", after=" bytes sent") == "size"
    assert type_of("root", before="session opened for user ") == "user"
    assert type_of("root", before="user=") == "user"


def test_names_stand_before_equals_signs_and_colons() -> None:
    template, line = "uid=<*> rhost: <*> from <*>", "uid=0 rhost: 10.0.0.1 from a"
    values = split(template, line)
    assert values == ["0", "10.0.0.1", "a"]
    assert [(p.name, p.type) for p in parameters(template, values)] == [
        ("uid", "number"),
        ("rhost", "ip"),
        ("", "word"),
    ]


def test_a_line_of_another_template_has_no_values() -> None:
    miner = TemplateMiner()
    id = miner.add(["port 5 closed"])[0]
    assert miner.parameters(id, "port 5 opened") == []
    assert miner.parameters(id + 1, "port 5 closed") == []
    assert split("a<*>b<*>a", "ab") is None
    assert split("a<*>a", "a") is None


@given(st.lists(st.text("ab ", max_size=4), min_size=1, max_size=5), st.data())
def test_splitting_finds_values_wherever_there_are_some(pieces: list[str], data: st.DataObject) -> None:
    values = [data.draw(st.text("abc ", max_size=4)) for _ in pieces[1:]]
    template = WILD.join(pieces)
    line = pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))
    found = split(template, line)
    assert found is not None
    assert len(found) == len(values)
    assert line == pieces[0] + "".join(v + piece for v, piece in zip(found, pieces[1:], strict=True))
