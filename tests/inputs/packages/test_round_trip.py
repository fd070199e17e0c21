"""Files written from drawn packages give just these packages, each on the line where it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.packages import MANIFESTS
from cybersecqwen.inputs.packages.open import read_manifest
from cybersecqwen.records import Limits
from tests.amounts import draws

from .examples import EXAMPLES, SHAPES

_WORD = st.text("abcdefgxyz0189", max_size=8).map("p".__add__)
_DASHED = st.lists(_WORD, min_size=1, max_size=3).map("-".join)
_NUMBER = st.integers(0, 999)
_SEMVER = st.builds(
    "{}.{}.{}{}".format, _NUMBER, _NUMBER, _NUMBER, st.sampled_from(["", "", "-rc.1", "-b2.0"])
)
_NAMES = {
    "npm": st.one_of(_DASHED, st.builds("@{}/{}".format, _WORD, _DASHED)),
    "Go": st.lists(_DASHED, min_size=1, max_size=3).map("/".join),
}
_VERSIONS = {
    "PyPI": st.builds(
        "{}.{}{}".format,
        _NUMBER,
        _NUMBER,
        st.sampled_from(["", ".0", ".1.7", "a1", "rc2", ".post3", ".dev4"]),
    ),
    "RubyGems": st.builds("{}.{}{}".format, _NUMBER, _NUMBER, st.sampled_from(["", ".0", ".1.7", ".rc1"])),
}


@pytest.mark.parametrize("reader", list(MANIFESTS.names()))
@draws(12)
@given(data=st.data())
def test_what_was_written_is_read(reader: str, data: st.DataObject) -> None:
    shape, ecosystem = SHAPES[reader], MANIFESTS.get(reader).ecosystem or "npm"
    one = st.tuples(_NAMES.get(ecosystem, _DASHED), _VERSIONS.get(ecosystem, _SEMVER))
    drawn = data.draw(st.lists(one, min_size=1, max_size=12, unique_by=lambda pair: pair[0]))
    path = next(example.path for example in EXAMPLES if example.reader == reader)
    text = shape.text(drawn)
    manifest = read_manifest(path, text.encode(), Limits(), format=reader)
    assert manifest is not None
    assert manifest.skipped == ()
    found = [(package.name, package.version) for package in manifest.packages]
    assert found == [(shape.full.format(name), version) for name, version in drawn]
    first, each = shape.before.count("\n") + 1, (shape.entry + shape.between).count("\n")
    inside = shape.entry[: shape.entry.index("{0}")].count("\n")
    places = [package.place.line for package in manifest.packages]
    assert places == [first + inside + at * each for at in range(len(drawn))]
