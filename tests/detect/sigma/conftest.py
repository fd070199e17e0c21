"""Rule sets that several tests look at, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.detect.sigma.rulefiles import SHIPPED, parse_files, rule_files


@pytest.fixture(scope="session")
def starter() -> Ruleset:
    """The rules that are shipped."""
    return parse_files(rule_files(SHIPPED))


@pytest.fixture(scope="session")
def large(data_dir: Path) -> Ruleset:
    """The large set of the development data."""
    return parse_files(rule_files(data_dir / "logs" / "sigma_rules.zip"))
