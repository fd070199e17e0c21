"""How triage judges single cloud and SaaS events that rules of another project do or do not alert on.

Run as: python -m evaluation.panther DATA_DIR [--by-type] [--show miss|false] [--match TEXT]

Reads logs/panther_rules_dev.zip: the samples inside the YAML files, never their code. Each sample goes
the way of `csq triage`: shape, signals, verdict. "True" counts must-alert samples that are judged at
least so, "false" counts must-not samples. What the labels mean has limits: a must-not sample is one
that its own rule stays silent on, often because another rule has it or because the organisation's
own list of exceptions says so; a must-alert sample may need the rule's own look-ups.
"""

from __future__ import annotations

import argparse
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.detect.events.claims import claim_hit
from cybersecqwen.detect.events.counting import resolve_counts
from cybersecqwen.detect.events.hits import Hit, match_event
from cybersecqwen.detect.events.rulebook import Rulebook, load_rulebook
from cybersecqwen.detect.events.stories import make_chains
from cybersecqwen.detect.events.tree import ProcessTree
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Event, Limits, Source, Verdict
from cybersecqwen.tasks.triage.findings import make_findings
from cybersecqwen.tasks.triage.verdict import judge

from .rates import Rate

LEVELS = (Verdict.NEEDS_REVIEW, Verdict.SUSPICIOUS, Verdict.MALICIOUS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One labelled event."""

    rule: str
    """File name of the rule that it belongs to."""
    name: str
    type: str
    """Log types of the rule, or "many" where there are more than three."""
    severity: str
    """Of the rule, as its authors see it."""
    alert: bool
    """Whether the rule must alert."""
    raw: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What triage says of it."""

    sample: Sample
    verdict: Verdict
    signals: tuple[str, ...]


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    rules = load_rulebook()
    samples = [s for s in read_samples(arguments.data) if arguments.match in f"{s.rule} {s.type}"]
    finder = ShapeFinder()
    outcomes = [assess(sample, rules, finder) for sample in samples]
    for title, chosen in _groups(outcomes, arguments.by_type):
        print(f"\n{title} ({len(chosen)} samples)")
        for level in LEVELS:
            true, false = rates(chosen, level)
            print(f"  {level.value + ' or above':24} true {true}   false {false}")
    for outcome in outcomes:
        judged = outcome.verdict is not Verdict.BENIGN
        missed = arguments.show == "miss" and outcome.sample.alert and not judged
        wrong = arguments.show == "false" and judged and not outcome.sample.alert
        if missed or wrong:
            fired = ", ".join(outcome.signals) or "nothing fired"
            print(f"{outcome.sample.rule} | {outcome.sample.name} | {fired}")


def read_samples(data: Path) -> Iterator[Sample]:
    """All samples of rules over single events; scheduled and correlation rules look at query results."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with zipfile.ZipFile(data / "logs" / "panther_rules_dev.zip") as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".yml"):
                continue
            rule = yaml.load(archive.read(name), loader)
            if not isinstance(rule, dict) or rule.get("AnalysisType") != "rule":
                continue
            types = rule.get("LogTypes") or []
            for test in rule.get("Tests") or []:
                if isinstance(test.get("Log"), dict):
                    yield Sample(
                        rule=Path(name).stem,
                        name=str(test.get("Name", "")),
                        type=", ".join(types) if len(types) <= 3 else "many",
                        severity=str(rule.get("Severity", "")),
                        alert=bool(test.get("ExpectedResult")),
                        # p_… fields are that product's own enrichment, which no source sends
                        raw={k: v for k, v in test["Log"].items() if not k.startswith("p_")},
                    )


def assess(sample: Sample, rules: Rulebook, finder: ShapeFinder) -> Outcome:
    """The verdict of triage on one sample alone."""
    shape = finder.shape_of(sample.raw)
    source = Source(path=sample.rule, record=1)
    events = shape.events(sample.raw, id="e1", source=source, limits=Limits())
    tree = ProcessTree(list(events), rules.kinds)
    hits = resolve_counts(hit for event in events for hit in hits_of(event, rules, tree))
    chains = [chain for chain in make_chains(hits, tree) if chain.matters]
    signals = tuple(dict.fromkeys(hit.signal.id for hit in hits))
    if not chains:
        return Outcome(sample=sample, verdict=Verdict.BENIGN, signals=signals)
    return Outcome(sample=sample, verdict=judge(chains, make_findings(hits)).verdict, signals=signals)


def hits_of(event: Event, rules: Rulebook, tree: ProcessTree) -> Iterator[Hit]:
    """Signals and the claim of one event."""
    yield from match_event(event, rules, tree.surroundings(event))
    claim = claim_hit(event)
    if claim is not None:
        yield claim


def rates(outcomes: list[Outcome], level: Verdict) -> tuple[Rate, Rate]:
    """(true positive rate, false positive rate) at a level."""
    out = []
    for alert in (True, False):
        chosen = [o for o in outcomes if o.sample.alert is alert]
        out.append(Rate(hits=sum(o.verdict.rank >= level.rank for o in chosen), of=len(chosen)))
    return out[0], out[1]


def _groups(outcomes: list[Outcome], by_type: bool) -> Iterator[tuple[str, list[Outcome]]]:
    by: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by[f"rule severity {outcome.sample.severity}"].append(outcome)
        if by_type:
            by[outcome.sample.type].append(outcome)
    yield from sorted(by.items(), key=lambda item: -len(item[1]))
    yield "all", outcomes


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="folder of the development data")
    parser.add_argument("--by-type", action="store_true", help="also by type of log")
    parser.add_argument("--show", choices=("miss", "false"), help="list these samples")
    parser.add_argument("--match", default="", help="only rules and log types that contain this text")
    return parser.parse_args()


if __name__ == "__main__":
    main()
