"""Every cleaner and decoder: described, silent on ordinary text, and documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.detect.decode import CLEANERS, DECODERS, View

PAGE = Path(__file__).resolve().parents[3] / "docs" / "decoding.md"
ORDINARY = "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule"


def view(text: str) -> View:
    return View(text=text, low=text.lower(), room=1 << 16)


@pytest.mark.parametrize("name", CLEANERS.names())
def test_cleaner(name: str) -> None:
    cleaner = CLEANERS.get(name)
    assert cleaner.__doc__
    assert cleaner(view("")) is None
    assert cleaner(view(ORDINARY)) is None


@pytest.mark.parametrize("name", DECODERS.names())
def test_decoder(name: str) -> None:
    decoder = DECODERS.get(name)
    assert decoder.__doc__
    assert list(decoder(view(""))) == []
    assert list(decoder(view(ORDINARY))) == []


def test_the_page_states_the_bounds_that_hold() -> None:
    from cybersecqwen.detect.decode import constants, engine
    from cybersecqwen.records import Limits

    page = PAGE.read_text(encoding="utf-8")
    for bound in (engine.LAYERS, engine.TRIES, f"{constants.LONGEST:,}", Limits().depth):
        assert f"| {bound} |" in page


def test_the_examples_of_the_page_come_out() -> None:
    from cybersecqwen.detect.decode import decode
    from cybersecqwen.records import Limits

    checked = 0
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = line.replace("\\|", "\0").strip("| ").split(" | ")
        if len(cells) != 3 or "…" in cells[1] or cells[1].count("`") != 2 or cells[2].count("`") != 2:
            continue
        text, result = cells[1].strip("`").replace("\0", "|"), cells[2].strip("`")
        assert any(result in layer.text for layer in decode(text, Limits())), text
        checked += 1
    assert checked >= 8
