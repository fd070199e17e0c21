"""How many of SigmaHQ's rules each schema can say: no less than it once could."""

from __future__ import annotations

from pathlib import Path

import pytest
from evaluation.mappings import refused

from tests.published import rules as published

LEAST = {
    "windows": 0.999,
    "sigma": 0.999,
    "ecs": 0.98,
    "sentinel": 0.95,
    "udm": 0.80,
    "cim": 0.69,
    "defender": 0.67,
    "asim": 0.66,
    "falcon": 0.57,
}


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("target", LEAST)
def test_rules_are_said_or_refused_with_a_reason(target: str, data_dir: Path) -> None:
    rules = published(data_dir)[::4]
    why = [refused(rule, target)[0] for rule in rules]
    assert sum(not one for one in why) / len(rules) >= LEAST[target]
    assert all(one.endswith(".") for one in why if one)
