"""All Sigma rules in EQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.dialects.eql import Eql
from tests.dialects.elastic.rules import disagreements, expressions, written


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_rules_are_written_or_refused_and_find_what_they_ask_for(data_dir: Path) -> None:
    eql = Eql()
    refused, pairs = written(eql, expressions(data_dir))
    assert set(refused) == {"keywords without a field", "comparisons of two fields", "regular expressions"}
    assert refused["regular expressions"] < 5
    assert len(pairs) > 3_600
    assert list(disagreements(eql, pairs, 40)) == []
