from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.events.counting import resolve_counts
from cybersecqwen.detect.events.hits import Hit
from cybersecqwen.detect.events.matching import Alternative
from cybersecqwen.detect.events.signal import parse_signal
from tests.builders import event


def failed(at_least: int = 3, within_s: float = 10, distinct: str = ""):
    return parse_signal(
        {
            "id": "brute-force",
            "title": "Many failures",
            "looks_at": ["logon_failed"],
            "weight": 2.0,
            "severity": "medium",
            "when": [{"IpAddress|exists": True}],
            "count": {"by": ["IpAddress"], "at_least": at_least, "within_s": within_s, "distinct": distinct},
        },
        {},
        theme="test",
    )


def hits(signal, rows):
    return [
        Hit(signal, event("logon_failed", time=t, IpAddress=ip, TargetUserName=user), Alternative(()))
        for t, ip, user in rows
    ]


def times(found):
    return sorted(h.event.time for h in found)


def test_only_windows_with_enough_events_count() -> None:
    rows = [(0.0, "a", "u"), (1.0, "a", "u"), (2.0, "a", "u"), (100.0, "a", "u"), (1.0, "b", "u")]
    assert times(resolve_counts(hits(failed(), rows))) == [0.0, 1.0, 2.0]


def test_distinct_values_are_counted_once() -> None:
    same = [(float(i), "a", "one") for i in range(5)]
    assert resolve_counts(hits(failed(distinct="TargetUserName"), same)) == []
    spread = [(float(i), "a", f"u{i}") for i in range(3)]
    assert len(resolve_counts(hits(failed(distinct="TargetUserName"), spread))) == 3


def test_events_without_the_counted_field_are_left_out() -> None:
    assert resolve_counts(hits(failed(at_least=1), [(0.0, "", "u")])) == []


def in_full_window(t: float, moments: list[float], at_least: int) -> bool:
    """Whether some window of 10 s that contains t holds enough events."""
    return any(s <= t <= s + 10 and sum(s <= o <= s + 10 for o in moments) >= at_least for s in moments)


@given(
    st.lists(st.floats(0, 1000, allow_nan=False).map(lambda x: round(x, 1)), max_size=40), st.integers(1, 5)
)
def test_equal_to_looking_at_every_window(moments: list[float], at_least: int) -> None:
    found = resolve_counts(hits(failed(at_least, 10), [(t, "a", "u") for t in moments]))
    expected = [t for t in sorted(moments) if in_full_window(t, moments, at_least)]
    assert times(found) == expected
