"""The starter rules: each is read, proves itself on examples, and names techniques that exist."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cybersecqwen.detect.sigma.examples import Checked, check_file
from cybersecqwen.detect.sigma.model import Correlation
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.detect.sigma.rulefiles import SHIPPED, documents, parse_files, rule_files
from cybersecqwen.knowledge.store import Store

FILES = rule_files(SHIPPED)
DOCUMENTS = [(name, document) for name, content in FILES for document in documents(content)]
RULES = [pytest.param(document, id=f"{name}:{document.get('title')}") for name, document in DOCUMENTS]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened


def test_every_rule_is_read_and_there_are_enough() -> None:
    made = parse_files(FILES)
    assert not made.unsupported
    assert len(made.rules) + len(made.correlations) == len(DOCUMENTS)
    assert sum(rule.generate for rule in made.rules) + len(made.correlations) >= 80
    products = Counter(rule.logsource.product or rule.logsource.category for rule in made.rules)
    assert {"windows", "linux", "aws", "azure", "webserver"} <= set(products)


@pytest.mark.parametrize(("name", "content"), [pytest.param(*file, id=file[0]) for file in FILES])
def test_examples_match_and_near_misses_do_not(name: str, content: bytes) -> None:
    checked: list[Checked] = list(check_file(name, content))
    assert checked
    assert [problem for one in checked for problem in one.problems] == []


@pytest.mark.parametrize("document", RULES)
def test_every_rule_that_reports_has_two_examples_of_each(document: Mapping[str, Any]) -> None:
    examples = document.get("x_examples")
    if examples is None and document["id"] in _COUNTED:
        return  # it serves a correlation, whose examples show it
    assert isinstance(examples, Mapping) and set(examples) <= {"match", "ignore"}
    for due in ("match", "ignore"):
        shown = examples[due]
        assert len(shown) >= 2, f"{due} has {len(shown)} examples"
        assert len({repr(one) for one in shown}) == len(shown), f"{due} has an example twice"


def _counted() -> set[str]:
    """Ids of the rules and correlations that only serve correlations."""
    made = parse_files(FILES)
    outer = {name for one in made.correlations if not one.generate for name in one.rules}
    inner = {one.about.id for one in made.correlations if outer.intersection((one.about.id, one.about.name))}
    return {rule.about.id for rule in made.rules if not rule.generate} | inner


_COUNTED = _counted()


@pytest.mark.parametrize("document", RULES)
def test_what_a_rule_says_of_itself(document: Mapping[str, Any], store: Store) -> None:
    made = parse_rule(document)
    about = made.about
    assert uuid.UUID(about.id).version == 4 and str(uuid.UUID(about.id)) == about.id
    assert 5 <= len(about.title) <= 110 and not about.title.endswith(".")
    assert about.description.endswith(".") and about.author and about.license == "Apache-2.0"
    assert document["level"] in ("informational", "low", "medium", "high", "critical")
    assert document["status"] in ("stable", "test", "experimental")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(document["date"]))
    assert about.falsepositives or about.id in _COUNTED
    assert about.techniques and about.tactics
    for technique in about.techniques:
        resolved = store.resolve(technique)
        assert resolved.state == "known", f"{technique} is {resolved.state}"
        assert resolved.entity is not None and resolved.entity.type == "technique"


@pytest.mark.parametrize("document", RULES)
def test_tags_are_spelled_as_the_specification_asks(document: Mapping[str, Any]) -> None:
    tactics = {tag for tag in document["tags"] if not re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", tag)}
    assert tactics <= {f"attack.{name}" for name in TACTICS} | {
        tag for tag in document["tags"] if tag.startswith(("cve.", "detection."))
    }


# Tactics of ATT&CK for Enterprise, spelled as the tags appendix of the Sigma specification does.
TACTICS = frozenset(
    (
        "reconnaissance", "resource-development", "initial-access", "execution", "persistence",
        "privilege-escalation", "defense-evasion", "credential-access",
        "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact",
    )
)  # fmt: skip


def test_no_two_rules_have_one_title_or_id_or_name() -> None:
    for key in ("title", "id", "name"):
        told = Counter(str(document[key]).lower() for _, document in DOCUMENTS if key in document)
        assert [text for text, count in told.items() if count > 1] == [], key


def test_files_are_named_as_the_convention_asks_and_hold_what_belongs_together() -> None:
    for name, content in FILES:
        assert re.fullmatch(r"[a-z]+/[a-z0-9_]{7,80}\.yml", name)
        made = [parse_rule(document) for document in documents(content)]
        assert len(made) == 1 or any(isinstance(one, Correlation) for one in made), name
