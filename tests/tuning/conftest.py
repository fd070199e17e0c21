"""Sources of facts that the tests of corpora and of builds share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cybersecqwen.knowledge import Store
from cybersecqwen.tuning.corpora import Sources

from .corpora import facts


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    """A full bundle and some vulnerabilities, all made up."""
    folder = tmp_path_factory.mktemp("facts")
    with Store.open(facts.bundle(folder / "full.sqlite")) as store:
        yield Sources(store=store, vulnerabilities=(facts.vulnerabilities(folder / "cve.jsonl", 240),))


@pytest.fixture(scope="session")
def bare() -> Iterator[Sources]:
    """The bundle that ships, which has no passages, and no vulnerabilities."""
    with Store.open() as store:
        yield Sources(store=store)
