"""Whom and when an episode of failed sign-ins names."""

from __future__ import annotations

from cybersecqwen.detect.anomalies.episodes import Episode
from cybersecqwen.detect.anomalies.observed import LINES
from cybersecqwen.detect.anomalies.windows import WINDOW_S, Cell


def cell(window: int, failures: int) -> Cell:
    made = Cell()
    made.failures, made.first, made.last = failures, window * WINDOW_S, window * WINDOW_S + 1
    return made


def test_who_got_in_is_named_first_whatever_failed_more() -> None:
    cells = [(f"user{n}", cell(n, 9 - n)) for n in range(8)]
    episode = Episode("203.0.113.7", "web01", list(range(8)), cells, [("user7", 7 * WINDOW_S + 60.0, ())])
    assert episode.accounts == ("user7", "user0", "user1", "user2", "user3")[:LINES]
    assert episode.until == 7 * WINDOW_S + 60.0
    episode.succeeded.clear()
    assert episode.accounts[0] == "user0" and episode.until == 7 * WINDOW_S + 1


def test_the_densest_stretch_counts_users_once() -> None:
    cells = [("a", cell(0, 3)), ("b", cell(0, 1)), ("a", cell(1, 4)), ("c", cell(5, 2))]
    episode = Episode("x", "y", [0, 1, 5], cells)
    assert episode.densest(1) == (4, 2)
    assert episode.densest(2) == (8, 2)
    assert episode.densest(6) == (10, 3)
