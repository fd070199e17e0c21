"""From what a finding names to controls: every way that a public mapping or a rule of ours offers.

    finding ── what it is ──────────────────────────────────▶ control   csq-rules
    weakness ──────────────────────────────────────────────▶ control   MITRE's table
    weakness ── broader weakness ──────────────────────────▶ control   CWE, MITRE's table
    weakness ── attack pattern ── technique ───────────────▶ control   CAPEC, CTID; where the table is silent
    technique ─────────────────────────────────────────────▶ control   CTID
    technique ── its parent ───────────────────────────────▶ control   ATT&CK, CTID
    vulnerability ── technique ────────────────────────────▶ control   CTID for KEV, CTID

D3FEND relates countermeasures to techniques and not to controls, so no way goes through it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.audit import Direction, Strength

from .crosswalks import crosswalk
from .reading import Seen

RULES = "csq-rules"
"""Who states what `rules.toml` says."""
_CTID, _KEV = "ctid-nist-800-53", "ctid-kev"
_UP = 3
"""Levels of broader weaknesses that are gone through."""
_STRENGTHS = (Strength.DIRECT, Strength.DERIVED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to one control."""

    direction: Direction
    path: tuple[str, ...]
    by: tuple[str, ...]
    why: str = ""

    @property
    def control(self) -> str:
        """Where it ends."""
        return self.path[-1]

    @property
    def strength(self) -> Strength:
        """By the number of its steps."""
        steps = len(self.path) - 1
        return _STRENGTHS[steps - 1] if steps <= len(_STRENGTHS) else Strength.WEAK


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of `rules.toml`."""

    control: str
    direction: Direction
    why: str


@cache
def rules() -> Mapping[tuple[str, str], tuple[Rule, ...]]:
    """(what the rule is about, its name) to rules."""
    read = tomllib.loads(Path(__file__).with_name("rules.toml").read_text("utf-8"))
    made: dict[tuple[str, str], tuple[Rule, ...]] = {}
    for about, lines in read.items():
        for line in lines:
            rule = Rule(line["control"], Direction(line["direction"]), line["why"])
            made[about, line["is"]] = (*made.get((about, line["is"]), ()), rule)
    return made


class Ways:
    """Finds ways through a store; what it finds of one name is kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[tuple[str, Direction], tuple[Way, ...]] = {}

    def of(self, seen: Seen, names: tuple[str, ...]) -> tuple[Way, ...]:
        """Ways from a finding with these known names: to each control the shortest that says the same."""
        best: dict[tuple[str, Direction], Way] = {}
        for way in self._all(seen, names):
            key = (way.control, way.direction)
            if self._store.exists(way.control) and (key not in best or len(way.path) < len(best[key].path)):
                best[key] = way
        return tuple(best.values())

    def _all(self, seen: Seen, names: tuple[str, ...]) -> Iterator[Way]:
        for kind in seen.kinds:
            yield from _by_rule("kind", kind)
        for name in names:
            if name.startswith("CWE-") and "code" in seen.kinds:
                yield from self._known(name, Direction.AGAINST)
            elif name.startswith("T") and seen.grave:
                if seen.attack:
                    yield from _by_rule("technique", name)
                yield from self._known(name, Direction.NEEDED)
            elif name.startswith("CVE-") and seen.grave:
                yield from self._known(name, Direction.NEEDED)

    def _known(self, name: str, direction: Direction) -> tuple[Way, ...]:
        key = (name, direction)
        if key not in self._found:
            self._found[key] = tuple(self._search(name, direction))
        return self._found[key]

    def _search(self, name: str, direction: Direction) -> Iterator[Way]:
        if name.startswith("CWE-"):
            yield from self._weakness(name, direction)
        elif name.startswith("CVE-"):
            for relation in self._store.related(name, "exploitation-technique"):
                for path, by in self._technique(relation.target):
                    yield Way(direction=direction, path=(name, *path), by=(_KEV, *by))
        else:
            for path, by in self._technique(name):
                yield Way(direction=direction, path=path, by=by)

    def _weakness(self, name: str, direction: Direction) -> Iterator[Way]:
        yield from _by_rule("weakness", name)
        found = False
        for path in self._upwards(name):
            for control in crosswalk("cwe").table[path[-1]]:
                found = True
                by = (*("cwe",) * (len(path) - 1), "cwe-800-53")
                yield Way(direction=direction, path=(*path, control), by=by)
        if found:
            return
        for pattern in self._store.related(name, "exploits", "in"):
            for match in self._store.related(pattern.source, "matches"):
                for control in self._controls(match.target):
                    yield Way(
                        direction=direction,
                        path=(name, pattern.source, match.target, control),
                        by=("capec", "capec", _CTID),
                    )

    def _upwards(self, name: str) -> Iterator[tuple[str, ...]]:
        """Ways from a weakness to the nearest ones, itself included, that MITRE's table has."""
        table = crosswalk("cwe").table
        level: list[tuple[str, ...]] = [(name,)]
        seen = {name}
        for _ in range(_UP):
            hits = [path for path in level if path[-1] in table]
            if hits:
                yield from hits
                return
            above = []
            for path in level:
                for relation in self._store.related(path[-1], "child-of"):
                    if relation.target not in seen:
                        seen.add(relation.target)
                        above.append((*path, relation.target))
            level = above

    def _technique(self, id: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """(way, who states each step) from a technique; from its parent where it has no control itself."""
        controls = self._controls(id)
        for control in controls:
            yield (id, control), (_CTID,)
        if not controls:
            for relation in self._store.related(id, "subtechnique-of"):
                for control in self._controls(relation.target):
                    yield (id, relation.target, control), ("attack", _CTID)

    def _controls(self, technique: str) -> list[str]:
        found = self._store.neighbours(technique, "mitigates", "in")
        return [one.id for one in found if one.type == "control"]


def _by_rule(about: str, name: str) -> Iterator[Way]:
    for rule in rules().get((about, name), ()):
        yield Way(direction=rule.direction, path=(name, rule.control), by=(RULES,), why=rule.why)
