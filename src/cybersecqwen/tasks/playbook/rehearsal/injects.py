"""Injects: which event is thrown in at which step. The same seed throws the same ones at the same steps."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cybersecqwen.errors import RuleError
from cybersecqwen.inputs.yaml_bounds import read_yaml
from cybersecqwen.records.playbook import Effect, Phase
from cybersecqwen.records.rehearsal import Inject, ShownStep

SHIPPED = Path(__file__).with_name("injects.yaml")
"""The injects that come with the package."""
OFTEN: Mapping[str, float] = {"none": 0.0, "few": 0.25, "many": 0.5}
"""The share of steps that get one, by the word of --injects."""
MOST_SEED = 2**63 - 1

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_KEYS = frozenset(Inject.__dataclass_fields__)
_MOST_TEXT = 400


def chosen(
    step: ShownStep,
    visit: int,
    subjects: Collection[str],
    *,
    seed: int,
    often: str,
    used: Collection[str] = (),
    injects: Sequence[Inject] | None = None,
) -> Inject | None:
    """The inject of a step; None where it gets none, or nothing that is left fits.

    Args:
        step: The step that is shown.
        visit: How often it was come to, from 1.
        subjects: Words and identifiers of what the playbook answers, in lower case.
        seed: Of the whole rehearsal.
        often: A key of OFTEN.
        used: Ids of those that were thrown already; none comes twice.
        injects: To choose from; those of the package where left out.
    """
    if _share(seed, step.id, visit, "whether") >= OFTEN[often]:
        return None
    left = [one for one in (shipped() if injects is None else injects) if one.id not in used]
    fitting = [(one, weight) for one in left if (weight := fit(one, step, subjects))]
    if step.effect == Effect.DESTROY:
        fitting = [pair for pair in fitting if Effect.DESTROY in pair[0].effects] or fitting
    if not fitting:
        return None
    point = _share(seed, step.id, visit, "which") * sum(weight for _, weight in fitting)
    for one, weight in fitting:
        point -= weight
        if point < 0:
            return one
    return fitting[-1][0]


def fit(inject: Inject, step: ShownStep, subjects: Collection[str]) -> int:
    """How well an inject fits a step: 0 not at all, else more for each condition that it fulfils.

    What a step does not say - its phase, its effect - is taken as fitting, and weighs nothing.
    """
    weight = 1
    for wanted, there in ((inject.phases, step.phase), (inject.effects, step.effect)):
        if wanted and there and there not in wanted:
            return 0
        weight += 2 if wanted and there else 0
    if Effect.DESTROY in inject.effects and step.effect != Effect.DESTROY:
        return 0  # evidence and criticality are asked for where something is really destroyed
    for words, held in ((inject.about, subjects), (inject.words, step.words)):
        if words and not any(word in held for word in words):
            return 0
        weight += 3 if words else 0
    return weight


def _share(seed: int, step: str, visit: int, what: str) -> float:
    """A number from 0 up to 1 that only the arguments decide, on every machine and version of Python."""
    text = f"{seed}|{what}|{visit}|{step}".encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big") / (1 << 48)


@lru_cache(maxsize=1)
def shipped() -> tuple[Inject, ...]:
    """The injects of the package, in the order of the file."""
    return tuple(injects_of(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name))


def injects_of(text: str, name: str) -> Iterator[Inject]:
    """The injects of a file's text. Raises RuleError, which names the file, the inject and what is wrong."""
    try:
        given = read_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RuleError(f"{name} is no YAML: {' '.join(str(error).split())[:300]}.") from None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise RuleError(f"{name} is no list of injects.", hint="Each begins with '- id: …'.")
    seen: set[str] = set()
    for one in given:
        inject = _inject(one, name)
        if inject.id in seen:
            raise RuleError(f"{name}: the inject {inject.id} stands twice.")
        seen.add(inject.id)
        yield inject


def _inject(given: dict[Any, Any], name: str) -> Inject:
    id = given.get("id")
    where = f"{name}: the inject {id[:60] if isinstance(id, str) else '?'}"
    unknown = {str(key) for key in given} - _KEYS
    if unknown:
        raise RuleError(f"{where} cannot be used: {min(unknown)[:60]!r} is no key.")
    for key in ("id", "text", *(("asks",) if "asks" in given else ())):
        value = given.get(key)
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_TEXT:
            raise RuleError(f"{where} cannot be used: {key!r} is no text of up to {_MOST_TEXT} characters.")
    if not _ID.fullmatch(given["id"]):
        raise RuleError(f"{where} cannot be used: its id is not lower-case words joined by hyphens.")
    lists: dict[str, tuple[str, ...]] = {}
    for key, known in (("phases", Phase), ("effects", Effect), ("about", None), ("words", None)):
        lists[key] = _words(given.get(key, []), where, key)
        bad = [one for one in lists[key] if known and one not in set(known)]
        if bad:
            raise RuleError(f"{where} cannot be used: {bad[0][:60]!r} is none of its {key}.")
    inject = Inject(
        id=given["id"],
        text=given["text"],
        phases=lists["phases"],
        effects=lists["effects"],
        about=lists["about"],
        words=lists["words"],
    )
    return replace(inject, asks=given["asks"]) if "asks" in given else inject


def _words(given: object, where: str, key: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one == one.lower() for one in given):
        raise RuleError(f"{where} cannot be used: {key!r} is no list of lower-case words.")
    return tuple(given)
