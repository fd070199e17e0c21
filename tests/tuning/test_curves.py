"""The picture of a run: well-formed whatever the log holds, with nothing drawn that is no loss."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.tuning.curves import curves
from tests.amounts import draws

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400)
ROWS = st.dictionaries(st.sampled_from(("step", "loss", "held", "other")), VALUES)


def parsed(log: list[dict[str, Any]], title: str = "A run") -> ET.Element:
    return ET.fromstring(curves(log, title).encode())


def lines(picture: ET.Element) -> list[list[tuple[float, float]]]:
    return [
        [tuple(map(float, point.split(","))) for point in one.attrib["points"].split()]  # type: ignore[misc]
        for one in picture.iter(f"{SVG}polyline")
    ]


def texts(picture: ET.Element) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{SVG}text")]


@given(log=st.lists(ROWS, max_size=6), title=st.text(st.characters(), max_size=30))
@draws(200)
def test_any_log_is_a_picture(log: list[dict[str, Any]], title: str) -> None:
    picture = parsed(log, title)
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for line in lines(picture):
        assert line
        assert all(math.isfinite(x) and 0 <= x <= width and 0 <= y <= height for x, y in line)
    assert "nan" not in " ".join(texts(picture)[1:]).lower()


def test_losses_fall_over_the_steps() -> None:
    log = [{"step": n, "loss": 4.0 / n, "held": 3.0 if n == 5 else None} for n in range(1, 11)]
    picture = parsed(log, "Mine")
    learned, held = lines(picture)
    assert (len(learned), len(held)) == (10, 1)
    assert learned == sorted(learned), "to the right and down, as y grows downwards"
    assert texts(picture)[0] == "Mine"
    assert {"what is learned: 0.400", "what is held out: 3.000"} <= set(texts(picture))
    # On a logarithmic scale halves are as far from each other wherever they are.
    assert learned[1][1] - learned[0][1] == pytest.approx(learned[3][1] - learned[1][1], abs=0.11)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, -1, 0, 10**400, "2", None, True and "x"])
def test_what_is_no_loss_is_passed_over(odd: object) -> None:
    plain = [{"step": 1, "loss": 3.0}, {"step": 3, "loss": 2.0}]
    assert curves([plain[0], {"step": 2, "loss": odd}, plain[1]], "A run") == curves(plain, "A run")
    assert curves([{"step": odd, "loss": 1.0}] if odd != 0 else [], "A run") == curves([], "A run")


def test_a_run_without_a_log_is_an_empty_picture() -> None:
    assert lines(parsed([])) == []
    assert lines(parsed([{}])) == []


@pytest.mark.parametrize(
    "title",
    [
        '</text><script>alert("1")</script>',
        '"/><image href="http://x.example/"',
        "a & b < c",
        "\x00\x1b[31m",
        "\ud800",
        "]]>",
    ],
)
def test_hostile_titles_are_text(title: str) -> None:
    picture = parsed([{"step": 1, "loss": 1.0}], title)
    assert {one.tag.removeprefix(SVG) for one in picture.iter()} == {
        "svg",
        "rect",
        "text",
        "line",
        "polyline",
    }
    shown = re.sub("[\x00-\x1f\ud800]", " ", title)
    assert picture.attrib["aria-label"] == texts(picture)[0] == shown
