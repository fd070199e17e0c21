"""The starter rules as a library, made once."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.tasks.query.asking import Library


@pytest.fixture(scope="session")
def starter() -> Library:
    """The rules that ship with the project."""
    return Library(load_rules([SHIPPED]).rules)
