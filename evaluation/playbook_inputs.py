"""Makes playbooks of many inputs, and holds each against everything that is promised of it.

Run as: python -m evaluation.playbook_inputs DATA [--save FILE] [--rows]

Inputs: every family of techniques of ATT&CK enterprise that has a mitigation, every type of incident in
words, and the triage reports of the recorded attacks in DATA/logs/otrf_windows_dev.zip that want an answer.
Each playbook is rendered as CACAO 2.0 and held against the specification's own schemas
(DATA/playbooks/cacao_v2_schemas.zip) and against `csq playbook check`; every step must stand on evidence or
on an action of the library, every identifier must be in the store, what lasts must wait for a decision, and
what changes must say how it is undone. Times are those of the task alone, without a model, in one process
after the first: facts in, playbook out, searches written and checked.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import CsqError, UsageError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Report
from cybersecqwen.records.playbook import Effect, Playbook
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.settings import Settings
from cybersecqwen.tasks.interface import Request
from cybersecqwen.tasks.playbook.envelopes import facts_of_report
from cybersecqwen.tasks.playbook.incidents import incident_types
from cybersecqwen.verify.cacao import check
from evaluation.recordings import ATTACKS

WORDS = (
    *("ransomware on a file server", "phishing mail with a malicious attachment", "leaked AWS access key"),
    *("mailbox forwarding rule after a phish", "stolen laptop", "DDoS against the web shop"),
    *("web shell on an Exchange server", "golden ticket in the domain", "password spraying against the VPN"),
    *("invoice fraud by a fake supplier", "cryptominer in a Kubernetes cluster", "customer data leaked"),
    *(
        "public S3 bucket with contracts",
        "malicious npm package in the build",
        "cobalt strike beacon on a laptop",
    ),
    *(
        "repeated MFA prompts at night",
        "OAuth app with mail access nobody knows",
        "USB stick found and plugged in",
    ),
    *("employee left with the customer list", "Log4Shell exploited on a web application (CVE-2021-44228)"),
    *(
        "mimikatz on an administrator's workstation",
        "website defaced",
        "supplier was breached",
        "rogue access point",
    ),
)


IDENTIFIED = frozenset(("technique", "mitigation", "countermeasure", "control"))
"""Kinds of what a step stands on that have an identifier in the store."""


@dataclass
class Tally:
    """What was found over all inputs."""

    made: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    queries: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    decisions: int = 0
    with_evidence: int = 0


def main() -> None:
    """Run it over everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--rows", action="store_true", help="Print a line for each input, too.")
    arguments = parser.parse_args()
    app = App(Settings(model="none"))
    validator = _validator(arguments.data / "playbooks/cacao_v2_schemas.zip")
    tally = Tally()
    first = _run(app, Request(paths=(), question="T1486"))  # what is loaded once
    assert first.playbook is not None
    with tempfile.TemporaryDirectory() as folder:
        for kind, name, request in _inputs(app, arguments.data, Path(folder), tally):
            _one(app, kind, name, request, validator, tally, show=arguments.rows)
    _print(tally)
    if arguments.save:
        arguments.save.write_text(json.dumps(_summary(tally), indent=1) + "\n", encoding="utf-8")
    if tally.wrong:
        raise SystemExit(1)


def _inputs(app: App, data: Path, folder: Path, tally: Tally) -> Iterator[tuple[str, str, Request]]:
    for id in _families(app.store):
        yield "technique", id, Request(paths=(), question=id)
    for one in incident_types():
        yield "type", one.id, Request(paths=(), question=" ".join(one.words[0]).replace("*", ""))
    for text in WORDS:
        yield "words", text, Request(paths=(), question=text)
    for name, report in _triaged(app, data, folder):
        path = folder / f"{len(tally.ms)}.json"
        path.write_text(FORMATS.get("json")().render(report, RenderOptions()), encoding="utf-8")
        try:
            facts_of_report(json.loads(path.read_text(encoding="utf-8")), app.store)
        except UsageError as error:
            tally.refused.append(f"{name}: {error.message}")
            continue
        yield "report", name, Request(paths=(str(path),))


def _families(store: Store) -> Iterator[str]:
    """Families of techniques of enterprises of which at least one has a mitigation."""
    for id in sorted(store.names("technique")):
        entity = store.get(id)
        if entity is None or "." in id or entity.status != "active":
            continue
        if "enterprise" not in entity.attributes.get("domains", ()):
            continue
        family = (id, *(child.id for child in store.children(id)))
        if any(store.neighbours(one, "mitigates", "in") for one in family):
            yield id


