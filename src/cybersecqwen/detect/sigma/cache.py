"""Rule sets, compiled once: what was parsed is kept as JSON under the hash of the files.

A file begins with the hash of what follows, so that one which was cut short, or changed, is not believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen import __version__
from cybersecqwen.errors import OutputError
from cybersecqwen.records import Severity
from cybersecqwen.writing import write_whole

from .linking import linked
from .logsource import unbound
from .model import (
    About,
    And,
    Correlation,
    Counting,
    Expression,
    Logsource,
    Not,
    Op,
    Or,
    Rule,
    Ruleset,
    Test,
    Unsupported,
)
from .rulefiles import combined, digest_of, parse_files, rule_files

_FORM = 4
"""Raised where the form of the files changes."""
_MOST_BYTES = 256 << 20


def load_rules(paths: Sequence[Path], cache: Path | None = None) -> Ruleset:
    """The rules of all paths as one set; each path's set is remembered in `cache`.

    Raises RuleError where a path cannot be read or holds no rules.
    """
    sets = [load_set(path, cache) for path in paths]
    return sets[0] if len(sets) == 1 else combined(sets)


def load_set(path: Path, cache: Path | None = None) -> Ruleset:
    """The rules of one folder, archive or file."""
    files = rule_files(path)
    digest = digest_of(files)
    stored = None if cache is None else cache / f"sigma-{digest[:32]}-{_FORM}-{__version__}.json"
    if stored is not None:
        known = _read(stored)
        if known is not None:
            return known
    made = _met(parse_files(files))
    if stored is not None:
        _write(stored, made)
    return made


def _met(rules: Ruleset) -> Ruleset:
    """The set without rules about records that no input has: they are named, as all that is not evaluated."""
    lacking = {source: unbound(source) for source in {rule.logsource for rule in rules.rules}}
    missing = [
        Unsupported(path=rule.about.path, title=rule.about.title, reason=lacking[rule.logsource])
        for rule in rules.rules
        if lacking[rule.logsource]
    ]
    if not missing:
        return rules
    kept = [replace(rule, generate=True) for rule in rules.rules if not lacking[rule.logsource]]
    return linked(kept, rules.correlations, [*rules.unsupported, *missing], rules.version)


def _read(path: Path) -> Ruleset | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        digest, _, content = path.read_bytes().partition(b"\n")
        if digest != hashlib.sha256(content).hexdigest().encode():
            return None
        return from_json(orjson.loads(content))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None  # damaged or of another form: parsed again and written anew


def _write(path: Path, rules: Ruleset) -> None:
    try:
        content = orjson.dumps(to_json(rules))
        whole = hashlib.sha256(content).hexdigest().encode() + b"\n" + content
        write_whole(path, whole, folder_mode=0o777)
    except (OutputError, TypeError):
        pass  # without it the next start takes a second longer, nothing else


def to_json(rules: Ruleset) -> dict[str, Any]:
    """The set in JSON types; `from_json` gives it back, equal."""
    return {
        "rules": [
            [_about(rule.about), [*_parts(rule.logsource)], _expression(rule.expression), rule.generate]
            for rule in rules.rules
        ],
        "correlations": [
            {**{k: v for k, v in asdict(one).items() if k != "about"}, "about": _about(one.about)}
            for one in rules.correlations
        ],
        "unsupported": [[one.path, one.title, one.reason] for one in rules.unsupported],
        "version": rules.version,
    }


def from_json(raw: Any) -> Ruleset:
    """Back from JSON types. Raises ValueError, TypeError or KeyError for anything else."""
    return Ruleset(
        rules=tuple(
            Rule(
                about=_about_from(about),
                logsource=Logsource(*source),
                expression=_expression_from(expression),
                generate=generate,
            )
            for about, source, expression, generate in raw["rules"]
        ),
        correlations=tuple(_correlation_from(one) for one in raw["correlations"]),
        unsupported=tuple(Unsupported(path=p, title=t, reason=r) for p, t, r in raw["unsupported"]),
        version=raw["version"],
    )


def _parts(source: Logsource) -> tuple[str, str, str]:
    return source.product, source.category, source.service


_ABOUT = [field.name for field in fields(About)]


def _about(about: About) -> list[Any]:
    return [getattr(about, name) for name in _ABOUT]


def _about_from(values: list[Any]) -> About:
    named: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in zip(_ABOUT, values, strict=True)
    }
    named["level"] = Severity(named["level"])
    return About(**named)


def _expression(one: Expression) -> list[Any]:
    if isinstance(one, Test):
        return [one.field, one.op, one.values, one.cased, one.part]
    if isinstance(one, Not):
        return ["n", _expression(one.inner)]
    return ["a" if isinstance(one, And) else "o", [_expression(part) for part in one.parts]]


def _expression_from(raw: list[Any]) -> Expression:
    if len(raw) == 5:
        field, op, values, cased, part = raw
        return Test(field, Op(op), tuple(values), cased, part)
    kind, inner = raw
    if kind == "n":
        return Not(_expression_from(inner))
    parts = tuple(map(_expression_from, inner))
    if kind == "a":
        return And(parts)
    if kind == "o":
        return Or(parts)
    raise ValueError(kind)


def _correlation_from(raw: dict[str, Any]) -> Correlation:
    return Correlation(
        about=_about_from(raw["about"]),
        type=Counting(raw["type"]),
        rules=tuple(raw["rules"]),
        group_by=tuple(raw["group_by"]),
        timespan_s=raw["timespan_s"],
        bounds=tuple((Op(op), number) for op, number in raw["bounds"]),
        counted=raw["counted"],
        percentile=raw["percentile"],
        aliases=raw["aliases"],
        generate=raw["generate"],
    )
