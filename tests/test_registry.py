from __future__ import annotations

import pytest

from cybersecqwen.errors import CsqError, UnknownNameError
from cybersecqwen.registry import Registry

THINGS: Registry[object] = Registry(
    "thing", {"path": "pathlib:Path", "broken": "cybersecqwen_missing_package:X"}
)


def test_entries_are_imported_when_asked_for() -> None:
    import pathlib

    assert THINGS.get("path") is pathlib.Path
    assert THINGS.names() == ("path", "broken")


def test_an_unknown_name_offers_near_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        THINGS.get("pat")
    assert "thing" in caught.value.message and "path" in caught.value.hint


def test_a_missing_package_is_one_sentence() -> None:
    with pytest.raises(CsqError, match="cybersecqwen_missing_package"):
        THINGS.get("broken")