def _triaged(app: App, data: Path, folder: Path) -> Iterator[tuple[str, Report]]:
    with zipfile.ZipFile(data / ATTACKS) as archive:
        for entry in sorted(archive.namelist()):
            if not entry.endswith(".zip"):
                continue
            path = folder / Path(entry).name
            path.write_bytes(archive.read(entry))
            try:
                yield Path(entry).stem, next(app.run("triage", Request(paths=(str(path),))))
            except CsqError:
                continue
            finally:
                path.unlink()


def _run(app: App, request: Request) -> Report:
    return next(app.run("playbook", request))


def _one(
    app: App, kind: str, name: str, request: Request, validator: Any, tally: Tally, *, show: bool
) -> None:
    begun = time.perf_counter()
    report = _run(app, request)
    ms = (time.perf_counter() - begun) * 1000
    playbook = report.playbook
    assert playbook is not None
    tally.made[kind] += 1
    tally.ms.append(ms)
    tally.steps.append(len(playbook.steps))
    tally.decisions += sum(bool(step.approval) for step in playbook.steps)
    text = FORMATS.get("cacao")().render(report, RenderOptions())
    wrong = [error.message[:200] for error in validator.iter_errors(json.loads(text))]
    for problem in check(text.encode()).problems:
        if problem.severity == "error":
            wrong.append(f"{problem.rule}: {problem.message}")
        else:
            tally.warnings[problem.rule] += 1
    wrong += _broken(playbook, app.store)
    again = FORMATS.get("cacao")().render(_run(app, request), RenderOptions())
    wrong += [] if again == text else ["the same input gave another playbook"]
    for step in playbook.steps:
        tally.with_evidence += any(one.kind not in ("library", "document") for one in step.basis)
        for query in step.queries:
            tally.queries["written" if query.text else "open"] += 1
    tally.wrong += [f"{kind} {name}: {one}" for one in wrong]
    if show:
        print(f"{kind:10}{name[:50]:52}{len(playbook.steps):4} steps {ms:7.1f} ms {'; '.join(wrong)}")


def _broken(playbook: Playbook, store: Store) -> Iterator[str]:
    """What a playbook must hold and does not."""
    for step in playbook.steps:
        if not any(one.kind != "document" for one in step.basis):
            yield f"{step.action} stands on nothing"
        for one in step.basis:
            if one.kind in ("technique", "mitigation", "countermeasure", "control") and not store.exists(
                one.id
            ):
                yield f"{step.action} names {one.id}, which is not in the store"
        if step.effect is Effect.DESTROY and not step.approval:
            yield f"{step.action} lasts and waits for nobody"
        if step.effect is Effect.CHANGE and not step.undo:
            yield f"{step.action} does not say how it is undone"
    for id in playbook.techniques:
        if not store.exists(id):
            yield f"{id} is not in the store"


def _validator(path: Path) -> Any:
    registry: Registry[Any] = Registry()
    root: dict[str, Any] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                one = json.loads(archive.read(name))
                registry = registry.with_resource(one["$id"], Resource.from_contents(one))
                root = one if name.endswith("/playbook.json") else root
    return jsonschema.Draft7Validator(root, registry=registry)


def _summary(tally: Tally) -> dict[str, Any]:
    ms = sorted(tally.ms)
    return {
        "inputs": dict(tally.made),
        "reports that want no answer": tally.refused,
        "wrong": tally.wrong,
        "warnings": dict(tally.warnings),
        "steps": {"least": min(tally.steps), "mean": sum(tally.steps) / len(ms), "most": max(tally.steps)},
        "steps in all": sum(tally.steps),
        "steps with evidence beside the library": tally.with_evidence,
        "decisions": tally.decisions,
        "searches": dict(tally.queries),
        "ms": {"p50": ms[len(ms) // 2], "p95": ms[int(len(ms) * 0.95)], "most": ms[-1]},
    }


def _print(tally: Tally) -> None:
    made = _summary(tally)
    total = sum(tally.made.values())
    print(f"{total} playbooks: {made['inputs']}; {len(tally.refused)} reports want no answer")
    print(f"wrong: {len(tally.wrong)} of {total}; warnings of the check: {made['warnings'] or 0}")
    print(f"steps: {made['steps']}; in all {made['steps in all']}, with evidence {tally.with_evidence}")
    print(f"decisions: {tally.decisions}; searches: {made['searches']}")
    print(f"ms: p50 {made['ms']['p50']:.0f}, p95 {made['ms']['p95']:.0f}, most {made['ms']['most']:.0f}")
    for one in tally.wrong[:40]:
        print("  ", one)


if __name__ == "__main__":
    main()
