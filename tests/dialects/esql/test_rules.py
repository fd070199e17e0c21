"""All Sigma rules in ES|QL."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.dialects.esql import Esql
from tests.dialects.elastic.rules import disagreements, expressions, written


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_rules_are_written_or_refused_and_find_what_they_ask_for(data_dir: Path) -> None:
    esql = Esql()
    refused, pairs = written(esql, expressions(data_dir))
    assert set(refused) == {"keywords without a field", "regular expressions"}
    assert refused["regular expressions"] < 5
    assert len(pairs) > 3_600
    assert list(disagreements(esql, pairs, 40)) == []
