"""The problems of a CACAO playbook as text for a terminal, as JSON and as SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson

from cybersecqwen import __version__
from cybersecqwen.records.cacao import CacaoProblem, Checked
from cybersecqwen.records.rule_tests import Weight

from .defang import safe_text
from .sarif_tests import SCHEMA, sound

_TITLES = {Weight.ERROR: "Errors", Weight.WARNING: "Warnings", Weight.NOTE: "Notes"}
_ONE = {Weight.ERROR: "error", Weight.WARNING: "warning", Weight.NOTE: "note"}
_SHOWN = 100
"""Problems of one severity that the terminal shows; the others are counted."""


def cacao_check_text(result: Checked) -> str:
    """Problems by severity, each with its place and what to do; the counts last."""
    lines: list[str] = []
    for weight in Weight:
        own = [one for one in result.problems if one.severity is weight]
        if not own:
            continue
        lines.append(f"{_TITLES[weight]} ({result.counts.get(weight, 0):,})")
        for one in own[:_SHOWN]:
            lines += _lines(one)
        left = result.counts.get(weight, 0) - min(len(own), _SHOWN)
        if left > 0:
            lines.append(f"  … and {left:,} more.")
        lines.append("")
    return "\n".join([*lines, _summary(result)]) + "\n"


def _lines(one: CacaoProblem) -> Iterator[str]:
    where = safe_text(one.path) if one.path else "the playbook"
    yield f"  {where}  [{one.rule}]"
    yield f"    {safe_text(one.message)}"
    if one.hint:
        yield f"    → {safe_text(one.hint)}"


def _summary(result: Checked) -> str:
    name = f"“{safe_text(result.name[:80])}”" if result.name else "The playbook"
    counts = ", ".join(
        f"{result.counts.get(weight, 0):,} {word}{'' if result.counts.get(weight, 0) == 1 else 's'}"
        for weight, word in _ONE.items()
    )
    steps = f"{result.steps:,} step{'' if result.steps == 1 else 's'}"
    destructive = f", {result.destructive:,} of them destructive" if result.destructive else ""
    verdict = "fails" if result.errors else "passes"
    return f"{name}, {steps}{destructive}: {verdict} with {counts}."


def cacao_check_json(result: Checked) -> str:
    """One object: the playbook, the counts, the problems."""
    counts = {f"{word}s": result.counts.get(weight, 0) for weight, word in _ONE.items()}
    document = {
        "schema": "csq.playbook-check/1",
        "playbook": {"name": result.name, "id": result.id, "steps": result.steps},
        "destructive_steps": result.destructive,
        "valid": not result.errors,
        "counts": counts,
        "problems": [
            {
                "path": one.path,
                "rule": one.rule,
                "severity": one.severity.value,
                "message": one.message,
                "hint": one.hint,
            }
            for one in result.problems
        ],
    }
    return orjson.dumps(sound(document), option=orjson.OPT_INDENT_2).decode() + "\n"


def cacao_check_sarif(result: Checked, file: str, rules: Mapping[str, str]) -> str:
    """The document; `rules` holds what each rule asks for, by name."""
    names = list(dict.fromkeys(one.rule for one in result.problems))
    driver = {
        "name": "csq playbook check",
        "semanticVersion": __version__,
        "rules": [{"id": name, "shortDescription": {"text": rules.get(name, name)}} for name in names],
    }
    results = [_result(one, file, names) for one in result.problems]
    run: dict[str, Any] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(sound(document), option=orjson.OPT_INDENT_2).decode() + "\n"


def _result(one: CacaoProblem, file: str, names: list[str]) -> dict[str, Any]:
    mark = hashlib.sha256(f"{one.rule} {one.path} {one.message}".encode("utf-8", "replace"))
    place: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": one.path or "playbook"}]}
    if file != "-":
        place["physicalLocation"] = {
            "artifactLocation": {"uri": quote(sound(file))},
            "region": {"startLine": 1},
        }
    return {
        "ruleId": one.rule,
        "ruleIndex": names.index(one.rule),
        "level": one.severity.value,
        "message": {"text": f"{one.message} {one.hint}".rstrip()},
        "locations": [place],
        "partialFingerprints": {"problem/v1": mark.hexdigest()},
    }
