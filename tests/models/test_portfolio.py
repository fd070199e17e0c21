from __future__ import annotations

import re

import pytest

from cybersecqwen.errors import UnknownNameError
from cybersecqwen.models.portfolio import known, portfolio
from cybersecqwen.models.profiles import profile
from cybersecqwen.models.sources import SOURCES


def test_the_three_sizes_in_order():
    assert [one.size for one in portfolio()] == ["instant", "standard", "reference"]


@pytest.mark.parametrize("one", portfolio(), ids=lambda one: one.name)
def test_entries_are_complete(one):
    assert known(one.name) is known(one.size) is one
    profile(one.profile)
    assert re.fullmatch(r"[a-z0-9._-]+\.gguf", one.file)
    assert one.licence == "Apache-2.0"
    assert one.bytes > 10_000_000
    assert one.ram_mb * 1_000_000 > one.bytes
    assert one.good_for
    assert one.title
    assert one.sources
    for origin in one.sources:
        assert SOURCES.get(origin.kind).kind == origin.kind
        if origin.kind == "wheels":
            assert re.fullmatch(r"[0-9a-f]{64}", one.sha256), "wheels state no hash of the whole file"
            assert all("==" in package for package in origin.packages)
            assert len(origin.packages) == len(origin.members)
        if origin.kind == "hub":
            assert re.fullmatch(r"[\w.-]+/[\w.-]+", origin.repository)
            assert origin.pattern.endswith(".gguf")


def test_an_unknown_model_names_the_known():
    with pytest.raises(UnknownNameError) as caught:
        known("huge")
    assert "standard (qwen2.5-coder-1.5b-instruct)" in caught.value.hint
