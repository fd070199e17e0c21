"""One store for all tests of playbooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cybersecqwen.knowledge.store import Store


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened
