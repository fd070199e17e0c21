"""Saved reports come back as they were; what is no saved report is none, and what is damaged is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.records.intel import Intelligence, Tlp
from cybersecqwen.records.intel_json import from_json, to_json
from cybersecqwen.tasks.intel import saved as room
from cybersecqwen.tasks.intel.saved import saved

from .pictures import cve, dated, document, named, seen, stated, target, technique

APT29, RYUK = named("APT29", "G0016"), named("Ryuk", "S0446", "software")
WHOLE = Intelligence(
    documents=(document(title="Ä title", tlp=Tlp.AMBER_STRICT),),
    marking=Tlp.AMBER_STRICT,
    indicators=(seen("a.example", port=8443), seen("b.example", note="known")),
    names=(APT29, RYUK, cve("CVE-2024-3400", kev=True, cvss=10.0, told={"cvss": 9.8})),
    techniques=(technique("T1486"),),
    relations=(stated(APT29, "uses", RYUK),),
    targets=(target("Energy"),),
    dates=(dated("since", "2026-03"),),
)
ENVELOPE = {"schema": "cybersecqwen/report/1", "task": "intel", "extra": {"intel": to_json(WHOLE)}}


def written(tmp_path: Path, value: object) -> str:
    path = tmp_path / "saved.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))
    return str(path)


def test_there_and_back(tmp_path: Path) -> None:
    assert from_json(to_json(WHOLE)) == WHOLE
    assert saved(written(tmp_path, ENVELOPE)) == WHOLE


@pytest.mark.parametrize("text", ["", "evil.example\n", "[1, 2]", '{"a": 1}', "{", "\x00\x01"])
def test_other_files_are_no_saved_reports(tmp_path: Path, text: str) -> None:
    assert saved(written(tmp_path, text)) is None


def test_what_is_no_file_is_none(tmp_path: Path) -> None:
    assert saved(str(tmp_path)) is None
    assert saved(str(tmp_path / "missing")) is None
    assert saved("-") is None
    assert saved("a\0b") is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "triage"}, "'triage', not of intel"),
        ({"task": ["x"]}, "not of intel"),
        ({"extra": {}}, "damaged"),
        ({"extra": []}, "damaged"),
        ({"extra": {"intel": 5}}, "damaged"),
    ],
)
def test_damaged_ones_are_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        saved(written(tmp_path, {**ENVELOPE, **change}))


def test_cut_off_or_deep(tmp_path: Path) -> None:
    whole = json.dumps(ENVELOPE, separators=(",", ":"))
    for text in (whole[:-9], whole.replace('"T1486"', "[" * 5000 + "]" * 5000, 1)):
        try:
            found = saved(written(tmp_path, text))
        except InputError as error:
            assert "damaged" in error.message
        else:
            assert found is not None and found.techniques == ()


def test_the_largest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LARGEST", 5_000)
    with pytest.raises(LimitError):
        saved(written(tmp_path, {**ENVELOPE, "x": "y" * 6_000}))


KEYS = st.sampled_from(
    [*to_json(Intelligence()), "id", "name", "value", "type", "role", "tier", "places", "facts"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_anything_comes_back_as_records(value: dict[str, object]) -> None:
    found = from_json(value)
    assert from_json(to_json(found)) == found
