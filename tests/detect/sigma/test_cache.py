"""Sets come back from their compiled form as they were; files of another form are not believed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma import cache
from cybersecqwen.detect.sigma.cache import from_json, load_rules, load_set, to_json
from cybersecqwen.detect.sigma.model import About, Logsource, Rule, Ruleset
from cybersecqwen.errors import RuleError

from .drawn import expressions

TEXT = """\
title: One
id: 11111111-0000-0000-0000-000000000001
logsource: {product: windows}
detection:
  selection: {Image|endswith: '\\one.exe', Size|gt: 5}
  keywords: ['a*b', 5]
  condition: selection or keywords
"""


def through(ruleset: Ruleset) -> Ruleset:
    return from_json(orjson.loads(orjson.dumps(to_json(ruleset))))


def test_every_starter_rule_comes_back(starter: Ruleset) -> None:
    assert starter.rules and starter.correlations
    assert through(starter) == starter


@pytest.mark.data
def test_every_rule_of_the_large_set_comes_back(large: Ruleset) -> None:
    assert large.rules and large.unsupported
    assert through(large) == large


@settings(max_examples=60, deadline=None)
@given(st.lists(expressions, max_size=3))
def test_drawn_expressions_come_back(found: list) -> None:
    rules = tuple(
        Rule(about=About(id=str(n), title="t"), logsource=Logsource(), expression=one)
        for n, one in enumerate(found)
    )
    try:
        assert through(Ruleset(rules=rules)) == Ruleset(rules=rules)
    except orjson.JSONEncodeError:
        assert "\\ud" in repr(found)  # no text of a rule file has lone surrogates


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path, Ruleset]:
    """A rule file, the cache folder, and the set that was read."""
    rules, folder = tmp_path / "one.yml", tmp_path / "cache"
    rules.write_text(TEXT)
    return rules, folder, load_set(rules, folder)


def test_a_set_is_read_from_the_cache_and_from_its_file_alike(
    kept: tuple[Path, Path, Ruleset], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, folder, made = kept
    assert [path.suffix for path in folder.iterdir()] == [".json"]
    monkeypatch.setattr(cache, "parse_files", lambda _: pytest.fail("parsed again"))
    assert load_set(rules, folder) == made == load_rules([rules], folder)


def test_a_changed_rule_is_read_anew(kept: tuple[Path, Path, Ruleset]) -> None:
    rules, folder, made = kept
    rules.write_text(TEXT.replace("title: One", "title: Two"))
    assert [rule.about.title for rule in load_set(rules, folder).rules] == ["Two"]
    assert made.rules[0].about.title == "One"


FOREIGN = [
    {}, [], "text", 5, None, {"rules": 1}, {"rules": [], "correlations": [], "unsupported": []},
    {"rules": [[1, 2, 3, 4]], "correlations": [], "unsupported": [], "version": ""},
    {"rules": [], "correlations": [{"about": []}], "unsupported": [], "version": ""},
]  # fmt: skip


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("signed", [False, True])
def test_foreign_json_is_not_believed(
    kept: tuple[Path, Path, Ruleset], foreign: object, signed: bool
) -> None:
    rules, folder, made = kept
    (stored,) = folder.iterdir()
    content = orjson.dumps(foreign)
    stored.write_bytes((hashlib.sha256(content).hexdigest().encode() + b"\n" if signed else b"") + content)
    assert load_set(rules, folder) == made


@pytest.mark.parametrize("cut", [0, 1, 64, 65, 100, -1])
def test_a_damaged_file_is_not_believed_and_written_anew(kept: tuple[Path, Path, Ruleset], cut: int) -> None:
    rules, folder, made = kept
    (stored,) = folder.iterdir()
    whole = stored.read_bytes()
    stored.write_bytes(whole[:cut])
    assert load_set(rules, folder) == made
    assert stored.read_bytes() == whole
    stored.write_bytes(whole.replace(b"One", b"Two"))
    assert load_set(rules, folder) == made


def test_a_cache_that_cannot_be_written_is_gone_without(tmp_path: Path) -> None:
    rules, folder = tmp_path / "one.yml", tmp_path / "file"
    rules.write_text(TEXT)
    folder.write_text("no folder")
    assert len(load_set(rules, folder).rules) == 1


def test_several_sets_keep_the_first_of_two_rules_with_one_id(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text(TEXT.replace("One", name))
    both = load_rules([tmp_path / "a.yml", tmp_path / "b.yml"])
    assert [rule.about.title for rule in both.rules] == ["a"]
    with pytest.raises(RuleError):
        load_rules([tmp_path / "missing.yml"])
