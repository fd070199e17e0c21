"""The rules of some sets as they are tested: each with its document, its file and its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.linking import linked
from cybersecqwen.detect.sigma.model import Correlation, Rule, Ruleset
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.detect.sigma.rulefiles import documents, rule_files
from cybersecqwen.errors import RuleError

from .places import Places, places

INFO = "info.yml"
"""Name of the files that say which rules a recording beside them must fire."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One document of a rule file."""

    root: Path
    """The set: folder, archive or file."""
    path: str
    """File inside the set, with #2 behind it for a second document."""
    places: Places
    raw: Mapping[str, Any] | None = None
    """What the document holds; None where the file is no YAML."""
    rule: Rule | Correlation | None = None
    """The rule; None where it cannot be evaluated."""
    reason: str = ""
    """Why not, one sentence."""

    @property
    def file(self) -> str:
        """The file alone."""
        return self.path.partition("#")[0]

    @property
    def title(self) -> str:
        """The rule's title; "" where it has none."""
        given = self.raw.get("title") if self.raw else None
        return given.strip()[:300] if isinstance(given, str) else ""

    @property
    def id(self) -> str:
        """The rule's own id; "" where it has none."""
        given = self.raw.get("id") if self.raw else None
        return str(given).strip()[:100] if given is not None else ""


def found_in(root: Path, only: Sequence[str] = ()) -> list[Found]:
    """The rules of a set. `only` names the files that are looked at; all where it is empty.

    Files of regression data (`info.yml`) hold no rules. Raises RuleError where the set cannot be read.
    """
    wanted = set(only)
    return [
        one
        for name, content in rule_files(root)
        if name.rsplit("/", 1)[-1] != INFO and (not wanted or name in wanted)
        for one in _of_file(root, name, content)
    ]


def _of_file(root: Path, name: str, content: bytes) -> list[Found]:
    where = places(content) or [Places()]
    try:
        raws = list(documents(content))
    except RuleError as error:
        return [Found(root=root, path=name, places=where[0], reason=error.message)]
    found = []
    for number, raw in enumerate(raws, 1):
        path = name if len(raws) == 1 else f"{name}#{number}"
        place = where[min(number, len(where)) - 1]
        try:
            rule = parse_rule(raw, path)
        except RuleError as error:
            found.append(Found(root=root, path=path, places=place, raw=raw, reason=error.message))
        except RecursionError:
            found.append(Found(root=root, path=path, places=place, raw=raw, reason="It nests too deep."))
        else:
            found.append(Found(root=root, path=path, places=place, raw=raw, rule=rule))
    return found


def together(found: Sequence[Found]) -> Ruleset:
    """The rules of a file as one set, so that correlations find what they count."""
    rules = [one.rule for one in found if isinstance(one.rule, Rule)]
    counted = [one.rule for one in found if isinstance(one.rule, Correlation)]
    return linked(rules, counted, (), "")
