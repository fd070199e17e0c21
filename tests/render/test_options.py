"""Options follow the stream and the environment."""

from __future__ import annotations

import io

import pytest

from cybersecqwen.render import RenderOptions


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "color"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_stream(stream: io.StringIO, environ: dict[str, str], color: bool) -> None:
    assert RenderOptions.for_stream(stream, environ=environ).color is color


@pytest.mark.parametrize(
    ("columns", "width"), [("132", 132), ("5", 60), ("900", 200), ("", 100), ("wide", 100), ("²", 100)]
)
def test_width_follows_columns(columns: str, width: int) -> None:
    assert RenderOptions.for_stream(io.StringIO(), environ={"COLUMNS": columns}).columns == width


class Encoded(io.StringIO):
    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._name = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._name


@pytest.mark.parametrize(
    ("encoding", "ascii"),
    [
        ("utf-8", False),
        ("ascii", True),
        ("iso-8859-1", True),
        ("cp1252", True),
        ("nonsense", True),
        ("", False),
    ],
)
def test_drawings_follow_the_encoding(encoding: str, ascii: bool) -> None:
    assert RenderOptions.for_stream(Encoded(encoding), environ={}).ascii is ascii
