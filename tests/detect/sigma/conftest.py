"""Rule sets that several tests look at, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.detect.sigma.rulefiles import SHIPPED, parse_files, rule_files
from tests.published import ruleset


@pytest.fixture(scope="session")
def starter() -> Ruleset:
    """The rules that are shipped."""
    return parse_files(rule_files(SHIPPED))


@pytest.fixture(scope="session")
def large(data_dir: Path) -> Ruleset:
    """The large set of the development data."""
    return ruleset(data_dir)
