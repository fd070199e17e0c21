"""Published rules and queries of the development data, read once for all tests."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cybersecqwen.detect.sigma.model import Rule, Ruleset
from cybersecqwen.detect.sigma.rulefiles import parse_files, rule_files

RULES = Path("logs") / "sigma_rules.zip"


@cache
def rule_texts(data: Path) -> tuple[tuple[str, bytes], ...]:
    """(name, content) of each file of the large set of rules."""
    return tuple(rule_files(data / RULES))


@cache
def ruleset(data: Path) -> Ruleset:
    """The large set of rules, parsed."""
    return parse_files(rule_files(data / RULES))


def rules(data: Path) -> tuple[Rule, ...]:
    """Its rules that are no correlations."""
    return tuple(ruleset(data).rules)


@cache
def splunk(data: Path) -> tuple[tuple[str, str], ...]:
    """(name, search) of each detection of Splunk's own."""
    return tuple(_documents(data / "queries" / "splunk_security_content.zip", "search"))


@cache
def sentinel(data: Path) -> tuple[tuple[str, str], ...]:
    """(name, query) of each rule of Sentinel's own."""
    return tuple(_documents(data / "queries" / "kql_azure_sentinel.zip", "query"))


@cache
def hunting(data: Path) -> tuple[tuple[str, str], ...]:
    """(name, query) of two more sets in KQL: files of their own, and blocks in documents."""
    found = list(_files(data / "queries" / "kql_sentinel_reprise99.zip", ".kql"))
    for name, text in _files(data / "queries" / "kql_hunting_bertjanp.zip", ".md"):
        blocks = re.finditer(r"```(?:KQL|kql|Kusto|kusto)?\s*\n(.*?)```", text, re.DOTALL)
        found.extend((name, block[1]) for block in blocks)
    return tuple(found)


def _files(path: Path, ending: str) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(ending):
                yield name, archive.read(name).decode("utf-8", "replace")


def _documents(path: Path, key: str) -> Iterator[tuple[str, str]]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith((".yaml", ".yml")):
                continue
            try:
                document = yaml.load(archive.read(name).decode("utf-8-sig"), Loader=loader)
            except (yaml.YAMLError, UnicodeDecodeError):
                continue
            if isinstance(document, dict) and document.get(key):
                yield name, str(document[key])
