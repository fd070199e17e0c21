"""Correlations: what they count, in which windows, and how bursts are told apart."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.correlation import Burst, Collector, Seen, bursts_of, fields_for
from cybersecqwen.detect.sigma.model import About, Correlation, Counting, Op, Ruleset
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.detect.sigma.rulefiles import combined, parse_files
from cybersecqwen.errors import RuleError


def correlation(kind: str = "event_count", *bounds: tuple[Op, float], **more: Any) -> Correlation:
    given_: dict[str, Any] = {"rules": ("r",), "group_by": ("user",), "timespan_s": 10.0, **more}
    return Correlation(about=About(id="c", title="C"), type=Counting(kind), bounds=bounds, **given_)


def hits(*told: Any) -> list[Seen]:
    """Hits from times, or from (time, rule), or from (time, rule, value, group)."""
    made = []
    for number, one in enumerate(told):
        given_ = one if isinstance(one, tuple) else (one,)
        time, rule, value, group = (*given_, *("r", "", "g")[len(given_) - 1 :])
        made.append(Seen(float(time), rule, (group,), value, str(number)))
    return made


def spans(of: Correlation, seen: Sequence[Seen]) -> list[tuple[float, float, int, float]]:
    return [(burst.first, burst.last, burst.count, burst.number) for burst in bursts_of(of, seen)]


def test_a_count_of_events_within_the_timespan() -> None:
    three = correlation("event_count", (Op.AT_LEAST, 3))
    assert spans(three, hits(0, 4, 9)) == [(0, 9, 3, 3)]
    assert spans(three, hits(0, 5, 10)) == [(0, 10, 3, 3)]  # both ends of the window belong to it
    assert spans(three, hits(0, 5, 10.001)) == []
    assert spans(three, hits(0, 1)) == [] == spans(three, [])


def test_one_burst_is_one_hit_however_long_it_lasts() -> None:
    three = correlation("event_count", (Op.AT_LEAST, 3))
    assert spans(three, hits(*range(100))) == [(0, 99, 100, 11)]
    two_bursts = [0, 1, 2, 3, 100, 101, 102]
    assert spans(three, hits(*two_bursts)) == [(0, 3, 4, 4), (100, 102, 3, 3)]


def test_what_a_burst_holds_is_not_counted_again() -> None:
    three = correlation("event_count", (Op.AT_LEAST, 3))
    # At 11.5 the window holds 2 and 11.5; at 11.8 it would hold 2 once more.
    assert spans(three, hits(0, 1, 2, 11.5, 11.8)) == [(0, 2, 3, 3)]
    assert spans(three, hits(0, 1, 2, 12.5, 12.8, 12.9)) == [(0, 2, 3, 3), (12.5, 12.9, 3, 3)]


def test_other_bounds() -> None:
    assert spans(correlation("event_count", (Op.GREATER, 1), (Op.AT_MOST, 2)), hits(0, 1)) == [(0, 1, 2, 2)]
    assert spans(correlation("event_count", (Op.EQUALS, 2)), hits(0, 1, 50)) == [(0, 1, 2, 2)]
    assert spans(correlation("event_count", (Op.LESS, 2)), hits(0, 50)) == [(0, 50, 2, 1)]
    assert spans(correlation("event_count", (Op.DIFFERS, 1)), hits(0, 50, 51)) == [(50, 51, 2, 2)]


def test_groups_are_counted_apart() -> None:
    two = correlation("event_count", (Op.AT_LEAST, 2))
    seen = hits((0, "r", "", "x"), (1, "r", "", "y"), (2, "r", "", "x"), (30, "r", "", "y"))
    (found,) = bursts_of(two, seen)
    assert (found.group, found.refs) == (("x",), ("0", "2"))


def test_different_values_are_counted() -> None:
    three = correlation("value_count", (Op.AT_LEAST, 3), counted="f")
    told = [(0, "r", "a"), (1, "r", "b"), (2, "r", "a"), (3, "r", ""), (4, "r", "c")]
    assert spans(three, hits(*told)) == [(0, 4, 5, 3)]
    assert spans(three, hits(*told[:4])) == []
    assert spans(three, hits((0, "r", "a"), (9, "r", "b"), (11, "r", "c"))) == []  # a has left the window


@pytest.mark.parametrize(
    ("kind", "more", "due"),
    [
        ("value_sum", {}, 28.0),
        ("value_avg", {}, 7.0),
        ("value_median", {}, 4.0),
        ("value_percentile", {"percentile": 50.0}, 5.0),
        ("value_percentile", {"percentile": 0.0}, 1.0),
        ("value_percentile", {"percentile": 100.0}, 19.0),
    ],
)
def test_numbers(kind: str, more: dict[str, Any], due: float) -> None:
    asked = correlation(kind, (Op.AT_LEAST, -1e9), counted="f", **more)
    told = [
        (0, "r", "19"),
        (1, "r", "no number"),
        (2, "r", "3"),
        (3, "r", "nan"),
        (4, "r", "5"),
        (5, "r", "1"),
    ]
    *_, last = itertools.accumulate(told, lambda so_far, one: [*so_far, one], initial=[])
    window = list(bursts_of(correlation(kind, (Op.EQUALS, due), counted="f", **more), hits(*last)))
    assert window and window[-1].number == due
    assert spans(asked, hits((0, "r", "x"), (1, "r", ""))) == []


def test_sums_are_exact_and_do_not_overflow() -> None:
    tenth = correlation("value_sum", (Op.EQUALS, 1.0), counted="f", timespan_s=1e9)
    told = [(n, "r", v) for n, v in enumerate(["1e16", "0.5", "-1e16", "0.5"])]
    assert [b.number for b in bursts_of(tenth, hits(*told))] == [1.0]
    huge = correlation("value_sum", (Op.GREATER, 0), counted="f")
    assert spans(huge, hits((0, "r", "1e308"), (1, "r", "1e308"))) == [(0, 1, 2, float("inf"))]


def test_rules_near_in_time_in_any_order() -> None:
    near = correlation("temporal", rules=("a", "b", "c"))
    for order in itertools.permutations("abc"):
        assert spans(near, hits(*((n, rule) for n, rule in enumerate(order)))) == [(0, 2, 3, 3)]
    assert spans(near, hits((0, "a"), (1, "b"), (2, "a"))) == []
    assert spans(near, hits((0, "a"), (1, "b"), (12, "c"))) == []
    assert spans(near, hits((0, "a"), (8, "b"), (9, "a"), (12, "c"))) == [(8, 12, 3, 3)]


def test_some_of_the_rules_near_in_time() -> None:
    two = correlation("temporal", (Op.AT_LEAST, 2), rules=("a", "b", "c"))
    assert spans(two, hits((0, "a"), (1, "a"), (2, "c"))) == [(0, 2, 3, 2)]
    assert spans(two, hits((0, "a"), (1, "a"))) == []


def test_rules_near_in_time_in_their_order() -> None:
    after = correlation("temporal_ordered", rules=("a", "b", "a"))
    assert spans(after, hits((0, "a"), (1, "b"), (2, "a"))) == [(0, 2, 3, 3)]
    assert spans(after, hits((0, "b"), (1, "a"), (2, "a"))) == []
    assert spans(after, hits((0, "a"), (50, "a"), (51, "b"), (52, "a"))) == [(50, 52, 3, 3)]
    twice = correlation("temporal_ordered", rules=("a", "a"))
    assert spans(twice, hits((0, "a"), (20, "a"), (21, "a"))) == [(20, 21, 2, 2)]
    assert spans(after, hits((0, "a"), (8, "b"), (9, "b"), (11, "a"))) == []
    simple = correlation("temporal_ordered", rules=("a", "b"))
    assert spans(simple, hits((1, "b"), (2, "a"))) == []
    assert spans(simple, hits((2, "b"), (1, "a"))) == [(1, 2, 2, 2)]  # they came out of order of time
    assert spans(simple, hits((5, "b"), (5, "a"))) == [(5, 5, 2, 2)]  # at the same time, either may be first


def collected(ruleset: Ruleset, *told: tuple[float | None, str, dict[str, str]]) -> list[Burst]:
    """What correlations make of hits of rules with these fields."""
    collector = Collector(ruleset)
    for number, (time, name, fields) in enumerate(told):
        rule = next(rule for rule in ruleset.rules if name in (rule.about.name, rule.about.id))
        for one, called in collector.wanted(rule.about.id, rule.about.name):
            names, counted = fields_for(one, called)
            group = tuple(fields.get(field, "") for field in names)
            value = fields.get(counted, "")
            collector.add(one, None if time is None else Seen(time, called, group, value, str(number)))
    return collector.bursts()


def ruleset(*correlations: str, rules: Sequence[str] = ("a", "b")) -> Ruleset:
    """Correlations in flow style beside some simple rules."""
    singles = [
        f"title: {name}\nid: id-{name}\nname: {name}\nlogsource: {{product: p}}\n"
        f"detection: {{s: {{f: {name}}}, condition: s}}\n"
        for name in rules
    ]
    made = [
        f"title: C{number}\nid: c{number}\nname: n{number}\ncorrelation: {text}\n"
        for number, text in enumerate(correlations)
    ]
    return parse_files([("set.yml", "---\n".join([*made, *singles]).encode())])


COUNT = "{type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 2}}"


@pytest.mark.parametrize("inner_first", [False, True])
def test_correlations_of_correlations(inner_first: bool) -> None:
    inner = "{type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 3}}"
    outer = "{type: temporal_ordered, rules: [INNER, b], group-by: [user], timespan: 1m}"
    texts = [inner, outer.replace("INNER", "n0")] if inner_first else [outer.replace("INNER", "c1"), inner]
    made = ruleset(*texts)
    assert not made.unsupported
    told = [(float(n), "a", {"user": "x"}) for n in range(3)]
    found = collected(made, *told, (30.0, "b", {"user": "x"}), (30.0, "b", {"user": "y"}))
    (burst,) = found  # the inner one serves the outer one alone
    assert burst.correlation.about.id == ("c1" if inner_first else "c0")
    assert (burst.group, burst.first, burst.last) == (("x",), 2.0, 30.0)
    assert collected(made, *told, (100.0, "b", {"user": "x"})) == []


def test_a_long_chain_of_correlations_is_followed_to_its_end() -> None:
    chain = [
        f"{{type: event_count, rules: [{'a' if n == 19 else f'n{n + 1}'}], group-by: [user],"
        " timespan: 10s, condition: {gte: 1}}"
        for n in range(20)
    ]
    (burst,) = collected(ruleset(*chain), (5.0, "a", {"user": "x"}))
    assert burst.correlation.about.id == "c0"


def test_aliases_by_name_and_by_id() -> None:
    for rules in ("[a, b]", "[id-a, id-b]", "[id-a, b]"):
        for first, second in (("a", "b"), ("id-a", "id-b")):
            made = ruleset(
                f"{{type: temporal, rules: {rules}, group-by: [ip], timespan: 10s,"
                f" aliases: {{ip: {{{first}: src, {second}: dst}}}}}}"
            )
            told = [(0.0, "a", {"src": "1", "dst": "2"}), (1.0, "b", {"src": "2", "dst": "1"})]
            assert [burst.group for burst in collected(made, *told)] == [("1",)], (rules, first)
            assert collected(made, told[0], (1.0, "b", {"src": "1", "dst": "2"})) == []


def test_a_rule_that_is_named_twice_is_counted_once() -> None:
    made = ruleset(COUNT.replace("[a]", "[a, a]"))
    assert collected(made, (0.0, "a", {"user": "x"})) == []


def test_hits_without_a_time_are_counted_as_such() -> None:
    made = ruleset(COUNT)
    collector = Collector(made)
    (one,) = made.correlations
    collector.add(one, None)
    collector.add(one, Seen(float("nan"), "a", ("x",), "", "1"))
    collector.add(one, Seen(1.0, "a", ("x",), "", "2"))
    assert collector.timeless == {"c0": 2} and len(collector.seen["c0"]) == 1


def test_hits_beyond_the_bound_are_counted_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    from cybersecqwen.detect.sigma import correlation as module

    monkeypatch.setattr(module, "_MOST", 3)
    made = ruleset(COUNT)
    (one,) = made.correlations
    first, second = Collector(made), Collector(made)
    for number in range(5):
        first.add(one, Seen(float(number), "a", ("x",), "", str(number)))
        second.add(one, Seen(float(number), "a", ("x",), "", str(number)))
    first.merge(second)
    assert len(first.seen["c0"]) == 3 and first.lost == {"c0": 2 + 2 + 3}


def test_hits_of_all_correlations_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from cybersecqwen.detect.sigma import correlation as module

    monkeypatch.setattr(module, "_MOST_TOGETHER", 5)
    made = ruleset(COUNT, COUNT.replace("[a]", "[b]"))
    first, second = Collector(made), Collector(made)
    for collector in (first, second):
        for number in range(4):
            for one in made.correlations:
                collector.add(one, Seen(float(number), one.rules[0], ("x",), "", str(number)))
    assert sum(map(len, first.seen.values())) == 5 and sum(first.lost.values()) == 3
    first.merge(second)
    assert sum(map(len, first.seen.values())) == 5 and sum(first.lost.values()) == 3 + 3 + 5
    first.seen = {"c0": first.seen["c0"]}  # as after a saved state was read
    first.add(made.correlations[1], Seen(0.0, "b", ("x",), "", ""))
    assert sum(map(len, first.seen.values())) == 4


def test_long_values_are_kept_short_and_apart() -> None:
    made = ruleset(COUNT.replace("event_count", "value_count").replace("{gte", "{field: f, gte"))
    (one,) = made.correlations
    collector = Collector(made)
    for number, end in enumerate("xyy\ud800"):
        collector.add(one, Seen(float(number), "a", ("g" * 1_000_000,), "v" * 1_000_000 + end, ""))
    (burst,) = collector.bursts()
    assert burst.number == 3 and len(burst.group[0]) <= 300
    assert all(len(seen.value) <= 300 for seen in collector.seen["c0"])


def test_which_rules_report_themselves() -> None:
    def reporting(text: str, *more: str) -> list[str]:
        return [rule.about.name for rule in ruleset(text, *more).rules if rule.generate]

    assert reporting(COUNT) == ["b"]
    assert reporting(COUNT.replace("{type", "{generate: true, type")) == ["a", "b"]
    assert reporting(COUNT, COUNT.replace("{type", "{generate: true, type")) == ["a", "b"]
    assert reporting(COUNT, COUNT.replace("{type", "{generate: true, type").replace("[a]", "[id-a]")) == [
        "a",
        "b",
    ]
    beside = f"title: t\nid: t\ngenerate: true\ncorrelation: {COUNT}\n"
    (made,) = [parse_rule(yaml.safe_load(beside))]
    assert isinstance(made, Correlation) and made.generate
    assert [rule.generate for rule in combined([ruleset(COUNT), ruleset(COUNT)]).rules] == [False, True]


@pytest.mark.parametrize(
    ("texts", "reasons"),
    [
        ([COUNT.replace("[a]", "[a, missing]")], ["'missing', which the set does not have"]),
        ([COUNT.replace("[a]", "[n0]")], ["counts it in turn"]),
        ([COUNT.replace("[a]", "[n1]"), COUNT.replace("[a]", "[n0]")], ["in turn", "in turn"]),
        ([COUNT.replace("[a]", "[n1]"), COUNT.replace("[a]", "[missing]")], ["n1", "missing"]),
        (
            [COUNT.replace("[a]", "[n1]").replace("[user]", "[host]"), COUNT],
            ["'host', which the correlation"],
        ),
        (
            [
                COUNT.replace("[a]", "[n1]")
                .replace("event_count", "value_count")
                .replace("{gte", "{field: ip, gte"),
                COUNT,
            ],
            ["'ip', which the correlation"],
        ),
    ],
)
def test_correlations_that_cannot_be_evaluated_are_named(texts: list[str], reasons: list[str]) -> None:
    made = ruleset(*texts)
    assert [True] * len(reasons) == [
        reason in one.reason for reason, one in zip(reasons, made.unsupported, strict=True)
    ]
    assert len(made.correlations) == len(texts) - len(reasons)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "near"}, "'near'"),
        ({"rules": []}, "no rules"),
        ({"rules": [str(n) for n in range(201)]}, "more than 200"),
        ({"group-by": [str(n) for n in range(21)]}, "more than 20"),
        ({"timespan": "5 minutes"}, "timespan"),
        ({"timespan": None}, "timespan"),
        ({"timespan": "٥m"}, "timespan"),
        ({"condition": None}, "no condition"),
        ({"condition": {}}, "no number"),
        ({"condition": {"gte": "5"}}, "'gte'"),
        ({"condition": {"gte": True}}, "'gte'"),
        ({"condition": {"gte": float("nan")}}, "'gte'"),
        ({"condition": {"gte": 10**301}}, "'gte'"),
        ({"condition": {"about": 5}}, "'about'"),
        ({"condition": {"field": "f", "gte": 5}}, "such a field"),
        ({"type": "value_count"}, "names no field"),
        ({"type": "value_count", "condition": {"field": ["f", "g"], "gte": 5}}, "such a field"),
        ({"type": "value_percentile", "condition": {"field": "f", "gte": 5, "percentile": -1}}, "percentile"),
        ({"type": "temporal_ordered"}, "such a condition"),
        ({"type": "temporal", "condition": "a and not b"}, "such a condition"),
        ({"aliases": ["a"]}, "no mappings"),
        ({"aliases": {"a": "b"}}, "no mappings"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(change: dict[str, Any], words: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule({"title": "t", "correlation": {**yaml.safe_load(COUNT), **change}})
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("1h", 3_600), ("2d", 172_800), ("1w", 604_800), ("0s", 0)],
)
def test_timespans(text: str, seconds: float) -> None:
    made = parse_rule({"title": "t", "correlation": {**yaml.safe_load(COUNT), "timespan": text}})
    assert isinstance(made, Correlation) and made.timespan_s == seconds


# An oracle: the windows are built anew at every hit, and counted from scratch.
def _counted(of: Correlation, window: Sequence[Seen]) -> float | None:
    numbers = []
    for one in window:
        try:
            numbers.append(float(one.value))
        except ValueError:
            continue
    if of.type is Counting.EVENT_COUNT:
        return float(len(window))
    if of.type is Counting.VALUE_COUNT:
        return float(len({one.value for one in window} - {""}))
    if of.type is Counting.TEMPORAL:
        return float(len(window)) if {one.rule for one in window} == set(of.rules) else None
    if of.type is Counting.TEMPORAL_ORDERED:
        found = any(
            tuple(one.rule for one in some) == of.rules
            for some in itertools.combinations(window, len(of.rules))
        )
        return float(len(window)) if found else None
    if not numbers:
        return None
    if of.type is Counting.VALUE_PERCENTILE:
        return sorted(numbers)[min(len(numbers) - 1, int(of.percentile / 100 * len(numbers)))]
    how = {
        Counting.VALUE_SUM: sum,
        Counting.VALUE_AVG: statistics.fmean,
        Counting.VALUE_MEDIAN: statistics.median,
    }
    return float(how[of.type](numbers))


def _satisfies(of: Correlation, window: Sequence[Seen]) -> bool:
    number = _counted(of, window)
    compared = {
        Op.LESS: "__lt__", Op.AT_MOST: "__le__", Op.GREATER: "__gt__", Op.AT_LEAST: "__ge__",
        Op.EQUALS: "__eq__", Op.DIFFERS: "__ne__",
    }  # fmt: skip
    return number is not None and all(getattr(number, compared[op])(bound) for op, bound in of.bounds)


def oracle(of: Correlation, seen: Sequence[Seen]) -> list[tuple[tuple[str, ...], list[str]]]:
    """(group, refs) of every burst."""
    found = []
    for group in sorted({one.group for one in seen}):
        rows = sorted(
            (one for one in seen if one.group == group),
            key=lambda one: (one.time, of.rules.index(one.rule), one.value, one.ref),
        )
        free, burst = 0, None  # the first row that no burst holds; where the present burst began
        for at, row in enumerate(rows):
            begin = next(n for n in range(free, at + 1) if rows[n].time >= row.time - of.timespan_s)
            if burst is not None and not _satisfies(of, rows[begin : at + 1]):
                found.append((group, [one.ref for one in rows[burst:at]]))
                burst, free, begin = None, at, at
            if burst is None and _satisfies(of, rows[begin : at + 1]):
                burst = begin
        if burst is not None:
            found.append((group, [one.ref for one in rows[burst:]]))
    return found


streams = st.lists(
    st.tuples(
        st.integers(0, 40).map(float),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["x", "y"]).map(lambda name: (name,)),
        st.sampled_from(["", "1", "2", "3", "0.5", "word"]),
    ),
    max_size=14,
).map(
    lambda told: [Seen(time, rule, group, value, str(n)) for n, (time, rule, group, value) in enumerate(told)]
)
bounds = st.tuples(
    st.sampled_from([Op.AT_LEAST, Op.AT_LEAST, Op.GREATER, Op.LESS, Op.AT_MOST, Op.EQUALS, Op.DIFFERS]),
    st.integers(0, 4).map(float),
)
kinds = st.builds(
    lambda kind, rules, bound, span, share: correlation(
        kind, *(() if kind.startswith("temporal") else bound),
        rules=rules, timespan_s=float(span), counted="f", percentile=float(share),
    ),
    st.sampled_from([*Counting, Counting.TEMPORAL_ORDERED, Counting.TEMPORAL_ORDERED]),
    st.sampled_from([("a", "b", "c"), ("c", "b", "a"), ("a", "c", "b", "a"), ("a", "b"), ("a", "a", "b")]),
    st.lists(bounds, min_size=1, max_size=2),
    st.integers(0, 12),
    st.sampled_from([0, 10, 50, 90, 100]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(kinds, streams, st.randoms(use_true_random=False))
def test_bursts_are_those_of_the_oracle_in_whatever_order_hits_come(
    of: Correlation, seen: list[Seen], chance: Random
) -> None:
    seen = [one for one in seen if one.rule in of.rules]
    found = list(bursts_of(of, seen))
    assert [(burst.group, list(burst.refs)) for burst in found] == oracle(of, seen)
    shuffled = list(seen)
    chance.shuffle(shuffled)
    assert list(bursts_of(of, shuffled)) == found
    for burst in found:
        assert burst.first <= burst.held <= burst.last and burst.count == len(burst.refs)


@pytest.mark.parametrize("kind", [kind.value for kind in Counting])
def test_no_kind_looks_at_the_whole_window_at_every_hit(kind: str) -> None:
    """40,000 hits in one window: 800 million steps, where each looks at all before it."""
    of = correlation(
        kind, *(() if kind.startswith("temporal") else ((Op.AT_LEAST, 1e300),)),
        rules=("a", "b", "c"), timespan_s=1e9, counted="f", percentile=50.0,
    )  # fmt: skip
    seen = [Seen(float(n), "ab"[n % 2], ("x",), str(n % 1_000), "") for n in range(40_000)]
    assert list(bursts_of(of, seen)) == []
