"""What the template miner promises about ids, templates and parameters."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.lines import WILD, MinerLimits, TemplateMiner
from cybersecqwen.detect.lines.shape import single_spaced
from cybersecqwen.detect.lines.values import split
from cybersecqwen.errors import InputError

PIECES = r"""
session opened closed for user root by (uid=0) from 10.0.0.1:22 port 443 /var/log/x 0x7f blk_-12 a=b; [3]
C:\Windows\x.exe <*> <*>x 6.0 KB, Jul Wed 27 10:59:53 failed; é 5ms deadbeef01 -1 = {} 0 00 x0y
http://a.b/c?d=e user@h.org a.b.c.d 550e8400-e29b-41d4-a716-446655440000
"""
WORDS = st.one_of(st.sampled_from([*PIECES.split(), "", "\x00", "\ud800"]), st.text(max_size=6))
LINES = st.lists(WORDS, max_size=9).map(" ".join)


SERVICES = ["chargen", "daytime", "echo", "time", "discard", "finger", "shell"]


def filled(template: str, values: list[str]) -> str:
    pieces = template.split(WILD)
    return pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=50))
def test_a_template_matches_every_line_that_has_its_id(lines: list[str]) -> None:
    miner = TemplateMiner()
    ids = miner.add(lines)
    assert len(ids) == len(lines)
    for id, line in zip(ids, lines, strict=True):
        values = split(miner.template(id), single_spaced(line))
        assert values is not None
        assert filled(miner.template(id), values) == single_spaced(line)
        assert [value for _type, value in miner.parameters(id, line)] == values
    assert sum(miner.count(id) for id in miner.templates()) == miner.lines == len(lines)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=40), st.lists(LINES, max_size=40))
def test_a_restored_miner_goes_on_as_if_it_had_never_stopped(before: list[str], after: list[str]) -> None:
    miner = TemplateMiner()
    ids = miner.add(before)
    again = TemplateMiner()
    again.restore(json.loads(json.dumps(miner.state())))
    assert again.state() == miner.state()
    assert again.add(after) == miner.add(after)
    assert [again.template(id) for id in ids] == [miner.template(id) for id in ids]


@settings(max_examples=80, deadline=None)
@given(st.lists(LINES, max_size=40), st.lists(LINES, max_size=40))
def test_merged_templates_match_the_lines_of_both(ours: list[str], theirs: list[str]) -> None:
    one, other = TemplateMiner(), TemplateMiner()
    own_ids, other_ids = one.add(ours), other.add(theirs)
    mapping = one.merge(other)
    for id, line in zip([*own_ids, *(mapping[id] for id in other_ids)], [*ours, *theirs], strict=True):
        assert split(one.template(id), single_spaced(line)) is not None
    assert one.lines == len(ours) + len(theirs)
    assert sum(one.count(id) for id in one.templates()) == one.lines


def test_lines_that_say_the_same_share_a_template() -> None:
    miner = TemplateMiner()
    one, same, other = miner.add(
        [
            "Failed password for root from 10.0.0.1 port 36300 ssh2",
            "Failed password for root from 192.168.77.3 port 22 ssh2",
            "Connection closed by 10.0.0.1 [preauth]",
        ]
    )
    assert one == same != other
    assert miner.template(one) == "Failed password for root from <*> port <*> ssh<*>"
    assert miner.parameters(one, "Failed password for root from 10.0.0.1 port 36300 ssh2") == [
        ("ip", "10.0.0.1"),
        ("number", "36300"),
        ("number", "2"),
    ]


def test_words_become_a_parameter_when_enough_of_them_were_seen() -> None:
    miner = TemplateMiner()
    ids = miner.add([f"now removing {name}" for name in SERVICES])
    assert {miner.template(id) for id in ids} == {"now removing <*>"}
    states = miner.add(["VM Paused (Lifecycle Event)", "VM Started (Lifecycle Event)"])
    assert len(set(states)) == 2


def test_old_ids_lead_to_the_template_that_took_theirs_over() -> None:
    miner = TemplateMiner()
    first, *rest = [miner.add([f"now removing {name}"])[0] for name in SERVICES]
    assert miner.template(first) == "now removing <*>"
    assert miner.resolve(first) == miner.resolve(rest[-1]) == miner.add(["now removing others"])[0]
    assert miner.count(first) == len(SERVICES) + 1


def test_parts_mined_apart_agree_after_merging() -> None:
    rng = random.Random(5)
    lines = [
        rng.choice(
            [
                f"session opened for user u{rng.random()} by (uid={rng.randrange(99)})",
                f"Received block blk_{rng.getrandbits(60)} of size {rng.randrange(10**7)} from /10.0.0.1",
                f"cache hit ratio {rng.random():.3f}",
                "shutting down",
            ]
        )
        for _ in range(400)
    ]
    whole, one, other = TemplateMiner(), TemplateMiner(), TemplateMiner()
    expected = whole.add(lines)
    ids = one.add(lines[:200])
    there = other.add(lines[200:])
    mapping = one.merge(other)
    together = [one.resolve(id) for id in ids] + [mapping[id] for id in there]
    assert [one.template(id) for id in together] == [whole.template(id) for id in expected]


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"version": 2},
        {
            "version": 1,
            "next": 0,
            "aliases": [[1, 1]],
            "templates": [],
            "lines": 0,
            "forgotten": 0,
            "batch": 0,
        },
        {
            "version": 1,
            "next": 0,
            "aliases": [],
            "branches": [],
            "templates": [[1]],
            "lines": 0,
            "forgotten": 0,
            "batch": 0,
        },
    ],
)
def test_a_damaged_state_is_named(state: dict[str, object]) -> None:
    miner = TemplateMiner()
    miner.add(["a b"])
    with pytest.raises(InputError):
        miner.restore(state)
    assert miner.templates() == {0: "a b"}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_other_state_is_refused_or_works(data: st.DataObject) -> None:
    miner = TemplateMiner()
    miner.add([f"now removing {name} x{at}: y" for at, name in enumerate(SERVICES)])
    miner.add(["a b c", "user root in", "user guest in", ""])
    state = json.loads(json.dumps(miner.state()))
    *path, last = data.draw(st.sampled_from(places(state)[1:]))
    place: Any = state
    for key in path:
        place = place[key]
    place[last] = data.draw(JUNK)
    again = TemplateMiner(MinerLimits(templates=4))
    try:
        again.restore(state)
    except InputError:
        return
    ids = again.add(["a b c", "now removing other x1: y", "user else in", "quite another line", ""])
    assert [type(again.template(id)) for id in ids] == [str] * 5
    assert len(again) <= 4


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(LINES, max_size=20), max_size=5))
@example([["by http://a.b/c?d=e 000000 00: "]])  # only the space at the end is beyond the bound
def test_the_narrowest_bounds_hold_with_any_lines(batches: list[list[str]]) -> None:
    limits = MinerLimits(templates=3, template_words=12, cache_bytes=600, line_chars=30, line_words=4)
    miner, other = TemplateMiner(limits), TemplateMiner(limits)
    for batch in batches:
        ids = miner.add(batch)
        assert len(ids) == len(batch)
        other.add([line[::-1] for line in batch])
        for id, line in zip(ids, batch, strict=True):
            known = miner.resolve(id) in miner.templates()
            assert not known or split(miner.template(id), single_spaced(line)) is not None
        assert len(miner) <= 3
        assert sum(len(template.split()) for template in miner.templates().values()) <= 12
    miner.merge(other)
    assert len(miner) <= 3


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(20, 60))
def test_ids_of_templates_that_became_others_stay_bounded(templates: int, words: int) -> None:
    miner = TemplateMiner(MinerLimits(templates=templates))
    for at in range(words):
        miner.add([f"kind{'x' * at} said {chr(97 + n)}{'y' * at} aloud" for n in range(7)])
    assert len(miner.state()["aliases"]) <= 4 * templates


def test_memory_is_bounded_with_ever_new_shapes() -> None:
    limits = MinerLimits(templates=50, cache_bytes=20_000)
    miner = TemplateMiner(limits)
    rng = random.Random(1)

    def word() -> str:
        return "".join(rng.choices("abcdefghij", k=6))

    miner.add(["the steady line stays"] * 10)
    kept = miner.add(["the steady line stays"])[0]
    for _ in range(20):
        miner.add([" ".join(word() for _ in range(rng.randrange(1, 9))) for _ in range(300)])
        assert len(miner) <= limits.templates
    assert miner.forgotten > 0
    assert miner.template(kept) == "the steady line stays"
    assert miner.template(10**9) == ""


@pytest.mark.parametrize("size", [5_000, 1_000_000])
def test_long_lines_are_cut_for_mining_and_matched_whole(size: int) -> None:
    miner = TemplateMiner()
    lines = [
        "word " * (size // 5),
        "x" * size,
        "key=" + "a." * (size // 2),
        "head " + "=" * size,
        " " * size,
        "",
    ]
    for id, line in zip(miner.add(lines), lines, strict=True):
        assert split(miner.template(id), single_spaced(line)) is not None
        assert len(miner.template(id)) < 6_000
